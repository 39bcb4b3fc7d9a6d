"""The ``quality`` transform: every sample with its quality score and what it was made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from afs.training.scoring import PROFILES, QualityScorer, ScoringConfig, ScoringWeights
from afs_core import Run, TrainingSample, UsageError

__all__ = ["Profile", "Quality"]

_BATCH = 64


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A profile of the user's own: it lists every signal that counts."""

    weights: dict[str, float]
    min_output_length: int = 50
    ideal_output_length: int = 500
    max_output_length: int = 5000

    def scoring(self) -> ScoringConfig:
        lengths = (self.min_output_length, self.ideal_output_length, self.max_output_length)
        return ScoringConfig(ScoringWeights.of(self.weights), *lengths)


class Quality:
    """Sets ``quality_score`` and ``_metadata.quality_components``.

    A sample to which no signal applies keeps an absent score. Drops nothing.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        profile: Annotated[
            str,
            Meta(
                description="generic: all alike; asm: ELECTRA, asar first; dialogue: length, entities; "
                "or one of profiles"
            ),
        ] = "generic"
        profiles: Annotated[
            dict[str, Profile], Meta(description="Your own by name: weights of all that counts, and lengths")
        ] = {}
        weights: Annotated[
            dict[str, float],
            Meta(description="Weights by scorer that replace those of the profile, or add to it"),
        ] = {}
        without: Annotated[
            tuple[str, ...], Meta(description="Signals that are left out, whatever their weight")
        ] = ()
        min_output_length: Annotated[
            int | None, Meta(description="Characters below which an answer is short")
        ] = None
        ideal_output_length: Annotated[int | None, Meta(description="Characters of the best length")] = None
        max_output_length: Annotated[
            int | None, Meta(description="Characters above which an answer is long")
        ] = None
        scorers: Annotated[
            dict[str, dict[str, Any]], Meta(description="Settings of the scorers by name, such as a model")
        ] = {}
        cache: Annotated[bool, Meta(description="Remember scores that cost more than looking them up")] = True

        def scoring(self) -> ScoringConfig:
            """The profile with what was set beside it."""
            base = self._base()
            weights = base.weights.named() | self.weights | dict.fromkeys(self.without, 0.0)
            lengths = {
                name: value
                for name in ("min_output_length", "ideal_output_length", "max_output_length")
                if (value := getattr(self, name)) is not None
            }
            return msgspec.structs.replace(base, weights=ScoringWeights.of(weights), **lengths)

        def _base(self) -> ScoringConfig:
            if self.profile in self.profiles:
                return self._own()
            if self.profile in PROFILES:
                return PROFILES[self.profile]
            known = ", ".join([*PROFILES, *self.profiles])
            raise UsageError(f"expected a scoring profile of {known}, got {self.profile!r}")

        def _own(self) -> ScoringConfig:
            try:
                return self.profiles[self.profile].scoring()
            except UsageError as fault:
                raise UsageError(f"profile {self.profile}: {fault.message}") from None

    rowwise = True

    def __init__(self, config: Config, run: Run) -> None:
        self._run = run
        self._scorer = QualityScorer(config.scoring(), run, config.scorers, cached=config.cache)
        #: What happened to samples that were not dropped, for the counts.
        self.noted: Counter[str] = Counter()

    @property
    def fingerprint(self) -> str:
        """Changes when scores could change, as when a scorer is installed."""
        return self._scorer.fingerprint

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        missing = [f"{name} ({why})" for name, why in self._scorer.absent.items() if why != "no weight"]
        if missing:
            self._run.warn(f"quality: left out of the score: {'; '.join(missing)}")
        rest = iter(samples)
        while batch := list(islice(rest, _BATCH)):
            for sample, (score, components, _) in zip(batch, self._scorer.rated(batch), strict=True):
                if score != score:
                    self.noted["no signal applies"] += 1
                metadata = {**sample._metadata, "quality_components": components}
                yield msgspec.structs.replace(sample, quality_score=score, _metadata=metadata)
        for name, signal in self._scorer.signals.items():
            if signal.cache is not None and signal.cache.hits:
                self.noted[f"{name} from the cache"] = signal.cache.hits
