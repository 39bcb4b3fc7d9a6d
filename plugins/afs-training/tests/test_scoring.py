from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afs.training.quality import Profile, Quality
from afs.training.scoring import PROFILES, SIGNALS, QualityScorer, ScoringConfig, ScoringWeights
from afs_core import ConfigError, Run, Score, TrainingSample, UnknownName, UsageError

PROSE = TrainingSample("What does LDA do?", "LDA loads the accumulator from memory. " * 12, domain="asm")
VALUE = TrainingSample("What is the address of player_health?", "$7EF36C")

MakeRun = Callable[..., Run]
present = st.one_of(st.none(), st.floats(0, 1))


def test_the_documented_snippet_prints_numbers_where_nothing_is_installed(run_with: MakeRun) -> None:
    score = QualityScorer(ScoringConfig(), run_with()).score(PROSE)
    assert f"{score.overall:.2f} {score.electra_score:.2f} {score.entity_coverage:.2f}" == "0.96 nan nan"
    assert score.asar_valid is None
    assert score.overall == pytest.approx(score.length_score, abs=1e-6)


def test_prose_scores_alike_whether_or_not_the_assembler_is_there(run_with: MakeRun) -> None:
    without = QualityScorer(ScoringConfig(), run_with()).score(PROSE)
    beside = QualityScorer(ScoringConfig(), run_with(asar=None)).score(PROSE)
    assert beside.overall == without.overall
    assert beside.components["asar"] == {"value": None, "reason": "said so"}


def test_the_score_is_the_weighted_mean_of_what_is_there(run_with: MakeRun) -> None:
    score = QualityScorer(ScoringConfig(), run_with(electra=0.5, asar=1.0, entity=0.25)).score(VALUE)
    assert score.overall == pytest.approx((0.4 * 0.5 + 0.3 * 1.0 + 0.2 * 0.25) / 0.9, abs=1e-6)
    assert score.asar_valid is True
    assert math.isnan(score.length_score)
    assert score.components["length"] == {"value": None, "reason": "the question asks for a value"}


def test_nothing_to_judge_is_absent_not_zero(run_with: MakeRun) -> None:
    assert math.isnan(QualityScorer(ScoringConfig(), run_with()).score(VALUE).overall)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(present, present, present, st.sampled_from(sorted(PROFILES)), st.sampled_from([PROSE, VALUE]))
def test_weights_of_present_signals_sum_to_one_and_bound_the_score(
    run_with: MakeRun,
    electra: float | None,
    asar: float | None,
    entity: float | None,
    profile: str,
    sample: TrainingSample,
) -> None:
    run = run_with(electra=electra, asar=asar, entity=entity)
    score = QualityScorer(ScoringConfig.from_profile(profile), run).score(sample)
    used = [part for part in score.components.values() if part["value"] is not None]
    assert list(score.components) == list(SIGNALS)
    assert all(part["reason"] for part in score.components.values() if part["value"] is None)
    if used:
        assert sum(part["weight"] for part in used) == pytest.approx(1, abs=1e-5)
        values = [part["value"] for part in used]
        assert min(values) - 1e-5 <= score.overall <= max(values) + 1e-5
    else:
        assert math.isnan(score.overall)


def test_a_batch_scores_as_its_samples_alone(run_with: MakeRun) -> None:
    scorer = QualityScorer(run=run_with(entity=lambda sample: Score(len(sample.output) / 1000)))
    samples = [PROSE, VALUE, PROSE]
    assert [s.components for s in scorer.score_batch(samples)] == [
        scorer.score(s).components for s in samples
    ]


def test_a_broken_scorer_is_not_taken_for_a_missing_one(run_with: MakeRun) -> None:
    run = run_with()

    def broken(kind: str, name: str, /, **settings: object) -> object:
        raise ConfigError("discriminator.toml:3: wrong")

    run.use = broken  # type: ignore[method-assign]
    with pytest.raises(ConfigError):
        QualityScorer(run=run)


@pytest.mark.parametrize("weights", [(0, 0, 0, 0), (-1, 1, 1, 1), (math.nan, 1, 1, 1)])
def test_weights_that_mean_nothing_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="weights"):
        ScoringWeights(*weights)


def test_a_scorer_of_a_plugin_counts_by_the_name_that_its_user_gave(run_with: MakeRun) -> None:
    weights = ScoringWeights(electra=0, asar=0, entity=0, length=0.5, others={"naming": 0.5})
    score = QualityScorer(ScoringConfig(weights), run_with(naming=0.25, unlisted=0.0)).score(PROSE)
    assert list(score.components) == [*SIGNALS, "naming"]
    assert score.overall == pytest.approx((score.length_score + 0.25) / 2, abs=1e-6)
    assert ScoringWeights.of(weights.named()) == weights
    with pytest.raises(UsageError, match="in others"):
        ScoringWeights(others={"asar": 1.0})


def test_a_profile_of_ones_own_has_no_signals_but_those_it_lists() -> None:
    own = Profile(weights={"naming": 1.0}, ideal_output_length=100)
    config = Quality.Config(profile="mine", profiles={"mine": own}).scoring()
    assert config.weights.named() == dict.fromkeys(SIGNALS, 0.0) | {"naming": 1.0}
    assert config.ideal_output_length == 100
    with pytest.raises(UsageError, match="profile mine: expected weights"):
        Quality.Config(profile="mine", profiles={"mine": Profile(weights={})}).scoring()


def test_a_scorer_that_nobody_knows_is_an_error_unless_documented(run_with: MakeRun) -> None:
    run = run_with()

    def unknown(kind: str, name: str, /, **settings: object) -> object:
        raise UnknownName(f"no {name!r} among {kind}")

    run.use = unknown  # type: ignore[method-assign]
    assert QualityScorer(run=run).absent["electra"] == "not available: no 'electra' among scorers"
    with pytest.raises(UnknownName, match="'nameing'"):
        QualityScorer(ScoringConfig(ScoringWeights(others={"nameing": 1.0})), run)


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="generic, asm, dialogue"):
        ScoringConfig.from_profile("assembly")


def test_the_transform_sets_score_and_components_and_says_what_is_missing(run_with: MakeRun) -> None:
    run = run_with(electra=0.5)
    (scored, value) = Quality(Quality.Config(), run).apply([PROSE, VALUE])
    assert scored.quality_score == pytest.approx((0.4 * 0.5 + 0.1 * 0.982) / 0.5, abs=1e-2)
    assert scored.metadata["quality_components"]["electra"]["value"] == 0.5
    assert PROSE.metadata == {}
    assert TrainingSample.from_json(value.to_json()).metadata == value.metadata
    assert len(run.warnings) == 1
    assert "asar" in run.warnings[0]


def test_a_profile_may_be_changed_in_part() -> None:
    config = Quality.Config(profile="dialogue", weights={"entity": 0.0}, ideal_output_length=300).scoring()
    assert config.weights == ScoringWeights(electra=0.1, asar=0.0, entity=0.0, length=0.55)
    assert (config.min_output_length, config.ideal_output_length) == (20, 300)
