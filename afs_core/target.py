"""Where the rows of a chain are written: one stream, or one for each split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

from afs_core.errors import DataError
from afs_core.jsonl import Writer
from afs_core.link import Link
from afs_core.packed import PROV, PROV_END, UNKNOWN, Packed, Tails, line_of, sample_of
from afs_core.sample import TrainingSample
from afs_core.sources import SPLITS
from afs_core.verdict import Assign

__all__ = ["Target"]

OnDrop = Callable[[Link, Any, bytes], None]


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
            self._only.write_lines([packed.lines], packed.count)
        elif packed.seams.count(PROV) == packed.count:
            self._write_alike(packed, fates or (), on_drop)
        elif packed.seams:
            self._write_assigned(packed, fates or (), on_drop)
        else:
            self._write_as_is(packed, fates or repeat(None), on_drop)

    def _write_as_is(self, packed: Packed, fates: Iterable[Any], on_drop: OnDrop) -> None:
        parts: dict[str, list[bytes]] = {}
        for line, split, fate in zip(packed.rows(), packed.splits or repeat("train"), fates, strict=False):
            if fate is None:
                parts.setdefault(split, []).append(line)
            else:
                link, drop = fate
                on_drop(link, drop, line)
        for split, lines in parts.items():
            self._writer(split).write_lines([b"\n".join(lines), b"\n"], len(lines))

    def _write_alike(self, packed: Packed, fates: Iterable[Any], on_drop: OnDrop) -> None:
        """Lines that all have something in ``prov``: what is joined to one of a split is the same."""
        bodies: dict[str, list[bytes]] = {}
        for body, fate in zip(packed.rows(PROV_END), fates, strict=True):
            if fate.__class__ is Assign:
                bodies.setdefault(fate.split, []).append(body)
            else:
                link, drop = fate
                on_drop(link, drop, body + PROV_END)
        for split, found in bodies.items():
            _, tail = self._tails.of(split)[PROV]
            self._writer(split).write_lines([tail.join(found), tail], len(found))

    def _write_assigned(self, packed: Packed, fates: Iterable[Any], on_drop: OnDrop) -> None:
        """Each line with its split set."""
        parts: dict[str, list[bytes]] = {}
        for line, seam, fate in zip(packed.rows(), packed.seams, fates, strict=True):
            if fate.__class__ is not Assign:
                link, drop = fate
                on_drop(link, drop, line)
                continue
            if seam == UNKNOWN:
                line = line_of(fate.to(sample_of(line)))
            else:
                cut, tail = self._tails.of(fate.split)[seam]
                line = line[:cut] + tail
            parts.setdefault(fate.split, []).append(line)
        for split, lines in parts.items():
            self._writer(split).write_lines(lines, len(lines))

    def _writer(self, split: str) -> Writer:
        if self._only is not None:
            return self._only
        try:
            return self._writers[split]
        except KeyError:
            raise DataError(f"expected a split of {', '.join(SPLITS)}, got {split!r}") from None
