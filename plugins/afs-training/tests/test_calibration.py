from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.training.calibration import Labelled, calibrate, label_of
from afs.training.weight_fit import fitted_weights, weighted_mean
from afs_core import DataError, GateRefused, TrainingSample

VALUE = st.one_of(st.none(), st.floats(0, 1))
ROWS = st.lists(st.tuples(VALUE, VALUE, VALUE, st.sampled_from([0.0, 0.25, 1.0])), min_size=2, max_size=30)


def pearson(xs: list[float], ys: list[float]) -> float:
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    across = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    alone = sum((x - mx) ** 2 for x in xs) * sum((y - my) ** 2 for y in ys)
    return across / math.sqrt(alone) if alone > 1e-12 else 0.0


def drawn(count: int, seed: int, *, missing: float = 0.3, informative: bool = True) -> list[Labelled]:
    """Samples of which the first signal knows most, the second little, the third nothing."""
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        good = rng.random() < 0.5
        means = (0.3 + 0.4 * good, 0.45 + 0.1 * good, 0.5) if informative else (0.5, 0.5, 0.5)
        values = [min(1.0, max(0.0, rng.gauss(mean, 0.2))) for mean in means]
        known = tuple(None if place == 0 and rng.random() < missing else v for place, v in enumerate(values))
        rows.append(Labelled(known, float(good), f"file {number // 2}"))
    return rows


@settings(deadline=None)
@given(ROWS)
def test_fitted_weights_are_shares_and_beat_every_signal_alone(rows: list[tuple[float | None, ...]]) -> None:
    values, labels = [row[:3] for row in rows], [float(row[3] or 0) for row in rows]
    weights = fitted_weights(values, labels)
    if weights is None:
        return
    assert all(weight >= 0 for weight in weights)
    assert sum(weights) == pytest.approx(1)
    whole = [row for row in values if None not in row]
    if len(whole) == len(rows):
        reached = pearson([weighted_mean(row, weights) for row in values], labels)
        for place in range(3):
            assert reached >= pearson([float(row[place] or 0) for row in values], labels) - 1e-6


def test_fitted_weights_are_the_best_of_a_fine_grid() -> None:
    rows = drawn(200, 3, missing=0.0)
    values, labels = [row.values for row in rows], [row.label for row in rows]
    weights = fitted_weights(values, labels)
    assert weights is not None
    grid = [(a / 40, b / 40, 1 - (a + b) / 40) for a in range(41) for b in range(41 - a)]
    best = max(pearson([weighted_mean(row, point) for row in values], labels) for point in grid)
    assert pearson([weighted_mean(row, weights) for row in values], labels) >= best - 1e-4


def test_a_signal_that_falls_with_the_labels_gets_nothing() -> None:
    rows = [(*row.values, 1 - (row.values[0] or 0.5)) for row in drawn(300, 4)]
    weights = fitted_weights(rows, [row.label for row in drawn(300, 4)])
    assert weights is not None
    assert weights[3] == 0
    assert weights[0] > weights[1]


def test_calibration_finds_what_present_weights_miss_and_says_so() -> None:
    found = calibrate(drawn(400, 1), ("known", "little", "noise"), (0.05, 0.05, 0.9))
    assert found.better
    assert found.fitted.auc.value > found.present.auc.value + 0.1
    assert found.fitted_weights["known"] > 0.5
    assert sum(found.fitted_weights.values()) == pytest.approx(1)
    assert [ranking.samples < 400 for ranking in found.signals] == [True, False, False]
    assert calibrate(drawn(400, 1), ("known", "little", "noise"), (0.05, 0.05, 0.9)) == found


def test_noise_is_hardly_ever_called_better() -> None:
    called = 0
    for seed in range(60):
        try:
            found = calibrate(drawn(80, seed, informative=False), ("a", "b", "c"), (1.0, 1.0, 1.0), seed)
        except GateRefused:  # nothing rose
            continue
        called += found.better
    assert called <= 5


def test_rows_of_one_group_are_never_on_both_sides_of_a_fold() -> None:
    """Copies of a sample that only memory could tell apart gain nothing."""
    rng = random.Random(8)
    rows = []
    for number in range(30):
        values, label = tuple(rng.random() for _ in range(3)), float(number % 2)
        rows += [Labelled(values, label, f"file {number}")] * 10
    spread = calibrate(rows, ("a", "b", "c"), (1.0, 1.0, 1.0)).fitted.auc
    assert spread.high - spread.low > 0.3  # 30 independent rows, not 300


@pytest.mark.parametrize(
    ("count", "goods", "group"), [(29, 15, "own"), (60, 9, "own"), (60, 51, "own"), (200, 100, "one")]
)
def test_few_labels_are_refused(count: int, goods: int, group: str) -> None:
    rows = [
        Labelled((n / count,), float(n < goods), str(n) if group == "own" else str(n // 20))
        for n in range(count)
    ]
    with pytest.raises(GateRefused, match="too few labels"):
        calibrate(rows, ("a",), (1.0,))


def test_labels_that_no_signal_follows_are_refused() -> None:
    rows = [Labelled((n / 60,), float(n < 30), str(n)) for n in range(60)]
    with pytest.raises(GateRefused, match="no signal rises"):
        calibrate(rows, ("a",), (1.0,))


@pytest.mark.parametrize(
    ("metadata", "extra", "label"),
    [
        ({"label": 1}, {}, 1.0),
        ({"label": False}, {}, 0.0),
        ({}, {"label": 0.25}, 0.25),
        ({"label": 0}, {"label": 1}, 0.0),
        ({}, {}, None),
        ({"label": None}, {}, None),
    ],
)
def test_a_label_is_found_where_it_is_documented(metadata: dict, extra: dict, label: float | None) -> None:  # type: ignore[type-arg]
    assert label_of(TrainingSample("a", "b", _metadata=metadata, extra=extra)) == label


@pytest.mark.parametrize("label", ["good", 2, -0.1, [1], {"a": 1}, float("nan")])
def test_what_is_no_label_is_an_error(label: object) -> None:
    with pytest.raises(DataError, match="expected a label"):
        label_of(TrainingSample("a", "b", _metadata={"label": label}))


def test_weights_are_shown_in_thousandths_that_sum_to_one() -> None:
    found = calibrate(drawn(120, 9), ("a", "b", "c"), (1.0, 1.0, 1.0))
    for weights in (found.present_weights, found.fitted_weights, *found.folds):
        assert round(sum(weights.values()), 9) == 1
    assert all(abs(a - b) <= 0.0011 for a, b in pairwise(found.present_weights.values()))
