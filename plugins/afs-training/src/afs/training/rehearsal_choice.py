"""Which samples of earlier versions are worth rehearsing, decided at one look."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from random import Random
from typing import Annotated

import msgspec
from msgspec import Meta

from afs.dedupe import digest64, question
from afs.training.mixture import in_unit
from afs.training.selection import Pool, Selector, capped, select
from afs_core import GateRefused, TrainingSample

__all__ = ["VERSION", "RehearsalChoice", "RehearsalRules", "rehearsed", "unfit"]

#: Metadata key that makes a sample a rehearsed one, and says of which version.
VERSION = "rehearsal_version"
_KEPT = ""
_UNSCORED, _REPEATED = "no quality score", "same question as another sample"
_CAPPED, _REST = "beyond the cap of its domain", "not selected"


class RehearsalRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept of the data of earlier versions."""

    quality_threshold: Annotated[float, Meta(description="Leave out what scores lower")] = 0.7
    top_ratio: Annotated[float, Meta(description="Share of all samples that is kept", ge=0, le=1)] = 0.3
    selector: Annotated[
        Selector, Meta(description="top: the best scored; random; stratified: the best of each domain")
    ] = "top"
    max_per_domain: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Most samples of one domain")
    ] = None

    def __post_init__(self) -> None:
        in_unit("quality_threshold", self.quality_threshold)
        in_unit("top_ratio", self.top_ratio)


class RehearsalChoice:
    """Takes one look at all ``samples``; then knows of every row whether it is kept, else why not.

    Of samples that ask the same, the best scored stays, of equals the last, which is the newest
    version. The ratio is of all samples. Memory grows by keys, not by rows. Raises GateRefused where
    nothing is left to rehearse.
    """

    def __init__(self, samples: Iterable[TrainingSample], rules: RehearsalRules, rng: Random) -> None:
        self._rules = rules
        self._pool = Pool()
        self._reasons = array("b")
        self._names: dict[str, int] = {_KEPT: 0}
        self._questions: dict[int, int] = {}
        for sample in samples:
            self._add(sample)
        self._choose(rng)
        if rules.top_ratio and len(self._pool) and not self.kept:
            raise self._refusal()

    @property
    def kept(self) -> int:
        return self._reasons.count(0)

    def told(self) -> Iterator[str]:
        """What the user should know of a choice that was made."""
        unscored = self._reasons.count(self._names.get(_UNSCORED, -1))
        if unscored:
            yield (
                f"rehearsal: {unscored:,} of {len(self._pool):,} samples have no quality score and are left"
                " out; score them first: afs scoring score"
            )

    def reasons(self) -> Iterator[str]:
        """Why each row is not rehearsed; empty for one that is."""
        names = list(self._names)
        return (names[number] for number in self._reasons)

    def _add(self, sample: TrainingSample) -> None:
        row, reason = len(self._pool), self._unfit(sample)
        self._pool.add(sample, sample.score)
        self._reasons.append(self._number(reason))
        if reason:
            return
        key = digest64(question(sample))
        rival = self._questions.setdefault(key, row)
        if rival == row:
            return
        loser = rival if _at_least(sample.score, self._pool.scores[rival]) else row
        self._reasons[loser] = self._number(_REPEATED)
        self._questions[key] = row if loser == rival else rival

    def _unfit(self, sample: TrainingSample) -> str:
        threshold = self._rules.quality_threshold
        if reason := unfit(sample):
            return reason
        if threshold <= 0 or sample.score >= threshold:
            return _KEPT
        return _UNSCORED if math.isnan(sample.score) else f"quality below {threshold:g}"

    def _choose(self, rng: Random) -> None:
        rules, pool = self._rules, self._pool
        rows = array("I", (row for row, number in enumerate(self._reasons) if not number))
        allowed = rows
        if rules.max_per_domain is not None:
            (allowed,) = capped(pool, [rows], rules.max_per_domain, rules.selector, rng)
        wanted = _nearest(len(pool), rules.top_ratio)
        chosen = select(pool, allowed, wanted, rules.selector, rng)
        capped_off, rest = self._number(_CAPPED), self._number(_REST)
        for row in rows:
            self._reasons[row] = capped_off
        for row in allowed:
            self._reasons[row] = rest
        for row in chosen:
            self._reasons[row] = 0

    def _number(self, reason: str) -> int:
        return self._names.setdefault(reason, len(self._names))

    def _refusal(self) -> GateRefused:
        why = Counter(self.reasons())
        if why[_UNSCORED] == len(self._pool):
            return GateRefused(
                f"none of the {len(self._pool):,} samples has a quality score, "
                f"and one of {self._rules.quality_threshold:g} is asked for",
                hint="afs scoring score --input FILE --output SCORED, or --min-score 0 to take them unscored",
            )
        told = ", ".join(f"{count:,} {reason}" for reason, count in why.most_common())
        return GateRefused(
            f"none of the {len(self._pool):,} samples can be rehearsed: {told}",
            hint="lower --min-score, or name the train split of the earlier version",
        )


def unfit(sample: TrainingSample) -> str:
    """Why a sample must not be trained on again; empty where it may."""
    split = sample.prov.split if sample.prov is not None else ""
    if split not in ("", "train"):
        return f"held out in {split}"
    return "an evaluation item" if "check" in sample.metadata else ""


def rehearsed(sample: TrainingSample, version: str) -> TrainingSample:
    """``sample`` marked with the version it comes from; one that is marked stays as it is."""
    if sample.metadata.get(VERSION):
        return sample
    return sample.changed("rehearsal", _metadata={**sample.metadata, VERSION: version})


def _at_least(score: float, other: float) -> bool:
    return score >= other or math.isnan(other)


def _nearest(count: int, ratio: float) -> int:
    """``ratio`` of ``count``, at least one unless the ratio is 0."""
    exact = Fraction(str(ratio)) * count
    return max(math.floor(exact + Fraction(1, 2)), 1 if ratio else 0)
