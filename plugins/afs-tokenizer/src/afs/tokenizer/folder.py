"""A tokenizer on disk: a folder that ``AutoTokenizer.from_pretrained`` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import msgspec
from tokenizers import Tokenizer

from afs_core import DataError
from afs_core.jsonl import atomic_writes

from .pipeline import pipeline
from .seeds import BYTES, Merges

__all__ = ["read_folder", "write_folder"]

TOKENIZER: Final = "tokenizer.json"
CONFIG: Final = "tokenizer_config.json"
#: What known special tokens are for.
_ROLES: Final = {
    "pad_token": ("<|pad|>", "<pad>", "[PAD]", "<|endoftext|>"),
    "bos_token": ("<|begin_of_text|>", "<s>", "<bos>"),
    "eos_token": ("<|im_end|>", "</s>", "<eos>", "<|endoftext|>"),
    "unk_token": ("<unk>", "[UNK]"),
    "cls_token": ("[CLS]", "<cls>"),
    "sep_token": ("[SEP]", "<sep>"),
    "mask_token": ("[MASK]", "<mask>"),
}
#: What transformers adds when it saves a tokenizer; it is about batches, not about the text.
_FRAME: Final = {"truncation": None, "padding": None, "post_processor": None}


def write_folder(tokenizer: Tokenizer, folder: Path) -> Path:
    """Write both files, whole or not at all."""
    special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    with atomic_writes((folder / TOKENIZER, folder / CONFIG)) as (main, config):
        main.write(tokenizer.to_str(pretty=False).encode())
        config.write(msgspec.json.format(msgspec.json.encode(_config(special)), indent=2) + b"\n")
    return folder


def _config(special: list[str]) -> dict[str, Any]:
    roles = {role: next((name for name in names if name in special), None) for role, names in _ROLES.items()}
    roles = {role: name for role, name in roles.items() if name is not None}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1_000_000_000,
        "split_special_tokens": True,  # text that looks like a special token is text
        **roles,
    }


def read_folder(folder: Path) -> Tokenizer:
    """The tokenizer in ``folder``; raises DataError where it is none that loses nothing."""
    path = folder / TOKENIZER
    try:
        stages = {**json.loads(path.read_text("utf-8")), **_FRAME}
        tokenizer = Tokenizer.from_str(json.dumps(stages))
    except OSError as fault:
        hint = "name a folder that `afs tokenizer train --output` wrote"
        raise DataError(f"cannot be read: {fault.strerror}", path=path, hint=hint) from None
    except Exception as fault:  # tokenizers raises nothing narrower
        raise DataError(f"not a tokenizer: {fault}", path=path) from None
    if wrong := _loss(stages, tokenizer):
        hint = "train one with `afs tokenizer train`, or load this one with transformers"
        raise DataError(f"expected a tokenizer that loses nothing; {wrong}", path=path, hint=hint)
    return tokenizer


def _loss(stages: dict[str, Any], tokenizer: Tokenizer) -> str:
    """How a tokenizer differs from those that lose nothing, or nothing."""
    expected = json.loads(pipeline(Merges()).to_str())
    for name in ("normalizer", "pre_tokenizer", "decoder"):
        if stages[name] != expected[name]:
            return f"the {name} of this one is another"
    if _settings(stages["model"]) != _settings(expected["model"]):
        return "this one does not merge pairs of bytes"
    special = {token["content"] for token in stages["added_tokens"]}
    if any(token["lstrip"] or token["rstrip"] or token["normalized"] for token in stages["added_tokens"]):
        return "this one changes the text beside special tokens"
    ordinary = {token for token in tokenizer.get_vocab() if token not in special}
    if not ordinary >= {*BYTES} or not {*"".join(ordinary)} <= {*BYTES}:
        return "the tokens of this one are not made of all bytes"
    if sorted(tokenizer.get_vocab().values()) != list(range(tokenizer.get_vocab_size())):
        return "this one has gaps between its ids"
    return ""


def _settings(model: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in model.items() if name not in ("vocab", "merges")}
