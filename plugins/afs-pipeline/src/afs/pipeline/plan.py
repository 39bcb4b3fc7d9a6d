"""What a run would do, told without doing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afs_core import DataError, Stage
from afs_core.sources import sample_files
from afs_core.stage import STREAM_KINDS, Use, stands

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Planned", "planned"]

_BLOCK = 1 << 20


class Planned(msgspec.Struct, kw_only=True):
    """One stage: ``stands`` says whether it would be passed over; ``rows`` are the lines that it
    would read, None where that cannot be known yet or it reads none."""

    stage: str
    uses: str
    inputs: str = msgspec.field(name="from")
    output: str
    workers: int
    rows: int | None
    stands: str


def planned(stages: Sequence[Stage], run: Run, *, again: bool = False) -> Iterator[Planned]:
    """The stages in order; one that reads what another will write cannot stand, and none does
    where all is to be done ``again``."""
    remade: list[Path] = []
    for stage in stages:
        waits = any(_within(path, made) for path in stage.inputs for made in remade)
        standing = not (again or waits) and stands(stage, run)
        if not standing:
            remade.append(stage.output)
        yield Planned(
            stage=stage.name,
            uses=", ".join(stage.uses),
            inputs=", ".join(map(str, stage.inputs)),
            output=str(stage.output),
            workers=stage.workers,
            rows=None if waits else _rows(stage),
            stands="yes" if standing else "no",
        )


def _within(path: Path, folder: Path) -> bool:
    return path == folder or path.is_relative_to(folder)


def _rows(stage: Stage) -> int | None:
    """Lines of the sample files that a chain reads."""
    first = Use.parse(stage.uses[0]).kind
    if first not in STREAM_KINDS - {"generators", "converters"} or not stage.inputs:
        return None
    try:
        return sum(_lines(file) for path in stage.inputs for file in sample_files(path))
    except (DataError, OSError):
        return None


def _lines(path: Path) -> int:
    count, last = 0, b"\n"
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(_BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")
