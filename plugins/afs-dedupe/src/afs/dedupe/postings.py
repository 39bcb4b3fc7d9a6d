"""What of a few fixed texts occurs in a stream of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from afs.dedupe.shingles import Int64s, Shingler, Uint64s, ranges

__all__ = ["Batch", "Postings", "Shares"]

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_TABLE_BITS = 22
_AT_ONCE = 1 << 21


class Batch(NamedTuple):
    """Runs of words of some texts: ``hashes[i]`` is one of text ``owners[i]``, which ascend."""

    hashes: Uint64s
    owners: Int64s

    @classmethod
    def of(cls, texts: Iterable[str], owners: Iterable[int], shingler: Shingler) -> Batch:
        """``owners`` says to which number each text belongs, in ascending order."""
        blocks = list(shingler.stream(texts))
        if not blocks:
            return cls(np.empty(0, np.uint64), np.empty(0, np.int64))
        counts = np.concatenate([count for _, count in blocks])
        belong = np.fromiter(owners, np.int64, len(counts))
        return cls(np.concatenate([found for found, _ in blocks]), np.repeat(belong, counts))

    def distinct(self, owner: int) -> int:
        """How many different runs ``owner`` has."""
        low, high = np.searchsorted(self.owners, (owner, owner + 1))
        return len(np.unique(self.hashes[low:high]))


class Shares(NamedTuple):
    """Text ``owners[i]`` and item ``items[i]`` have ``counts[i]`` different runs in common."""

    owners: Int64s
    items: Int64s
    counts: Int64s


class Postings:
    """An index from runs of words to the items that hold them. Memory grows with the items alone."""

    def __init__(self, items: Batch, count: int) -> None:
        order = np.lexsort((items.owners, items.hashes))
        hashes, owners = items.hashes[order], items.owners[order]
        new = np.ones(len(hashes), np.bool_)
        new[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
        hashes, self._items = hashes[new], owners[new]
        #: How many different runs each item has.
        self.totals = np.bincount(self._items, minlength=count)
        self._hashes, starts = np.unique(hashes, return_index=True)
        self._starts = np.append(starts, len(hashes))
        self._shift = np.uint64(64 - _TABLE_BITS)
        self._table = np.zeros(1 << _TABLE_BITS, np.bool_)
        self._table[self._hashes >> self._shift] = True

    def shared(self, texts: Batch) -> Iterable[Shares]:
        """What the texts share with the items, some million runs at a time; no pair comes twice."""
        owners, found = self._found(texts)
        counts = np.diff(self._starts)[found]
        ends = np.cumsum(counts)
        place = 0
        while place < len(owners):
            stop = int(np.searchsorted(ends, (ends[place - 1] if place else 0) + _AT_ONCE, "right"))
            last = owners[min(max(stop, place + 1), len(owners)) - 1]
            stop = int(np.searchsorted(owners, last, "right"))  # a text is never torn
            part = slice(place, stop)
            items = self._items[ranges(self._starts[found[part]], counts[part])]
            keys = np.repeat(owners[part], counts[part]).astype(np.uint64) << _HALF | items.astype(np.uint64)
            pairs, shared = np.unique(keys, return_counts=True)
            yield Shares((pairs >> _HALF).astype(np.int64), (pairs & _LOW).astype(np.int64), shared)
            place = stop

    def _found(self, texts: Batch) -> tuple[Int64s, Int64s]:
        """Texts and the runs of the index that they hold, each pair once, by text."""
        near = np.flatnonzero(self._table[texts.hashes >> self._shift])
        hashes, owners = texts.hashes[near], texts.owners[near]
        places = np.minimum(np.searchsorted(self._hashes, hashes), max(len(self._hashes) - 1, 0))
        held = self._hashes[places] == hashes if len(self._hashes) else np.zeros(0, np.bool_)
        keys = np.unique(owners[held].astype(np.uint64) << _HALF | places[held].astype(np.uint64))
        return (keys >> _HALF).astype(np.int64), (keys & _LOW).astype(np.int64)
