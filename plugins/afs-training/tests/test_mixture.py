from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.training.mixture import (
    apportion,
    fill_evenly,
    in_unit,
    largest_total,
    rehearsed_count,
    shares_of,
    smallest_total,
)
from afs_core import UsageError

WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=6)


def shares(weights: list[int]) -> list[Fraction]:
    return [Fraction(weight, sum(weights)) for weight in weights]


def one_at_a_time(total: int, capacities: list[int]) -> list[int]:
    """The plain way to share: each round one more for each part that has room, the largest first."""
    quotas = [0] * len(capacities)
    order = sorted(range(len(capacities)), key=lambda part: -capacities[part])
    while total and any(quotas[part] < capacities[part] for part in order):
        for part in order:
            if total and quotas[part] < capacities[part]:
                quotas[part] += 1
                total -= 1
    return quotas


@given(st.integers(0, 10_000), WEIGHTS)
def test_a_total_is_apportioned_whole_and_to_within_one(total: int, weights: list[int]) -> None:
    counts = apportion(total, shares(weights))
    assert sum(counts) == total
    assert all(abs(count - share * total) < 1 for count, share in zip(counts, shares(weights), strict=True))


def test_the_largest_remainder_wins_and_of_equals_the_first() -> None:
    assert apportion(10, [Fraction(1, 3)] * 3) == [4, 3, 3]
    assert apportion(5, shares([50, 30, 20])) == [3, 1, 1]  # exact 2.5, 1.5, 1
    assert apportion(7, shares([60, 25, 15])) == [4, 2, 1]  # exact 4.2, 1.75, 1.05


@given(st.data())
def test_without_copies_nothing_runs_out_and_one_more_would(data: st.DataObject) -> None:
    weights = data.draw(WEIGHTS)
    size = len(weights)
    available = data.draw(st.lists(st.integers(0, 5000), min_size=size, max_size=size))
    parts = shares(weights)
    total = largest_total(available, parts)
    assert all(n <= have for n, have in zip(apportion(total, parts), available, strict=True))
    assert any(share * (total + 1) > have for share, have in zip(parts, available, strict=True))


@given(st.data())
def test_with_copies_all_are_used_and_one_less_would_not_do(data: st.DataObject) -> None:
    weights = data.draw(WEIGHTS)
    size = len(weights)
    available = data.draw(st.lists(st.integers(1, 5000), min_size=size, max_size=size))
    parts = shares(weights)
    total = smallest_total(available, parts)
    assert all(n >= have for n, have in zip(apportion(total, parts), available, strict=True))
    assert any(share * (total - 1) < have for share, have in zip(parts, available, strict=True))


@given(st.integers(0, 300), st.lists(st.integers(0, 60), max_size=8))
def test_unspent_quota_is_shared(total: int, capacities: list[int]) -> None:
    quotas = fill_evenly(total, capacities)
    assert sum(quotas) == min(total, sum(capacities))
    assert all(quota <= have for quota, have in zip(quotas, capacities, strict=True))
    assert sorted(quotas) == sorted(one_at_a_time(total, capacities))


def test_a_small_part_gives_all_and_the_others_the_rest() -> None:
    assert fill_evenly(30, [100, 4, 100]) == [13, 4, 13]
    assert fill_evenly(10, [3, 3]) == [3, 3]
    assert fill_evenly(4, []) == []


@given(st.integers(0, 100_000), st.integers(0, 99))
def test_old_samples_are_the_share_to_the_nearest(new: int, percent: int) -> None:
    ratio = percent / 100
    old = rehearsed_count(new, ratio)
    asked = Fraction(percent, 100)
    for other in (max(0, old - 1), old + 1):
        assert abs(old - asked * (new + old)) <= abs(other - asked * (new + other))


def test_weights_are_taken_as_written() -> None:
    assert shares_of({"a": 0.1, "b": 0.2}) == {"a": Fraction(1, 3), "b": Fraction(2, 3)}
    assert shares_of({}) == {}


@pytest.mark.parametrize("weights", [{"a": -1.0}, {"a": math.nan}, {"a": math.inf}, {"a": 0.0, "b": 0.0}])
def test_weights_that_mean_nothing_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="a="):
        shares_of(weights)


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, 30])
def test_a_ratio_is_from_0_to_1(value: float) -> None:
    with pytest.raises(UsageError, match="ratio from 0 to 1"):
        in_unit("ratio", value)
