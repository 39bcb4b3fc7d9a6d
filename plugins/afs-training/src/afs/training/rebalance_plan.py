"""How often each sample is taken, so that parts have the shares asked for."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from afs.training.grouping import Grouping
from afs.training.mixture import apportion, in_unit, largest_total, shares_of, smallest_total
from afs.training.selection import Pool, Selector, capped, select
from afs_core import DataError, Run, TrainingSample, UsageError

if TYPE_CHECKING:
    from afs.training.scoring import QualityScorer

__all__ = ["RebalanceConfig", "RebalancePlan", "scorer"]

_BATCH = 64
_MANY_COPIES = 4
#: Nobody means to write more than that many times what came in without saying so.
_MOST_COPIES = 100
#: What a row that is in no part has instead of the part's number.
_UNNAMED, _UNSCORED, _LOW, _CAPPED = -1, -2, -3, -4


class RebalanceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares, limits, and how samples are chosen."""

    weights: Annotated[
        dict[str, float],
        Meta(description="Share of a tag, input, source or domain; without any, inputs share equally"),
    ] = {}
    min_quality_score: Annotated[float | None, Meta(description="Leave out what scores lower")] = None
    max_per_domain: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Most samples of one domain, copies not counted")
    ] = None
    max_total: Annotated[Annotated[int, Meta(ge=1)] | None, Meta(description="Most samples in all")] = None
    allow_oversample: Annotated[
        bool, Meta(description="Take every sample, and copies where a part is too small")
    ] = False
    selector: Annotated[
        Selector, Meta(description="Which samples of a part: random, top (by score), stratified (by domain)")
    ] = "random"
    shuffle: Annotated[bool, Meta(description="Mix the order; else samples keep that of the inputs")] = True
    input_names: Annotated[
        dict[str, str], Meta(description="Names of inputs by path, in place of the stems of their files")
    ] = {}

    def __post_init__(self) -> None:
        shares_of(self.weights)
        if self.min_quality_score is not None:
            in_unit("min_quality_score", self.min_quality_score)


class RebalancePlan:
    """How often every sample is taken, decided at the first look."""

    def __init__(
        self, samples: Iterable[TrainingSample], config: RebalanceConfig, inputs: Sequence[Path], run: Run
    ) -> None:
        self._config, self._run = config, run
        floor = config.min_quality_score
        self._floor = -math.inf if floor is None else floor
        self._grouping = Grouping(config.weights, inputs, config.input_names)
        self._pool = Pool()
        self._parts = array("i")
        self._names = sorted(config.weights)
        self._seen = [0] * len(self._names)
        self._look(samples)
        self._grouping.check()
        self._check_matches(samples)
        groups = self._groups()
        shares = self._shares()
        self.times = array("I", bytes(4 * len(self._parts)))
        self._taken = self._targets([len(rows) for rows in groups], shares)
        for name, rows, count in zip(self._names, groups, self._taken, strict=True):
            self._take(name, rows, count)
        self._copies = {
            name: max(0, count - len(rows))
            for name, rows, count in zip(self._names, groups, self._taken, strict=True)
        }

    # -- the first look

    def _look(self, samples: Iterable[TrainingSample]) -> None:
        numbers = {name: number for number, name in enumerate(self._names)}
        scored = (
            ((s, s.score) for s in samples)
            if self._config.min_quality_score is None
            else self._judged(samples)
        )
        for sample, score in scored:
            name = self._grouping.name(sample)
            part = _UNNAMED if name is None else numbers.setdefault(name, len(numbers))
            if part == len(self._names) and name is not None:
                self._names.append(name)
                self._seen.append(0)
            if part >= 0:
                self._seen[part] += 1
                if not score >= self._floor and self._floor > -math.inf:
                    part = _UNSCORED if math.isnan(score) else _LOW
            self._parts.append(part)
            self._pool.add(sample, score)

    def _judged(self, samples: Iterable[TrainingSample]) -> Iterator[tuple[TrainingSample, float]]:
        """Samples with their score; those that have none are scored as ``afs scoring score`` would."""
        judge, count = None, 0
        rest = iter(samples)
        while batch := list(islice(rest, _BATCH)):
            unscored = [sample for sample in batch if math.isnan(sample.score)]
            if unscored and judge is None:
                judge = scorer(self._run)
            found = iter(judge.score_batch(unscored) if judge and unscored else ())
            for sample in batch:
                yield sample, next(found).overall if math.isnan(sample.score) else sample.score
            count += len(unscored)
        if count:
            self._run.warn(
                f"rebalance: {count:,} samples have no quality score and were judged by the generic profile; "
                "afs scoring score writes scores down"
            )

    def _check_matches(self, samples: Iterable[TrainingSample]) -> None:
        unmatched = [name for name, seen in zip(self._names, self._seen, strict=True) if not seen]
        if not self._parts:
            self._run.warn("rebalance: no sample came in")
        elif unmatched:
            raise UsageError(
                f"rebalance: no sample matches the weight {' or '.join(unmatched)}",
                hint=f"a weight may name: {'; '.join(self._grouping.candidates(samples))}",
            )

    # -- the decision

    def _groups(self) -> list[array[int]]:
        """Rows of every part, after the cap of domains."""
        groups = [array("I") for _ in self._names]
        for row, part in enumerate(self._parts):
            if part >= 0:
                groups[part].append(row)
        cap = self._config.max_per_domain
        if cap is not None:
            for rows in groups:
                for row in rows:
                    self._parts[row] = _CAPPED
            rng = self._run.rng("rebalance:domains")
            groups = capped(self._pool, groups, cap, self._config.selector, rng)
            for part, rows in enumerate(groups):
                for row in rows:
                    self._parts[row] = part
        return groups

    def _shares(self) -> list[Fraction]:
        shares = shares_of(self._config.weights or dict.fromkeys(self._names, 1.0))
        return [shares[name] for name in self._names]

    def _targets(self, available: list[int], shares: list[Fraction]) -> list[int]:
        parts = list(zip(self._names, available, shares, strict=True))
        empty = [name for name, have, share in parts if share and not have]
        if empty and self._parts:
            raise DataError(
                f"rebalance: no sample of {', '.join(empty)} scores {self._floor:g} or more",
                hint="lower --min-quality-score, or take the weight away",
            )
        bound = smallest_total if self._config.allow_oversample else largest_total
        total = bound(available, shares)
        if self._config.max_total is not None:
            total = min(total, self._config.max_total)
        elif total > _MOST_COPIES * sum(available):
            raise UsageError(
                f"rebalance: {sum(available):,} samples would become {total:,} for shares so far apart",
                hint="say how many: --max-total N",
            )
        return apportion(total, shares)

    def _take(self, name: str, rows: Sequence[int], count: int) -> None:
        """Every row of a part equally often; the odd ones out are chosen."""
        if not rows:
            return
        whole, rest = divmod(count, len(rows))
        if whole:
            for row in rows:
                self.times[row] = whole
        if whole >= _MANY_COPIES:
            self._run.warn(
                f"rebalance: each sample of {name} is there {count / len(rows):.1f} times; a model may learn "
                "them by heart"
            )
        rng = self._run.rng(f"rebalance:{name}")
        for row in select(self._pool, rows, rest, self._config.selector, rng):
            self.times[row] += 1

    # -- what is told

    def reason(self, row: int) -> str:
        """Why a row is not taken."""
        part = self._parts[row]
        if part >= 0:
            return f"beyond the share of {self._names[part]}"
        return {
            _UNNAMED: "named by no weight",
            _UNSCORED: "no quality score",
            _LOW: f"quality below {self._floor:g}",
            _CAPPED: "beyond the cap of its domain",
        }[part]

    def noted(self) -> dict[str, int]:
        counts = {f"from {name}": count for name, count in zip(self._names, self._taken, strict=True)}
        return counts | {f"copies of {name}": count for name, count in self._copies.items() if count}


def scorer(run: Run) -> QualityScorer:
    from afs.training.scoring import QualityScorer

    return QualityScorer(run=run)
