"""The shingles of many texts on disk, and which texts can have a near-duplicate at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from afs.dedupe.shingles import Int64s, Uint64s

__all__ = ["SLACK", "Corpus"]

#: What a product of floats may be off by; every bound errs by it to the safe side.
SLACK = 1e-9

_BLOCK = 1 << 20
_ROUNDS = 3


class Corpus:
    """The hashes of texts, one after another in a scratch file: 8 bytes a shingle, none in memory."""

    def __init__(self, blocks: Iterable[tuple[Uint64s, Int64s]], folder: Path) -> None:
        counts = [np.zeros(1, np.int64)]
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".shingles") as file:
            for hashes, count in blocks:
                file.write(hashes.data)
                counts.append(count)
            file.flush()
            self.starts = np.cumsum(np.concatenate(counts))
            self._hashes: Uint64s = (
                np.asarray(np.memmap(file.name, np.uint64, "r"))
                if self.starts[-1]
                else np.empty(0, np.uint64)
            )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, texts: Int64s) -> tuple[Uint64s, Int64s]:
        """The distinct hashes of each of ``texts``, ascending, and how many each has."""
        ends = np.cumsum(self.starts[texts + 1] - self.starts[texts])
        hashes = np.empty(int(ends[-1]) if len(ends) else 0, np.uint64)
        begin = 0
        for end, start, stop in zip(
            ends.tolist(), self.starts[texts].tolist(), self.starts[texts + 1].tolist(), strict=True
        ):
            part = hashes[begin:end]
            part[:] = self._hashes[start:stop]
            part.sort()
            begin = end
        return _distinct(hashes, ends)

    def linked(self, threshold: float) -> Int64s:
        """The texts that share enough of their shingles with others to resemble one of them.

        A text of ``n`` shingles resembles another by ``threshold`` only if at least
        ``threshold * n`` of its shingles occur elsewhere. Most texts of most datasets do not pass.
        """
        texts = np.arange(len(self), dtype=np.int64)
        for _ in range(_ROUNDS):
            repeats = _Repeats(int((self.starts[texts + 1] - self.starts[texts]).sum()))
            for hashes, _counts in self._blocks(texts):
                repeats.add(hashes)
            passed = [
                _sums(repeats.hold(hashes), counts) >= threshold * counts - SLACK
                for hashes, counts in self._blocks(texts)
            ]
            before = len(texts)
            texts = texts[np.concatenate(passed)] if passed else texts
            if len(texts) > 0.9 * before:
                break
        return texts

    def _blocks(self, texts: Int64s) -> Iterator[tuple[Uint64s, Int64s]]:
        """Hashes and counts of ``texts``, which are ascending, some million at a time."""
        places = np.arange(0, int(self.starts[-1]), _BLOCK)
        edges = np.unique(np.concatenate((np.searchsorted(self.starts, places), [len(self)])))
        for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            chosen = np.zeros(last - first, np.bool_)
            low, high = np.searchsorted(texts, (first, last))
            if low == high:
                continue
            chosen[texts[low:high] - first] = True
            counts = np.diff(self.starts[first : last + 1])
            hashes = self._hashes[self.starts[first] : self.starts[last]]
            yield hashes[np.repeat(chosen, counts)], counts[chosen]


class _Repeats:
    """Which hashes came more than once. Sometimes says so of one that did not, never the reverse."""

    def __init__(self, expected: int) -> None:
        bits = min(max(expected * 4, 1 << 10).bit_length(), 28)
        self._shift = np.uint64(64 - bits)
        self._seen = np.zeros(1 << bits, np.uint8)

    def add(self, hashes: Uint64s) -> None:
        places = np.sort(hashes >> self._shift)
        again = self._seen[places] > 0
        again[1:] |= places[1:] == places[:-1]
        self._seen[places] = 1
        self._seen[places[again]] = 2

    def hold(self, hashes: Uint64s) -> npt.NDArray[np.bool_]:
        held: npt.NDArray[np.bool_] = self._seen[hashes >> self._shift] == 2
        return held


def _sums(flags: npt.NDArray[np.bool_], counts: Int64s) -> Int64s:
    """How many flags are set in each run of ``counts`` flags; no count is 0."""
    starts = np.cumsum(counts) - counts
    return np.add.reduceat(flags, starts, dtype=np.int64) if len(counts) else counts


def _distinct(hashes: Uint64s, ends: Int64s) -> tuple[Uint64s, Int64s]:
    """Each hash once within its text; a text ends where ``ends`` says, its hashes ascend."""
    if not len(hashes):
        return hashes, ends
    new = np.ones(len(hashes), np.bool_)
    np.not_equal(hashes[1:], hashes[:-1], out=new[1:])
    new[ends[:-1]] = True
    counts = _sums(new, np.diff(ends, prepend=0))
    return (hashes if new.all() else hashes[new]), counts
