"""Turns a Hugging Face tokenizer of the Qwen2 kind into GGUF metadata, or says why it cannot.

A GGUF file names its pre-tokenizer (``qwen2``) and does not carry it, so the rule in
``tokenizer.json`` is compared with the one that the engine applies under that name. A tokenizer
trained locally passes as long as it splits text by that rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from afs_core.errors import DataError

from .metadata import Field, boolean, i32s, string, strings, u32
from .safetensors import read_json

__all__ = ["QWEN2_SPLIT", "TokenType", "Vocabulary", "chat_template"]

QWEN2_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
#: A generation marker only tells the trainer where answers are; an always-true condition renders
#: the same text, and engines without the marker understand it.
_MARKERS = (
    (re.compile(r"(\{%[-+]?\s*)generation(\s*[-+]?%\})"), r"\1if true\2"),
    (re.compile(r"(\{%[-+]?\s*)endgeneration(\s*[-+]?%\})"), r"\1endif\2"),
)


class TokenType(IntEnum):
    NORMAL = 1
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens by id, padded to the embedding rows; merges as ``"left right"``."""

    tokens: tuple[str, ...]
    types: tuple[TokenType, ...]
    merges: tuple[str, ...]
    eos: int
    bos: int | None
    padding: int | None
    template: str | None

    @classmethod
    def of_folder(cls, folder: Path, rows: int) -> Vocabulary:
        """Read ``tokenizer.json`` and its neighbours for a model of ``rows`` embedding rows."""
        path = folder / "tokenizer.json"
        tokenizer = read_json(path)
        _check_rules(tokenizer, path)
        tokens, types = _tokens(tokenizer, rows, path)
        settings = read_json(folder / "tokenizer_config.json")
        ids = {token: number for number, token in enumerate(tokens)}
        eos = _special(settings, "eos_token", ids, path)
        eos = _configured(folder, "eos_token_id") if eos is None else eos
        if eos is None or not 0 <= eos < rows:
            raise DataError(f"eos_token: expected one of the tokens, got {eos}", path=path)
        bos = _special(settings, "bos_token", ids, path)
        return cls(
            tokens=tokens,
            types=types,
            merges=_merges(tokenizer, ids, path),
            eos=eos,
            bos=_configured(folder, "bos_token_id") if bos is None else bos,
            padding=_special(settings, "pad_token", ids, path),
            template=chat_template(folder, settings),
        )

    def metadata(self) -> dict[str, Field]:
        """The ``tokenizer.*`` keys; no beginning-of-text token is ever prepended."""
        fields = {
            "tokenizer.ggml.model": string("gpt2"),
            "tokenizer.ggml.pre": string("qwen2"),
            "tokenizer.ggml.tokens": strings(self.tokens),
            "tokenizer.ggml.token_type": i32s(self.types),
            "tokenizer.ggml.merges": strings(self.merges),
            "tokenizer.ggml.eos_token_id": u32(self.eos),
        }
        if self.bos is not None:
            fields["tokenizer.ggml.bos_token_id"] = u32(self.bos)
        if self.padding is not None:
            fields["tokenizer.ggml.padding_token_id"] = u32(self.padding)
        fields["tokenizer.ggml.add_bos_token"] = boolean(False)
        if self.template is not None:
            fields["tokenizer.chat_template"] = string(self.template)
        return fields


def chat_template(folder: Path, settings: Mapping[str, Any]) -> str | None:
    """The template of ``chat_template.jinja``, else of the settings, generation markers replaced."""
    file = folder / "chat_template.jinja"
    template = file.read_text("utf-8") if file.is_file() else settings.get("chat_template")
    if isinstance(template, list):
        template = {entry["name"]: entry["template"] for entry in template}.get("default")
    if template is None:
        return None
    for marker, replacement in _MARKERS:
        template = marker.sub(replacement, template)
    return str(template)


def _check_rules(tokenizer: Mapping[str, Any], path: Path) -> None:
    model = tokenizer.get("model") or {}
    if model.get("type") != "BPE":
        raise DataError(f"tokenizer model {model.get('type')!r}; expected 'BPE'", path=path)
    for key in ("dropout", "byte_fallback", "ignore_merges"):
        if model.get(key):
            raise DataError(f"tokenizer setting {key} = {model[key]!r} is not covered", path=path)
    for key in ("continuing_subword_prefix", "end_of_word_suffix"):
        if model.get(key):
            raise DataError(f"tokenizer setting {key} = {model[key]!r} is not covered", path=path)
    if (tokenizer.get("normalizer") or {"type": "NFC"}) != {"type": "NFC"}:
        raise DataError(f"normalizer {tokenizer['normalizer']} is not covered", path=path)
    _check_post_processor(tokenizer.get("post_processor") or {"type": "ByteLevel"}, path)
    _check_split(tokenizer.get("pre_tokenizer") or {}, path)


def _check_post_processor(rule: Mapping[str, Any], path: Path) -> None:
    """A template without special tokens (transformers 5 writes one) adds nothing to a text."""
    plain = rule.get("type") == "TemplateProcessing" and not rule.get("special_tokens")
    if rule.get("type") != "ByteLevel" and not plain:
        raise DataError(
            f"post_processor {rule.get('type')!r} adds tokens to every text; not covered", path=path
        )


def _check_split(rule: Mapping[str, Any], path: Path) -> None:
    match rule:
        case {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": str(pattern)}, "behavior": "Isolated"} as split,
                {"type": "ByteLevel"} as level,
            ],
        } if pattern == QWEN2_SPLIT:
            prefix = level.get("add_prefix_space", True), level.get("use_regex", True)
            if not split.get("invert") and prefix == (False, False):
                return
    raise DataError(
        "the pre-tokenizer does not split text as the engine's 'qwen2' rule does",
        path=path,
        hint="train the tokenizer with Qwen2's split: Sequence(Split(regex, isolated), "
        "ByteLevel(add_prefix_space=False, use_regex=False))",
    )


def _tokens(
    tokenizer: Mapping[str, Any], rows: int, path: Path
) -> tuple[tuple[str, ...], tuple[TokenType, ...]]:
    known = {number: (token, TokenType.NORMAL) for token, number in tokenizer["model"]["vocab"].items()}
    for added in tokenizer.get("added_tokens") or ():
        known[added["id"]] = added["content"], _type(added, path)
    if not all(isinstance(number, int) and 0 <= number < rows for number in known):
        raise DataError(
            f"tokenizer has ids up to {max(known)}, the model has {rows} embedding rows", path=path
        )
    pairs = [known.get(n, (f"[PAD{n}]", TokenType.UNUSED)) for n in range(rows)]
    tokens = tuple(token for token, _ in pairs)
    if len(set(tokens)) != rows:
        twice = next(token for token in tokens if tokens.count(token) > 1)
        raise DataError(f"token {twice!r} has two ids", path=path)
    return tokens, tuple(kind for _, kind in pairs)


def _type(added: Mapping[str, Any], path: Path) -> TokenType:
    for key in ("lstrip", "rstrip", "single_word"):
        if added.get(key):
            raise DataError(f"added token {added['content']!r} has {key}; not covered", path=path)
    shaped = re.fullmatch(r"<\|.*\|>", added["content"])
    return TokenType.CONTROL if added.get("special") or shaped else TokenType.USER_DEFINED


def _merges(tokenizer: Mapping[str, Any], ids: Mapping[str, int], path: Path) -> tuple[str, ...]:
    """Merges as one string each, from pairs (tokenizers 0.20 and later) or strings."""
    return tuple(_merge(entry, ids, path) for entry in tokenizer["model"]["merges"])


def _merge(entry: str | Sequence[str], ids: Mapping[str, int], path: Path) -> str:
    parts = entry.split(" ") if isinstance(entry, str) else list(entry)
    if len(parts) != 2 or not all(parts) or any(" " in part for part in parts):
        raise DataError(f"merge {entry!r}: expected two parts without spaces", path=path)
    if "".join(parts) not in ids:
        raise DataError(f"merge {entry!r} makes a token that is not in the vocabulary", path=path)
    return " ".join(parts)


def _special(settings: Mapping[str, Any], key: str, ids: Mapping[str, int], path: Path) -> int | None:
    token = settings.get(key)
    token = token.get("content") if isinstance(token, dict) else token
    if token is None:
        return None
    if token not in ids:
        raise DataError(f"{key} {token!r} is not in the vocabulary", path=path)
    return ids[token]


def _configured(folder: Path, key: str) -> int | None:
    for name in ("generation_config.json", "config.json"):
        value = read_json(folder / name).get(key) if (folder / name).is_file() else None
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, int):
            return value
    return None
