"""How scores are spread: overall, by domain, source and signal, and what a floor would keep.

One pass; memory grows with the number of domains, not with the samples. Quantiles are read from
a thousand bins, so they are exact to .001.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from afs_core import TrainingSample

__all__ = ["Distribution", "Floor", "ScoreStatistics", "SignalStatistics", "describe_scores"]

FLOORS = tuple(step / 20 for step in range(21))
_FINE = 1000
_BINS = 10
_MOST_SOURCES, _MOST_REASONS = 1000, 20


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """Values in 0..1. ``histogram`` has ten bins; ``outside`` counts values below 0 or above 1,
    which lie in the end bins. The numbers are None where nothing has a value."""

    samples: int
    scored: int
    outside: int
    mean: float | None
    p5: float | None
    median: float | None
    p95: float | None
    histogram: list[int]


class SignalStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """One signal: its values, its mean weight where it counted, and why it did not elsewhere."""

    values: Distribution
    mean_weight: float | None
    absent: dict[str, int]


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--min-score MINIMUM`` would keep, of all samples."""

    minimum: float
    kept: int
    share: float


class ScoreStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """``unscored`` counts samples without a score, by reason."""

    overall: Distribution
    domains: dict[str, Distribution]
    sources: dict[str, Distribution]
    signals: dict[str, SignalStatistics]
    unscored: dict[str, int]
    floors: list[Floor]


class _Tally:
    def __init__(self) -> None:
        self.samples = self.outside = 0
        self.total = 0.0
        self.bins: Counter[int] = Counter()

    def add(self, value: float) -> None:
        self.samples += 1
        if math.isnan(value):
            return
        self.outside += not 0 <= value <= 1
        self.total += value
        self.bins[min(_FINE - 1, max(0, int(value * _FINE)))] += 1

    def distribution(self) -> Distribution:
        scored = self.bins.total()
        histogram = [0] * _BINS
        for place, count in self.bins.items():
            histogram[place * _BINS // _FINE] += count
        p5, median, p95 = self._quantiles((0.05, 0.5, 0.95)) if scored else (None, None, None)
        return Distribution(
            samples=self.samples,
            scored=scored,
            outside=self.outside,
            mean=self.total / scored if scored else None,
            p5=p5,
            median=median,
            p95=p95,
            histogram=histogram,
        )

    def _quantiles(self, shares: Iterable[float]) -> list[float]:
        ordered = sorted(self.bins.items())
        ranks = [math.ceil(share * self.bins.total()) for share in shares]
        found: list[float] = []
        seen = 0
        for place, count in ordered:
            seen += count
            while len(found) < len(ranks) and seen >= ranks[len(found)]:
                found.append((place + 0.5) / _FINE)
        return found


class _SignalTally:
    def __init__(self) -> None:
        self.values = _Tally()
        self.weight = 0.0
        self.absent: Counter[str] = Counter()

    def add(self, component: Mapping[str, Any]) -> None:
        value = component.get("value")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.values.add(value)
            weight = component.get("weight")
            self.weight += weight if isinstance(weight, (int, float)) else 0.0
        else:
            self.values.add(math.nan)
            _count(self.absent, str(component.get("reason") or "no reason given"))

    def statistics(self) -> SignalStatistics:
        values = self.values.distribution()
        mean = self.weight / values.scored if values.scored else None
        return SignalStatistics(values=values, mean_weight=mean, absent=dict(self.absent.most_common()))


def describe_scores(samples: Iterable[TrainingSample]) -> ScoreStatistics:
    """Statistics of ``quality_score`` and ``_metadata.quality_components``; the frequent first."""
    overall = _Tally()
    domains: dict[str, _Tally] = {}
    sources: dict[str, _Tally] = {}
    signals: dict[str, _SignalTally] = {}
    unscored: Counter[str] = Counter()
    reached: Counter[int] = Counter()
    for sample in samples:
        score, components = sample.score, _components(sample)
        source = sample.source if sample.source in sources or len(sources) < _MOST_SOURCES else "(others)"
        for tally in (
            overall,
            domains.setdefault(sample.domain, _Tally()),
            sources.setdefault(source, _Tally()),
        ):
            tally.add(score)
        for name, component in components.items():
            signals.setdefault(name, _SignalTally()).add(component)
        if math.isnan(score):
            _count(unscored, _why(components))
        else:
            reached[bisect_right(FLOORS, score)] += 1
    return ScoreStatistics(
        overall=overall.distribution(),
        domains=_ordered(domains),
        sources=_ordered(sources),
        signals={name: tally.statistics() for name, tally in signals.items()},
        unscored=dict(unscored.most_common()),
        floors=_floors(reached, overall.samples),
    )


def _components(sample: TrainingSample) -> dict[str, Mapping[str, Any]]:
    found = sample.metadata.get("quality_components")
    parts = found.items() if isinstance(found, dict) else ()
    return {name: part for name, part in parts if isinstance(part, dict)}


def _why(components: Mapping[str, Mapping[str, Any]]) -> str:
    if not components:
        return "never scored"
    reasons = {name: str(part.get("reason") or "no reason given") for name, part in components.items()}
    told = [f"{name}: {reason}" for name, reason in reasons.items() if reason != "no weight"]
    return "; ".join(told) or "no signal has a weight"


def _count(counter: Counter[str], reason: str) -> None:
    counter[reason if reason in counter or len(counter) < _MOST_REASONS else "other reasons"] += 1


def _ordered(tallies: Mapping[str, _Tally]) -> dict[str, Distribution]:
    ordered = sorted(tallies.items(), key=lambda item: (-item[1].samples, item[0]))
    return {name: tally.distribution() for name, tally in ordered}


def _floors(reached: Mapping[int, int], samples: int) -> list[Floor]:
    found = []
    for place, minimum in enumerate(FLOORS):
        kept = sum(count for steps, count in reached.items() if steps > place)
        found.append(Floor(minimum=minimum, kept=kept, share=kept / samples if samples else 0.0))
    return found
