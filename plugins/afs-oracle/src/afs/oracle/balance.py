"""Which samples are kept: at most so many of a kind, and at most a share of lookups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from afs.oracle.lesson import LOOKUPS
from afs_core import TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["balanced"]


def balanced(
    samples: Sequence[TrainingSample], limits: Mapping[Any, int], lookups: float, floor: int, run: Run
) -> list[TrainingSample]:
    """In the order given. Where lookups are too many, further wordings of a fact go before the fact;
    ``floor`` lookups stay in any case.
    """
    kinds = [_kind(sample) for sample in samples]
    kept = set(range(len(samples)))
    for kind, limit in limits.items():
        of_kind = [at for at, found in enumerate(kinds) if found == kind]
        if len(of_kind) > limit:
            kept -= set(of_kind) - set(run.rng(f"oracle:limit:{kind}").sample(of_kind, limit))
    asked = [at for at in sorted(kept) if kinds[at] in LOOKUPS]
    others = len(kept) - len(asked)
    room = len(asked) if lookups >= 1 else int(others * lookups / (1 - lookups))
    kept -= set(_ranked(samples, asked, run)[max(room, floor) :])
    return [samples[at] for at in sorted(kept)]


def _ranked(samples: Sequence[TrainingSample], asked: Sequence[int], run: Run) -> list[int]:
    """First one wording of every fact, then the second of each; chance decides within a round."""
    chance = list(asked)
    run.rng("oracle:lookups").shuffle(chance)
    place = {at: rank for rank, at in enumerate(chance)}
    rounds: Counter[tuple[str, str]] = Counter()
    ranked = []
    for at in asked:
        fact = samples[at].metadata["fact"]
        key = (fact["kind"], fact["key"])
        ranked.append((rounds[key], place[at], at))
        rounds[key] += 1
    return [at for *_, at in sorted(ranked)]


def _kind(sample: TrainingSample) -> str:
    return sample.prov.kind if sample.prov else ""
