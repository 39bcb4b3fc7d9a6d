from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.training.assignment import Groups, Ratios, assign
from afs_core import UsageError

shares = st.tuples(st.integers(1, 8), st.integers(0, 4), st.integers(0, 4)).map(
    lambda parts: Ratios(tuple(Fraction(part, sum(parts)) for part in parts))
)
#: Sizes of the groups of each stratum.
strata = st.dictionaries(
    st.sampled_from("abc"), st.lists(st.integers(1, 9), min_size=1, max_size=12), min_size=1
)


def gathered(sizes: dict[str, list[int]]) -> Groups:
    groups, key = Groups(), 0
    for stratum, members in sizes.items():
        for size in members:
            key += 1
            for _ in range(size):
                groups.add(key, stratum)
    return groups


@given(st.integers(0, 500), shares)
def test_targets_are_the_largest_remainders(count: int, ratios: Ratios) -> None:
    targets = ratios.targets(count)
    assert sum(targets) == count
    off = [target - share * count for target, share in zip(targets, ratios.shares, strict=True)]
    forced = count > 1 and targets[0] == 1 and ratios.shares[0] * count < 1
    assert forced or all(abs(difference) < 1 for difference in off)
    assert count < 2 or targets[0] >= 1


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, [1, 0, 0]), (2, [2, 0, 0]), (5, [4, 1, 0]), (9, [7, 1, 1]), (10, [8, 1, 1]), (100, [80, 10, 10])],
)
def test_small_strata_keep_a_validation_split_where_they_can(count: int, expected: list[int]) -> None:
    assert Ratios.of(0.8, 0.1, None).targets(count) == expected


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 60), min_size=1), shares, st.integers(0, 9))
def test_single_samples_meet_the_ratios_exactly(counts: dict[str, int], ratios: Ratios, seed: int) -> None:
    groups = gathered({name: [1] * count for name, count in counts.items()})
    _, found = assign(groups, ratios, random.Random(seed))
    assert [stratum.counts for stratum in found] == [tuple(ratios.targets(n)) for n in counts.values()]


@given(strata, shares, st.integers(0, 9))
def test_groups_miss_the_ratios_by_less_than_the_largest_of_them(
    sizes: dict[str, list[int]], ratios: Ratios, seed: int
) -> None:
    _, found = assign(gathered(sizes), ratios, random.Random(seed))
    for stratum in found:
        assert sum(stratum.counts) == sum(sizes[stratum.name])
        assert stratum.deviation < max(max(sizes[stratum.name]), 1)
        if sum(sizes[stratum.name]) > 1:
            assert stratum.counts[0] > 0


@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from("abc")), min_size=1, max_size=80),
    st.integers(0, 9),
)
def test_groups_over_many_strata_stay_near_too(rows: list[tuple[int, str]], seed: int) -> None:
    groups = Groups()
    for key, stratum in rows:
        groups.add(key, stratum)
    splits, found = assign(groups, Ratios.of(0.8, 0.1, 0.1), random.Random(seed))
    assert len(splits) == len({key for key, _ in rows})
    assert sum(sum(stratum.counts) for stratum in found) == len(rows)
    for stratum in found:
        assert stratum.counts[0] > 0 or sum(stratum.counts) == 1


@given(strata, shares, st.integers(0, 9))
def test_a_split_without_a_share_stays_empty(sizes: dict[str, list[int]], ratios: Ratios, seed: int) -> None:
    _, found = assign(gathered(sizes), ratios, random.Random(seed))
    for stratum in found:
        assert all(
            count == 0 for count, share in zip(stratum.counts, ratios.shares, strict=True) if not share
        )


def test_ratios_are_what_was_written_in_decimal() -> None:
    assert Ratios.of(0.7, 0.2, None).shares == (Fraction(7, 10), Fraction(2, 10), Fraction(1, 10))


@pytest.mark.parametrize("ratios", [(0.8, 0.1, 0.2), (0.8, 0.3, None), (0.5, 0.1, 0.1)])
def test_ratios_that_do_not_sum_to_one_are_refused(ratios: tuple[float, float, float | None]) -> None:
    with pytest.raises(UsageError, match="sum 1"):
        Ratios.of(*ratios)
