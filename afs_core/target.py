"""Where the rows of a chain are written: one stream, or one for each split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

from afs_core.errors import DataError
from afs_core.jsonl import Writer
from afs_core.link import Link
from afs_core.packed import Packed, Tails
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
            self._only.write_lines([packed.lines], len(packed))
            return
        parts: dict[str, list[bytes]] = {}
        rows = zip(
            packed.rows(),
            packed.splits or repeat("train"),
            packed.seams or repeat(0),
            fates or repeat(None),
            strict=False,
        )
        set_split = self._tails.line
        for line, split, seam, fate in rows:
            if fate is None:
                pass
            elif fate.__class__ is Assign:
                line, split = set_split(line, seam, fate), fate.split
            else:
                link, drop = fate
                on_drop(link, drop, line)
                continue
            try:
                parts[split].append(line)
            except KeyError:
                parts[split] = [line]
        for split, lines in parts.items():
            self._writer(split).write_lines(lines, len(lines))

    def _writer(self, split: str) -> Writer:
        if self._only is not None:
            return self._only
        try:
            return self._writers[split]
        except KeyError:
            raise DataError(f"expected a split of {', '.join(SPLITS)}, got {split!r}") from None
