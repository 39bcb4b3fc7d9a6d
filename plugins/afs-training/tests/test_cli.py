from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from afs.training.cli import analyze, prepare
from afs.training.convert_cli import convert
from afs.training.launch import train
from afs.training.scoring_cli import score
from afs_core import Message, TrainingSample, read_manifest, read_samples, write_samples

TOY = """
import json
from pathlib import Path

import msgspec

from afs_core import Artifact, Capability, TrainPlan, hookimpl
from afs.training import read_rows_as_samples


class Toy:
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        max_length: int = 64
        refuse: bool = False

    def __init__(self, config, run):
        self.config, self.run = config, run

    def plan(self, job):
        problems = ("the toy does not want to",) if self.config.refuse else ()
        return TrainPlan(samples=1, tokens=12, steps=3, memory_bytes=10**9, problems=problems)

    def train(self, job):
        job.output.mkdir(parents=True, exist_ok=True)
        files = job.data + job.validation
        seen = {path.name: len(list(read_rows_as_samples(path, self.run))) for path in files}
        path = job.output / "adapter.json"
        made = {"seen": seen, "rate": job.learning_rate, "epochs": job.epochs, "batch": job.batch_size}
        path.write_text(json.dumps(made))
        return Artifact(path=path, kind="adapter")


@hookimpl
def afs_trainers():
    return [Capability(name="toy", target="toy:Toy", summary="Counts rows.")]
"""

Invoke = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("AFS_PROJECT__CONTEXT_ROOT", str(tmp_path / "context"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def afs(home: Path) -> Invoke:
    def invoke(command: Any, *words: object, **more: Any) -> Result:
        return CliRunner().invoke(command, [str(word) for word in words], **more)

    return invoke


@pytest.fixture
def data(home: Path) -> Path:
    path = home / "training_data" / "balanced.jsonl"
    domains = ["oracle"] * 50 + ["memory"] * 30 + ["history"] * 20
    write_samples(
        path,
        (TrainingSample(f"Question {n}?", "An answer. " * (n + 1), domain=d) for n, d in enumerate(domains)),
    )
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_prepare_makes_the_documented_folder(afs: Invoke, data: Path) -> None:
    splits = data.parent / "splits"
    result = afs(
        prepare, "--input", data, "--output", splits, "--train-ratio", 0.8, "--val-ratio", 0.1,
        "--test-ratio", 0.1, "--stratify-by", "domain", "--seed", 42,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert [len(lines(splits / f"{name}.jsonl")) for name in ("train", "val", "test")] == [80, 10, 10]
    assert sum(row["domain"] == "history" for row in lines(splits / "val.jsonl")) == 2
    manifest = read_manifest(splits)
    assert manifest is not None
    assert manifest.seed == 42
    again = afs(prepare, "--input", data, "--output", splits, "--seed", 42)
    assert "100 in" in again.stderr


def test_prepare_asks_for_a_folder_and_leaves_a_file_alone(afs: Invoke, data: Path) -> None:
    before = data.read_bytes()
    refused = afs(prepare, "--input", data, "--output", data)
    assert refused.exit_code == 2
    assert "expected a folder" in refused.stderr
    assert data.read_bytes() == before


def test_prepare_refuses_a_train_split_that_holds_the_suite(afs: Invoke, data: Path) -> None:
    suite, splits = data.parent / "suite.jsonl", data.parent / "splits"
    write_samples(
        suite,
        [
            TrainingSample(f"QUESTION  {n}?", "else", _metadata={"check": {"scorer": "exact"}})
            for n in range(100)
        ],
    )
    held = afs(prepare, "--input", data, "--output", splits, "--suite", suite, "--json")
    assert held.exit_code == 3
    assert "80 of 100 items" in json.loads(held.stdout)["error"]["message"]
    assert (
        afs(prepare, "--input", data, "--output", splits, "--suite", suite, "--threshold", 0.9).exit_code == 0
    )
    assert (
        afs(prepare, "--input", data, "--output", splits, "--suite", suite, "--no-contamination").exit_code
        == 0
    )


def test_prepare_knows_the_suite_of_the_context(afs: Invoke, data: Path, home: Path) -> None:
    suite = home / "context" / "training" / "evals" / "unified_eval_suite.jsonl"
    write_samples(suite, [TrainingSample("Question 1?", "else"), TrainingSample("Question 2?", "else")])
    result = afs(
        prepare, "--input", data, "--output", data.parent / "splits", "--train-ratio", 1, "--val-ratio", 0
    )
    assert result.exit_code == 3
    assert (data.parent / "splits-contamination" / "contamination.jsonl").exists()


def test_wrong_ratios_are_a_usage_error(afs: Invoke, data: Path) -> None:
    result = afs(
        prepare, "--input", data, "--output", data.parent / "s", "--train-ratio", 0.9, "--val-ratio", 0.3
    )
    assert result.exit_code == 2
    assert "sum 1" in result.stderr


def test_convert_writes_beside_its_input(afs: Invoke, data: Path) -> None:
    assert afs(convert, "--input", data, "--format", "alpaca").exit_code == 0
    rows = lines(data.with_name("balanced_alpaca.jsonl"))
    assert rows[1] == {"instruction": "Question 1?", "input": "", "output": "An answer. An answer. "}


def test_convert_takes_roles_reasoning_and_a_foreign_origin(afs: Invoke, data: Path, home: Path) -> None:
    alpaca, out = home / "alpaca.jsonl", home / "out.jsonl"
    alpaca.write_text('{"instruction": "Why?", "input": "", "output": "So."}\n')
    result = afs(
        convert,
        "--input",
        alpaca,
        "--from",
        "alpaca",
        "--format",
        "sharegpt",
        "--roles",
        "human-gpt",
        "--output",
        out,
    )
    assert result.exit_code == 0, result.output
    assert [turn["from"] for turn in lines(out)[0]["conversations"]] == ["human", "gpt"]


def test_convert_names_the_known_formats_and_the_field_that_does_not_fit(
    afs: Invoke, data: Path, home: Path
) -> None:
    unknown = afs(convert, "--input", data, "--format", "alpacca")
    assert unknown.exit_code == 2
    assert "sharegpt" in unknown.stderr
    turns = (Message("user", "a"), Message("assistant", "b"), Message("tool", "c"), Message("assistant", "d"))
    talk = home / "talk.jsonl"
    write_samples(talk, [TrainingSample("a", "d", messages=turns)])
    refused = afs(convert, "--input", talk, "--format", "alpaca")
    assert refused.exit_code == 1
    assert "messages[2]" in refused.stderr
    assert not talk.with_name("talk_alpaca.jsonl").exists()


def test_analyze_prints_the_documented_table(afs: Invoke, data: Path) -> None:
    result = afs(analyze, "--input", data)
    assert result.stdout.splitlines()[:4] == [
        "Domain Distribution:",
        "  oracle: 50 samples (50%)",
        "  memory: 30 samples (30%)",
        "  history: 20 samples (20%)",
    ]
    found = json.loads(afs(analyze, "--input", data, "--json").stdout)["data"]
    assert found["samples"] == 100
    assert found["mean_score"] is None


def test_analyze_passes_over_faulty_lines_where_asked(afs: Invoke, data: Path) -> None:
    samples = len(data.read_bytes().splitlines())
    with data.open("ab") as stream:
        stream.write(b"{torn\n")
    assert afs(analyze, "--input", data).exit_code == 1
    skipped = afs(analyze, "--input", data, "--on-error", "skip", "--json")
    found = json.loads(skipped.stdout)
    assert found["data"]["samples"] == samples
    assert f":{samples + 1}: not JSON" in found["warnings"][0]


def test_score_then_analyze_shows_a_histogram(afs: Invoke, data: Path) -> None:
    scored = data.with_name("balanced_scored.jsonl")
    result = afs(score, "--input", data, "--output", scored, "--score-profile", "dialogue", "--no-electra")
    assert result.exit_code == 0, result.output
    rows = list(read_samples(scored))
    assert rows[0].quality_score == 0.275
    assert rows[0].metadata["quality_components"]["electra"] == {"value": None, "reason": "no weight"}
    assert "100 of 100 samples scored" in afs(analyze, "--input", scored).stdout


def test_a_corrupt_line_stops_with_its_place_or_is_set_aside(afs: Invoke, data: Path) -> None:
    with data.open("a") as stream:
        stream.write('{"instruction": "torn\n')
    stopped = afs(score, "--input", data, "--output", data.parent / "s.jsonl")
    assert stopped.exit_code == 1
    assert "balanced.jsonl:101:" in stopped.stderr
    assert not (data.parent / "s.jsonl").exists()
    assert (
        afs(score, "--input", data, "--output", data.parent / "s.jsonl", "--on-error", "skip").exit_code == 0
    )
    assert len(lines(data.parent / "s.rejected.jsonl")) == 1


@pytest.fixture(scope="module")
def plugin_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "toy.py").write_text(TOY)
    return folder


@pytest.fixture
def toy(home: Path, plugin_dir: Path) -> None:
    config = home / "config" / "afs" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[general]\nplugin_dirs = ["{plugin_dir}"]\n[training]\ndefault_epochs = 7\n')


@pytest.mark.usefixtures("toy")
def test_train_shows_the_plan_trains_and_takes_its_defaults_from_the_config(
    afs: Invoke, data: Path, home: Path
) -> None:
    words = ("--trainer", "toy", "--base-model", "tiny", "--data", data, "--output", home / "lora")
    dry = afs(train, *words, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "100 to train" in dry.stdout
    assert not (home / "lora").exists()
    done = afs(train, *words, "--learning-rate", "5e-5")
    assert done.exit_code == 0, done.output
    made = json.loads((home / "lora" / "adapter.json").read_text())
    assert made == {"seen": {"balanced.jsonl": 100}, "rate": 5e-5, "epochs": 7, "batch": 4}


@pytest.mark.usefixtures("toy")
def test_train_reads_a_split_folder_and_rows_of_other_tools(afs: Invoke, data: Path, home: Path) -> None:
    splits = data.parent / "splits"
    afs(prepare, "--input", data, "--output", splits)
    result = afs(train, "--trainer", "toy", "--base-model", "tiny", "--data", splits, "--model-name", "first")
    assert result.exit_code == 0, result.output
    made = json.loads((home / "models" / "first-lora" / "adapter.json").read_text())
    assert made["seen"] == {"train.jsonl": 80, "val.jsonl": 10}
    afs(convert, "--input", data, "--format", "openai")
    foreign = data.with_name("balanced_openai.jsonl")
    result = afs(
        train, "--trainer", "toy", "--base-model", "tiny", "--data", foreign, "--output", home / "two"
    )
    assert result.exit_code == 0, result.output
    assert "(openai)" in result.stdout


@pytest.mark.usefixtures("toy")
def test_train_refuses_before_anything_is_written(
    afs: Invoke, data: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = home / "empty.jsonl"
    write_samples(empty, [TrainingSample("Why?", "")])
    words = ("--trainer", "toy", "--base-model", "tiny", "--output", home / "lora")
    refused = afs(train, *words, "--data", empty)
    assert refused.exit_code == 3
    assert "empty answer" in refused.stderr
    monkeypatch.setenv("AFS_PLUGINS__TOY__TOY__REFUSE", "true")
    planned = afs(train, *words, "--data", data)
    assert planned.exit_code == 3
    assert "does not want to" in planned.stderr
    assert not (home / "lora").exists()


def test_train_says_what_is_missing(afs: Invoke, data: Path) -> None:
    result = afs(train, "--data", data)
    assert result.exit_code == 2
    assert "--base-model, --output" in result.stderr


def test_an_expert_without_the_plugin_of_experts_names_the_install_line(
    afs: Invoke, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFS_NO_PLUGINS", "1")
    result = afs(train, "--expert", "majora", "--data", data)
    assert result.exit_code == 5
    assert "pip install" in result.stderr
