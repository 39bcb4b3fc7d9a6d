"""How many samples each part of a mixture gives: exact arithmetic, no sample in sight."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from afs_core import UsageError

__all__ = [
    "apportion",
    "fill_evenly",
    "in_unit",
    "largest_total",
    "rehearsed_count",
    "shares_of",
    "smallest_total",
]


def shares_of(weights: Mapping[str, float]) -> dict[str, Fraction]:
    """``weights`` as written in decimal, scaled to the sum 1; raises UsageError."""
    wrong = {name: weight for name, weight in weights.items() if not (math.isfinite(weight) and weight >= 0)}
    if wrong or (weights and not any(weights.values())):
        said = ", ".join(f"{name}={weight:g}" for name, weight in (wrong or weights).items())
        raise UsageError(f"expected weights of 0 or more, one of them above 0, got {said}")
    exact = {name: Fraction(str(weight)) for name, weight in weights.items()}
    total = sum(exact.values(), Fraction())
    return {name: weight / total for name, weight in exact.items()}


def in_unit(name: str, value: float) -> float:
    """``value`` if it is from 0 to 1; else raises UsageError."""
    if not 0 <= value <= 1:
        raise UsageError(f"expected {name} from 0 to 1, got {value:g}")
    return value


def apportion(total: int, shares: Sequence[Fraction]) -> list[int]:
    """``total`` by largest remainder, so none is a whole one off; of equal remainders the first wins."""
    exact = [share * total for share in shares]
    counts = [int(quota) for quota in exact]
    by_remainder = sorted(range(len(exact)), key=lambda part: counts[part] - exact[part])
    for part in by_remainder[: total - sum(counts)]:
        counts[part] += 1
    return counts


def largest_total(available: Sequence[int], shares: Sequence[Fraction]) -> int:
    """The largest total of which no part's share is more than it has."""
    return min((int(have / share) for have, share in zip(available, shares, strict=True) if share), default=0)


def smallest_total(available: Sequence[int], shares: Sequence[Fraction]) -> int:
    """The smallest total of which every part's share is at least what it has."""
    pairs = zip(available, shares, strict=True)
    return max((math.ceil(have / share) for have, share in pairs if share), default=0)


def fill_evenly(total: int, capacities: Sequence[int]) -> list[int]:
    """Equal quotas of ``total``; what a part cannot take is shared evenly among the others.

    The sum is ``total``, or all there is. What does not divide goes to the parts that have most.
    """
    quotas = [0] * len(capacities)
    smallest_first = sorted(range(len(capacities)), key=lambda part: (capacities[part], -part))
    for place, part in enumerate(smallest_first):
        quotas[part] = min(capacities[part], total // (len(capacities) - place))
        total -= quotas[part]
    return quotas


def rehearsed_count(new: int, ratio: float) -> int:
    """How many old samples make ``ratio`` of a mix with ``new`` new ones, to the nearest; below 1."""
    share = Fraction(str(ratio))
    return math.floor(new * share / (1 - share) + Fraction(1, 2))
