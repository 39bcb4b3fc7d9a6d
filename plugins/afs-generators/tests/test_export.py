"""``afs training memory-export``, as a process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    memory = tmp_path / ".context" / "memory"
    memory.mkdir(parents=True)
    text = "".join(f"# Topic {n}\n\nWritten by ada@corp.io, number {n}.\n\n" for n in range(9))
    (memory / "notes.md").write_text(text)
    return tmp_path


def export(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "afs_core.cli", "training", "memory-export", *arguments],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def untagged(data: bytes) -> bytes:
    return re.sub(rb"<EMAIL_[a-z2-7]{6}>", b"<EMAIL>", data)


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_documented_command(home: Path) -> None:
    command = ("--output", "out/memory.jsonl", "--memory-root", "~/.context/memory")
    done = export(home, *command)
    assert done.returncode == 0, done.stderr
    written = rows(home / "out" / "memory.jsonl")
    assert len(written) == 9
    assert {row["domain"] for row in written} == {"memory"}
    assert "ada@corp.io" not in (home / "out" / "memory.jsonl").read_text()
    assert re.fullmatch(r"Written by <EMAIL_[a-z2-7]{6}>, number 0\.", str(written[0]["output"]))
    assert "9 EMAIL" in done.stderr
    manifest = json.loads((home / "out" / "memory.jsonl.manifest.json").read_text())
    assert manifest["counts"][1]["noted"] == {"EMAIL": 9}
    assert "nothing to do" in export(home, *command).stderr


def test_default_root_limit_and_no_redact(home: Path) -> None:
    done = export(home, "--output", "m.jsonl", "--limit", "4", "--no-redact", "--domain", "d")
    assert done.returncode == 0, done.stderr
    written = rows(home / "m.jsonl")
    assert len(written) == 4 and {row["domain"] for row in written} == {"d"}
    assert "ada@corp.io" in str(written[0]["output"])


def test_without_redaction_nothing_is_exported(home: Path) -> None:
    (home / ".config" / "afs").mkdir(parents=True)
    (home / ".config" / "afs" / "config.toml").write_text('[plugins]\ndisabled = ["redaction"]\n')
    done = export(home, "--output", "m.jsonl")
    assert done.returncode == 5, done.stderr
    assert not (home / "m.jsonl").exists()


def test_errors_say_what_to_do(home: Path) -> None:
    missing = export(home)
    assert missing.returncode == 2 and "--output" in missing.stderr
    nowhere = export(home, "--output", "m.jsonl", "--memory-root", "nowhere")
    assert nowhere.returncode == 1 and "nowhere" in nowhere.stderr
    (home / ".context" / "memory" / "bad.jsonl").write_text("{\n")
    corrupt = export(home, "--output", "m.jsonl")
    assert corrupt.returncode == 1 and "bad.jsonl:1: not JSON" in corrupt.stderr
    assert not (home / "m.jsonl").exists()
    skipped = export(home, "--output", "m.jsonl", "--on-error", "skip")
    assert skipped.returncode == 0 and len(rows(home / "m.jsonl")) == 9


def test_an_export_into_its_own_folder_is_no_source_of_the_next(home: Path) -> None:
    output = home / ".context/memory/export.jsonl"
    assert export(home, "--output", str(output)).returncode == 0
    first = output.read_bytes()
    again = export(home, "--output", str(output))
    assert again.returncode == 0, again.stderr
    assert "passed over: made by afs: export.jsonl" in again.stderr
    assert untagged(output.read_bytes()) == untagged(first)  # another input, so another salt
