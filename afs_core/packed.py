"""Rows between two steps of a chain, as the lines that they are on disk.

A row that a verdict may yet assign to a split is encoded once, without one; the split is then set
in its line. What comes of that is what encoding the changed sample would give: ``prov`` is the last
key of a line and ``split`` its last, wherever afs knows all keys.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from afs_core.jsonl import check_unchanged, samples_of
from afs_core.sample import TrainingSample

__all__ = ["Packed", "Tails", "line_of", "pack", "sample_of"]

_SPOOL = Path("spool")
_encode = msgspec.json.Encoder().encode
# Where the split goes in a line: nowhere known, after all, into an empty prov, after its last key.
_UNKNOWN, _NO_PROV, _EMPTY_PROV, _PROV = range(4)


class Packed(msgspec.Struct):
    """Rows as lines one after the other: their lengths, seams and splits (0 where not asked for).

    ``keys`` holds for each keyed link one key a row; ``place`` is where the lines lie where they
    are no longer in ``lines``.
    """

    lengths: array[int]
    lines: bytes = b""
    seams: bytearray = bytearray()
    splits: list[str] = []
    keys: list[Any] = []
    place: tuple[Path, int] | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    def rows(self) -> Iterator[bytes]:
        """Each line with its end."""
        start, lines = 0, self.lines
        for length in self.lengths:
            yield lines[start : start + length]
            start += length


def pack(
    batches: Iterable[Sequence[TrainingSample]],
    *,
    keyed: Sequence[Any] = (),
    seams: bool = False,
    splits: bool = False,
    first: bool = False,
) -> Packed:
    """The samples as lines; ``keyed`` are links whose keys are wanted. ``first`` are at the head of
    a file, where samples changed in place are looked for with more care."""
    packed = Packed(array("I"), keys=[[] for _ in keyed])
    lines: list[bytes] = []
    unlooked = 16 if first else 1
    for batch in batches:
        for link, keys in zip(keyed, packed.keys, strict=True):
            keys += link.keys(batch)
        if splits:
            packed.splits += [(sample.prov.split if sample.prov else "") or "train" for sample in batch]
        if seams:
            _encode_into(lines, packed.seams, batch)
            continue
        for sample in batch:
            line = getattr(sample, "line", None)  # a look at __dict__ would make one
            if line is not None and unlooked:
                unlooked -= 1
                check_unchanged(sample, line)
            lines.append(line_of(sample))
    if seams:
        packed.lengths.extend([len(line) + 1 for line in lines])
        lines.append(b"")
        packed.lines = b"\n".join(lines)
    else:
        packed.lengths.extend(map(len, lines))
        packed.lines = b"".join(lines)
    return packed


def _encode_into(lines: list[bytes], seams: bytearray, batch: Iterable[TrainingSample]) -> None:
    """Lines without their ends into which a split can be set, and their seams; where no seam is known,
    the line that stays if the sample has the right split already."""
    for sample in batch:
        prov = sample.prov
        if sample.extra or (prov is not None and (prov.split or prov.extra)):
            lines.append(line_of(sample)[:-1])
            seams.append(_UNKNOWN)
            continue
        line = sample.to_bytes() if sample.messages else _encode(sample)
        lines.append(line)
        if prov is None:
            seams.append(_NO_PROV)
        else:
            seams.append(_EMPTY_PROV if line.endswith(b"{}}") else _PROV)


def line_of(sample: TrainingSample) -> bytes:
    """What a writer writes of ``sample``."""
    line: bytes | None = getattr(sample, "line", None)
    if line is None:
        return sample.to_bytes() + b"\n"
    return line if line.endswith(b"\n") else line + b"\n"


def sample_of(line: bytes) -> TrainingSample:
    """The sample of a line that :func:`pack` made."""
    return next(samples_of((line,), _SPOOL))


class Tails:
    """Sets splits in lines."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, bytes], ...]] = {}

    def of(self, split: str) -> tuple[tuple[int, bytes], ...]:
        """For each seam but the unknown: where a line is to be cut, and what then follows."""
        tails = self._known.get(split)
        if tails is None:
            field = b'"split":' + msgspec.json.encode(split) + b"}}\n"
            tails = ((0, b""), (-2, b',"prov":{' + field), (-3, field), (-3, b"," + field))
            self._known[split] = tails
        return tails
