"""The head of a chain that reads files: lines to samples, through the row-wise links, to lines again.

It knows nothing of what came before, so any process can do any range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from afs_core.jsonl import Fault, OnFault, samples_of
from afs_core.link import BATCH, Link, Passage
from afs_core.packed import Packed, pack
from afs_core.sample import TrainingSample

__all__ = ["Done", "Front", "Shape"]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """How the front of a chain ends: how many links are row-wise, how many after them keyed, and
    whether rows will be assigned to splits or must say theirs."""

    rowwise: int
    keyed: int = 0
    seams: bool = False
    splits: bool = False


class Front:
    """Row-wise links, and the keyed ones after them whose keys are taken on the way."""

    def __init__(
        self, links: Sequence[Link], shape: Shape, on_fault: OnFault | None, on_repair: Callable[[int], None]
    ) -> None:
        self.links = links[: shape.rowwise]
        self.keyed = links[shape.rowwise : shape.rowwise + shape.keyed]
        self.shape = shape
        self.read = 0
        self._on_fault, self._on_repair = on_fault, on_repair

    def batches(self, lines: Iterable[bytes], path: Path, before: int) -> Iterator[list[TrainingSample]]:
        """What comes of ``lines`` of ``path``, which ``before`` others precede."""
        samples = samples_of(lines, path, before=before, on_fault=self._on_fault, on_repair=self._on_repair)
        while batch := list(islice(samples, BATCH)):
            self.read += len(batch)
            for link in self.links:
                batch = link.batch(batch)
            if batch:
                yield batch

    def packed(self, lines: Iterable[bytes], path: Path, before: int) -> Packed:
        """The same as lines, with keys."""
        return pack(
            self.batches(lines, path, before),
            keyed=self.keyed,
            seams=self.shape.seams,
            splits=self.shape.splits,
            first=not before,
        )


class Done(msgspec.Struct, kw_only=True):
    """What came of a range in another process. ``rejects`` are faults, their lines counted from the
    range's first, and rows."""

    packed: Packed
    lines: int
    read: int
    repaired: int
    rejects: list[Fault | dict[str, Any]]
    warnings: list[str]
    passages: list[Passage]
