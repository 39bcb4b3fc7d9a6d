"""Logistic regression on the figures of a text, one for each domain.

Where real texts are few it learns what trees cannot: a sign that only some fakes of each kind have counts a
little, wherever it stands.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from afs.discriminator.domains import DOMAINS

__all__ = ["Linear"]

#: Inverse of the strength with which weights are held near 0.
_FREEDOM: Final = 0.03
_FARTHEST: Final = 5.0

Floats = NDArray[np.float64]


class Linear(NamedTuple):
    """A row for each domain: of shape (domains, columns), and (domains,) for ``intercept``."""

    mean: Floats
    scale: Floats
    weight: Floats
    intercept: Floats

    @classmethod
    def fit(cls, rows: Floats, fake: NDArray[np.bool_]) -> Linear:
        """The first column of ``rows`` is the domain; one that lacks real or fake texts says nothing."""
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

        count, width = len(DOMAINS), rows.shape[1]
        found = cls(
            np.zeros((count, width)), np.ones((count, width)), np.zeros((count, width)), np.zeros(count)
        )
        for domain in range(count):
            own = rows[:, 0] == domain
            if not 0 < fake[own].sum() < own.sum():
                continue
            values = _flattened(rows[own])
            found.mean[domain] = values.mean(axis=0)
            spread = values.std(axis=0)
            found.scale[domain] = np.where(spread > 0, spread, 1.0)
            model: Any = LogisticRegression(C=_FREEDOM, max_iter=300, class_weight="balanced")
            model.fit((values - found.mean[domain]) / found.scale[domain], fake[own])
            found.weight[domain], found.intercept[domain] = model.coef_[0], model.intercept_[0]
        return found

    def margins(self, rows: Floats) -> Floats:
        """Log odds of being fake, one a row."""
        domain = rows[:, 0].astype(np.intp)
        values = (_flattened(rows) - self.mean[domain]) / self.scale[domain]
        values = values.clip(-_FARTHEST, _FARTHEST)
        margins: Floats = (values * self.weight[domain]).sum(axis=1) + self.intercept[domain]
        return margins


def _flattened(rows: Floats) -> Floats:
    values: Floats = np.nan_to_num(np.sign(rows) * np.log1p(np.abs(rows)))
    return values
