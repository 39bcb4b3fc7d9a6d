"""Connected components: what a chain of resemblance links."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from afs.dedupe.greedy import MOST_MEETINGS, keep_greedily
from afs.dedupe.join import Join, Meetings
from afs.dedupe.shingles import Int64s

__all__ = ["Components", "link_similar"]

_BLOCK = 256


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


def link_similar(
    join: Join,
    components: Components,
    count: int,
    check: Callable[[], None],
    *,
    most_meetings: int = MOST_MEETINGS,
    block: int = _BLOCK,
) -> None:
    """Link all sets that resemble each other.

    What the greedy pass drops is linked to what it keeps. After that only pairs between
    different components can matter, so that those within one are not even met. Where many
    components meet, a few sets are compared with all others first, then twice as many, and so
    on: what the first link, the later ones need not meet.
    """
    kept = keep_greedily(join, count, check, most_meetings=most_meetings)
    dropped = np.flatnonzero(kept.partner >= 0)
    components.link(kept.partner[dropped], dropped)
    rest = join.able()
    meetings = join.meetings_between(rest, rest, components.all())
    if sum(part.total for part in meetings) <= most_meetings:
        _link(join, meetings, components, check)
        return
    del meetings
    while len(rest):
        _link(join, join.meetings_between(rest[:block], rest, components.all()), components, check)
        rest, block = rest[block:], block * 2


def _link(join: Join, meetings: list[Meetings], components: Components, check: Callable[[], None]) -> None:
    def apart(first: Int64s, second: Int64s) -> npt.NDArray[np.bool_]:
        flags: npt.NDArray[np.bool_] = components.roots(first) != components.roots(second)
        return flags

    for part in meetings:
        for pairs in join.similar(part, apart):
            check()
            components.link(pairs.first, pairs.second)
