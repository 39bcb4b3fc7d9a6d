"""The whole of it: texts, tokenizer, rows, training, files."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerBase

from afs.quickstart.tinymodel import corpus, library, tokenizer, training

VOCABULARY = 2048
WIDTH = 256
ROWS = 8
SAMPLED_CHATS = 20_000


def make(
    output: Path,
    steps: int,
    seed: int,
    log: Callable[[int, float], None],
    modules: int | None = None,
) -> None:
    """Write a trained model to `output`: the same bytes for the same seed, Python and torch.

    `modules` is for trials: so many modules of the standard library in place of all.
    """
    torch.set_num_threads(1)
    sources, _ = library.split(library.modules()[:modules])
    tokens = make_tokenizer(sources, seed)
    model = training.new_model(tokens, seed)
    mixture = corpus.Mixture()
    rows = corpus.batches(
        corpus.library_rows(tokens, sources, WIDTH, seed + 1),
        corpus.chat_rows(tokens, iter(corpus.ChatSource(seed, sources, mixture)), WIDTH),
        mixture.library,
        ROWS,
        seed + 2,
    )
    training.pretrain(model, rows, steps, log=log)
    model.bfloat16().save_pretrained(output)
    tokens.save_pretrained(output)


def make_tokenizer(sources: list[library.Source], seed: int) -> PreTrainedTokenizerBase:
    """Merges from the library and from chats that the model will not see again."""
    chats = islice(iter(corpus.ChatSource(seed + 99, sources, corpus.Mixture())), SAMPLED_CHATS)
    rendered = [f"user\n{question}\nassistant\n{answer}" for question, answer in chats]
    return tokenizer.train([text for _, text in sources] + rendered, VOCABULARY)
