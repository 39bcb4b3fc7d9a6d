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
from typing import TYPE_CHECKING, Any

import msgspec

from afs.training.length import LengthCurve, asks_value
from afs_core import Missing, Score, Scorer, TrainingSample, UnknownName, UsageError

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["PROFILES", "SIGNALS", "QualityScore", "QualityScorer", "ScoringConfig", "ScoringWeights"]

#: Signals in the order they are reported; all but ``length`` are scorers of other plugins.
SIGNALS = ("electra", "asar", "entity", "length")
_DIGITS = 6


class ScoringWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each signal counts; they need not sum to 1. A weight of 0 leaves the signal out."""

    electra: float = 0.4
    asar: float = 0.3
    entity: float = 0.2
    length: float = 0.1

    def __post_init__(self) -> None:
        weights = [getattr(self, signal) for signal in SIGNALS]
        if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or sum(weights) <= 0:
            raise UsageError(f"expected weights of 0 or more with a positive sum, got {weights}")


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
    """

    def __init__(
        self,
        config: ScoringConfig | None = None,
        run: Run | None = None,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.config = ScoringConfig() if config is None else config
        run = _opened() if run is None else run
        self._scorers, self.absent = _scorers(self.config.weights, settings or {}, run)

    @property
    def fingerprint(self) -> str:
        """Changes when scores could change."""
        parts = [f"{name}:{scorer.fingerprint}" for name, scorer in self._scorers.items()]
        return " ".join([repr(self.config), *parts])

    def score(self, sample: TrainingSample) -> QualityScore:
        return self.score_batch([sample])[0]

    def score_batch(self, samples: Sequence[TrainingSample]) -> list[QualityScore]:
        """One score a sample, in order."""
        columns = {name: scorer.score_batch(samples) for name, scorer in self._scorers.items()}
        columns["length"] = [self._length(sample) for sample in samples]
        rows = (
            {
                name: columns[name][row] if name in columns else Score(reason=self.absent[name])
                for name in SIGNALS
            }
            for row in range(len(samples))
        )
        return [_combined(signals, self.config.weights) for signals in rows]

    def _length(self, sample: TrainingSample) -> Score:
        if asks_value(sample):
            return Score(reason="the question asks for a value")
        return Score(self.config.curve.value(len(sample.output)))


def _scorers(
    weights: ScoringWeights, settings: Mapping[str, Mapping[str, Any]], run: Run
) -> tuple[dict[str, Scorer], dict[str, str]]:
    """The scorers of other plugins that the weights ask for, and why the rest are absent."""
    scorers: dict[str, Scorer] = {}
    absent: dict[str, str] = {}
    for name in SIGNALS[:-1]:
        if getattr(weights, name) == 0:
            absent[name] = "no weight"
            continue
        try:
            scorers[name] = run.use("scorers", name, **settings.get(name, {}))
        except (Missing, UnknownName) as fault:
            absent[name] = f"not available: {fault.message}"
    return scorers, absent


def _combined(signals: Mapping[str, Score], weights: ScoringWeights) -> QualityScore:
    values = {name: _value(score) for name, score in signals.items()}
    used = {name: getattr(weights, name) for name in SIGNALS if values[name] is not None}
    total = math.fsum(used.values())
    overall = math.fsum(values[name] * used[name] for name in used) / total if total else math.nan
    asar = values["asar"]
    return QualityScore(
        overall=round(overall, _DIGITS),
        electra_score=_or_nan(values["electra"]),
        asar_valid=None if asar is None else asar >= 1.0,
        entity_coverage=_or_nan(values["entity"]),
        length_score=_or_nan(values["length"]),
        components={
            name: {"value": round(values[name], _DIGITS), "weight": round(used[name] / total, _DIGITS)}
            if used.get(name)
            else {"value": None, "reason": signals[name].reason or "no weight"}
            for name in SIGNALS
        },
    )


def _value(score: Score) -> Any:
    return None if score.value is None or math.isnan(score.value) else score.value


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _opened() -> Run:
    from afs_core import Run

    return Run.open()
