from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.reports import auc, auc_difference, kendall, spearman

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=40)


def sign(x: float) -> int:
    return (x > 0) - (x < 0)


def pairs_won(scores: list[int], good: list[bool]) -> float:
    """The area by its definition."""
    wins = [
        (sign(a - b) + 1) / 2
        for (a, x), (b, y) in itertools.product(zip(scores, good, strict=True), repeat=2)
        if x and not y
    ]
    return sum(wins) / len(wins) if wins else math.nan


@given(ROWS)
def test_the_area_is_the_share_of_pairs_won(rows: list[tuple[int, int]]) -> None:
    scores, good = [x for x, _ in rows], [y > 3 for _, y in rows]
    found = auc(scores, good)
    assert found.value == pytest.approx(pairs_won(scores, good), nan_ok=True)
    if not math.isnan(found.value):
        assert 0 <= found.low <= found.value + 1e-12
        assert found.value - 1e-12 <= found.high <= 1
        assert auc(scores, [not g for g in good]).value == pytest.approx(1 - found.value)


def test_the_error_of_an_area_is_delongs_by_its_definition() -> None:
    good, bad = [0.9, 0.8, 0.7, 0.55, 0.3], [0.75, 0.5, 0.3, 0.1]
    wins = [[(sign(g - b) + 1) / 2 for b in bad] for g in good]
    area = sum(map(sum, wins)) / 20
    by_good = sum((sum(row) / 4 - area) ** 2 for row in wins) / 4 / 5
    by_bad = sum((sum(row[n] for row in wins) / 5 - area) ** 2 for n in range(4)) / 3 / 4
    error = 1.959964 * math.sqrt(by_good + by_bad)
    labels = [True] * 5 + [False] * 4
    found = auc(good + bad, labels)
    logit = math.log(found.high / (1 - found.high)) - math.log(area / (1 - area))
    assert logit == pytest.approx(error / (area * (1 - area)), rel=1e-5)
    against = auc_difference([0.0] * 9, good + bad, labels)  # nothing is known of a constant's ranks
    assert against.value == pytest.approx(area - 0.5)
    assert against.high - against.value == pytest.approx(min(error, 1 - (area - 0.5)), rel=1e-5)


def test_a_perfect_area_of_few_is_not_certain() -> None:
    few, more = auc([1, 2, 8, 9], [False, False, True, True]), auc(range(40), [n > 19 for n in range(40)])
    assert few.value == more.value == 1
    assert few.low < 0.35 < 0.8 < more.low


def test_one_kind_alone_has_no_area() -> None:
    assert math.isnan(auc([1, 2], [True, True]).value)
    assert math.isnan(auc([], []).value)
    lonely = auc([1, 2, 3], [False, True, False])
    assert (lonely.value, lonely.low, lonely.high) == (0.5, 0, 1)


def test_rows_said_twice_are_no_more_evidence_where_groups_say_so() -> None:
    rng = random.Random(5)
    good = [n % 2 == 0 for n in range(60)]
    scores = [rng.gauss(g, 1) for g in good]
    once, twice = auc(scores, good), auc(scores * 3, good * 3, groups=[*range(60)] * 3)
    assert twice.value == pytest.approx(once.value)
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.05)
    narrow = auc(scores * 3, good * 3)
    assert narrow.high - narrow.low < 0.7 * (once.high - once.low)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = random.Random(11)
    held = {"auc": 0, "difference": 0, "spearman": 0, "kendall": 0}
    for _ in range(400):
        good = [n < 30 for n in range(80)]
        first = [rng.gauss(1.0 * g, 1) for g in good]
        second = [rng.gauss(1.0 * g, 1) for g in good]
        truth = 0.5 * (1 + math.erf(0.5))  # normal, one standard deviation apart
        xs = [rng.gauss(0, 1) for _ in range(50)]
        ys = [0.6 * x + 0.8 * rng.gauss(0, 1) for x in xs]
        for name, value, found in (
            ("auc", truth, auc(first, good)),
            ("difference", 0.0, auc_difference(first, second, good)),
            ("spearman", 6 / math.pi * math.asin(0.3), spearman(xs, ys)),
            ("kendall", 2 / math.pi * math.asin(0.6), kendall(xs, ys)),
        ):
            held[name] += found.low <= value <= found.high
    assert all(0.92 <= count / 400 <= 0.985 for count in held.values()), held


def test_intervals_hold_the_truth_of_two_labels_too() -> None:
    rng = random.Random(12)

    def drawn(count: int) -> tuple[list[float], list[float]]:
        labels = [float(rng.random() < 0.5) for _ in range(count)]
        return [round(rng.gauss(label, 1), 1) for label in labels], labels

    many = drawn(20_000)
    for measure in (spearman, kendall):
        truth = measure(*many).value
        found = [measure(*drawn(60)) for _ in range(400)]
        assert 0.92 <= sum(i.low <= truth <= i.high for i in found) / 400 <= 0.995


@given(ROWS)
def test_kendall_counts_pairs(rows: list[tuple[int, int]]) -> None:
    xs, ys = [x for x, _ in rows], [y for _, y in rows]
    both = list(itertools.combinations(rows, 2))
    agreed = sum(sign(a[0] - b[0]) * sign(a[1] - b[1]) for a, b in both)
    untied = [sum(a[side] != b[side] for a, b in both) for side in (0, 1)]
    expected = agreed / math.sqrt(untied[0] * untied[1]) if all(untied) else math.nan
    assert kendall(xs, ys).value == pytest.approx(expected, nan_ok=True)


@given(ROWS)
def test_rank_correlations_see_ranks_alone(rows: list[tuple[int, int]]) -> None:
    xs, ys = [x for x, _ in rows], [y for _, y in rows]
    for measure in (spearman, kendall):
        found = measure(xs, ys)
        assert measure([x**3 + 1 for x in xs], ys).value == pytest.approx(found.value, nan_ok=True)
        assert measure(xs, [-y for y in ys]).value == pytest.approx(-found.value, nan_ok=True, abs=1e-12)


def test_spearman_with_ties_is_as_worked_by_hand() -> None:
    # ranks 1, 2.5, 2.5, 4 and 2, 1, 3, 4: covariance 3, squares 4.5 and 5
    assert spearman([1, 2, 2, 3], [20, 10, 30, 40]).value == pytest.approx(3 / math.sqrt(22.5))
