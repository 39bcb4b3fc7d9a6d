"""The commands, as the documents write them, in processes of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afs_core import TrainingSample, write_samples
from afs_core.testing.commandline import child_environment

Models = Callable[..., list[str]]


@pytest.fixture
def cli(suite: Path, afs_cli: Any) -> Any:
    return afs_cli


def test_run_asks_one_model(cli: Any, server: Any) -> None:
    words = ("--suite", "suite.jsonl", "--output", "results")
    done = cli("evaluation", "run", "--model", server.reference("half"), *words)
    assert done.exit_code == 0, done.stderr
    assert "0.5" in next(line for line in done.stdout.splitlines() if line.startswith("half"))
    assert Path("results/report.html").exists()
    assert server.questions("half") == 40


@pytest.mark.parametrize("repeated", [False, True])
def test_compare_takes_several_models_after_one_flag_or_after_several(
    cli: Any, server: Any, repeated: bool
) -> None:
    names = [server.reference(name) for name in ("sage", "half", "odd")]
    models = [word for name in names for word in ("--models", name)] if repeated else ["--models", *names]
    done = cli(
        "evaluation", "compare", *models, "--baseline", server.reference("fool"),
        "--suite", "suite.jsonl", "--output", "results", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    tables = done.envelope["data"]["report"]["tables"]
    assert [row["model"] for row in tables["Models"]] == ["fool", "sage", "half", "odd"]
    assert [row["difference"] for row in tables["Against the baseline"]] == [1, 0.5, 0]


def test_the_documented_evaluate_writes_the_metrics(cli: Any, server: Any) -> None:
    (Path("models") / "majora-v1-lora").mkdir(parents=True)
    Path("training_data/splits").mkdir(parents=True)
    Path("suite.jsonl").rename("training_data/splits/val.jsonl")
    config = Path(cli.folder, "afs-home", "config", "afs", "config.toml")
    alias = json.dumps(server.reference("half"))
    config.write_text(f"[plugins.models.model.aliases]\nmajora = {alias}\n")
    done = cli(
        "training", "evaluate",
        "--model", "majora",
        "--data", "training_data/splits/val.jsonl",
        "--output", "models/majora-v1-lora/val_metrics.json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    metrics = json.loads(Path("models/majora-v1-lora/val_metrics.json").read_text())
    assert (metrics["exact match"], metrics["questions"], metrics["model"]) == (0.5, 40, "majora")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--model", "parrot:x", "--suite", "suite.jsonl"), 2, "--output"),
        (("--model", "m", "--suite", "none.jsonl", "--output", "o"), 1, "none.jsonl"),
        (("--model", "./none", "--suite", "suite.jsonl", "--output", "o"), 2, "no model at ./none"),
        (("--model", "m", "--suite", "suite.jsonl", "--output", "o", "--limit", "0"), 2, "--limit"),
        (("--model", "m", "--suite", "suite.jsonl", "--output", "o", "--max-tokens", "0"), 2, "--max-tokens"),
    ],
)
def test_wrong_words_are_told(cli: Any, words: tuple[str, ...], code: int, said: str) -> None:
    done = cli("evaluation", "run", *words)
    assert done.exit_code == code, done.stderr
    assert said in done.stderr


def test_a_server_that_is_not_there_ends_with_5(cli: Any) -> None:
    done = cli(
        "evaluation",
        "run",
        "--model",
        "openai:http://127.0.0.1:9/v1#x",
        "--suite",
        "suite.jsonl",
        "--output",
        "o",
    )
    assert done.exit_code == 5
    assert "no server at http://127.0.0.1:9/v1" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_broken_run_asks_no_question_again(
    cli: Any, server: Any, number: signal.Signals, code: int
) -> None:
    words = ("evaluation", "compare", "--models", server.reference("slow"), "--baseline",
             server.reference("fool"), "--suite", "suite.jsonl", "--output", "results")  # fmt: skip
    server.delay = 0.05
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("afs")), *words],
        cwd=cli.folder,
        env=child_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while server.questions("slow") < 10:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(timeout=30) == code
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert not Path("results/report.json").exists()
    assert not Path("results/manifest.json").exists()

    server.delay = 0.0
    done = cli(*words, "--json")
    assert done.exit_code == 0, done.stderr
    assert server.questions("fool") == 40
    assert server.questions("slow") in (40, 41)  # the one that was on its way when the run broke
    assert done.envelope["data"]["report"]["tables"]["Models"][1]["exact match"] == 1


def test_the_same_answers_give_the_same_report_but_for_time(cli: Any, server: Any) -> None:
    def report(folder: str) -> Any:
        words = ("--models", server.reference("half"), "--baseline", server.reference("fool"))
        cli("evaluation", "compare", *words, "--suite", "suite.jsonl", "--output", folder)
        content = json.loads(Path(folder, "report.json").read_text())
        for row in content["tables"]["Models"]:
            assert row.pop("seconds an answer") > 0
            assert row.pop("tokens a second") > 0
        return content, Path(folder, "answers.jsonl").read_bytes()

    assert report("one") == report("two")


def test_one_question_claims_nothing(cli: Any, server: Any) -> None:
    write_samples(Path("one.jsonl"), [TrainingSample("What is number 7?", "7")])
    done = cli(
        "evaluation",
        "run",
        "--model",
        server.reference("sage"),
        "--suite",
        "one.jsonl",
        "--output",
        "o",
        "--json",
    )
    (row,) = done.envelope["data"]["report"]["tables"]["Models"]
    assert (row["exact match"], row["cut off"]) == (None, 0)
    assert "1 graded questions are too few" in done.envelope["data"]["report"]["notes"][0]
