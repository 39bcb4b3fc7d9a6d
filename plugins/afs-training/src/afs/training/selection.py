"""Which samples of many are taken: at random, by score, or spread over domains.

Works on row numbers, so that a choice among millions needs 12 bytes a sample.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from random import Random
from typing import Literal, get_args

from afs.training.mixture import fill_evenly
from afs_core import TrainingSample

__all__ = ["SELECTORS", "Pool", "Selector", "capped", "select"]

Selector = Literal["top", "random", "stratified"]
SELECTORS: tuple[str, ...] = get_args(Selector)


class Pool:
    """What a choice needs to know of each sample, by row: its score, NaN where absent, and domain."""

    def __init__(self) -> None:
        self.scores = array("d")
        self._domains = array("I")
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.scores)

    def add(self, sample: TrainingSample, score: float) -> None:
        self.scores.append(score)
        self._domains.append(self._numbers.setdefault(sample.domain, len(self._numbers)))

    def by_domain(self, rows: Sequence[int]) -> dict[int, array[int]]:
        """``rows`` by the number of their domain."""
        parts: dict[int, array[int]] = {}
        for row in rows:
            parts.setdefault(self._domains[row], array("I")).append(row)
        return parts


def select(pool: Pool, rows: Sequence[int], count: int, selector: Selector, rng: Random) -> Sequence[int]:
    """``count`` of ``rows``, in no particular order; all of them where there are not more.

    ``random`` draws, ``top`` takes the best scored (unscored last, equals drawn), ``stratified``
    as many of each domain, of each the best, and shares what a small domain leaves.
    """
    if count >= len(rows):
        return rows
    if selector != "stratified":
        return _taken(pool, rows, count, selector, rng)
    parts = list(pool.by_domain(rows).values())
    quotas = fill_evenly(count, [len(part) for part in parts])
    chosen = array("I")
    for part, quota in zip(parts, quotas, strict=True):
        chosen.extend(_taken(pool, part, quota, "top", rng))
    return chosen


def capped(
    pool: Pool, groups: Sequence[Sequence[int]], cap: int, selector: Selector, rng: Random
) -> list[array[int]]:
    """``groups`` of rows with at most ``cap`` rows of each domain in all, spent evenly over the groups."""
    parts = [pool.by_domain(rows) for rows in groups]
    kept = [array("I") for _ in groups]
    for domain in dict.fromkeys(number for part in parts for number in part):
        holders = [place for place, part in enumerate(parts) if domain in part]
        quotas = fill_evenly(cap, [len(parts[place][domain]) for place in holders])
        for place, quota in zip(holders, quotas, strict=True):
            kept[place].extend(select(pool, parts[place][domain], quota, selector, rng))
    return [array("I", sorted(rows)) for rows in kept]


def _taken(pool: Pool, rows: Sequence[int], count: int, selector: Selector, rng: Random) -> Sequence[int]:
    if selector == "random":
        return rng.sample(rows, count)
    drawn = rng.sample(rows, len(rows))
    drawn.sort(key=lambda row: _worst_last(pool.scores[row]))
    return drawn[:count]


def _worst_last(score: float) -> float:
    return math.inf if math.isnan(score) else -score
