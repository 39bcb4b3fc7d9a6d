"""Which sets stay where a set that resembles an earlier kept one goes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from afs.dedupe.join import Join, Meetings, Pairs
from afs.dedupe.shingles import Int64s

__all__ = ["MOST_MEETINGS", "Kept", "keep_greedily"]

#: Meetings that are looked at in one go before the work is divided.
MOST_MEETINGS = 1 << 23


class Kept:
    """``partner[i]`` is the first kept set that set ``i`` resembles, by ``similarity[i]``; -1 if it stays."""

    def __init__(self, count: int) -> None:
        self.partner = np.full(count, -1, np.int64)
        self.similarity: npt.NDArray[np.float64] = np.zeros(count)

    def of(self, sets: Int64s) -> Int64s:
        return sets[self.partner[sets] < 0]

    def drop(self, dropped: Int64s, partner: Int64s, similarity: npt.NDArray[np.float64]) -> None:
        self.partner[dropped] = partner
        self.similarity[dropped] = similarity


def keep_greedily(
    join: Join, count: int, check: Callable[[], None], *, most_meetings: int = MOST_MEETINGS
) -> Kept:
    """Go through the sets in order; one goes if it resembles an earlier one that stays.

    Where prefixes meet too often, the earlier half is settled first and only what it keeps is
    compared with the later half, so that many copies of one text cost no square of their number.
    ``check`` is called now and then, and may raise.
    """
    kept = Kept(count)

    def settle(sets: Int64s) -> None:
        check()
        meetings = join.meetings(sets, sets)
        if meetings.total <= most_meetings or len(sets) <= 2:
            _settle(join, meetings, kept)
            return
        earlier, later = sets[: len(sets) // 2], sets[len(sets) // 2 :]
        del meetings
        settle(earlier)
        _drop_later(join, kept.of(earlier), later, kept, check)
        settle(kept.of(later))

    settle(join.able())
    return kept


def _settle(join: Join, meetings: Meetings, kept: Kept) -> None:
    pairs = _ordered(list(join.similar(meetings)))
    gone: set[int] = set()
    chosen = []
    for place, (first, second) in enumerate(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)):
        if second not in gone and first not in gone:
            gone.add(second)
            chosen.append(place)
    kept.drop(pairs.second[chosen], pairs.first[chosen], pairs.similarity[chosen])


def _drop_later(join: Join, stay: Int64s, later: Int64s, kept: Kept, check: Callable[[], None]) -> None:
    """Drop those of ``later`` that resemble one of ``stay``, all of which come before them."""

    def undecided(first: Int64s, second: Int64s) -> npt.NDArray[np.bool_]:
        partner = kept.partner[second]
        return (partner < 0) | (first < partner)

    for smaller, larger in ((stay, later), (later, stay)):
        for pairs in join.similar(join.meetings(smaller, larger), undecided):
            check()
            ordered = _ordered([pairs])
            new = undecided(ordered.first, ordered.second)
            first, second, similarity = ordered.first[new], ordered.second[new], ordered.similarity[new]
            leads = np.ones(len(second), np.bool_)
            leads[1:] = second[1:] != second[:-1]
            kept.drop(second[leads], first[leads], similarity[leads])


def _ordered(found: list[Pairs]) -> Pairs:
    """Pairs by their second set, then by their first."""
    columns = [np.concatenate(column) for column in zip(*found, strict=True)] if found else []
    if not columns:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    order = np.argsort(columns[1] << 32 | columns[0], kind="stable")
    return Pairs(*(column[order] for column in columns))
