"""Runs in real processes: what is done again, what is not, and what a broken run leaves."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afs.pipeline import read_state
from afs_core import DataError, read_samples, write_samples
from afs_core.sample import TrainingSample

Afs = Callable[..., subprocess.CompletedProcess[str]]

ROAD = """
[variables]
words = "words.txt"
least = 1
pause = 0
[[stage]]
name = "sources"
uses = "generators/words"
source = "${words}"
times = 4
[[stage]]
name = "curated"
uses = ["transforms/upper", "transforms/halves"]
from = "sources"
rejected = true
[[stage]]
name = "clean"
uses = "evaluators/verdict"
from = "curated/train"
least = "${least}"
gate = true
[[stage]]
name = "adapter"
uses = "trainers/copier"
from = "curated"
base_model = "toy"
pause = "${pause}"
log = "steps.log"
after = "clean"
[[stage]]
name = "compared"
uses = "evaluators/verdict"
suite = "curated/val"
after = "adapter"
"""
RUN = ("pipeline", "run", "--config", "road.toml", "--output", "out")
NAMES = ("sources", "curated", "clean", "adapter", "compared")


@pytest.fixture(autouse=True)
def road(work: Path) -> None:
    (work / "road.toml").write_text(ROAD)


def contents(folder: Path) -> dict[str, bytes]:
    """Every artifact of a run, without manifests and state."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((".manifest.json", "manifest.json", "pipeline.json"))
    }


def states(folder: Path) -> dict[str, str]:
    return {stage.name: stage.state for stage in read_state(folder).stages}


def test_a_run_makes_every_stage_and_says_what_went_in_and_out(afs: Afs, work: Path) -> None:
    done = afs(*RUN)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "[2/5] curated" in done.stderr
    assert "16 in, 12 out (unwanted 4)" in done.stderr
    assert set(states(work / "out").values()) == {"done"}
    assert read_state(work / "out").finished
    assert sorted(contents(work / "out")) == [
        "adapter/weights.txt",
        "clean/verdict.txt",
        "compared/verdict.txt",
        "curated.rejected.jsonl",
        "curated/test.jsonl",
        "curated/train.jsonl",
        "curated/val.jsonl",
        "sources.jsonl",
    ]


def test_a_second_run_does_nothing(afs: Afs, work: Path) -> None:
    afs(*RUN)
    before = {
        path: path.stat().st_mtime_ns for path in (work / "out").rglob("*") if path.name != "pipeline.json"
    }
    again = afs(*RUN, "--json")
    assert again.returncode == 0
    assert set(states(work / "out").values()) == {"up to date"}
    assert {path: path.stat().st_mtime_ns for path in before if path.is_file()} == {
        path: time for path, time in before.items() if path.is_file()
    }
    assert len((work / "steps.log").read_text().split()) == 6
    data = json.loads(again.stdout)["data"]
    assert [stage["state"] for stage in data["stages"]] == ["up to date"] * 5
    assert data["stages"][1]["counts"][1]["dropped"] == {"unwanted": 4}


def changed(afs: Afs, work: Path) -> set[str]:
    assert afs(*RUN).returncode == 0
    return {name for name, state in states(work / "out").items() if state == "done"}


def test_what_is_edited_runs_again_with_what_depends_on_it(afs: Afs, work: Path) -> None:
    afs(*RUN)
    (work / "words.txt").write_text("one two drop four")
    assert changed(afs, work) == set(NAMES)
    (work / "road.toml").write_text(ROAD.replace('suite = "curated/val"', 'suite = "curated/train"'))
    assert changed(afs, work) == {"compared"}
    (work / "out" / "curated" / "val.jsonl").write_text("")  # somebody's editor
    assert changed(afs, work) == {"curated"}
    (work / "words.txt").write_text("drop  one two four\n")  # other bytes, the same samples without `drop`
    assert changed(afs, work) == {"sources", "curated"}


def test_an_edited_suite_is_read_again(afs: Afs, work: Path) -> None:
    write_samples(work / "suite.jsonl", [TrainingSample("a", "b")])
    (work / "road.toml").write_text(ROAD.replace('suite = "curated/val"', 'suite = "suite.jsonl"'))
    afs(*RUN)
    write_samples(work / "suite.jsonl", [TrainingSample("a", "c")])
    assert changed(afs, work) == {"compared"}
    assert (work / "out" / "compared" / "verdict.txt").read_text() == "c"


def test_no_resume_does_all_of_it_again(afs: Afs, work: Path) -> None:
    afs(*RUN)
    assert afs(*RUN, "--no-resume").returncode == 0
    assert set(states(work / "out").values()) == {"done"}
    assert len((work / "steps.log").read_text().split()) == 12


def test_a_gate_that_refuses_ends_the_run_with_3_each_time(afs: Afs, work: Path) -> None:
    for _ in range(2):
        done = afs(*RUN, "--set", "least=99")
        assert done.returncode == 3
        assert "samples: 6 (limit >= 99)" in done.stderr
        assert states(work / "out") == dict(
            zip(NAMES, ("done", "done", "refused", "waiting", "waiting"), strict=True)
        ) | {name: "up to date" for name in NAMES[:2] if _}
    assert "least" not in read_state(work / "out").stages[0].error
    assert "limit >= 99" in read_state(work / "out").stages[2].error
    assert not (work / "steps.log").exists()
    assert afs(*RUN).returncode == 0


def test_a_failure_ends_the_run_with_its_own_code_and_is_written_down(afs: Afs, work: Path) -> None:
    (work / "words.txt").write_text("one broken")
    done = afs(*RUN, "--json")
    assert done.returncode == 1
    envelope = json.loads(done.stdout)
    assert (envelope["ok"], envelope["error"]["hint"]) == (False, "mend it")
    state = read_state(work / "out")
    assert [stage.state for stage in state.stages] == ["failed", *["waiting"] * 4]
    assert "words.txt: a broken word" in state.stages[0].error
    assert contents(work / "out") == {}


def test_a_missing_plugin_ends_with_5_before_anything_runs(afs: Afs, work: Path) -> None:
    late = '[[stage]]\nname = "late"\nuses = "generators/dear"\nsource = "words.txt"\nafter = "compared"\n'
    (work / "road.toml").write_text(ROAD + late)
    done = afs(*RUN)
    assert done.returncode == 5
    assert "road.toml: stage late: " in done.stderr
    assert "pip install dear" in done.stderr
    assert not (work / "out").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_broken_run_goes_on_and_ends_as_an_unbroken_one(
    afs: Afs, broken_off: Any, work: Path, number: signal.Signals, code: int
) -> None:
    def in_the_middle() -> bool:
        log = work / "steps.log"
        return log.exists() and len(log.read_text().split()) >= 2

    slow = (*RUN, "--set", "pause=0.3")
    assert broken_off(number, in_the_middle, *slow) == code
    assert states(work / "out") == dict(
        zip(NAMES, ("done", "done", "done", "interrupted", "waiting"), strict=True)
    )
    before = len((work / "steps.log").read_text().split())
    assert before < 6
    assert afs(*slow).returncode == 0
    assert states(work / "out") == dict(
        zip(NAMES, ("up to date", "up to date", "up to date", "done", "done"), strict=True)
    )
    assert len((work / "steps.log").read_text().split()) in (6, 7)  # one step may be between log and journal

    unbroken = afs("pipeline", "run", "--config", "road.toml", "--output", "whole", "--set", "pause=0.01")
    assert unbroken.returncode == 0
    assert contents(work / "out") == contents(work / "whole")
    assert not list((work / "out").rglob("*.tmp"))
    assert not list((work / "out").rglob("*.afs-state"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_broken_stream_leaves_nothing_half(
    afs: Afs, broken_off: Any, work: Path, number: signal.Signals, code: int
) -> None:
    (work / "road.toml").write_text(ROAD.replace("times = 4", 'times = 4\npause = "${pause}"'))
    state = work / "out" / "pipeline.json"
    slow = (*RUN, "--set", "pause=0.2")
    assert broken_off(number, lambda: bool(list((work / "out").glob(".sources*"))), *slow) == code
    assert states(work / "out")["sources"] == "interrupted"
    assert not (work / "out" / "sources.jsonl").exists()
    assert state.exists()
    assert afs(*RUN).returncode == 0
    assert len(list(read_samples(work / "out" / "sources.jsonl"))) == 16
    assert not list((work / "out").rglob("*.tmp"))


def test_a_dry_run_shows_the_stages_and_does_nothing(afs: Afs, work: Path) -> None:
    shown = afs(*RUN, "--dry-run")
    assert shown.returncode == 0
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["stage", *NAMES]
    assert not (work / "out").exists()
    rows = json.loads(afs(*RUN, "--dry-run", "--json").stdout)["data"]
    assert [row["stands"] for row in rows] == ["no"] * 5


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--config", "road.toml", "--output", "out", "--engine", "ray"), 5, "--engine local"),
        (("--config", "road.toml", "--output", "out", "--engine", "x"), 2, "x"),
        (("--output", "out"), 2, "either --config FILE or --input FILE"),
        (("--config", "road.toml", "--input", "a", "--output", "out"), 2, "either"),
        (("--config", "road.toml"), 2, "--output"),
        (("--config", "none.toml", "--output", "out"), 2, "none.toml: cannot be read"),
        (("--config", "road.toml", "--output", "out", "--set", "x"), 2, "NAME=VALUE"),
        (("--config", "road.toml", "--output", "out", "--set", "x=1"), 2, "no stage uses the variable x"),
        (("--input", "a.jsonl", "--output", "out", "--set", "x=1"), 2, "--config"),
    ],
)
def test_wrong_words_are_told(afs: Afs, work: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = afs("pipeline", "run", *words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert not (work / "out").exists()


def test_other_files_of_the_user_are_left_alone(afs: Afs, work: Path) -> None:
    (work / "out" / "adapter").mkdir(parents=True)
    mine = work / "out" / "notes.txt"
    mine.write_text("mine")
    assert afs(*RUN).returncode == 0
    (work / "out" / "curated" / "mine.txt").write_text("mine")
    assert afs(*RUN, "--no-resume").returncode == 0
    assert mine.read_text() == (work / "out" / "curated" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["sources.jsonl", "curated/train.jsonl"])
def test_a_file_of_the_user_in_the_place_of_a_stage_is_not_written_over(
    afs: Afs, work: Path, name: str
) -> None:
    path = work / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine\n")
    done = afs(*RUN)
    assert done.returncode == 1
    assert "which no stage made" in done.stderr
    assert path.read_text() == "mine\n"
    assert not (work / "out" / "pipeline.json").exists()


def test_status_shows_each_stage(afs: Afs, work: Path) -> None:
    afs(*RUN, "--set", "least=99")
    shown = afs("pipeline", "status", "--dir", "~/out")
    assert shown.returncode == 0
    rows = {line.split()[0]: line for line in shown.stdout.splitlines()}
    assert "16 in, 12 out (unwanted 4)" in rows["curated"]
    assert "refused" in rows["clean"]
    assert "waiting" in rows["adapter"]
    assert (
        json.loads(afs("pipeline", "status", "--dir", "out", "--json").stdout)["data"]["origin"]
        == "road.toml"
    )


def test_status_of_no_run_and_of_a_torn_file_say_what_to_do(afs: Afs, work: Path) -> None:
    done = afs("pipeline", "status", "--dir", "out")
    assert done.returncode == 1
    assert "expected the folder of a pipeline run" in done.stderr
    afs(*RUN)
    state = work / "out" / "pipeline.json"
    for content in (state.read_bytes()[:40], b"", b"[]", b'{"origin": 3}'):
        state.write_bytes(content)
        with pytest.raises(DataError, match="damaged"):
            read_state(work / "out")
        assert afs("pipeline", "status", "--dir", "out").returncode == 1
    assert afs(*RUN).returncode == 0
    assert set(states(work / "out").values()) == {"up to date"}


def test_the_documented_run_without_a_file_redacts_scores_and_splits(afs: Afs, work: Path) -> None:
    for module in ("afs.redaction", "afs.training", "afs.dedupe"):
        pytest.importorskip(module)
    (work / "training_data").mkdir()
    rows = [TrainingSample(f"What is number {n}?", f"It is the number {n}, in words.") for n in range(20)]
    write_samples(work / "training_data" / "memory.jsonl", [*rows, rows[0]])
    words = ("--input", "training_data/memory.jsonl", "--output", "training_data/pipeline")
    done = afs("pipeline", "run", *words)
    assert done.returncode == 0, done.stderr
    splits = [
        work / "training_data" / "pipeline" / "curated" / f"{name}.jsonl" for name in ("train", "val", "test")
    ]
    written = [sample for path in splits for sample in read_samples(path)]
    assert len(written) == 20
    assert all(sample.quality_score == sample.quality_score for sample in written)
    shown = afs("pipeline", "status", "--dir", "training_data/pipeline")
    assert shown.returncode == 0
    assert "21 in, 20 out" in shown.stdout


def test_an_input_may_have_the_name_of_the_stage(afs: Afs, work: Path) -> None:
    for module in ("afs.redaction", "afs.training", "afs.dedupe"):
        pytest.importorskip(module)
    write_samples(work / "curated" / "a.jsonl", [TrainingSample(f"{n}?", "Yes.") for n in range(5)])
    assert afs("pipeline", "run", "--input", "curated/a.jsonl", "--output", "out").returncode == 0
