"""From margins to probabilities, and how well these hold.

Sources: Platt, Advances in Large Margin Classifiers (1999) 61, with the Newton steps of Lin, Lin and Weng,
Machine Learning 68 (2007) 267; Naeini, Cooper and Hauskrecht, AAAI (2015), for the expected error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

__all__ = ["Calibration", "Prior", "calibration_error", "fit_calibration"]

_STEPS = 100
_BINS = 10


class Prior(msgspec.Struct, frozen=True):
    """What slope and intercept are before any text was seen, and how far off that may be: the means and
    standard deviations of normal distributions."""

    slope: float
    intercept: float
    slope_spread: float
    intercept_spread: float


class Calibration(msgspec.Struct, frozen=True):
    """P(real) = 1 / (1 + exp(-(slope * margin + intercept)))."""

    slope: float = 1.0
    intercept: float = 0.0

    def probability(self, margin: float) -> float:
        value = self.slope * margin + self.intercept
        if value < -700:
            return 0.0
        return 1 / (1 + math.exp(-value))


def fit_calibration(
    margins: Sequence[float], real: Sequence[bool], prior: Prior | None = None
) -> Calibration:
    """Platt's sigmoid by maximum likelihood, times ``prior`` where there is one, so that few texts move it
    little; the identity, or the means of the prior, where one class is missing.

    Never steeper than the data bear: targets are those of Platt, off 0 and 1 by how few there are. A
    slope that would turn the order round is taken for none.
    """
    good = sum(real)
    bad = len(real) - good
    if not good or not bad:
        return Calibration(prior.slope, prior.intercept) if prior else Calibration()
    high, low = (good + 1) / (good + 2), 1 / (bad + 2)
    targets = [high if is_real else low for is_real in real]
    slope, intercept = 0.0, math.log((good + 1) / (bad + 1))
    loss = _loss(margins, targets, slope, intercept) + _off(prior, slope, intercept)
    for _ in range(_STEPS):
        step = _newton(margins, targets, slope, intercept, prior)
        size = 1.0
        while size > 1e-10:
            tried = slope + size * step[0], intercept + size * step[1]
            new = _loss(margins, targets, *tried) + _off(prior, *tried)
            if new < loss:
                break
            size /= 2
        else:
            break
        done = loss - new < 1e-12
        (slope, intercept), loss = tried, new
        if done:
            break
    return Calibration(slope, intercept) if slope > 0 else Calibration(1e-6, intercept)


def _newton(
    margins: Sequence[float], targets: Sequence[float], slope: float, intercept: float, prior: Prior | None
) -> tuple[float, float]:
    h11 = h22 = 1e-12
    h12 = g1 = g2 = 0.0
    if prior is not None:
        h11, h22 = prior.slope_spread**-2, prior.intercept_spread**-2
        g1, g2 = h11 * (slope - prior.slope), h22 * (intercept - prior.intercept)
    for margin, target in zip(margins, targets, strict=True):
        p = Calibration(slope, intercept).probability(margin)
        weight = p * (1 - p)
        h11 += margin * margin * weight
        h12 += margin * weight
        h22 += weight
        g1 += margin * (p - target)
        g2 += p - target
    det = h11 * h22 - h12 * h12
    return -(h22 * g1 - h12 * g2) / det, -(h11 * g2 - h12 * g1) / det


def _off(prior: Prior | None, slope: float, intercept: float) -> float:
    """Minus the logarithm of the prior, but for a constant."""
    if prior is None:
        return 0.0
    first = (slope - prior.slope) / prior.slope_spread
    second = (intercept - prior.intercept) / prior.intercept_spread
    return (first * first + second * second) / 2


def _loss(margins: Sequence[float], targets: Sequence[float], slope: float, intercept: float) -> float:
    """Cross-entropy, in a form that does not overflow."""
    total = 0.0
    for margin, target in zip(margins, targets, strict=True):
        value = slope * margin + intercept
        total += max(value, 0) - target * value + math.log1p(math.exp(-abs(value)))
    return total


def calibration_error(scores: Sequence[float], real: Sequence[bool]) -> float:
    """Expected calibration error: how far in ten equal bins of the score the share of real ones is from
    the mean score, averaged over the texts. NaN for none."""
    if not scores:
        return math.nan
    bins: dict[int, list[tuple[float, bool]]] = {}
    for score, is_real in zip(scores, real, strict=True):
        bins.setdefault(min(int(score * _BINS), _BINS - 1), []).append((score, is_real))
    gaps = (abs(sum(score - is_real for score, is_real in rows)) for rows in bins.values())
    return math.fsum(gaps) / len(scores)
