"""Training data in whatever known format it comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from afs.training.detection import Detector
from afs_core import DataError, Run, TrainingSample, read_samples
from afs_core.documents import Entry, is_plain_lines, read_entries
from afs_core.jsonl import STANDARD_STREAM

__all__ = ["SAMPLES", "format_of", "origin_of", "read_rows_as_samples"]

#: Name of afs's own format.
SAMPLES = "samples"


def read_rows_as_samples(path: Path, run: Run) -> Iterator[TrainingSample]:
    """The samples of a file whose format its rows tell; raises DataError with file and line."""
    if origin_of(path, run) is None:
        yield from read_samples(path)
        return
    detector = Detector(run)
    for entry in read_entries(path):
        try:
            yield detector.parse(entry.row)
        except DataError as fault:
            raise _placed(fault, path, entry) from None


def origin_of(path: Path, run: Run) -> str | None:
    """The converter that reads a file; None where it is plain lines of samples, or standard input."""
    if path == STANDARD_STREAM:
        return None
    form = format_of(path, run)
    return None if form in (SAMPLES, "") and is_plain_lines(path) else form or SAMPLES


def format_of(path: Path, run: Run) -> str:
    """``samples`` or a converter's name, told from the first row; empty for an empty file."""
    entry = next(read_entries(path), None)
    if entry is None:
        return ""
    try:
        return Detector(run).named(entry.row)
    except DataError as fault:
        raise _placed(fault, path, entry) from None


def _placed(fault: DataError, path: Path, entry: Entry) -> DataError:
    return DataError(fault.reason, path=path, line=entry.start, hint=fault.hint)
