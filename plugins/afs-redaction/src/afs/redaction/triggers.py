"""Which of many patterns match a text, at the price of two passes over it.

The states of a set of patterns multiply, above all where some do not mind the case; so these
have a set of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import re2  # type: ignore[import-untyped]

__all__ = ["Triggers", "triggers_of"]

_MEMORY = 64 << 20
# Matches once in every text: a set that reports no match at all ran out of memory.
_ALWAYS = r"\A"
_NOTHING = [0]


class Triggers:
    """RE2 patterns, by their place in ``patterns``."""

    def __init__(self, patterns: Sequence[str]) -> None:
        loose = [pattern for pattern in patterns if pattern.startswith("(?i)")]
        strict = [pattern for pattern in patterns if not pattern.startswith("(?i)")]
        self._sets = [_Set(tuple(dict.fromkeys(some)), patterns) for some in (strict, loose) if some]

    def match(self, data: bytes) -> list[int]:
        """The places of the patterns that match, in order; of all that may, where memory ran out."""
        hits: list[int] = []
        for one in self._sets:
            hits += one.match(data)
        return sorted(hits) if hits else hits


class _Set:
    def __init__(self, own: tuple[str, ...], patterns: Sequence[str]) -> None:
        self._set = _compiled((_ALWAYS, *own))
        self._places: list[list[int]] = [[]]
        self._places += [[i for i, pattern in enumerate(patterns) if pattern == one] for one in own]

    def match(self, data: bytes) -> list[int]:
        hits: list[int] | None = self._set.Match(data)
        if hits == _NOTHING:
            return []
        return [
            place
            for hit in (range(len(self._places)) if hits is None else hits)
            for place in self._places[hit]
        ]


@lru_cache(maxsize=8)
def triggers_of(patterns: tuple[str, ...]) -> Triggers:
    """Compiled once for a process."""
    return Triggers(patterns)


def _compiled(patterns: tuple[str, ...]) -> re2.Set:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    made = re2.Set.SearchSet(options)
    for pattern in patterns:
        made.Add(pattern.encode())
    made.Compile()
    return made
