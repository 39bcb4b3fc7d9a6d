"""The ``repeats`` transform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from afs.dedupe import digest64, question
from afs_core import Run, TrainingSample

__all__ = ["Repeats"]


class Repeats:
    """Counts samples that ask the normalised question of an earlier one; changes and drops nothing.

    Holds one number for each question.
    """

    def __init__(self, config: Any, run: Run) -> None:
        #: For the counts.
        self.noted: Counter[str] = Counter()

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        seen: set[int] = set()
        for sample in samples:
            key = digest64(question(sample))
            if key in seen:
                self.noted["same question as an earlier sample"] += 1
            seen.add(key)
            yield sample
