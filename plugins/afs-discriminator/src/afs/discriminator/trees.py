"""Boosted trees as arrays, walked by all rows at once; no scikit-learn is needed to use them.

A row goes left where its value is at most the threshold, and where it is NaN and the node says so. What
the leaves give is added to a baseline: the log odds of the second class.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Trees"]


class Trees(NamedTuple):
    """Nodes of all trees in a row; ``roots`` are the first of each, ``depth`` the longest way down. A leaf
    is its own child, and its ``value`` is what it gives."""

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    nan_left: NDArray[np.bool_]
    value: NDArray[np.float64]
    roots: NDArray[np.int32]
    depth: int
    baseline: float

    @classmethod
    def of(cls, classifier: Any) -> Trees:
        """Those of a fitted ``HistGradientBoostingClassifier`` of two classes without categories."""
        nodes = [stage[0].nodes for stage in classifier._predictors]
        roots = np.cumsum([0, *(len(tree) for tree in nodes[:-1])])
        every = np.concatenate(nodes)
        offset = np.repeat(roots, [len(tree) for tree in nodes])
        own, leaf = np.arange(len(every)), every["is_leaf"].astype(bool)
        return cls(
            every["feature_idx"].astype(np.int32),
            every["num_threshold"].astype(np.float64),
            np.where(leaf, own, every["left"] + offset).astype(np.int32),
            np.where(leaf, own, every["right"] + offset).astype(np.int32),
            every["missing_go_to_left"].astype(bool),
            every["value"].astype(np.float64),
            roots.astype(np.int32),
            int(every["depth"].max()),
            float(np.ravel(classifier._baseline_prediction)[0]),
        )

    def margins(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log odds of the second class, one a row."""
        where = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        which = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            values = rows[which, self.feature[where]]
            left = (values <= self.threshold[where]) | (np.isnan(values) & self.nan_left[where])
            where = np.where(left, self.left[where], self.right[where])
        margins: NDArray[np.float64] = self.value[where].sum(axis=1) + self.baseline
        return margins
