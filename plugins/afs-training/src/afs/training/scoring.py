"""The quality score: one number from the signals that apply to a sample.

    scorer = QualityScorer(config=ScoringConfig.from_profile("asm"))
    print(f"{scorer.score(sample).overall:.2f}")

Each signal is a value in 0..1 or absent with a reason: it does not apply to the sample, its
scorer is not installed, or the profile gives it no weight. The score is the mean of the present
values by weight, so nothing scores low for what it is not: prose is not judged as assembly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from afs.training.length import LengthCurve, asks_value
from afs.training.score_cache import digests
from afs.training.signals import DOCUMENTED, open_signals
from afs_core import Score, TrainingSample, UsageError

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["PROFILES", "SIGNALS", "QualityScore", "QualityScorer", "ScoringConfig", "ScoringWeights"]

#: Signals in the order they are reported; all but ``length`` are scorers of other plugins.
SIGNALS = (*DOCUMENTED, "length")
_DIGITS = 6
#: Score, components, and values of the signals that apply.
Rated = tuple[float, dict[str, dict[str, Any]], dict[str, float]]
_ASKS_VALUE = Score(reason="the question asks for a value")


class ScoringWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each signal counts; they need not sum to 1. A weight of 0 leaves the signal out.

    ``others`` are scorers of any plugin, each ``NAME`` or ``PLUGIN/NAME``.
    """

    electra: float = 0.4
    asar: float = 0.3
    entity: float = 0.2
    length: float = 0.1
    others: dict[str, float] = {}

    def __post_init__(self) -> None:
        twice = [name for name in self.others if name in SIGNALS]
        if twice:
            raise UsageError(f"expected scorers of plugins in others, got {', '.join(twice)}")
        weights = self.named()
        if not all(math.isfinite(weight) and weight >= 0 for weight in weights.values()):
            raise UsageError(f"expected weights of 0 or more, got {_listed(weights)}")
        if sum(weights.values()) <= 0:
            raise UsageError(f"expected weights of which one is above 0, got {_listed(weights)}")

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> ScoringWeights:
        """From weights by name; a documented signal that is not named has none."""
        known = {name: weights.get(name, 0.0) for name in SIGNALS}
        return cls(**known, others={name: weights[name] for name in weights if name not in SIGNALS})

    def named(self) -> dict[str, float]:
        """Weights by signal: the documented four, then the others by name."""
        return {name: getattr(self, name) for name in SIGNALS} | dict(sorted(self.others.items()))


class ScoringConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights, and the lengths of an answer in characters between which its score bends."""

    weights: ScoringWeights = ScoringWeights()
    min_output_length: int = 50
    ideal_output_length: int = 500
    max_output_length: int = 5000

    def __post_init__(self) -> None:
        if not 0 < self.min_output_length < self.ideal_output_length < self.max_output_length:
            raise UsageError(
                "expected 0 < min_output_length < ideal_output_length < max_output_length, got "
                f"{self.min_output_length}, {self.ideal_output_length}, {self.max_output_length}"
            )

    @classmethod
    def from_profile(cls, profile: str) -> ScoringConfig:
        """``generic``, ``asm`` or ``dialogue``; raises UsageError for another name."""
        try:
            return PROFILES[profile]
        except KeyError:
            known = ", ".join(PROFILES)
            raise UsageError(f"expected a scoring profile of {known}, got {profile!r}") from None

    @property
    def curve(self) -> LengthCurve:
        return LengthCurve(self.min_output_length, self.ideal_output_length, self.max_output_length)


PROFILES: Mapping[str, ScoringConfig] = {
    "generic": ScoringConfig(),
    "asm": ScoringConfig(weights=ScoringWeights(electra=0.5, asar=0.35, entity=0.1, length=0.05)),
    "dialogue": ScoringConfig(ScoringWeights(electra=0.1, asar=0.0, entity=0.35, length=0.55), 20, 200, 2000),
}


class QualityScore(msgspec.Struct, frozen=True, kw_only=True):
    """The score of one sample. An absent number is NaN, an absent verdict None.

    ``components`` holds for each signal ``{"value", "weight"}`` where it counted (weights after
    renormalisation, sum 1), else ``{"value": None, "reason"}``.
    """

    overall: float
    electra_score: float
    asar_valid: bool | None
    entity_coverage: float
    length_score: float
    components: dict[str, dict[str, Any]]


class QualityScorer:
    """Scores samples; without a ``run`` it opens one, to find the installed scorers.

    ``settings`` are those of single scorers, by name. ``absent`` says why a scorer is left out.
    Scores are remembered across runs (:mod:`afs.training.score_cache`) unless ``cached`` is False.
    """

    def __init__(
        self,
        config: ScoringConfig | None = None,
        run: Run | None = None,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        cached: bool = True,
    ) -> None:
        self.config = ScoringConfig() if config is None else config
        run = _opened() if run is None else run
        self._weights = self.config.weights.named()
        asked = {name: weight for name, weight in self._weights.items() if name != "length"}
        self.signals, self.absent = open_signals(asked, settings or {}, run, cached=cached)
        self._curve = self.config.curve
        self._by_length = lru_cache(maxsize=1 << 13)(self._rated_by_length)
        # In the order of the weights; what is live is filled in for each sample.
        self._absent: dict[str, dict[str, Any]] = {
            name: {"value": None, "reason": _why(Score(reason=self.absent.get(name, "")), weight)}
            for name, weight in self._weights.items()
        }

    @property
    def fingerprint(self) -> str:
        """Changes when scores could change."""
        parts = [f"{name}:{signal.identity}" for name, signal in self.signals.items()]
        return " ".join([repr(self.config), *parts])

    def score(self, sample: TrainingSample) -> QualityScore:
        return self.score_batch([sample])[0]

    def score_batch(self, samples: Sequence[TrainingSample]) -> list[QualityScore]:
        """One score a sample, in order."""
        scores = []
        for overall, components, values in self.rated(samples):
            asar = values.get("asar")
            scores.append(
                QualityScore(
                    overall=overall,
                    electra_score=values.get("electra", math.nan),
                    asar_valid=None if asar is None else asar >= 1.0,
                    entity_coverage=values.get("entity", math.nan),
                    length_score=values.get("length", math.nan),
                    components={name: dict(part) for name, part in components.items()},
                )
            )
        return scores

    def rated(self, samples: Sequence[TrainingSample]) -> list[Rated]:
        """For each sample the score, its components, and the values of the signals that apply.

        Samples may share these dictionaries.
        """
        if not self.signals:
            return [self._by_length(None if asks_value(s) else len(s.output)) for s in samples]
        digested = cache(lambda: digests(samples))
        columns = {name: signal.scores(samples, digested) for name, signal in self.signals.items()}
        columns["length"] = [self._length(None if asks_value(s) else len(s.output)) for s in samples]
        live = [(name, weight) for name, weight in self._weights.items() if name in columns]
        rows = zip(*(columns[name] for name, _ in live), strict=True)
        return [self._combined(live, row) for row in rows]

    def _length(self, length: int | None) -> Score:
        """The length signal; None where it says nothing."""
        return _ASKS_VALUE if length is None else Score(self._curve.value(length))

    def _rated_by_length(self, length: int | None) -> Rated:
        live = [(name, weight) for name, weight in self._weights.items() if name == "length"]
        return self._combined(live, [self._length(length)][: len(live)])

    def _combined(self, live: list[tuple[str, float]], scores: Sequence[Score]) -> Rated:
        """The mean by weight of the signals that apply; those not asked are absent for all alike."""
        components, values = self._absent.copy(), {}
        weights, terms = [], []
        for (name, weight), score in zip(live, scores, strict=True):
            value = score.value
            if value is None or value != value:
                components[name] = {"value": None, "reason": _why(score, weight)}
                continue
            values[name] = value
            weights.append(weight)
            terms.append(value * weight)
        total = math.fsum(weights)
        for name, weight in live:
            if name in values:
                components[name] = (
                    {"value": round(values[name], _DIGITS), "weight": round(weight / total, _DIGITS)}
                    if weight
                    else {"value": None, "reason": "no weight"}
                )
        overall = round(math.fsum(terms) / total, _DIGITS) if total else math.nan
        return overall, components, values


def _why(score: Score, weight: float) -> str:
    return (score.reason or "does not apply") if weight else "no weight"


def _listed(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {weight:g}" for name, weight in weights.items())


def _opened() -> Run:
    from afs_core import Run

    return Run.open()
