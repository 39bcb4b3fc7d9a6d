"""How likely texts are, token by token, by counts of one, two and three tokens in a row.

Counts lie in tables by hash, so that a model is three arrays and may be added to another or taken away
from it. Chances are smoothed towards those of fewer tokens: p3 = (c3 + k p2) / (c2 + k), and so on
(Bayesian smoothing with a Dirichlet prior: MacKay and Peto, Natural Language Engineering 1 (1995) 289).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["LanguageModel", "Surprise"]

_ORDERS: Final = 3
_BITS: Final = 20
_MASK: Final = np.uint64((1 << _BITS) - 1)
_PRIMES: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_SHIFT: Final = np.uint64(29)
_STRENGTH: Final = (0.5, 4.0, 3.0)

Tokens = Sequence[int]
Counts = NDArray[np.int32]
Surprise = tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]


class LanguageModel:
    """``counts`` has one table for each order, ``total`` is the number of tokens."""

    def __init__(self, counts: Counts | None = None) -> None:
        self.counts = np.zeros((_ORDERS, 1 << _BITS), np.int32) if counts is None else counts
        self.total = int(self.counts[0].sum())

    @classmethod
    def fit(cls, texts: Sequence[Tokens]) -> LanguageModel:
        model = cls()
        if texts:
            ids, bounds = joined(texts)
            own = inside(len(ids), bounds)
            for order, places in enumerate(_places(ids)):
                model.counts[order] += np.bincount(places[own], minlength=1 << _BITS).astype(np.int32)
        return cls(model.counts)

    def without(self, other: LanguageModel) -> LanguageModel:
        """The model that had never seen what ``other`` was fitted on."""
        return LanguageModel(self.counts - other.counts)

    def knows(self, tokens: Tokens) -> NDArray[np.bool_]:
        """Whether each token was seen."""
        ids = np.array(tokens, np.uint64)
        found: NDArray[np.bool_] = self.counts[0][_hashed(ids)] > 0
        return found

    def surprise(self, ids: NDArray[np.uint64]) -> Surprise:
        """For each token minus the logarithm of its chance, and how often it was seen after the one and
        after the two before it."""
        one, two, three = _places(ids)
        c1, c2, c3 = self.counts[0][one], self.counts[1][two], self.counts[2][three]
        before = np.concatenate((c1[:1] * 0, c1[:-1]))
        before2 = np.concatenate((c2[:1] * 0, c2[:-1]))
        k1, k2, k3 = _STRENGTH
        p1 = (c1 + k1) / (self.total + k1 * (1 << 14))
        p2 = (c2 + k2 * p1) / (np.maximum(before, c2) + k2)
        p3 = (c3 + k3 * p2) / (np.maximum(before2, c3) + k3)
        return -np.log(p3), c2, c3


def inside(count: int, bounds: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which of ``count`` tokens in a row are of a text, and not the empty ones before it."""
    own = np.ones(count, bool)
    own[bounds[:, 0] - 1] = own[bounds[:, 0] - 2] = False
    return own


def joined(texts: Sequence[Tokens]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """All tokens in a row, two empty ones before each text, and where each text begins and ends."""
    row: list[int] = []
    bounds = []
    for text in texts:
        row += (0, 0)
        first = len(row)
        row += text
        bounds.append((first, len(row)))
    return np.array(row, np.uint64), np.array(bounds, np.intp)


def _hashed(values: NDArray[np.uint64]) -> NDArray[Any]:
    mixed = values * _PRIMES[0]
    return ((mixed ^ (mixed >> _SHIFT)) & _MASK).astype(np.intp)


def _places(ids: NDArray[np.uint64]) -> list[NDArray[Any]]:
    """The place in the table of each order for every token and those before it."""
    nothing = np.zeros(min(1, len(ids)), np.uint64)
    previous = np.concatenate((nothing, ids[:-1]))
    second = np.concatenate((nothing, previous[:-1]))
    pair = ids + previous * _PRIMES[1]
    triple = pair * _PRIMES[0] + second
    return [_hashed(ids), _hashed(pair), _hashed(triple)]
