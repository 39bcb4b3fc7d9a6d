"""Runs of words that two texts share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Grams", "words"]

_WORD = re.compile(r"\w+")

Gram = tuple[str, ...]


def words(text: str) -> list[str]:
    """Letters, digits and underscores in a row, without case; punctuation only separates."""
    return _WORD.findall(text.casefold())


class Grams:
    """An index from every run of ``n`` words to the texts that hold it.

    Memory grows with the texts that were added, never with those they are compared with.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._holders: dict[Gram, list[int]] = {}
        self._totals: dict[int, int] = {}

    def add(self, number: int, texts: Iterable[list[str]]) -> None:
        """Index ``texts`` under ``number``; no gram reaches from one text into the next."""
        grams = set(self._grams(texts))
        self._totals[number] = len(grams)
        for gram in grams:
            self._holders.setdefault(gram, []).append(number)

    def shares(self, texts: Sequence[list[str]]) -> list[tuple[int, float]]:
        """Each number that shares a gram with ``texts``, and the share of its grams that do."""
        if self._holders.keys().isdisjoint(self._grams(texts)):
            return []
        shared = Counter(number for gram in set(self._grams(texts)) for number in self._holders.get(gram, ()))
        return [(number, count / self._totals[number]) for number, count in sorted(shared.items())]

    def _grams(self, texts: Iterable[list[str]]) -> Iterator[Gram]:
        for text in texts:
            yield from zip(*(text[start:] for start in range(self.n)), strict=False)
