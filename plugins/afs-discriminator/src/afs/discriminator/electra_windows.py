"""Texts as windows of tokens, which is what an ELECTRA reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tokens", "Windows", "chunks"]

#: Token ids of one window, special ones included; int64.
Tokens = NDArray[np.int64]

_SURROGATE = re.compile("[\ud800-\udfff]")
_PART, _OVERLAP = 50_000, 2_000  # characters
_TEXTS, _CHARACTERS = 4096, 1_000_000  # of one chunk


class Windows:
    """Cuts texts into windows of ``length`` tokens; neighbours share a quarter of them.

    A text that fits is one window. One of more than 50,000 characters is first cut into parts of
    so many, which share 2,000, so that no text takes memory without end. Lone surrogates are read
    as U+FFFD.
    """

    def __init__(self, tokenizer: Any, length: int) -> None:
        self.length = length
        self._tokenizer = tokenizer
        tokenizer.no_padding()
        tokenizer.enable_truncation(length, stride=length // 4)

    def of(self, texts: Sequence[str]) -> tuple[list[Tokens], list[int]]:
        """The windows of all texts, and for each the number of its text."""
        parts = [(number, part) for number, text in enumerate(texts) for part in _parts(text)]
        windows: list[Tokens] = []
        owners: list[int] = []
        encodings = self._tokenizer.encode_batch_fast([part for _, part in parts])
        for (number, _), encoding in zip(parts, encodings, strict=True):
            for window in (encoding, *encoding.overflowing):
                windows.append(np.array(window.ids, np.int64))
                owners.append(number)
        return windows, owners


def chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """``texts`` in order, in runs that bound the memory their tokens take."""
    start = characters = 0
    for end, text in enumerate(texts):
        if end > start and (characters + len(text) > _CHARACTERS or end - start >= _TEXTS):
            yield texts[start:end]
            start, characters = end, 0
        characters += len(text)
    if start < len(texts):
        yield texts[start:]


def _parts(text: str) -> Iterator[str]:
    for start in range(0, max(1, len(text) - _OVERLAP), _PART - _OVERLAP):
        yield _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text[start : start + _PART])
