"""Which entries cover an address: found by bisection, however they overlap."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from afs.knowledge.entry import Entry

__all__ = ["Intervals"]


class Intervals:
    """Entries by address. At one address the most specific comes first: the shortest, then one of the
    user's, then by name."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: (entry.address, -entry.end, not entry.source))
        self._addresses = [entry.address for entry in self.entries]
        self._starts, self._covers = _segments(self.entries)
        self._longest = max((entry.end - entry.address for entry in self.entries), default=0)

    def at(self, address: int) -> Sequence[Entry]:
        """The entries that cover ``address``."""
        index = bisect_right(self._starts, address) - 1
        return self._covers[index] if index >= 0 else ()

    def between(self, low: int, high: int) -> list[Entry]:
        """The entries that share a byte with ``low`` to ``high`` (not included), by address."""
        first = bisect_left(self._addresses, low - self._longest)
        last = bisect_left(self._addresses, high)
        return [entry for entry in self.entries[first:last] if entry.end > low]


def _segments(entries: Sequence[Entry]) -> tuple[list[int], list[tuple[Entry, ...]]]:
    """Where the set of covering entries changes, and what it is from there on."""
    edges = sorted({entry.address for entry in entries} | {entry.end for entry in entries})
    covers: list[tuple[Entry, ...]] = []
    active: list[Entry] = []
    following = 0
    for edge in edges:
        active = [entry for entry in active if entry.end > edge]
        while following < len(entries) and entries[following].address == edge:
            active.append(entries[following])
            following += 1
        covers.append(tuple(sorted(active, key=_specific)))
    return edges, covers


def _specific(entry: Entry) -> tuple[int, bool, str]:
    return entry.end - entry.address, not entry.source, entry.name
