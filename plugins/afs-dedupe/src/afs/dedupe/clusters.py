"""Connected components: what a chain of resemblance links."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from afs.dedupe.greedy import keep_greedily
from afs.dedupe.join import Join
from afs.dedupe.shingles import Int64s

__all__ = ["Components", "link_similar"]


class Components:
    """Union-find over ``count`` numbers; a component is named by its lowest."""

    def __init__(self, count: int) -> None:
        self._parent = np.arange(count, dtype=np.int64)

    def link(self, first: Int64s, second: Int64s) -> None:
        """Link ``first[i]`` with ``second[i]``: each component hooks to the lowest it meets."""
        while len(first):
            first, second = self.roots(first), self.roots(second)
            apart = first != second
            low, high = np.minimum(first, second)[apart], np.maximum(first, second)[apart]
            np.minimum.at(self._parent, high, low)
            first, second = low, high

    def roots(self, numbers: Int64s) -> Int64s:
        """The component of each of ``numbers``."""
        roots = self._parent[numbers]
        while not np.array_equal(roots, above := self._parent[roots]):
            roots = above
        self._parent[numbers] = roots
        return roots

    def all(self) -> Int64s:
        return self.roots(np.arange(len(self._parent)))


def link_similar(join: Join, components: Components, count: int, check: Callable[[], None]) -> None:
    """Link all sets that resemble each other.

    What the greedy pass drops is linked to what it keeps. After that only pairs between
    different components can matter, so that those within one are not even met.
    """
    kept = keep_greedily(join, count, check)
    dropped = np.flatnonzero(kept.partner >= 0)
    components.link(kept.partner[dropped], dropped)
    for meetings in join.meetings_between(join.able(), components.all()[:count]):
        for pairs in join.similar(
            meetings, lambda first, second: components.roots(first) != components.roots(second)
        ):
            check()
            components.link(pairs.first, pairs.second)
