"""``afs training gemini-export``, ``antigravity-export`` and ``history-export``, as processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LOGS = Path(__file__).parent / "logs"
PLANTED = {
    "@AWS_KEY@": "AKIA" + "Q4TRX7MLPW2ZBN5C",
    "@GITHUB_TOKEN@": "ghp_" + "x7Kd92LmQpZt4RvYb8NcWf3HsJg6Ea1UoT5i",
}
SECRETS = (*PLANTED.values(), "ada@corp.example")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A person who uses both programs and keeps a history, careless of secrets."""
    for program in ("gemini", "antigravity"):
        shutil.copytree(LOGS / program, tmp_path, dirs_exist_ok=True)
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        text = file.read_text()
        for name, secret in PLANTED.items():
            text = text.replace(name, secret)
        file.write_text(text)
    events = tmp_path / ".context" / "history" / "events_20260131.jsonl"
    events.parent.mkdir(parents=True)
    events.write_text("".join(json.dumps(event(number)) + "\n" for number in range(4)))
    return tmp_path


def event(number: int) -> dict[str, Any]:
    return {
        "id": f"a0000000000{number}",
        "timestamp": f"2026-01-3{number % 2}T10:00:00Z",
        "type": ("model", "tool")[number % 2],
        "op": "x",
        "metadata": {"tool": "shell", "codex_cwd": "/home/ada/src/zelda"},
        "payload": {
            "prompt": f"Mail ada@corp.example {number}.",
            "response": "Sent.",
            "input": {"key": PLANTED["@AWS_KEY@"]},
            "output": f"sent {number}",
        },
    }


def afs(home: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "afs_core.cli", "training", command, *arguments],
        cwd=home,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(("program", "count"), [("gemini", 11), ("antigravity", 4), ("history", 4)])
def test_the_documented_command_redacts_everything(home: Path, program: str, count: int) -> None:
    output = home / f"training_data/{program}.jsonl"
    done = afs(home, f"{program}-export", "--output", f"training_data/{program}.jsonl")
    assert done.returncode == 0, done.stderr
    assert len(rows(output)) == count
    assert {row["domain"] for row in rows(output)} == {program}
    assert not [secret for secret in SECRETS if secret in output.read_text()]
    again = afs(home, f"{program}-export", "--output", f"training_data/{program}.jsonl")
    assert "nothing to do" in again.stderr


def test_without_redaction_the_secrets_are_there(home: Path) -> None:
    done = afs(home, "antigravity-export", "--output", "plain.jsonl", "--no-redact")
    assert done.returncode == 0, done.stderr
    found = {secret for secret in SECRETS if secret in (home / "plain.jsonl").read_text()}
    assert found == {PLANTED["@GITHUB_TOKEN@"], "ada@corp.example"}


def test_json_tells_what_came_and_what_did_not(home: Path) -> None:
    done = afs(home, "gemini-export", "--output", "a.jsonl", "--json", "--project", "hyrule", "--limit", "3")
    told = json.loads(done.stdout)
    assert told["ok"]
    assert told["data"]["counts"][0]["noted"]["sessions of other projects"] >= 1
    assert len(rows(home / "a.jsonl")) == 3


@pytest.mark.parametrize("program", ["gemini", "history"])
def test_a_cursor_brings_only_what_is_new(home: Path, program: str) -> None:
    done = afs(home, f"{program}-export", "--output", "a.jsonl", "--cursor", "seen", "--limit", "3")
    assert done.returncode == 0, done.stderr
    second = afs(home, f"{program}-export", "--output", "b.jsonl", "--cursor", "seen")
    assert second.returncode == 0, second.stderr
    first, rest = rows(home / "a.jsonl"), rows(home / "b.jsonl")
    assert len(first) == 3 and len(rest) == {"gemini": 8, "history": 1}[program]
    turns = [row["_metadata"]["turn"] for row in (*first, *rest)]
    assert len(set(turns)) == len(turns)


def test_options_of_the_history(home: Path) -> None:
    options = (
        "--history-root",
        "~/.context/history",
        "--types",
        "tool",
        "--since",
        "2026-01-31",
        "--domain",
        "d",
    )
    done = afs(home, "history-export", "--output", "h.jsonl", *options)
    assert done.returncode == 0, done.stderr
    assert [(row["source"], row["output"], row["domain"]) for row in rows(home / "h.jsonl")] == [
        ("history_tool", "sent 1", "d"),
        ("history_tool", "sent 3", "d"),
    ]


def test_errors_say_what_to_do(home: Path) -> None:
    missing = afs(home, "gemini-export", "--output", "a.jsonl", "--root", "nowhere")
    assert missing.returncode == 1 and "nowhere" in missing.stderr
    empty = home / "empty"
    empty.mkdir()
    for program in ("gemini", "antigravity"):
        none = afs(empty, f"{program}-export", "--output", "a.jsonl")
        assert none.returncode == 1 and "--root" in none.stderr
    events = home / ".context" / "history" / "events_20260131.jsonl"
    events.write_text(events.read_text() + "{broken\n")
    broken = afs(home, "history-export", "--output", "h.jsonl")
    assert broken.returncode == 1 and "events_20260131.jsonl:5: not JSON" in broken.stderr
    skipped = afs(home, "history-export", "--output", "h.jsonl", "--on-error", "skip")
    assert skipped.returncode == 0, skipped.stderr
    assert len(rows(home / "h.jsonl")) == 4
