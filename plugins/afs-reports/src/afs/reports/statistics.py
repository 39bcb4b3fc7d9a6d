"""Intervals and paired tests for evaluations, with questions that come in groups.

Sources: Wilson, JASA 22 (1927) 209, for the interval of a share; Liang and Zeger, Biometrika 73
(1986) 13, for the variance over groups; Kish, Survey Sampling (1965), for the design effect;
McNemar, Psychometrika 12 (1947) 153, in its exact binomial form.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence

import msgspec

__all__ = ["Interval", "mcnemar", "paired_difference", "proportion", "wilson"]

Z95 = 1.959963984540054


class Interval(msgspec.Struct, frozen=True):
    """An estimate with its 95 % interval; NaN where there is nothing to estimate from."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def wilson(share: float, count: float, z: float = Z95) -> Interval:
    """Wilson's score interval of a share among ``count`` independent questions.

    ``count`` may be an effective number and need not be whole.
    """
    if count <= 0:
        return Interval(math.nan, math.nan, math.nan)
    centre = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    low = 0.0 if share == 0 else max(0.0, (centre - spread) / scale)
    high = 1.0 if share == 1 else min(1.0, (centre + spread) / scale)
    return Interval(share, low, high)


def proportion(values: Sequence[float], groups: Sequence[Hashable] | None = None) -> Interval:
    """Share of ones among ``values`` (each 0 or 1), and Wilson's interval.

    With ``groups`` the number of questions is divided by the design effect, which is never taken
    to be below one; where all values agree, it is the number of groups.
    """
    count = len(values)
    if not count:
        return wilson(math.nan, 0)
    share = math.fsum(values) / count
    if groups is None:
        return wilson(share, count)
    if share in (0.0, 1.0):
        return wilson(share, len(set(groups)))
    effect = _variance_of_mean(values, groups) / (share * (1 - share) / count)
    return wilson(share, count / max(1.0, effect))


def paired_difference(
    before: Sequence[float], after: Sequence[float], groups: Sequence[Hashable] | None = None
) -> Interval:
    """Mean of ``after - before`` over the same questions, each in 0..1, with a normal interval
    whose variance is taken over groups, cut at -1 and 1. Raises ValueError for other lengths."""
    differences = [b - a for a, b in zip(before, after, strict=True)]
    if len(differences) < 2:
        return Interval(differences[0] if differences else math.nan, math.nan, math.nan)
    mean = math.fsum(differences) / len(differences)
    spread = Z95 * math.sqrt(_variance_of_mean(differences, groups or range(len(differences))))
    return Interval(mean, max(-1.0, mean - spread), min(1.0, mean + spread))


def mcnemar(before: Sequence[float], after: Sequence[float]) -> float:
    """Two-sided exact p that right and wrong answers (1 and 0) changed sides by chance."""
    gained = sum(b > a for a, b in zip(before, after, strict=True))
    lost = sum(b < a for a, b in zip(before, after, strict=True))
    changed, fewer = gained + lost, min(gained, lost)
    tail = math.fsum(math.comb(changed, k) * 0.5**changed for k in range(fewer + 1))
    return min(1.0, 2 * tail)


def _variance_of_mean(values: Sequence[float], groups: Sequence[Hashable]) -> float:
    """Variance of the mean when only groups are independent, with the factor G / (G - 1)."""
    mean = math.fsum(values) / len(values)
    residuals: defaultdict[Hashable, float] = defaultdict(float)
    for value, group in zip(values, groups, strict=True):
        residuals[group] += value - mean
    number = len(residuals)
    if number < 2:
        return math.inf
    squares = math.fsum(residual * residual for residual in residuals.values())
    return squares / len(values) ** 2 * number / (number - 1)
