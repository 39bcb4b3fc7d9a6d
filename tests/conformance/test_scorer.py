"""The conformance class of scorers passes a good one, and rejects each of these by name.

This module is also the plugin that it plants.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

from afs_core import Capability, Run, Score, TrainingSample, hookimpl


class Good:
    """The share of letters in the answer; silent about tools."""

    fingerprint = "letters 1"

    def __init__(self, config: None, run: Run) -> None:
        self.run = run

    def score_batch(self, samples: Sequence[TrainingSample], /) -> Any:
        return [self.score(sample) for sample in samples]

    def score(self, sample: TrainingSample) -> Any:
        if sample.messages:
            return Score(None, "a conversation")
        letters = sum(character.isalpha() for character in sample.output)
        return Score(letters / len(sample.output), detail={"letters": letters})


class Backwards(Good):
    def score_batch(self, samples: Sequence[TrainingSample], /) -> Any:
        return super().score_batch(samples)[::-1]


class SkipsSome(Good):
    def score_batch(self, samples: Sequence[TrainingSample], /) -> Any:
        return [score for score in super().score_batch(samples) if score.value is not None]


class BareNumbers(Good):
    def score(self, sample: TrainingSample) -> Any:
        return super().score(sample).value


class OutOfRange(Good):
    def score(self, sample: TrainingSample) -> Any:
        return Score(float(len(sample.output)))


class NotANumber(Good):
    def score(self, sample: TrainingSample) -> Any:
        score = super().score(sample)
        return score if score.value is not None else Score(math.inf - math.inf)


class AbsentWithoutReason(Good):
    def score(self, sample: TrainingSample) -> Any:
        score = super().score(sample)
        return score if score.value is not None else Score(None)


class RelativeToTheBatch(Good):
    def score_batch(self, samples: Sequence[TrainingSample], /) -> Any:
        longest = max((len(sample.output) for sample in samples), default=1)
        return [Score(len(sample.output) / longest) for sample in samples]


class FailsOnNothing(Good):
    def score_batch(self, samples: Sequence[TrainingSample], /) -> Any:
        return super().score_batch(samples) or [Score(None, "nothing")]


class Unseeded(Good):
    def __init__(self, config: None, run: Run) -> None:
        super().__init__(config, run)
        self.luck = random.random()

    def score(self, sample: TrainingSample) -> Any:
        return Score(self.luck)


class HashedScores(Good):
    def score(self, sample: TrainingSample) -> Any:
        return Score(hash(sample.output) % 1000 / 1000)


class HashedFingerprint(Good):
    fingerprint = f"letters {hash('letters')}"


class NoFingerprint(Good):
    fingerprint = ""


class CountingFingerprint(Good):
    fingerprint = "letters 0"

    def score_batch(self, samples: Sequence[TrainingSample], /) -> Any:
        self.fingerprint = f"letters {len(samples)}"
        return super().score_batch(samples)


class WritesIntoSamples(Good):
    def score(self, sample: TrainingSample) -> Any:
        sample.metadata["letters"] = 1
        return super().score(sample)


class SortsTheBatch(Good):
    def score_batch(self, samples: Sequence[TrainingSample], /) -> Any:
        scores = super().score_batch(samples)
        if isinstance(samples, list):
            samples.sort(key=lambda sample: sample.output)
        return scores


class DetailsOfItsOwn(Good):
    def score(self, sample: TrainingSample) -> Any:
        return Score(0.5, detail={"span": (1, 2)})


class NoScorer:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run


_BATCHES = {"test_batches_do_not_matter", "test_scores_keep_the_order"}

REJECTED: dict[type, set[str]] = {
    Good: set(),
    Backwards: _BATCHES,
    RelativeToTheBatch: _BATCHES,
    OutOfRange: {"test_values_are_shares_or_absent_with_a_reason"},
    NotANumber: {
        "test_values_are_shares_or_absent_with_a_reason",
        "test_same_seed_gives_the_same_scores",
        *_BATCHES,
    },
    AbsentWithoutReason: {"test_values_are_shares_or_absent_with_a_reason"},
    FailsOnNothing: {"test_batches_do_not_matter"},
    Unseeded: {
        "test_same_seed_gives_the_same_scores",
        "test_another_process_gives_the_same_scores",
        *_BATCHES,
    },
    HashedScores: {"test_another_process_gives_the_same_scores"},
    HashedFingerprint: {"test_another_process_gives_the_same_scores"},
    NoFingerprint: {"test_fingerprint_is_stable"},
    CountingFingerprint: {"test_fingerprint_is_stable"},
    WritesIntoSamples: {"test_changes_no_sample"},
    SortsTheBatch: {"test_changes_no_sample"},
    DetailsOfItsOwn: {"test_details_are_json"},
}


@hookimpl
def afs_scorers() -> list[Capability]:
    names = [kind.__name__ for kind in (*REJECTED, SkipsSome, BareNumbers, NoScorer)]
    return [Capability(name=name, target=f"planted:{name}", summary="Planted.") for name in names]


def test_rejects_planted_faults_by_name(planted: Any) -> None:
    failures = planted(__file__, "scorers", "ScorerConformance", REJECTED)
    for wrong in ("SkipsSome", "BareNumbers"):
        assert "promised: " in failures[wrong]["test_gives_one_score_for_each_sample"]
    assert "test_is_of_its_kind" in failures["NoScorer"]
