"""Where the rows of a chain are written: one stream, or one for each split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

from afs_core.errors import DataError
from afs_core.jsonl import Writer
from afs_core.link import Link
from afs_core.packed import Packed, Tails, line_of, sample_of
from afs_core.sample import TrainingSample
from afs_core.sources import SPLITS
from afs_core.verdict import Assign

__all__ = ["Target"]

OnDrop = Callable[[Link, Any, bytes], None]


class _Bin:
    """Lines of one split, in parts."""

    __slots__ = ("count", "parts", "tails")

    def __init__(self, tails: tuple[tuple[int, bytes], ...]) -> None:
        self.tails = tails
        self.parts: list[bytes] = []
        self.count = 0


class Target:
    """Writers by split; a single one takes all. A sample without a split is for training."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self._only = writers[0] if len(writers) == 1 else None
        self._writers = dict(zip(SPLITS, writers, strict=False))
        self._tails = Tails()

    def write(self, sample: TrainingSample) -> None:
        split = (sample.prov.split if sample.prov else "") or "train"
        self._writer(split).write(sample)

    def write_lines(self, packed: Packed, fates: Iterable[Any] | None, on_drop: OnDrop) -> None:
        """Lines with what was decided on each; ``on_drop`` hears of the dropped."""
        if self._only is not None and fates is None:
            self._only.write_lines([packed.lines], len(packed))
            return
        if packed.seams:
            self._write_assigned(packed, fates or (), on_drop)
            return
        parts: dict[str, list[bytes]] = {}
        rows = zip(packed.rows(), packed.splits or repeat("train"), fates or repeat(None), strict=False)
        for line, split, fate in rows:
            if fate is None:
                parts.setdefault(split, []).append(line)
            else:
                link, drop = fate
                on_drop(link, drop, line)
        for split, lines in parts.items():
            self._writer(split).write_lines(lines, len(lines))

    def _write_assigned(self, packed: Packed, fates: Iterable[Any], on_drop: OnDrop) -> None:
        """Each line with its split set: cut at the seam, and a tail that is the same for all."""
        bins: dict[str, _Bin] = {}
        lines, end = packed.lines, 0
        for length, seam, fate in zip(packed.lengths, packed.seams, fates, strict=True):
            start, end = end, end + length
            if fate.__class__ is not Assign:
                link, drop = fate
                on_drop(link, drop, lines[start:end])
                continue
            to = bins.get(fate.split)
            if to is None:
                to = bins[fate.split] = _Bin(self._tails.of(fate.split))
            to.count += 1
            if seam:
                cut, tail = to.tails[seam]
                to.parts += (lines[start : end + cut], tail)
            else:
                to.parts.append(line_of(fate.to(sample_of(lines[start:end]))))
        for split, filled in bins.items():
            self._writer(split).write_lines(filled.parts, filled.count)

    def _writer(self, split: str) -> Writer:
        if self._only is not None:
            return self._only
        try:
            return self._writers[split]
        except KeyError:
            raise DataError(f"expected a split of {', '.join(SPLITS)}, got {split!r}") from None
