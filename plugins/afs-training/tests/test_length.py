from __future__ import annotations

import pytest

from afs.training.length import LengthCurve, asks_value
from afs_core import Provenance, TrainingSample


@pytest.mark.parametrize(
    ("length", "value"),
    [(0, 0.0), (25, 0.25), (50, 0.5), (275, 0.75), (500, 1.0), (2750, 0.85), (5000, 0.7), (5001, 0.5)],
)
def test_the_curve_bends_where_it_is_documented(length: int, value: float) -> None:
    assert LengthCurve(50, 500, 5000).value(length) == pytest.approx(value)


@pytest.mark.parametrize(
    "sample",
    [
        TrainingSample("Where is player_health?", "$7EF36C"),
        TrainingSample("What is the address of player_health?", "$7EF36C"),
        TrainingSample("How many items are there?", "12"),
        TrainingSample("Tell me.", "at $7EF36C", prov=Provenance(kind="address")),
        TrainingSample("Tell me.", "the counter", prov=Provenance(kind="reverse-address")),
        TrainingSample("Tell me.", "two words", _metadata={"answer": "value"}),
        TrainingSample("Tell me.", "two words", _metadata={"kind": "constant"}),
    ],
)
def test_a_value_is_recognised(sample: TrainingSample) -> None:
    assert asks_value(sample)


@pytest.mark.parametrize(
    "sample",
    [
        TrainingSample("What does LDA do?", "LDA loads the accumulator from memory."),
        TrainingSample("Explain player_health.", "Yes."),
        TrainingSample("Where is it?", "It is in bank $7E, near the other counters."),
        TrainingSample("Where is it?", ""),
    ],
)
def test_prose_is_not_a_value(sample: TrainingSample) -> None:
    assert not asks_value(sample)
