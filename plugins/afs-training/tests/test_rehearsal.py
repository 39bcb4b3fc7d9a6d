from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.training import RehearsalBuffer, RehearsalBufferConfig
from afs.training.mixture import rehearsed_count
from afs_core import GateRefused, Provenance, TrainingSample, UsageError, read_samples, write_samples


def scored(count: int, *, domain: str = "asm", start: int = 0) -> list[TrainingSample]:
    """Scores rise from 0 to just below 1."""
    return [
        TrainingSample(f"{domain} {n}?", f"Answer {n}.", domain=domain, quality_score=(n - start) / count)
        for n in range(start, start + count)
    ]


def new(count: int) -> list[TrainingSample]:
    return [TrainingSample(f"new {n}?", f"Answer {n}.", domain="new") for n in range(count)]


def buffer_of(samples: Iterable[TrainingSample], folder: Path, **config: Any) -> RehearsalBuffer:
    buffer = RehearsalBuffer(RehearsalBufferConfig(**config))
    path = folder / "v1_training.jsonl"
    write_samples(path, samples)
    buffer.load_from_jsonl(path, version="v1")
    return buffer


def old_of(mixed: Iterable[TrainingSample]) -> list[TrainingSample]:
    return [sample for sample in mixed if sample.metadata.get("rehearsal_version")]


def test_the_best_third_of_all_is_kept_and_marked(tmp_path: Path) -> None:
    buffer = buffer_of(scored(40), tmp_path)
    chosen = buffer.select_top_samples(ratio=0.25)
    assert [sample.instruction for sample in chosen] == [f"asm {n}?" for n in range(30, 40)]
    assert {sample.metadata["rehearsal_version"] for sample in chosen} == {"v1"}
    assert {sample.domain for sample in chosen} == {"asm"}
    assert all(sample.prov and sample.prov.transforms == ("rehearsal",) for sample in chosen)
    assert len(buffer) == 10


def test_the_threshold_limits_what_the_ratio_asks(tmp_path: Path) -> None:
    buffer = buffer_of(scored(40), tmp_path, quality_threshold=0.9)
    assert len(buffer.select_top_samples(ratio=0.5)) == 4


@pytest.mark.parametrize(("ratio", "kept"), [(0, 0), (0.001, 1), (0.33, 4), (1, 12)])
def test_a_ratio_is_taken_to_the_nearest_and_gives_one_at_least(
    tmp_path: Path, ratio: float, kept: int
) -> None:
    buffer = buffer_of(scored(12), tmp_path, quality_threshold=0)
    assert len(buffer.select_top_samples(ratio)) == kept


def test_diversity_shares_what_a_small_domain_leaves(tmp_path: Path) -> None:
    samples = [*scored(80), *scored(16, domain="notes"), *scored(4, domain="rare")]
    plain = buffer_of(samples, tmp_path, quality_threshold=0).select_top_samples(0.3)
    assert Counter(s.domain for s in plain)["asm"] > 20
    for config in ({"enable_diversity": True}, {"selector": "stratified"}):
        chosen = buffer_of(samples, tmp_path, quality_threshold=0, **config).select_top_samples(0.3)
        assert Counter(s.domain for s in chosen) == {"asm": 13, "notes": 13, "rare": 4}
        assert min(s.score for s in chosen if s.domain == "asm") == 67 / 80


def test_no_domain_is_above_its_cap(tmp_path: Path) -> None:
    samples = [*scored(80), *scored(20, domain="notes")]
    buffer = buffer_of(samples, tmp_path, quality_threshold=0, max_per_domain=7)
    assert Counter(s.domain for s in buffer.select_top_samples(0.5)) == {"asm": 7, "notes": 7}


def test_what_was_held_out_is_never_rehearsed(tmp_path: Path) -> None:
    samples = [
        TrainingSample(f"{split} {n}?", "x", quality_score=1.0, prov=Provenance(split=split))
        for split in ("train", "val", "test")
        for n in range(3)
    ]
    samples.append(TrainingSample("suite?", "x", quality_score=1.0, _metadata={"check": {"scorer": "exact"}}))
    buffer = buffer_of(samples, tmp_path)
    mixed = buffer.merge_with_new_data(new(3), rehearsal_ratio=0.9)
    assert {s.instruction for s in old_of(mixed)} == {"train 0?", "train 1?", "train 2?"}
    assert {s.instruction for s in buffer.select_top_samples(1)} == {"train 0?", "train 1?", "train 2?"}


def test_unscored_data_is_not_thrown_away_in_silence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(GateRefused, match="none of the 5 samples has a quality score") as caught:
        buffer_of(new(5), tmp_path).select_top_samples()
    assert "afs scoring score" in caught.value.hint
    assert caught.value.exit_code == 3
    assert len(buffer_of(new(5), tmp_path, quality_threshold=0).select_top_samples(1)) == 5
    buffer_of([*new(5), *scored(10)], tmp_path).select_top_samples()
    assert "5 of 15 samples have no quality score" in caplog.text


def test_nothing_good_enough_is_a_refusal_that_says_why(tmp_path: Path) -> None:
    with pytest.raises(GateRefused, match=r"none of the 10 samples can be rehearsed: 10 quality below 0\.95"):
        buffer_of(scored(10), tmp_path, quality_threshold=0.95).select_top_samples()


def test_of_the_same_question_the_best_stays_and_of_equals_the_newest(tmp_path: Path) -> None:
    first = [
        TrainingSample("What is A?", "old", quality_score=0.9),
        TrainingSample("B?", "best", quality_score=1.0),
    ]
    later = [
        TrainingSample("what  is a?", "new", quality_score=0.9),
        TrainingSample("B?", "worse", quality_score=0.8),
    ]
    write_samples(tmp_path / "v1.jsonl", first)
    write_samples(tmp_path / "v2.jsonl", later)
    buffer = RehearsalBuffer()
    for version in ("v1", "v2"):
        assert buffer.load_from_jsonl(tmp_path / f"{version}.jsonl", version=version) == 2
    found = {s.output: s.metadata["rehearsal_version"] for s in buffer.select_top_samples(1)}
    assert found == {"new": "v2", "best": "v1"}


def test_a_rehearsed_sample_keeps_its_first_version(tmp_path: Path) -> None:
    buffer = buffer_of(scored(10), tmp_path, quality_threshold=0)
    buffer.select_top_samples(1)
    assert buffer.save(tmp_path / "deep" / "v1.jsonl") == 10
    later = RehearsalBuffer()
    later.load_from_jsonl(tmp_path / "deep" / "v1.jsonl", version="v2")
    assert {s.metadata["rehearsal_version"] for s in later.samples} == {"v1"}
    assert later.samples == list(read_samples(tmp_path / "deep" / "v1.jsonl"))


def test_provenance_can_be_left_out(tmp_path: Path) -> None:
    buffer = buffer_of(scored(10), tmp_path, track_provenance=False)
    assert buffer.samples == scored(10)


@given(count=st.integers(0, 60), percent=st.integers(0, 100))
def test_the_share_of_the_mix_is_the_ratio(count: int, percent: int) -> None:
    buffer = RehearsalBuffer()
    buffer.samples = scored(400)
    mixed = buffer.merge_with_new_data(new(count), rehearsal_ratio=percent / 100)
    old = sum(sample.domain == "asm" for sample in mixed)
    if percent == 100:
        assert (old, len(mixed)) == (400, 400)
    else:
        assert old == min(400, rehearsed_count(count, percent / 100))
        assert [s for s in mixed if s.domain == "new"] == new(count)
        assert len({s.instruction for s in mixed}) == len(mixed)


def test_what_the_buffer_cannot_fill_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    buffer = buffer_of(scored(10), tmp_path)
    mixed = buffer.merge_with_new_data(new(90), rehearsal_ratio=0.5)
    assert len(old_of(mixed)) == 10
    assert (
        "the buffer has 10 of the 90 samples that 50.0% takes, so the mix is 10.0% rehearsal" in caplog.text
    )


def test_a_question_asked_by_both_is_the_new_ones(tmp_path: Path) -> None:
    buffer = buffer_of(scored(4), tmp_path)
    fresh = [TrainingSample("ASM  1?", "A newer answer.")]
    mixed = buffer.merge_with_new_data(fresh, rehearsal_ratio=0.8)
    assert {s.instruction for s in old_of(mixed)} == {"asm 0?", "asm 2?", "asm 3?"}
    assert mixed[0] == fresh[0]
    assert len(buffer.merge_with_new_data(fresh, rehearsal_ratio=1)) == 4


def test_old_samples_stay_out_of_what_the_new_data_holds_back(tmp_path: Path) -> None:
    old = [
        TrainingSample(f"{name} {n}?", "x", prov=Provenance(source=f"{name}.asm", split="train"))
        for name in ("held", "free")
        for n in range(3)
    ]
    held = TrainingSample("held 9?", "x", prov=Provenance(source="held.asm", split="val"))
    train = [TrainingSample(f"t {n}?", "x", prov=Provenance(split="train")) for n in range(3)]
    mixed = buffer_of(old, tmp_path).merge_with_new_data([held, *train], rehearsal_ratio=0.5)
    assert {s.instruction for s in old_of(mixed)} == {"free 0?", "free 1?", "free 2?"}
    assert len(mixed) == 7
    only = buffer_of(old, tmp_path).merge_with_new_data([held, *train], rehearsal_ratio=1)
    assert held in only
    assert not set(train) & set(only)


def test_new_samples_come_first_unless_shuffled_by_seed(tmp_path: Path) -> None:
    buffer = buffer_of(scored(30), tmp_path)
    plain = buffer.merge_with_new_data(new(30), 0.5)
    assert plain[:30] == new(30)
    mixed = buffer.merge_with_new_data(new(30), 0.5, shuffle=True, seed=1)
    assert mixed == buffer.merge_with_new_data(new(30), 0.5, shuffle=True, seed=1)
    assert mixed != buffer.merge_with_new_data(new(30), 0.5, shuffle=True, seed=2)
    assert mixed[:30] != new(30)
    by_config = buffer_of(scored(30), tmp_path, shuffle=True, seed=1)
    assert by_config.merge_with_new_data(new(30), 0.5) == mixed


@pytest.mark.parametrize("ratio", [-0.1, 1.5, float("nan"), 30])
def test_a_ratio_out_of_range_is_refused(tmp_path: Path, ratio: float) -> None:
    buffer = buffer_of(scored(10), tmp_path)
    with pytest.raises(UsageError, match="from 0 to 1"):
        buffer.merge_with_new_data(new(3), rehearsal_ratio=ratio)
    with pytest.raises(UsageError, match="from 0 to 1"):
        buffer.select_top_samples(ratio)
    with pytest.raises(UsageError, match="from 0 to 1"):
        RehearsalBufferConfig(quality_threshold=ratio)
