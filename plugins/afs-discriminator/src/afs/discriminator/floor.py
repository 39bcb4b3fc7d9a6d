"""The ``score-floor`` transform: drops what scores too low, and counts what other floors would keep."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from afs_core import Run, TrainingSample

__all__ = ["FLOORS", "UNSCORED", "ScoreFloor"]

FLOORS: Final = tuple(step / 10 for step in range(1, 10))
UNSCORED: Final = "no quality score"


class ScoreFloor:
    """Drops samples whose ``quality_score`` is below ``minimum``, and those that have none."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        minimum: Annotated[float, Meta(description="The least quality score that is kept", ge=0, le=1)] = 0.5

    rowwise = True

    def __init__(self, config: Config, run: Run) -> None:
        self._minimum, self._run = config.minimum, run
        #: Samples that each of :data:`FLOORS` would keep.
        self.noted: Counter[str] = Counter()

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        for sample in samples:
            score = sample.score
            for floor in FLOORS:
                self.noted[f"at {floor:g}"] += score >= floor
            if score >= self._minimum:
                yield sample
            elif math.isnan(score):
                self._run.drop(sample, UNSCORED)
            else:
                self._run.drop(sample, f"quality below {self._minimum:g}")
