from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from afs.training.score_cache import ScoreCache, content
from afs.training.signals import Signal
from afs_core import PluginError, Provenance, Run, Score, TrainingSample
from afs_core.store import cache_folder

SAMPLES = [TrainingSample(f"Question {number}?", "x" * number) for number in range(10)]


class Slow:
    """A scorer that counts what it is asked."""

    def __init__(self, fingerprint: str = "one", offset: float = 0.0, seconds: float = 0.001) -> None:
        self.fingerprint, self.offset, self.seconds = fingerprint, offset, seconds
        self.asked: list[str] = []

    def score_batch(self, samples: Sequence[TrainingSample], /) -> list[Score]:
        time.sleep(self.seconds * len(samples))
        self.asked += [sample.instruction for sample in samples]
        return [self.score(sample) for sample in samples]

    def score(self, sample: TrainingSample) -> Score:
        length = len(sample.output)
        if length == 3:
            return Score(reason="three does not apply")
        if length == 4:
            return Score(reason="engine was away", detail={"transient": True})
        return Score(length / 10 + self.offset, detail={"length": length})


def scored(scorer: Slow, samples: Sequence[TrainingSample] = SAMPLES, name: str = "slow") -> list[Score]:
    with Run.open() as run:
        return list(Signal(name, scorer, run).scores(samples))


def database() -> Path:
    return cache_folder() / "scores.sqlite"


def test_a_second_run_asks_only_for_what_was_not_kept() -> None:
    first, second = Slow(), Slow()
    before = scored(first)
    assert scored(second, SAMPLES[::-1]) == before[::-1]
    assert len(first.asked) == 10
    assert second.asked == ["Question 4?"]  # its engine was away
    assert before[3] == Score(reason="three does not apply")


def test_misses_among_hits_keep_their_places() -> None:
    scored(Slow(), SAMPLES[::3])
    scorer = Slow()
    assert scored(scorer) == [scorer.score(sample) for sample in SAMPLES]
    assert scorer.asked == [s.instruction for n, s in enumerate(SAMPLES) if n % 3]


@pytest.mark.parametrize("changed", [{"fingerprint": "two"}, {"name": "other"}])
def test_another_fingerprint_or_name_knows_nothing(changed: dict[str, str]) -> None:
    scored(Slow())
    scorer = Slow(changed.get("fingerprint", "one"), offset=0.05)
    assert scored(scorer, SAMPLES[5:], changed.get("name", "slow"))[0].value == 0.55
    assert len(scorer.asked) == 5


def test_a_scorer_without_a_fingerprint_is_never_remembered() -> None:
    scored(Slow(""))
    again = Slow("")
    scored(again)
    assert len(again.asked) == 10


def test_scores_of_edited_code_are_not_those_of_the_old(tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "edited_scorer.py"
    text = (
        "from afs_core import Score\nclass Edited:\n    fingerprint = 'same'\n"
        "    def score_batch(self, samples):\n        return [Score({}) for _ in samples]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    values = []
    for value in (0.25, 0.7512):
        file.write_text(text.format(value))
        monkeypatch.delitem(__import__("sys").modules, "edited_scorer", raising=False)
        __import__("importlib").invalidate_caches()
        scorer = __import__("edited_scorer").Edited()
        values.append(scored(scorer)[0].value)
    assert values == [0.25, 0.7512]


EQUAL = [
    {"quality_score": 0.5},
    {"_metadata": {"kept": 1, "quality_components": {"length": {}}, "scores": {"a": 1}}},
    {"prov": Provenance(source="a.md", start=3, group="g", split="val", transforms=("redaction",))},
]
OTHER: list[dict[str, Any]] = [
    {"output": "other"},
    {"domain": "other"},
    {"_metadata": {"kept": 2}},
    {"prov": Provenance(source="a.md", start=4)},
    {"extra": {"key": 1}},
    {"thinking": ""},
]


@pytest.mark.parametrize(("changes", "same"), [(c, True) for c in EQUAL] + [(c, False) for c in OTHER])
def test_what_a_scorer_may_read_is_in_the_key(changes: dict[str, Any], same: bool) -> None:
    fields: dict[str, Any] = {"_metadata": {"kept": 1}, "prov": Provenance(source="a.md", start=3)}
    before = TrainingSample("Why?", "So.", **fields)
    after = TrainingSample(**{"instruction": "Why?", "output": "So.", **fields, **changes})
    assert (content(before) == content(after)) is same


def test_a_split_of_a_sample_without_provenance_changes_nothing() -> None:
    alone = TrainingSample("Why?", "So.")
    assert content(alone) == content(TrainingSample("Why?", "So.", prov=Provenance(split="test")))


def test_a_damaged_entry_is_never_a_score() -> None:
    scored(Slow())
    with sqlite3.connect(database()) as opened:
        for key, value in opened.execute("SELECT key, value FROM entry").fetchall():
            worse = value.replace(b'"value":0.', b'"value":1.')  # still JSON, still in 0..1 for 1.0
            opened.execute("UPDATE entry SET value = ? WHERE key = ?", (worse, key))
    again = Slow()
    with Run.open() as run:
        assert list(Signal("slow", again, run).scores(SAMPLES)) == [again.score(s) for s in SAMPLES]
        assert len(run.warnings) == 1
        assert "slow scores those samples again" in run.warnings[0]


def test_a_damaged_file_is_built_again_with_a_warning() -> None:
    scored(Slow())
    database().write_bytes(b"not a database" * 2000)
    again = Slow()
    with Run.open() as run:
        assert list(Signal("slow", again, run).scores(SAMPLES)) == [again.score(s) for s in SAMPLES]
        assert [warning for warning in run.warnings if "was damaged" in warning]
    third = Slow()
    scored(third)
    assert third.asked == ["Question 4?"]


def test_a_scorer_that_costs_less_than_the_lookup_is_asked_itself() -> None:
    samples = [TrainingSample(f"Question {number}?", "x" * 9) for number in range(1000)]
    quick = Slow(seconds=0)
    with Run.open() as run:
        cache = ScoreCache("quick", "one", run)
        for start in range(0, 1000, 50):
            cache.scores(samples[start : start + 50], quick.score_batch)
        assert cache.misses < 1000
    assert len(quick.asked) == 1000


def test_a_detail_that_is_no_json_is_not_kept() -> None:
    class Odd(Slow):
        def score(self, sample: TrainingSample) -> Score:
            return Score(0.5, detail={"what": object()})

    assert [score.value for score in scored(Odd())] == [0.5] * 10


@pytest.mark.parametrize("scores", [[Score(0.5)] * 9, [Score(1.5)] * 10, [Score(-0.1)] * 10])
def test_a_scorer_is_held_to_its_promises(scores: list[Score]) -> None:
    class Wrong(Slow):
        def score_batch(self, samples: Sequence[TrainingSample], /) -> list[Score]:
            return scores

    with pytest.raises(PluginError, match="scorers/slow: expected"):
        scored(Wrong())
    if database().exists():
        with sqlite3.connect(database()) as opened:
            assert opened.execute("SELECT count(*) FROM entry").fetchone() == (0,)
