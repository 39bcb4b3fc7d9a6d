"""Rows between two steps of a chain, as the lines that they are on disk.

A row that a verdict may yet assign to a split is encoded once, without one; the split is then set
in its line. What comes of that is what encoding the changed sample would give: ``prov`` is the last
key of a line and ``split`` its last, wherever afs knows all keys.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from afs_core.jsonl import check_unchanged, samples_of
from afs_core.sample import TrainingSample

__all__ = ["Packed", "Tails", "line_of", "pack", "sample_of"]

_SPOOL = Path("spool")
_encode_lines = msgspec.json.Encoder().encode_lines
# Where the split goes in a line: nowhere known, after all, into an empty prov, after its last key.
UNKNOWN, _NO_PROV, _EMPTY_PROV, PROV = range(4)
#: How a line ends whose ``prov`` holds nothing, and one that holds something.
_NOTHING, PROV_END = b"{}}\n", b"}}\n"


class Packed(msgspec.Struct):
    """``count`` rows as lines one after the other, ``size`` bytes with their ends, and their seams and
    splits where asked for.

    ``keys`` holds for each keyed link one key a row; ``place`` is where the lines lie where they
    are no longer in ``lines``.
    """

    count: int
    lines: bytes
    size: int
    seams: bytes = b""
    splits: list[str] = []
    keys: list[Any] = []
    place: tuple[Path, int] | None = None

    def rows(self, end: bytes = b"\n") -> list[bytes]:
        """The lines without ``end``, which is how every one of them ends and nothing else."""
        rows = self.lines.split(end)
        del rows[self.count :]
        return rows


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
    parts: list[bytes] = []
    marks: list[bytes] = []
    names: list[str] = []
    taken: list[list[Any]] = [[] for _ in keyed]
    count, unlooked = 0, 16 if first else 1
    for batch in batches:
        count += len(batch)
        for link, keys in zip(keyed, taken, strict=True):
            keys += link.keys(batch)
        if splits:
            names += [(sample.prov.split if sample.prov else "") or "train" for sample in batch]
        if seams:
            lines, mark = _with_seams(batch)
            parts.append(lines)
            marks.append(mark)
            continue
        for sample in batch:
            line = getattr(sample, "line", None)  # a look at __dict__ would make one
            if line is not None and unlooked:
                unlooked -= 1
                check_unchanged(sample, line)
            parts.append(line_of(sample))
    lines = b"".join(parts)
    return Packed(count, lines, len(lines), b"".join(marks), names, taken)


def _with_seams(batch: Sequence[TrainingSample]) -> tuple[bytes, bytes]:
    """Lines and their seams."""
    for sample in batch:
        prov = sample.prov
        if prov is None or prov.split or prov.extra or sample.extra or sample.messages:
            break
    else:
        with contextlib.suppress(UnicodeEncodeError):
            lines = _encode_lines(batch)
            if _NOTHING not in lines:
                return lines, bytes([PROV]) * len(batch)
    pairs = [_with_seam(sample) for sample in batch]
    return b"".join([line for line, _ in pairs]), bytes([seam for _, seam in pairs])


def _with_seam(sample: TrainingSample) -> tuple[bytes, int]:
    """A line and its seam; where none is known, the line that stays if the split is right already."""
    prov = sample.prov
    if sample.extra or (prov is not None and (prov.split or prov.extra)):
        return line_of(sample), UNKNOWN
    line = sample.to_bytes() + b"\n"
    if prov is None:
        return line, _NO_PROV
    return line, _EMPTY_PROV if line.endswith(_NOTHING) else PROV


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
    """What follows in lines whose split is set."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, bytes], ...]] = {}

    def of(self, split: str) -> tuple[tuple[int, bytes], ...]:
        """For each seam but the unknown: how much of a line's end goes, and what then follows."""
        tails = self._known.get(split)
        if tails is None:
            field = b'"split":' + msgspec.json.encode(split) + b"}}\n"
            tails = ((0, b""), (-1, b',"prov":{' + field), (-2, field), (-2, b"," + field))
            self._known[split] = tails
        return tails
