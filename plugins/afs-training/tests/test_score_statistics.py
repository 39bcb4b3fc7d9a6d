from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from afs.training.score_statistics import FLOORS, describe_scores
from afs_core import TrainingSample

SCORES = st.lists(st.one_of(st.none(), st.floats(0, 1), st.sampled_from(FLOORS)), max_size=60)


def made(scores: list[float | None]) -> list[TrainingSample]:
    return [TrainingSample(f"{n}", "x", quality_score=score) for n, score in enumerate(scores)]


@given(SCORES)
def test_a_floor_keeps_exactly_what_the_filter_keeps(scores: list[float | None]) -> None:
    found = describe_scores(made(scores))
    for floor in found.floors:
        assert floor.kept == sum(score is not None and score >= floor.minimum for score in scores)
    assert sum(found.overall.histogram) == found.overall.scored
    assert found.overall.scored + sum(found.unscored.values()) == found.overall.samples == len(scores)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_quantiles_are_right_to_a_thousandth(scores: list[float]) -> None:
    found = describe_scores(made(list(scores))).overall
    ordered = sorted(scores)
    for value, share in ((found.p5, 0.05), (found.median, 0.5), (found.p95, 0.95)):
        assert value is not None
        assert abs(value - ordered[math.ceil(share * len(scores)) - 1]) <= 0.001


def test_domains_sources_and_signals_are_told_apart() -> None:
    parts = {"length": {"value": 0.5, "weight": 1.0}, "asar": {"value": None, "reason": "no code"}}
    prose = TrainingSample(
        "a", "b", domain="prose", source="x", quality_score=0.5, _metadata={"quality_components": parts}
    )
    none = {"length": {"value": None, "reason": "one value"}, "asar": {"value": None, "reason": "no weight"}}
    value = TrainingSample("c", "d", domain="asm", source="y", _metadata={"quality_components": none})
    found = describe_scores([prose, prose, value, TrainingSample("e", "f", domain="asm")])
    assert [(name, d.samples, d.scored) for name, d in found.domains.items()] == [
        ("asm", 2, 0),
        ("prose", 2, 2),
    ]
    assert list(found.sources) == ["x", "", "y"]
    assert found.signals["length"].mean_weight == 1.0
    assert found.signals["asar"].absent == {"no code": 2, "no weight": 1}
    assert found.unscored == {"length: one value": 1, "never scored": 1}


def test_components_of_other_shapes_and_scores_beyond_the_scale_are_told_not_hidden() -> None:
    odd = [
        {"quality_components": "yes"},
        {"quality_components": {"length": 0.5}},
        {"quality_components": {"a": {}}},
    ]
    samples = [TrainingSample("a", "b", quality_score=85.0, _metadata=metadata) for metadata in odd]
    found = describe_scores(samples)
    assert found.overall.outside == 3
    assert found.overall.histogram[-1] == 3
    assert found.signals["a"].absent == {"no reason given": 1}


def test_endless_sources_and_reasons_are_gathered() -> None:
    samples = [
        TrainingSample(
            "a",
            "b",
            source=f"{n}",
            _metadata={"quality_components": {"s": {"value": None, "reason": f"{n}"}}},
        )
        for n in range(3000)
    ]
    found = describe_scores(samples)
    assert len(found.sources) == 1001
    assert found.sources["(others)"].samples == 2000
    assert found.signals["s"].absent["other reasons"] == 2980
