from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from afs.training.floor import QualityFloor
from afs_core import Run, TrainingSample


def test_what_scores_too_low_or_not_at_all_is_dropped_for_its_reason(run_with: Callable[..., Run]) -> None:
    run = run_with()
    scores = [0.1, 0.5, None, 0.49999, 1.0, float("nan")]
    samples = [TrainingSample(f"{n}", "x", quality_score=score) for n, score in enumerate(scores)]
    kept = list(QualityFloor(QualityFloor.Config(), run).apply(samples))
    assert [sample.instruction for sample in kept] == ["1", "4"]
    assert run.dropped == {"quality below 0.5": 2, "no quality score": 2}


@pytest.mark.parametrize("minimum", [-0.1, 1.1])
def test_a_floor_lies_between_nothing_and_all(minimum: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"minimum": minimum}, QualityFloor.Config)
