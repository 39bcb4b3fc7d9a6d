"""Logistic regression on the figures of a text, one for each domain.

Where real texts are few it learns what trees cannot: a sign that only some fakes of each kind have counts a
little, wherever it stands. Kinds of fakes are told apart in learning (multinomial regression), as each has
signs of its own; what is asked for afterwards is only whether a text is any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from afs.discriminator.domains import DOMAINS
from afs.discriminator.features import ASM, NAMES

__all__ = ["Linear"]

#: Inverse of the strength with which weights are held near 0.
_FREEDOM: Final = 0.03
_FARTHEST: Final = 5.0
#: Figures of assembly count once more, for each instruction and as there or not.
_COUNTED: Final = [NAMES.index(name) for name in ASM]
_INSTRUCTIONS: Final = NAMES.index("instructions")

Floats = NDArray[np.float64]


class Linear(NamedTuple):
    """A row for each domain: ``mean`` and ``scale`` of shape (domains, columns), ``weight`` (domains, kinds,
    columns), ``intercept`` (domains, kinds). The first kind is real; one that a domain lacks has minus
    infinity for its intercept."""

    mean: Floats
    scale: Floats
    weight: Floats
    intercept: Floats

    @classmethod
    def fit(cls, rows: Floats, kinds: Sequence[str]) -> Linear:
        """``kinds`` are those of the fakes, empty for real texts.

        The first column of ``rows`` is the domain; one that lacks real or fake texts says nothing.
        """
        kind = np.unique(["", *kinds], return_inverse=True)[1][1:]
        values = _widened(rows)
        count, width, most = len(DOMAINS), values.shape[1], max(kind.max(initial=0) + 1, 2)
        weight, intercept = np.zeros((count, most, width)), np.full((count, most), -np.inf)
        intercept[:, :2] = 0.0
        found = cls(np.zeros((count, width)), np.ones((count, width)), weight, intercept)
        for domain in range(count):
            own = rows[:, 0] == domain
            if 0 < np.count_nonzero(kind[own]) < own.sum():
                found._learn(domain, values[own], kind[own])
        return found

    def _learn(self, domain: int, values: Floats, kind: NDArray[np.intp]) -> None:
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

        spread = values.std(axis=0)
        self.mean[domain], self.scale[domain] = values.mean(axis=0), np.where(spread > 0, spread, 1.0)
        fakes = np.count_nonzero(kind)
        counts = np.where(kind == 0, fakes / (len(kind) - fakes), 1.0)  # both sides weigh the same
        model: Any = LogisticRegression(C=_FREEDOM, max_iter=150)
        model.fit((values - self.mean[domain]) / self.scale[domain], kind, sample_weight=counts)
        named = model.classes_ if len(model.classes_) > 2 else model.classes_[1:]
        self.intercept[domain, 1:] = -np.inf
        self.weight[domain, named], self.intercept[domain, named] = model.coef_, model.intercept_

    def margins(self, rows: Floats) -> Floats:
        """Log odds of being fake, one a row."""
        values, margins = _widened(rows), np.zeros(len(rows))
        for domain in range(len(DOMAINS)):
            own = rows[:, 0] == domain
            near = ((values[own] - self.mean[domain]) / self.scale[domain]).clip(-_FARTHEST, _FARTHEST)
            odds = near @ self.weight[domain].T + self.intercept[domain]
            margins[own] = np.logaddexp.reduce(odds[:, 1:], axis=1) - odds[:, 0]
        return margins


def _widened(rows: Floats) -> Floats:
    """The figures on a scale that is flatter far out, with those of assembly in their other two forms."""
    flat = np.sign(rows) * np.log1p(np.abs(rows))
    figures = rows[:, _COUNTED]
    each = figures / np.maximum(rows[:, _INSTRUCTIONS, None], 1.0)
    values: Floats = np.nan_to_num(np.hstack([flat, each, figures > 0]))
    return values
