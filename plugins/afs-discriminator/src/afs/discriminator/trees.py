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
    """Nodes of all trees in a row; ``roots`` are the first of each, ``depth`` the longest way down.

    ``column`` is twice the feature, and one more where NaN goes left. ``children`` has the left and the
    right one of each node, shape (nodes, 2); a leaf is its own, and ``value`` is what it gives.
    """

    column: NDArray[np.int32]
    threshold: NDArray[np.float64]
    children: NDArray[np.int32]
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
        sides = [np.where(leaf, own, every[side] + offset) for side in ("left", "right")]
        return cls(
            (2 * every["feature_idx"] + every["missing_go_to_left"].astype(bool)).astype(np.int32),
            every["num_threshold"].astype(np.float64),
            np.stack(sides, axis=1).astype(np.int32),
            every["value"].astype(np.float64),
            roots.astype(np.int32),
            int(every["depth"].max()),
            float(np.ravel(classifier._baseline_prediction)[0]),
        )

    def margins(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log odds of the second class, one a row; ``rows`` has shape (texts, features)."""
        count, width = rows.shape
        # Every feature twice: NaN is above all thresholds in the first, below all in the second.
        both = np.stack((rows, np.where(np.isnan(rows), -np.inf, rows)), axis=2).ravel()
        start = (np.arange(count) * 2 * width)[:, None]
        where = np.tile(self.roots, (count, 1))
        children = self.children.ravel()
        for _ in range(self.depth):
            right = ~(both[start + self.column[where]] <= self.threshold[where])
            where = children[2 * where + right]
        margins: NDArray[np.float64] = self.value[where].sum(axis=1) + self.baseline
        return margins
