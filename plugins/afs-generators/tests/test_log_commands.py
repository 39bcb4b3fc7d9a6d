"""``afs training claude-export`` and ``codex-export``, as processes."""

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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A person who uses both programs."""
    shutil.copytree(LOGS / "claude/v3", tmp_path / ".claude")
    shutil.copytree(LOGS / "claude/v2/projects/-srv-mail", tmp_path / ".claude/projects/-srv-mail")
    shutil.copytree(LOGS / "codex/v3", tmp_path / ".codex")
    return tmp_path


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


def test_the_documented_commands_redact_everything(home: Path) -> None:
    for command, name, count in (("claude-export", "claude", 7), ("codex-export", "codex", 2)):
        done = afs(home, command, "--output", f"training_data/{name}.jsonl", "--subagents", "--steps")
        assert done.returncode == 0, done.stderr
        output = home / f"training_data/{name}.jsonl"
        written = rows(output)
        assert len([row for row in written if row["prov"]["kind"] == "turn"]) >= count
        assert {row["domain"] for row in written} == {row["source"] for row in written} == {name}
        for secret in ("ghp_Zx81", "sk-ant-api03", "mail.ada@corp.example", "hunter2secret", "adalove"):
            assert secret not in output.read_text()


def test_json_tells_what_came_and_what_did_not(home: Path) -> None:
    done = afs(home, "claude-export", "--output", "a.jsonl", "--json")
    told = json.loads(done.stdout)
    assert told["ok"] and told["data"]["counts"][0]["went_out"] == 7
    noted = told["data"]["counts"][0]["noted"]
    assert noted["unknown record: hologram"] == 1 and noted["turns on branches given up"] == 1


def test_limit_project_since_and_no_redact(home: Path) -> None:
    options = ("--project", "notes", "--since", "2025-07-01T10:06:30Z", "--limit", "2", "--no-redact")
    done = afs(home, "claude-export", "--output", "a.jsonl", *options)
    assert done.returncode == 0, done.stderr
    assert [row["output"] for row in rows(home / "a.jsonl")] == [
        "Renamed to qux.",
        "It tells the model something.",
    ]
    assert rows(home / "a.jsonl")[0]["_metadata"]["project"] == "/home/adalove/notes"


def test_a_cursor_brings_only_what_is_new(home: Path) -> None:
    first = afs(home, "claude-export", "--output", "a.jsonl", "--cursor", "seen", "--limit", "3")
    assert first.returncode == 0, first.stderr
    log = next((home / ".claude/projects/-srv-mail").glob("2*.jsonl"))
    more = [
        {
            "type": "user",
            "uuid": "x1",
            "parentUuid": "c1-29",
            "message": {"role": "user", "content": "Shorter."},
        },
        {"type": "assistant", "uuid": "x2", "parentUuid": "x1", "message": {"id": "msg_x", "content": "# C"}},
    ]
    log.write_text(log.read_text() + "".join(json.dumps(row) + "\n" for row in more))
    second = afs(home, "claude-export", "--output", "b.jsonl", "--cursor", "seen")
    assert second.returncode == 0, second.stderr
    before, after = rows(home / "a.jsonl"), rows(home / "b.jsonl")
    assert len(before) == 3 and len(after) == 5
    assert "Shorter." in [row["instruction"] for row in after]
    turns = [row["_metadata"]["turn"] for row in [*before, *after]]
    assert len(set(turns)) == 8
    refused = afs(home, "claude-export", "--output", "b.jsonl", "--cursor", "seen")
    assert refused.returncode == 2 and "--output" in refused.stderr


def test_no_logs_says_where_they_were_looked_for(tmp_path: Path) -> None:
    done = afs(tmp_path, "codex-export", "--output", "a.jsonl")
    assert done.returncode == 1 and ".codex/sessions" in done.stderr and "--root" in done.stderr
    assert not (tmp_path / "a.jsonl").exists()
