"""The training samples of several files, and the line that each stands on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from afs_core import TrainingSample, read_samples
from afs_core.jsonl import open_binary

__all__ = ["TrainingRows"]

_BATCH = 2048
_BYTES = 1 << 22
_MARK = b"\xef\xbb\xbf"


class TrainingRows:
    """The samples of files, and of the ``train.jsonl`` of folders, in batches; rows count from 0."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = [path / "train.jsonl" if path.is_dir() else path for path in paths]
        self._ends: list[int] = []

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def batches(self) -> Iterator[list[TrainingSample]]:
        """At most some thousand samples or a few megabytes of them at a time."""
        self._ends = []
        for path in self._paths:
            count = len(self)
            for batch in _batched(read_samples(path)):
                count += len(batch)
                yield batch
            self._ends.append(count)

    def lines(self, rows: Iterable[int]) -> dict[int, str]:
        """``file:line`` of each row; files are named from their common folder on."""
        wanted = sorted(set(rows))
        names = _short(self._paths)
        found: dict[int, str] = {}
        for path, name, start, end in zip(self._paths, names, [0, *self._ends], self._ends, strict=False):
            own = [row - start for row in wanted if start <= row < end]
            found |= {start + row: f"{name}:{line}" for row, line in _lines(path, own)}
        return found


def _batched(samples: Iterable[TrainingSample]) -> Iterator[list[TrainingSample]]:
    batch: list[TrainingSample] = []
    size = 0
    for sample in samples:
        batch.append(sample)
        size += len(sample.__dict__.get("line") or b"")
        if len(batch) >= _BATCH or size >= _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _lines(path: Path, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Row and line number of the ascending ``rows``; blank lines hold no row."""
    if not rows:
        return
    with open_binary(path) as stream:
        filled = (number for number, line in enumerate(stream, 1) if line.removeprefix(_MARK).strip())
        before = 0
        for row in rows:
            yield row, next(islice(filled, row - before, None))
            before = row + 1


def _short(paths: Sequence[Path]) -> list[str]:
    folder = os.path.commonpath([path.absolute().parent for path in paths])
    return [path.absolute().relative_to(folder).as_posix() for path in paths]
