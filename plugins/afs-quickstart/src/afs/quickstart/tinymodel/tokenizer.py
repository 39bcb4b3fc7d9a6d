"""A byte-level BPE tokenizer that splits as Qwen2 does: llama.cpp's `qwen2` gives the same ids."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from tokenizers import pre_tokenizers, trainers
from transformers import PreTrainedTokenizerBase, Qwen2Tokenizer

SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def train(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerBase:
    """A tokenizer with exactly `vocabulary` entries, the three ChatML tokens last."""
    bpe = Qwen2Tokenizer(vocab={}, merges=[]).backend_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(SPECIALS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    model = json.loads(bpe.to_str())["model"]
    return with_chat(model["vocab"], [tuple(merge) for merge in model["merges"]])


def with_chat(vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> PreTrainedTokenizerBase:
    """The trained entries as a tokenizer that knows ChatML."""
    options: dict[str, Any] = {
        "vocab": vocabulary | {token: len(vocabulary) + index for index, token in enumerate(SPECIALS)},
        "merges": merges,
        "unk_token": None,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "additional_special_tokens": SPECIALS,
        "model_max_length": 1024,
    }
    tokenizer = Qwen2Tokenizer(**options)
    tokenizer.chat_template = files(__package__).joinpath("chat_template.jinja").read_text("utf-8")
    return tokenizer
