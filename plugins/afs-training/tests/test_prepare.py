from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from afs.training.cli import prepare
from afs.training.launch import train
from afs.training.refusal import refusal_of
from afs_core import TrainingSample, write_samples

WORDS = [
    "tide",
    "noon",
    "sluice",
    "keeper",
    "boat",
    "gate",
    "water",
    "stone",
    "mill",
    "wheel",
    "river",
    "lock",
]
Invoke = Callable[..., Result]


@pytest.fixture
def afs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("AFS_PROJECT__CONTEXT_ROOT", str(tmp_path / "context"))
    monkeypatch.chdir(tmp_path)

    def invoke(*words: object, command: Any = prepare) -> Result:
        return CliRunner().invoke(command, [str(word) for word in words])

    return invoke


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """100 questions, a third of them asked again in a word more or in capitals."""
    rng = random.Random(4)
    samples = []
    for number in range(100):
        question = f"{' '.join(rng.choices(WORDS, k=15))} {number}"
        samples.append(TrainingSample(question, "One."))
        if number % 5 == 0:
            samples.append(TrainingSample(f"{question} please", "Two."))
        if number % 7 == 0:
            samples.append(TrainingSample(question.upper(), "Three."))
    write_samples(tmp_path / "data.jsonl", samples)
    return tmp_path / "data.jsonl"


def torn(folder: Path) -> int:
    """Questions of which one wording is on one side and another on the other."""
    sides: dict[str, set[str]] = {}
    for split in ("train", "val", "test"):
        for line in (folder / f"{split}.jsonl").read_text().splitlines():
            question = json.loads(line)["instruction"].lower().removesuffix(" please")
            sides.setdefault(question, set()).add(split)
    return sum(len(found) > 1 for found in sides.values())


def test_near_duplicates_stay_on_one_side_unless_told_otherwise(afs: Invoke, data: Path) -> None:
    together = afs("--input", data, "--output", "together")
    assert together.exit_code == 0, together.output
    assert torn(Path("together")) == 0
    assert afs("--input", data, "--output", "apart", "--no-near-groups").exit_code == 0
    assert torn(Path("apart")) > 0


def test_repeats_in_the_input_are_told(afs: Invoke, data: Path) -> None:
    result = afs("--input", data, "--output", "splits")
    assert "noted: 15 same question as an earlier sample" in result.stderr
    assert "afs dedupe" in result.stderr


def test_near_groups_and_another_grouping_exclude_each_other(afs: Invoke, data: Path) -> None:
    refused = afs("--input", data, "--output", "splits", "--group-by", "source", "--near-groups")
    assert refused.exit_code == 2
    assert "--group-by is source" in refused.stderr
    assert not Path("splits").exists()
    assert afs("--input", data, "--output", "splits", "--group-by", "none").exit_code == 0


def test_what_a_gate_refused_says_so_until_it_passes(afs: Invoke, data: Path) -> None:
    suite = data.with_name("suite.jsonl")
    write_samples(suite, [TrainingSample(json.loads(data.read_text().splitlines()[0])["instruction"], "x")])
    words = ("--input", data, "--output", "splits", "--suite", suite, "--train-ratio", 1, "--val-ratio", 0)
    refused = afs(*words)
    assert refused.exit_code == 3
    assert "not for training" in refused.stderr
    assert "1 of 1 items" in refusal_of(Path("splits"))
    asked = ("--base-model", "tiny", "--data", "splits", "--output", "model", "--dry-run")
    trained = afs(*asked, command=train)
    assert trained.exit_code == 3
    assert "1 of 1 items" in trained.stderr
    assert afs(*words).exit_code == 3
    assert afs(*words, "--threshold", 1).exit_code == 0
    assert refusal_of(Path("splits")) == ""


def test_a_comparison_that_broke_leaves_the_splits_marked(afs: Invoke, data: Path) -> None:
    suite = data.with_name("suite.jsonl")
    suite.write_text("torn{\n")
    assert afs("--input", data, "--output", "splits", "--suite", suite).exit_code == 1
    assert "Not compared" in refusal_of(Path("splits"))
    assert afs("--input", data, "--output", "splits", "--no-contamination").exit_code == 0
    assert refusal_of(Path("splits")) == ""
