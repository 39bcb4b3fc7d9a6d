"""All pairs of sets whose Jaccard similarity reaches a threshold, exactly.

Prefix filtering: shingles have one order, rare ones first. If ``|x & y| / |x | y| >= t`` and ``x``
is not the larger, a shingle that both hold is among the first ``|x| - ceil(2t/(1+t)|x|) + 1`` of ``x``
and the first ``|y| - ceil(t|y|) + 1`` of ``y`` (Bayardo et al. 2007; Xiao et al. 2008). So only pairs that
meet there are looked at; their sizes, the places where they meet and a 256-bit sketch refuse most
of those; what is left is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from afs.dedupe.corpus import SLACK
from afs.dedupe.sets import ShingleSets
from afs.dedupe.shingles import Int64s, Uint64s, ranges

__all__ = ["Join", "Meetings", "Pairs", "Wanted"]

Flags = npt.NDArray[np.bool_]
Wanted = Callable[[Int64s, Int64s], Flags]

_PAIRS = 1 << 20  # looked at in one go
_IDS = 1 << 21  # counted in one go
_HALF = np.uint64(32)
_WORDS = 4  # of 64 bits a sketch


class Pairs(NamedTuple):
    """Sets ``first[i] < second[i]`` and their similarity."""

    first: Int64s
    second: Int64s
    similarity: npt.NDArray[np.float64]


class Meetings(NamedTuple):
    """Where prefixes meet: ``sets[i]``, with ``left[i]`` shingles to go, meets the places
    ``low[i]:high[i]`` of the others, which are sets ``others`` with ``others_left`` to go."""

    sets: Int64s
    left: Int64s
    low: Int64s
    high: Int64s
    others: Int64s
    others_left: Int64s

    @property
    def total(self) -> int:
        return int((self.high - self.low).sum())


class Join:
    """The join of sets with themselves at one threshold, as a whole or between parts of them."""

    def __init__(self, sets: ShingleSets, threshold: float) -> None:
        self._sets, self._threshold = sets, threshold
        sizes = sets.sizes
        self._alone = sizes - sets.shared  # these come first in the order
        self._index = self._prefix(2 * threshold / (1 + threshold))
        self._probe = self._prefix(threshold)
        by_size = np.argsort(sizes, kind="stable")
        self.place = np.empty(len(sizes), np.int64)
        self.place[by_size] = np.arange(len(sizes))
        largest = np.floor(sizes / threshold + SLACK)
        self._beyond = np.searchsorted(sizes[by_size], largest, "right")

    def _prefix(self, share: float) -> Int64s:
        """How many shared shingles lie in the prefix that must meet another's."""
        sizes = self._sets.sizes
        length = sizes - np.ceil(share * sizes - SLACK).astype(np.int64) + 1
        prefix: Int64s = np.clip(length - self._alone, 0, self._sets.shared)
        return prefix

    def able(self) -> Int64s:
        """The sets that can be in a pair."""
        return np.flatnonzero(self._probe)

    def meetings(self, smaller: Int64s, larger: Int64s) -> Meetings:
        """Where one of ``smaller`` meets one of ``larger`` that is not smaller, and not too large."""
        return self._meet(smaller, larger, self.place, self.place + 1, self._beyond)

    def meetings_between(self, sets: Int64s, others: Int64s, part: Int64s) -> list[Meetings]:
        """Where ``sets`` and ``others`` of another part meet; ``part`` has a number for every set."""
        order = np.argsort(part, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        ordered = part[order]
        none = np.zeros_like(part)
        before = none, np.searchsorted(ordered, part, "left")
        after = np.searchsorted(ordered, part, "right"), none + len(part)
        sides = [(sets, others), (others, sets)][: 1 if sets is others else 2]
        return [
            self._meet(smaller, larger, place, first, beyond)
            for smaller, larger in sides
            for first, beyond in (before, after)
        ]

    def _meet(
        self, smaller: Int64s, larger: Int64s, place: Int64s, first: Int64s, beyond: Int64s
    ) -> Meetings:
        """``place`` orders the sets; one of ``smaller`` meets those at ``first`` to ``beyond``."""
        ids, others, others_left = self._entries(larger, self._probe)
        keys = ids << _HALF | place[others].astype(np.uint64)
        order = np.argsort(keys)
        keys = keys[order]
        ids, sets, left = self._entries(smaller, self._index)
        low = np.searchsorted(keys, ids << _HALF | first[sets].astype(np.uint64))
        high = np.searchsorted(keys, ids << _HALF | beyond[sets].astype(np.uint64))
        some = high > low
        return Meetings(sets[some], left[some], low[some], high[some], others[order], others_left[order])

    def _entries(self, sets: Int64s, prefix: Int64s) -> tuple[Uint64s, Int64s, Int64s]:
        """Each id in a prefix, its set, and how many ids of the set there are from it on."""
        counts = prefix[sets]
        places = ranges(self._sets.starts[sets], counts)
        owners = np.repeat(sets, counts)
        return self._sets.ids[places].astype(np.uint64), owners, self._sets.starts[owners + 1] - places

    def similar(self, meetings: Meetings, wanted: Wanted | None = None) -> Iterator[Pairs]:
        """The pairs among ``meetings`` that reach the threshold; one may come more than once.

        ``wanted`` says of first and second sets which pairs are worth counting.
        """
        for x, y in self._met(meetings):
            both = np.unique(np.minimum(x, y).astype(np.uint64) << _HALF | np.maximum(x, y).astype(np.uint64))
            first, second = (both >> _HALF).astype(np.int64), (both & np.uint64(0xFFFFFFFF)).astype(np.int64)
            if wanted is not None:
                chosen = wanted(first, second)
                first, second = first[chosen], second[chosen]
            yield from self._counted(first, second)

    def _met(self, meetings: Meetings) -> Iterator[tuple[Int64s, Int64s]]:
        """Pairs that sizes, places and sketches do not refuse, some million meetings at a time."""
        counts = meetings.high - meetings.low
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        edges = np.unique(np.append(np.searchsorted(ends, np.arange(0, total, _PAIRS)), len(ends)))
        use_sketches = total > 4 * len(self._sets.sizes)
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            part = slice(start, stop)
            there = ranges(meetings.low[part], counts[part])
            x = np.repeat(meetings.sets[part], counts[part])
            left = np.minimum(np.repeat(meetings.left[part], counts[part]), meetings.others_left[there])
            y = meetings.others[there]
            possible = self._possible(x, y, left)
            x, y = x[possible], y[possible]
            if use_sketches:
                alike = self._alike(x, y)
                x, y = x[alike], y[alike]
            yield x, y

    def _possible(self, x: Int64s, y: Int64s, left: Int64s) -> Flags:
        sizes, t = self._sets.sizes, self._threshold
        flags: Flags = (left >= t / (1 + t) * (sizes[x] + sizes[y]) - SLACK) & (self.place[x] < self.place[y])
        return flags

    def _alike(self, x: Int64s, y: Int64s) -> Flags:
        """Whether what is known to differ leaves room for the threshold."""
        sizes, t = self._sets.sizes, self._threshold
        differ = self._alone[x] + self._alone[y]
        for word in self._sketches:
            differ += np.bitwise_count(word[x] ^ word[y])
        flags: Flags = differ <= (1 - t) / (1 + t) * (sizes[x] + sizes[y]) + SLACK
        return flags

    @cached_property
    def _sketches(self) -> list[Uint64s]:
        """256 bits a set, each the parity of the ids that fall on it (Sandes et al. 2020)."""
        some = np.flatnonzero(self._sets.shared)
        bits = (self._sets.ids * np.uint32(0x9E3779B1)) >> np.uint32(24)
        masks = np.uint64(1) << (bits & 63).astype(np.uint64)
        words = []
        for number in range(_WORDS):
            word = np.zeros(len(self._sets.sizes), np.uint64)
            own = np.where(bits >> 6 == number, masks, np.uint64(0))
            word[some] = np.bitwise_xor.reduceat(own, self._sets.starts[some])
            words.append(word)
        return words

    def _counted(self, first: Int64s, second: Int64s) -> Iterator[Pairs]:
        """The pairs that reach the threshold."""
        shared, sizes = self._sets.shared, self._sets.sizes
        ends = np.cumsum(shared[first] + shared[second])
        total = int(ends[-1]) if len(ends) else 0
        edges = np.unique(np.append(np.searchsorted(ends, np.arange(0, total, _IDS)), len(ends)))
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            x, y = first[start:stop], second[start:stop]
            common = self._common(x, y)
            similarity = common / (sizes[x] + sizes[y] - common)
            close = similarity >= self._threshold
            yield Pairs(x[close], y[close], similarity[close])

    def _common(self, first: Int64s, second: Int64s) -> Int64s:
        """How many ids each pair shares: sorted as ``pair << 32 | id``, a shared one comes twice."""
        pairs = np.arange(len(first), dtype=np.uint64)
        keys = np.concatenate([self._keyed(pairs, sets) for sets in (first, second)])
        keys.sort()
        twice = keys[1:][keys[1:] == keys[:-1]]
        return np.bincount((twice >> _HALF).astype(np.int64), minlength=len(first))

    def _keyed(self, pairs: Uint64s, sets: Int64s) -> Uint64s:
        counts = self._sets.shared[sets]
        ids = self._sets.ids[ranges(self._sets.starts[sets], counts)]
        return np.repeat(pairs, counts) << _HALF | ids
