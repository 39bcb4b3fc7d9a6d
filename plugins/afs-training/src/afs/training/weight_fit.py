"""Weights whose score agrees best with labels.

What is made largest is the correlation of the label with the score as it is used: the mean of the
signals that apply, renormalised. For labels of 0 and 1 and signals that always apply, that is
Fisher's linear discriminant (Annals of Eugenics 7 (1936) 179), held to weights a mean can have.
Rows are summed once by which signals they have, so that a try costs the same for any number of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

__all__ = ["MOST_SIGNALS", "fitted_weights", "weighted_mean"]

MOST_SIGNALS = 10
_STEPS = tuple(0.5**n for n in range(1, 10))
_GAIN = 1e-9

Values = Sequence[float | None]


def weighted_mean(values: Values, weights: Sequence[float]) -> float:
    """The quality score of one sample from its signals; NaN where none of them counts."""
    used = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    total = math.fsum(weight for _, weight in used)
    return math.fsum(value * weight for value, weight in used) / total if total else math.nan


def fitted_weights(rows: Sequence[Values], labels: Sequence[float]) -> list[float] | None:
    """Weights of 0 or more with the sum 1; None where no signal rises with the labels.

    A signal that does not rise with the labels on its own gets none, though it might correct
    another. A row to which no signal with a weight applies counts as if it had the mean score.
    """
    sums = _Sums(rows, labels)
    signals = range(len(rows[0]))
    alone = [[float(n == signal) for n in signals] for signal in signals]
    rising = [signal for signal in signals if sums.correlation(alone[signal]) > _GAIN]
    if not rising:
        return None
    even = [1 / len(rising) if n in rising else 0.0 for n in signals]
    found = [_climbed(start, rising, sums) for start in (even, *(alone[n] for n in rising))]
    return max(found, key=sums.correlation)


def _climbed(weights: list[float], signals: Sequence[int], sums: _Sums) -> list[float]:
    """From ``weights`` upwards, moving ever smaller shares from one signal to another."""
    best = sums.correlation(weights)
    for step in _STEPS:
        moved = True
        while moved:
            moved = False
            for other in _exchanges(weights, signals, step):
                reached = sums.correlation(other)
                if reached > best + _GAIN:
                    weights, best, moved = other, reached, True
                    break
    return weights


def _exchanges(weights: list[float], signals: Sequence[int], step: float) -> Iterator[list[float]]:
    for giver in signals:
        for taker in signals:
            if giver != taker and weights[giver] > 0:
                other = list(weights)
                share = min(step, other[giver])
                other[giver] -= share
                other[taker] += share
                yield other


class _Pattern:
    """Sums over the rows that have the same signals."""

    def __init__(self, signals: tuple[int, ...]) -> None:
        self.signals = signals
        self.count = 0
        self.label = 0.0
        self.values = [0.0] * len(signals)
        self.by_label = [0.0] * len(signals)
        self.products = [[0.0] * len(signals) for _ in signals]

    def add(self, values: Sequence[float], label: float) -> None:
        self.count += 1
        self.label += label
        for place, value in enumerate(values):
            self.values[place] += value
            self.by_label[place] += value * label
            row = self.products[place]
            for other, beside in enumerate(values):
                row[other] += value * beside


class _Sums:
    """All that the correlation of labels and scores needs to know of the rows."""

    def __init__(self, rows: Sequence[Values], labels: Sequence[float]) -> None:
        self._count = len(rows)
        self._middle = math.fsum(labels) / len(labels)
        self._spread = math.fsum((label - self._middle) ** 2 for label in labels)
        patterns: dict[tuple[int, ...], _Pattern] = {}
        for row, label in zip(rows, labels, strict=True):
            signals = tuple(n for n, value in enumerate(row) if value is not None)
            pattern = patterns.setdefault(signals, _Pattern(signals))
            pattern.add([value for value in row if value is not None], label - self._middle)
        self._patterns = list(patterns.values())

    def correlation(self, weights: Sequence[float]) -> float:
        """Pearson's, of the centred labels and the scores by ``weights``; 0 where all are alike."""
        scored, total, squares, across, labels = 0, 0.0, 0.0, 0.0, 0.0
        for pattern in self._patterns:
            mine = [weights[n] for n in pattern.signals]
            whole = sum(mine)
            if whole <= 0:
                continue
            shares = [weight / whole for weight in mine]
            scored += pattern.count
            labels += pattern.label
            total += _dot(shares, pattern.values)
            across += _dot(shares, pattern.by_label)
            squares += sum(a * _dot(shares, row) for a, row in zip(shares, pattern.products, strict=True))
        if not scored:
            return 0.0
        mean = total / scored
        spread = squares - total * mean
        if spread <= 1e-12 * self._count or self._spread <= 0:
            return 0.0
        return (across - mean * labels) / math.sqrt(spread * self._spread)


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
