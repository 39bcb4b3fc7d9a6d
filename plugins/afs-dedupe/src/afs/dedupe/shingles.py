"""Runs of words as 64-bit numbers, for whole blocks of text at once.

A text is words with single blanks between them and no other white space, as
:func:`afs.dedupe.key.normalise` leaves it. The hash of every run of words is a difference of two
prefix sums: with ``H[i]`` the sum of ``t[byte j] * B**j`` over ``j < i``, modulo 2**64, the run
from byte ``i`` to ``k`` is ``(H[k] - H[i]) * B**-i``. So a run costs two look-ups whatever its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["Int64s", "Shingler", "Uint64s", "ranges"]

Int64s = npt.NDArray[np.int64]
Uint64s = npt.NDArray[np.uint64]

_BLANK, _END = 0x20, 0x0A
_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse
_BLOCK = 1 << 20


def ranges(first: Int64s, count: Int64s) -> Int64s:
    """``first[i], first[i] + 1, ...``, ``count[i]`` numbers for each ``i``, one after another."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    numbers: Int64s = np.arange(total, dtype=np.int64)
    numbers += np.repeat(first - (ends - count), count)
    return numbers


class Shingler:
    """Hashes every run of ``size`` words.

    A text with fewer words is one run (``whole_if_short``), so that it equals only itself,
    or has none.
    """

    def __init__(self, size: int, *, whole_if_short: bool = True, block: int = _BLOCK) -> None:
        self.size = size
        self._least = 1 if whole_if_short else 0
        self._block = block
        self._bytes = _byte_values()
        self._powers = self._inverses = np.empty(0, np.uint64)

    def stream(self, texts: Iterable[str]) -> Iterator[tuple[Uint64s, Int64s]]:
        """Blocks of texts, in order: all hashes of a block, and how many each of its texts has.

        Memory is some 30 bytes a byte of a block, whose size a long text does not exceed.
        """
        batch: list[bytes] = []
        held = 0
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            if len(data) > self._block:
                if batch:
                    yield self._hash(batch)
                    batch, held = [], 0
                yield self._hash_long(data)
                continue
            batch.append(data)
            held += len(data) + 1
            if held >= self._block:
                yield self._hash(batch)
                batch, held = [], 0
        if batch:
            yield self._hash(batch)

    def _hash_long(self, data: bytes) -> tuple[Uint64s, Int64s]:
        hashes = np.concatenate([self._hash([piece])[0] for piece in _pieces(data, self.size, self._block)])
        return hashes, np.array([len(hashes)], np.int64)

    def _hash(self, texts: list[bytes]) -> tuple[Uint64s, Int64s]:
        data = np.frombuffer(b"\n".join(texts) + b"\n", np.uint8)
        self._extend(len(data) + 1)
        sums = np.zeros(len(data) + 1, np.uint64)
        np.cumsum(self._bytes[data] * self._powers[: len(data)], out=sums[1:])
        stops = np.flatnonzero((data == _BLANK) | (data == _END))
        begins = np.concatenate(([0], stops[:-1] + 1))
        lasts = np.flatnonzero(data[stops] == _END)
        firsts = np.concatenate(([0], lasts[:-1] + 1))
        counts = np.maximum(lasts - firsts + 2 - self.size, self._least)
        first = ranges(firsts, counts)
        last = np.minimum(first + (self.size - 1), np.repeat(lasts, counts))
        start = begins[first]
        return (sums[stops[last]] - sums[start]) * self._inverses[start], counts

    def _extend(self, length: int) -> None:
        if length > len(self._powers):
            self._powers = _powers(_BASE, length)
            self._inverses = _powers(pow(_BASE, -1, 1 << 64), length)


def _pieces(data: bytes, size: int, limit: int) -> Iterator[bytes]:
    """``data`` cut at blanks, so that each run of ``size`` words is whole in exactly one piece."""
    start, reach = 0, limit
    while len(data) - start > reach:
        end = data.find(b" ", start + reach)
        if end < 0:
            break
        back = end
        for _ in range(size - 1):
            back = data.rfind(b" ", start, back) if back >= 0 else -1
        if back < 0:  # fewer words than a run
            reach *= 2
            continue
        yield data[start:end]
        start, reach = back + 1, limit
    yield data[start:]


def _powers(base: int, count: int) -> Uint64s:
    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _byte_values() -> Uint64s:
    """A fixed random number for each byte: splitmix64 (Steele et al. 2014) from 1."""
    counter = np.arange(1, 257, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (counter ^ (counter >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
