"""Samples in a seeded order, with memory for their places only."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from afs_core import TrainingSample

__all__ = ["shuffled"]


def shuffled(samples: Iterable[TrainingSample], folder: Path, rng: Random) -> Iterator[TrainingSample]:
    """All of ``samples`` in a drawn order, by way of a file in ``folder`` that goes when done.

    The order depends on the number of samples and on ``rng`` alone: it is that of ``rng.shuffle``
    on a list.
    """
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".shuffle") as file:
        ends = array("Q", [0])
        for sample in samples:
            line = sample.__dict__.get("line") or sample.to_bytes()
            file.write(line)
            ends.append(ends[-1] + len(line))
        file.flush()
        order = array("Q", range(len(ends) - 1))
        rng.shuffle(order)
        with Path(file.name).open("rb", buffering=0) as lines:
            for row in order:
                lines.seek(ends[row])
                yield _read(lines.read(ends[row + 1] - ends[row]))


def _read(line: bytes) -> TrainingSample:
    sample = TrainingSample.from_json(line)
    sample.__dict__["line"] = line
    return sample
