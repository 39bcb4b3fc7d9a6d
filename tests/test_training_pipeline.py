"""``afs pipeline``: the documented way, and a file with every shape of stage that needs no model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from afs_core import read_samples

ROAD = """
[variables]
notes = "notes"

[[stage]]
name = "sources"
uses = "generators/notes"
root = "${notes}"

[[stage]]
name = "curated"
uses = ["transforms/redaction", "transforms/exact-dedupe", "transforms/split"]
from = "sources"
train_ratio = 0.5

[[stage]]
name = "clean"
uses = "evaluators/contamination"
from = "curated/train"
suite = "curated/test"
gate = true

[[stage]]
name = "alpaca"
uses = "converters/alpaca"
from = "curated/train"
after = "clean"
"""


def afs(*words: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "afs_core.cli", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def work(tmp_path: Path) -> Path:
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(24):
        words = " ".join(f"word{number * 31 + place}" for place in range(30))
        (notes / f"{number:02}.md").write_text(f"# Topic {number}\n\n{words}.\n")
    (tmp_path / "road.toml").write_text(ROAD)
    return tmp_path


def states(work: Path, folder: str) -> dict[str, str]:
    shown = json.loads(afs("pipeline", "status", "--dir", folder, "--json", cwd=work).stdout)
    return {stage["name"]: stage["state"] for stage in shown["data"]["stages"]}


def test_the_documented_commands(work: Path) -> None:
    rows = [{"instruction": f"q{n}", "output": f"answer {n} " * 20, "domain": "memory"} for n in range(40)]
    rows.append(rows[0])
    (work / "memory.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    afs("pipeline", "run", "--input", "memory.jsonl", "--output", "out", cwd=work)
    written = [
        s
        for split in ("train", "val", "test")
        for s in read_samples(next((work / "out").rglob(f"{split}.jsonl")))
    ]
    assert len(written) == 40
    assert set(states(work, "out").values()) == {"done"}


def test_a_file_runs_in_order_and_a_second_time_does_nothing(work: Path) -> None:
    run = ("pipeline", "run", "--config", "road.toml", "--output", "out")
    afs(*run, cwd=work)
    train = list(read_samples(work / "out" / "curated" / "train.jsonl"))
    assert len((work / "out" / "alpaca.jsonl").read_text().splitlines()) == len(train) == 12
    afs(*run, cwd=work)
    assert set(states(work, "out").values()) == {"up to date"}


def test_a_changed_note_runs_what_depends_on_it(work: Path) -> None:
    run = ("pipeline", "run", "--config", "road.toml", "--output", "out")
    afs(*run, cwd=work)
    (work / "notes" / "00.md").write_text("# Topic 0\n\nSomething else altogether is written here now.\n")
    afs(*run, cwd=work)
    assert states(work, "out")["sources"] == "done"


def test_a_gate_that_refuses_ends_with_3_and_what_follows_waits(work: Path) -> None:
    text = (work / "notes" / "01.md").read_text()
    for number in range(2, 24):
        (work / "notes" / f"{number:02}.md").write_text(text.replace("Topic 1", f"Topic {number}"))
    done = afs("pipeline", "run", "--config", "road.toml", "--output", "out", cwd=work, code=3)
    assert "clean" in done.stderr
    assert states(work, "out") == {
        "sources": "done",
        "curated": "done",
        "clean": "refused",
        "alpaca": "waiting",
    }
    assert not (work / "out" / "alpaca.jsonl").exists()
