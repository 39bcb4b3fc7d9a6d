"""What a scorer promises."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import msgspec

from afs_core.protocols import Score, Scorer
from afs_core.sample import TrainingSample
from afs_core.testing.conformance.base import Conformance, broken
from afs_core.testing.samples import example_samples

__all__ = ["ScorerConformance"]


class ScorerConformance(Conformance):
    """Holds a scorer to its promises, on :meth:`samples`.

    class TestBrevity(ScorerConformance):
        capability = "brevity"
    """

    kind = "scorers"
    protocol = Scorer

    def samples(self) -> Sequence[TrainingSample]:
        """Samples of which some get different scores; the examples of afs unless overridden."""
        return example_samples()

    def scores(self, samples: Sequence[TrainingSample] | None = None) -> list[Any]:
        """What a new scorer gives ``samples`` in one batch."""
        return list(self.make().score_batch(list(self.samples() if samples is None else samples)))

    def test_gives_one_score_for_each_sample(self) -> None:
        samples = self.samples()
        scores = self.scores(samples)
        assert len(scores) == len(samples), broken(
            f"one score for each of {len(samples)} samples",
            f"{len(scores)} scores",
            "where the scorer does not apply, give Score(None, reason)",
        )
        wrong = [score for score in scores if not isinstance(score, Score)]
        assert not wrong, broken("every score is an afs_core.Score", f"{wrong[:1]!r:.200}", "Score(value)")

    def test_values_are_shares_or_absent_with_a_reason(self) -> None:
        for score in self.scores():
            value = score.value
            assert value is None or (_is_number(value) and 0 <= value <= 1), broken(
                "a value is a number in 0..1, or None where the scorer does not apply",
                f"{score!r:.200}",
                "scale to 0..1; give Score(None, reason) instead of NaN or a number that stands for nothing",
            )
            assert value is not None or score.reason.strip(), broken(
                "an absent value has a reason", f"{score!r:.200}", "Score(None, 'no code in the answer')"
            )

    def test_scores_keep_the_order(self) -> None:
        samples = self.samples()
        alone = [self.scores([sample])[0] for sample in samples]
        _compare(samples, alone, self.scores(samples), "score i is that of sample i")

    def test_batches_do_not_matter(self) -> None:
        samples = self.samples()
        whole = self.scores(samples)
        for size in (1, 2, 5):
            scorer = self.make()
            parts = [samples[at : at + size] for at in range(0, len(samples), size)]
            scores = [score for part in parts for score in scorer.score_batch(part)]
            _compare(samples, whole, scores, f"batches of {size} give the scores that one batch gives")
        assert not list(self.make().score_batch([])), broken(
            "an empty batch has no scores", "some", "return [] for no samples"
        )

    def test_same_seed_gives_the_same_scores(self) -> None:
        samples = self.samples()
        _compare(samples, self.scores(samples), self.scores(samples), "the same seed gives the same scores")

    def test_another_process_gives_the_same_scores(self) -> None:
        samples = self.samples()
        fingerprint, scores = self.elsewhere(samples=[sample.to_json() for sample in samples])
        here = msgspec.to_builtins(self.scores(samples))
        _compare(
            samples,
            msgspec.json.decode(msgspec.json.encode(here)),
            scores,
            "another process gives the same scores",
        )
        self._compare_fingerprints(fingerprint, "another process")

    def test_fingerprint_is_stable(self) -> None:
        fingerprint = self.make().fingerprint
        assert isinstance(fingerprint, str) and fingerprint.strip(), broken(
            "fingerprint is a text that changes when scores could",
            repr(fingerprint),
            "join a version of the method with digests of what it reads",
        )
        self._compare_fingerprints(self.make().fingerprint, "a second scorer")
        scorer = self.make()
        before = scorer.fingerprint
        scorer.score_batch(self.samples())
        assert scorer.fingerprint == before, broken(
            "scoring does not change the fingerprint", scorer.fingerprint, "leave counters out of it"
        )

    def _compare_fingerprints(self, other: str, where: str) -> None:
        mine = self.make().fingerprint
        assert other == mine, broken(
            f"{where} has the same fingerprint",
            f"{mine!r} and {other!r}",
            "no id(), hash(), time or path in it: digests of content",
        )

    def test_changes_no_sample(self) -> None:
        samples = list(self.samples())
        before = [sample.to_bytes() for sample in samples]
        given = list(samples)
        self.make().score_batch(given)
        same = len(given) == len(samples) and all(a is b for a, b in zip(given, samples, strict=True))
        assert same and [sample.to_bytes() for sample in samples] == before, broken(
            "scoring leaves the batch and its samples as they are",
            "one was changed in place",
            "return what you know in Score.detail; sort a copy",
        )

    def test_details_are_json(self) -> None:
        for score in self.scores():
            text = msgspec.json.encode(score.detail)
            assert json.loads(text) == score.detail, broken(
                "detail reads back from JSON as it was",
                f"{score.detail!r:.200}",
                "keep to text, numbers, lists and dictionaries",
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)


def _compare(samples: Sequence[TrainingSample], one: list[Any], two: list[Any], promise: str) -> None:
    assert len(one) == len(two), broken(promise, f"{len(one)} and {len(two)} scores", "one score a sample")
    for sample, first, second in zip(samples, one, two, strict=True):
        assert first == second, broken(
            promise,
            f"{first!r:.200}\n  and then: {second!r:.200}\n  for:      {sample.instruction!r:.100}",
            "score each sample by itself; take randomness from run.rng(name) for each sample",
        )
