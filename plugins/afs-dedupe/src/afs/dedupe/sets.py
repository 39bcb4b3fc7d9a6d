"""Texts as sets of numbers, rare ones first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from afs.dedupe.shingles import Int64s, Uint64s

__all__ = ["ShingleSets", "Uint32s"]

Uint32s = npt.NDArray[np.uint32]

_PART = 1 << 23
_ALONE = 0xFFFFFFFF
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


class ShingleSets(NamedTuple):
    """Set ``i`` has ``sizes[i]`` shingles, ``ids[starts[i]:starts[i + 1]]`` of which another set holds.

    The ids of a set ascend. The fewer sets hold a shingle, the lower is its id.
    """

    starts: Int64s
    ids: Uint32s
    sizes: Int64s

    @classmethod
    def of(cls, hashes: Uint64s, counts: Int64s) -> ShingleSets:
        """Sets of ``counts`` distinct hashes each."""
        ids = _numbered(hashes)
        del hashes
        shared = ids != _ALONE
        ends = np.cumsum(counts)
        held = np.concatenate(([0], np.cumsum(shared)))[np.concatenate(([0], ends))]
        return cls(held, _sorted_within(ids[shared], held), counts)

    @property
    def shared(self) -> Int64s:
        return np.diff(self.starts)


def _numbered(hashes: Uint64s) -> Uint32s:
    """A number for each distinct hash that occurs twice or more, by frequency; else ``_ALONE``."""
    ids = np.full(len(hashes), _ALONE, np.uint32)
    frequencies: list[Int64s] = []
    known = 0
    for places in _parts(hashes):
        part = hashes if places is None else hashes[places]
        order = np.argsort(part)
        ordered = part[order]
        new = np.ones(len(part), np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
        lengths = np.diff(np.flatnonzero(new), append=len(part))
        shared = lengths > 1
        numbers = np.full(len(lengths), _ALONE, np.uint32)
        numbers[shared] = np.arange(known, known + int(shared.sum()))
        ids[order if places is None else places[order]] = np.repeat(numbers, lengths)
        frequencies.append(lengths[shared])
        known += int(shared.sum())
    by_frequency = np.argsort(np.concatenate(frequencies), kind="stable")
    ranks = np.full(known + 1, _ALONE, np.uint32)
    ranks[by_frequency] = np.arange(known)
    return ranks[np.minimum(ids, known)]


def _parts(hashes: Uint64s) -> list[Int64s] | list[None]:
    """Places of hashes by their highest bits, so that sorting one part stays small."""
    bits = (len(hashes) // _PART).bit_length()
    if not bits:
        return [None]
    tops = (hashes >> np.uint64(64 - bits)).astype(np.uint8)
    return [np.flatnonzero(tops == top) for top in range(1 << bits)]


def _sorted_within(ids: Uint32s, starts: Int64s) -> Uint32s:
    """``ids`` with each set's own ascending, done on ``set << 32 | id``, a block of sets at a time."""
    edges = np.searchsorted(starts, np.arange(0, len(ids), _PART))
    edges = np.unique(np.append(edges, len(starts) - 1))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        span = slice(int(starts[first]), int(starts[last]))
        owners = np.repeat(np.arange(last - first, dtype=np.uint64), np.diff(starts[first : last + 1]))
        packed = owners << _HALF | ids[span]
        packed.sort()
        ids[span] = packed & _LOW
    return ids
