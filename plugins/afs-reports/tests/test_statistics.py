from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.reports import mcnemar, paired_difference, proportion, wilson

ANSWERS = st.lists(st.sampled_from([0, 1]), min_size=2, max_size=200)


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    # Table I of Newcombe, Statistics in Medicine 17 (1998) 857, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_as_published(right: int, count: int, low: float, high: float) -> None:
    interval = wilson(right / count, count)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


@given(ANSWERS)
def test_groups_of_one_change_nothing_much_and_never_narrow(values: list[int]) -> None:
    plain = proportion(values)
    grouped = proportion(values, groups=range(len(values)))
    assert grouped.value == plain.value
    assert grouped.high - grouped.low >= plain.high - plain.low - 1e-12


@given(ANSWERS)
def test_asking_twice_is_no_more_evidence(values: list[int]) -> None:
    once = proportion(values, groups=range(len(values)))
    twice = proportion(
        [v for v in values for _ in range(2)], groups=[g for g in range(len(values)) for _ in range(2)]
    )
    assert twice.low == pytest.approx(once.low, abs=0.02 + 1 / len(values))
    assert twice.high - twice.low >= 0.9 * (once.high - once.low)


@given(ANSWERS)
def test_an_interval_holds_its_value(values: list[int]) -> None:
    interval = proportion(values)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1


def test_nothing_asked_is_nothing_known() -> None:
    assert math.isnan(proportion([]).value)
    assert math.isnan(paired_difference([], []).value)


@pytest.mark.parametrize(
    ("gained", "lost", "p"), [(0, 0, 1.0), (5, 0, 0.0625), (10, 2, 0.03857), (6, 6, 1.0)]
)
def test_mcnemar_is_the_exact_binomial(gained: int, lost: int, p: float) -> None:
    before = [0] * gained + [1] * lost + [1] * 7
    after = [1] * gained + [0] * lost + [1] * 7
    assert mcnemar(before, after) == pytest.approx(p, abs=1e-4)


@given(ANSWERS, st.randoms())
def test_mcnemar_does_not_care_which_is_first(values: list[int], random: object) -> None:
    other = values[::-1]
    assert mcnemar(values, other) == mcnemar(other, values)


def test_a_paired_difference_knows_its_groups() -> None:
    before, after = [0] * 40, [1, 1, 1, 1, 0, 0, 0, 0] * 5
    alone = paired_difference(before, after)
    grouped = paired_difference(before, after, groups=[n // 4 for n in range(40)])
    assert alone.value == grouped.value == 0.5
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)
    with pytest.raises(ValueError, match="zip"):
        paired_difference([1], [1, 0])
