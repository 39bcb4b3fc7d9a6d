"""The ``quality`` transform: every sample with its quality score and what it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.training.scoring import QualityScore, QualityScorer, ScoringConfig
from afs_core import Run, TrainingSample

__all__ = ["Quality"]

_BATCH = 64


class Quality:
    """Sets ``quality_score`` and ``_metadata.quality_components``.

    A sample to which no signal applies keeps an absent score. Drops nothing.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        profile: Annotated[
            Literal["generic", "asm", "dialogue"],
            Meta(description="generic: all alike; asm: ELECTRA, asar first; dialogue: length, entities"),
        ] = "generic"
        weights: Annotated[
            dict[Literal["electra", "asar", "entity", "length"], float],
            Meta(description="Weights that replace those of the profile; 0 leaves a signal out"),
        ] = {}
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

        def scoring(self) -> ScoringConfig:
            """The profile with what was set beside it."""
            base = ScoringConfig.from_profile(self.profile)
            weights = msgspec.structs.replace(base.weights, **self.weights)
            lengths = {
                name: value
                for name in ("min_output_length", "ideal_output_length", "max_output_length")
                if (value := getattr(self, name)) is not None
            }
            return msgspec.structs.replace(base, weights=weights, **lengths)

    def __init__(self, config: Config, run: Run) -> None:
        self._run = run
        self._scorer = QualityScorer(config.scoring(), run, config.scorers)

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
            for sample, score in zip(batch, self._scorer.score_batch(batch), strict=True):
                yield _marked(sample, score)


def _marked(sample: TrainingSample, score: QualityScore) -> TrainingSample:
    metadata = {**sample.metadata, "quality_components": score.components}
    return msgspec.structs.replace(sample, quality_score=score.overall, _metadata=metadata)
