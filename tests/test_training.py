"""The data commands one after the other, as the training guide walks through them."""

from __future__ import annotations

import json
import random
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from afs_core import read_samples

NOTE = """# {name}

Notes about {name}, which is kept in the {place} and is looked at whenever {reason}.

## Use

Start {name} with the lever on its left side, wait for the second bell, then let go of it slowly.

## Trouble

When {name} does not answer, look at the {place} first: {reason} is the usual cause of it.
"""
THINGS = ("the winch", "the tide bell", "the lamp room", "the net loft", "the chart table", "the sluice")


def afs(*words: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "afs_core.cli", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stderr
    return done


def data(done: subprocess.CompletedProcess[str]) -> Any:
    envelope = json.loads(done.stdout)
    assert envelope["ok"]
    return envelope["data"]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    memory = tmp_path / "memory"
    memory.mkdir()
    for number, name in enumerate(THINGS):
        text = NOTE.format(name=name, place=f"store {number}", reason=f"reason {number} holds")
        (memory / f"note{number}.md").write_text(text)
    key = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=93))
    (memory / "keys.md").write_text(f"# Keys\n\nThe key of the gate is sk-ant-api03-{key}AA, keep it.\n")
    return tmp_path


def test_from_notes_to_a_training_file(work: Path) -> None:
    afs("training", "memory-export", "--output", "memory.jsonl", "--memory-root", "memory", cwd=work)
    exported = list(read_samples(work / "memory.jsonl"))
    assert len(exported) >= 2 * len(THINGS)
    assert "sk-ant" not in (work / "memory.jsonl").read_text()

    afs("scoring", "score", "--input", "memory.jsonl", "--output", "scored.jsonl", cwd=work)
    scores = [sample.score for sample in read_samples(work / "scored.jsonl")]
    assert len(scores) == len(exported)
    assert all(0 <= score <= 1 for score in scores)

    afs("training", "prepare", "--input", "scored.jsonl", "--output", "splits", "--seed", "42", cwd=work)
    splits = {
        name: list(read_samples(work / "splits" / f"{name}.jsonl")) for name in ("train", "val", "test")
    }
    assert sum(map(len, splits.values())) == len(exported)
    groups = {name: {sample.group for sample in samples} for name, samples in splits.items()}
    assert not groups["train"] & (groups["val"] | groups["test"])

    convert = ("training", "convert", "--input", "splits/train.jsonl", "--format")
    for name, key in (("alpaca", "instruction"), ("sharegpt", "conversations"), ("openai", "messages")):
        afs(*convert, name, cwd=work)
        rows = (work / "splits" / f"train_{name}.jsonl").read_text().splitlines()
        assert len(rows) == len(splits["train"])
        assert key in json.loads(rows[0])

    shown = afs("training", "analyze", "--input", "scored.jsonl", cwd=work).stdout
    assert f"memory: {len(exported)} samples (100%)" in shown


def test_every_file_knows_what_made_it(work: Path) -> None:
    afs("training", "memory-export", "--output", "memory.jsonl", "--memory-root", "memory", cwd=work)
    afs("training", "prepare", "--input", "memory.jsonl", "--output", "splits", cwd=work)
    shown = data(afs("lineage", "show", "splits", "--json", cwd=work))
    assert [Path(ancestor["path"]).name for ancestor in shown][:2] == ["splits", "memory.jsonl"]
    assert afs("lineage", "verify", "splits", cwd=work).returncode == 0
    (work / "memory.jsonl").write_text("")
    assert "has changed" in afs("lineage", "verify", "splits", cwd=work, code=3).stdout


def test_the_same_seed_gives_the_same_splits(work: Path) -> None:
    afs("training", "memory-export", "--output", "memory.jsonl", "--memory-root", "memory", cwd=work)
    for folder in ("one", "two"):
        afs("training", "prepare", "--input", "memory.jsonl", "--output", folder, "--seed", "7", cwd=work)
    for name in ("train", "val", "test"):
        assert (work / "one" / f"{name}.jsonl").read_bytes() == (work / "two" / f"{name}.jsonl").read_bytes()


def test_a_corrupt_line_is_named_and_nothing_is_lost(work: Path) -> None:
    (work / "in.jsonl").write_text('{"instruction": "a", "output": "b"}\n{torn\n')
    done = afs("training", "prepare", "--input", "in.jsonl", "--output", "splits", cwd=work, code=1)
    assert "in.jsonl:2" in done.stderr
    assert not (work / "splits" / "train.jsonl").exists()
