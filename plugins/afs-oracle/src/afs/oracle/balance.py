"""Which questions are kept: at most so many of a kind, and at most a share of lookups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from afs.oracle.asking import Posed
from afs.oracle.lesson import LOOKUPS

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["balanced"]


def balanced(
    posed: Sequence[Posed], limits: Mapping[Any, int], lookups: float, floor: int, run: Run
) -> list[Posed]:
    """In the order given. Where lookups are too many, further wordings of a fact go before the fact;
    ``floor`` lookups stay in any case.
    """
    kinds = [lesson.kind for _, lesson in posed]
    kept = set(range(len(posed)))
    for kind, limit in limits.items():
        of_kind = [at for at, found in enumerate(kinds) if found == kind]
        if len(of_kind) > limit:
            kept -= set(of_kind) - set(run.rng(f"oracle:limit:{kind}").sample(of_kind, limit))
    asked = [at for at in sorted(kept) if kinds[at] in LOOKUPS]
    others = len(kept) - len(asked)
    room = len(asked) if lookups >= 1 else int(others * lookups / (1 - lookups))
    kept -= set(_ranked(posed, asked, run)[max(room, floor) :])
    return [posed[at] for at in sorted(kept)]


def _ranked(posed: Sequence[Posed], asked: Sequence[int], run: Run) -> list[int]:
    """First one wording of every fact, then the second of each; chance decides within a round."""
    chance = list(asked)
    run.rng("oracle:lookups").shuffle(chance)
    place = {at: rank for rank, at in enumerate(chance)}
    rounds: Counter[tuple[str, str]] = Counter()
    ranked = []
    for at in asked:
        key = (posed[at].lesson.kind, posed[at].lesson.key)
        ranked.append((rounds[key], place[at], at))
        rounds[key] += 1
    return [at for *_, at in sorted(ranked)]
