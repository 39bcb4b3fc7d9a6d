"""Samples that a transform reads twice though they come but once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from afs_core.jsonl import Writer, read_samples
from afs_core.sample import TrainingSample

__all__ = ["Spool"]


class Spool:
    """Samples that can be iterated again: the first look writes them down, later ones read them.

    The file lies in ``folder`` and goes with the spool.
    """

    def __init__(self, samples: Iterator[TrainingSample], folder: Path) -> None:
        self._samples: Iterator[TrainingSample] | None = samples
        self._folder = folder
        self._file: Any = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._file is not None:
            self._file.close()

    def __iter__(self) -> Iterator[TrainingSample]:
        if self._samples is not None:
            yield from self._first_look(self._samples)
        else:
            yield from read_samples(Path(self._file.name))

    def _first_look(self, samples: Iterator[TrainingSample]) -> Iterator[TrainingSample]:
        self._file = tempfile.NamedTemporaryFile(dir=self._folder, suffix=".spool")  # noqa: SIM115
        writer = Writer(self._file)
        for sample in samples:
            writer.write(sample)
            yield sample
        writer.flush()
        self._file.flush()
        self._samples = None
