"""The ``quality-floor`` transform."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from afs_core import Run, TrainingSample

__all__ = ["QualityFloor"]


class QualityFloor:
    """Drops samples that score below ``minimum``, and those that have no score."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        minimum: Annotated[float, Meta(description="The least quality score that is kept", ge=0, le=1)] = 0.5

    rowwise = True

    def __init__(self, config: Config, run: Run) -> None:
        self._minimum = config.minimum
        self._run = run

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        minimum = self._minimum
        for sample in samples:
            score = sample.score
            if score >= minimum:
                yield sample
            elif math.isnan(score):
                self._run.drop(sample, "no quality score")
            else:
                self._run.drop(sample, f"quality below {minimum:g}")
