from __future__ import annotations

import math
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.training.mixture import fill_evenly
from afs.training.selection import SELECTORS, Pool, Selector, capped, select
from afs_core import TrainingSample

ROWS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.one_of(st.just(math.nan), st.integers(0, 9).map(lambda n: n / 9))),
    max_size=60,
)
Rows = list[tuple[str, float]]


def pool_of(rows: Rows) -> Pool:
    pool = Pool()
    for number, (domain, score) in enumerate(rows):
        pool.add(TrainingSample(f"q{number}", "a", domain=domain), score)
    return pool


@given(ROWS, st.integers(0, 70), st.sampled_from(SELECTORS))
def test_a_choice_has_the_number_asked_and_no_row_twice(rows: Rows, count: int, selector: Selector) -> None:
    pool, every = pool_of(rows), range(len(rows))
    chosen = list(select(pool, every, count, selector, Random(7)))
    assert len(chosen) == len(set(chosen)) == min(count, len(rows))
    assert set(chosen) <= set(every)
    assert chosen == list(select(pool, every, count, selector, Random(7)))


@given(ROWS, st.integers(0, 70))
def test_top_leaves_nothing_better_behind(rows: Rows, count: int) -> None:
    chosen = set(select(pool_of(rows), range(len(rows)), count, "top", Random(7)))
    worth = [-1.0 if math.isnan(score) else score for _, score in rows]
    taken = [worth[row] for row in chosen]
    left = [worth[row] for row in range(len(rows)) if row not in chosen]
    assert not taken or not left or min(taken) >= max(left)


@given(ROWS, st.integers(0, 70))
def test_stratified_shares_evenly_what_small_domains_leave(rows: Rows, count: int) -> None:
    chosen = select(pool_of(rows), range(len(rows)), count, "stratified", Random(7))
    sizes = Counter(domain for domain, _ in rows)
    got = Counter(rows[row][0] for row in chosen)
    assert sorted(got[domain] for domain in sizes) == sorted(fill_evenly(count, list(sizes.values())))


def test_equals_are_drawn_not_taken_from_the_front() -> None:
    pool = pool_of([("a", 0.5)] * 1000)
    chosen = select(pool, range(1000), 100, "top", Random(7))
    assert 300 < sum(chosen) / 100 < 700


@given(ROWS, st.integers(1, 12), st.sampled_from(SELECTORS))
def test_the_cap_of_a_domain_holds_over_all_groups(rows: Rows, cap: int, selector: Selector) -> None:
    groups = [range(0, len(rows), 2), range(1, len(rows), 2)]
    kept = capped(pool_of(rows), groups, cap, selector, Random(7))
    sizes = Counter(domain for domain, _ in rows)
    got = Counter(rows[row][0] for part in kept for row in part)
    assert got == Counter({domain: min(cap, size) for domain, size in sizes.items()})
    assert all(set(part) <= set(group) for part, group in zip(kept, groups, strict=True))


def test_a_small_group_is_not_drowned_by_the_cap() -> None:
    pool = pool_of([("a", 0.5)] * 110)
    large, small = capped(pool, [range(100), range(100, 110)], 30, "random", Random(7))
    assert (len(large), len(small)) == (20, 10)


@pytest.mark.parametrize("selector", SELECTORS)
def test_another_seed_draws_others(selector: Selector) -> None:
    pool = pool_of([("a", 0.5)] * 200)
    draws = {tuple(sorted(select(pool, range(200), 50, selector, Random(seed)))) for seed in range(5)}
    assert len(draws) == 5
