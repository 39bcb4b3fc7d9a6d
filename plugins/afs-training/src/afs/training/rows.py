"""Training data in whatever known format it comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from afs_core import Converter, DataError, Run, TrainingSample, read_rows, read_samples

__all__ = ["SAMPLES", "format_of", "read_rows_as_samples"]

#: Name of afs's own format.
SAMPLES = "samples"
_FIRST = ("alpaca", "sharegpt", "openai")


def read_rows_as_samples(path: Path, run: Run) -> Iterator[TrainingSample]:
    """The samples of a file whose format its first row tells; raises DataError with file and line."""
    name = format_of(path, run)
    if name in (SAMPLES, ""):
        yield from read_samples(path)
        return
    converter: Converter = run.use("converters", name)
    for number, row in enumerate(read_rows(path), 1):
        try:
            yield converter.parse(row)
        except DataError as fault:
            raise DataError(f"row {number}: {fault.reason}", path=path, hint=fault.hint) from None


def format_of(path: Path, run: Run) -> str:
    """``samples`` or a converter's name, told from the first row; empty for an empty file."""
    row = next(read_rows(path), None)
    if row is None:
        return ""
    others = [entry.name for entry in run.registry.entries("converters") if entry.name not in _FIRST]
    for name in (*_FIRST, *others):
        if _matches(name, row, run):
            return name
    if isinstance(row.get("instruction"), str) and isinstance(row.get("output"), str):
        return SAMPLES
    known = ", ".join((SAMPLES, *_FIRST, *others))
    raise DataError(f"expected rows of {known}; got the keys {', '.join(row) or 'none'}", path=path, line=1)


def _matches(name: str, row: dict[str, Any], run: Run) -> bool:
    converter: Converter = run.use("converters", name)
    return converter.matches(row)
