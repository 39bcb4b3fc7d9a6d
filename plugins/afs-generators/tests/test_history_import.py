"""Codex logs as events of a history: each once, whole lines, nothing secret."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from afs.generators import history_store
from afs.generators.codex import Codex
from afs.generators.history import History
from afs.generators.history_import import import_turns, redaction
from afs.generators.history_store import HistoryStore
from afs_core import Run

LOGS = Path(__file__).parent / "logs/codex"


def imported(root: Path, *logs: Path, redact: bool = False) -> dict[str, int]:
    with Run.open() as run:
        exporter = Codex(Codex.Config(root=logs), run)
        return dict(import_turns(exporter, HistoryStore(root), redaction(run) if redact else None))


def events(root: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(root.glob("events_*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def record(kind: str, at: str = "2026-01-01T23:59:59Z", **payload: Any) -> str:
    return json.dumps({"timestamp": at, "type": kind, "payload": payload}) + "\n"


def asked(text: str, **more: Any) -> str:
    return record("event_msg", type="user_message", message=text, **more)


def said(text: str) -> str:
    content = [{"type": "output_text", "text": text}]
    return record("response_item", type="message", role="assistant", content=content)


def called(id: str, output: str) -> str:
    call = record("response_item", type="function_call", name="shell", arguments='{"a": 1}', call_id=id)
    return call + record("response_item", type="function_call_output", call_id=id, output=output)


HEAD = record("session_meta", id="s", cwd="/srv", cli_version="0.48.0", originator="codex_cli_rs")


def test_events_of_a_log(tmp_path: Path) -> None:
    counts = imported(tmp_path, LOGS / "v1")
    assert counts == {"turns": 4, "events written": 6, "there already": 0}
    found = events(tmp_path)
    assert [(event["type"], event["op"]) for event in found] == [
        ("tool", "shell"),
        ("model", "completion"),
        ("tool", "apply_patch"),
        ("tool", "local_shell"),
        ("model", "completion"),
        ("model", "completion"),
    ]
    assert [event["metadata"].get("success") for event in found] == [True, None, False, True, None, None]
    assert found[0]["payload"]["output"] == "ram.asm:7: health = $7EF36D\n"
    assert found[1]["payload"]["response"] == "At $7EF36D."
    assert all(len(event["id"]) == 12 and event["source"] == "codex" for event in found)
    assert (tmp_path / "events_20250818.jsonl").exists()


def test_a_second_import_adds_nothing_and_a_grown_log_what_is_new(tmp_path: Path) -> None:
    log, root = tmp_path / "logs/rollout-1.jsonl", tmp_path / "history"
    log.parent.mkdir()
    log.write_text(HEAD + asked("Build.") + called("c", "built"))
    assert imported(root, log)["events written"] == 1
    before = (root / "events_20260101.jsonl").read_bytes()
    assert imported(root, log) == {"turns": 1, "events written": 0, "there already": 1}
    assert (root / "events_20260101.jsonl").read_bytes() == before
    log.write_text(log.read_text() + said("Built.") + asked("And now?") + said("Rest."))
    assert imported(root, log) == {"turns": 2, "events written": 2, "there already": 1}
    assert (root / "events_20260101.jsonl").read_bytes().startswith(before)


def test_copies_of_a_turn_are_one_event(tmp_path: Path) -> None:
    assert imported(tmp_path, LOGS / "v2")["there already"] == 4  # three calls and an answer in the fork
    ids = [event["id"] for event in events(tmp_path)]
    assert len(ids) == len(set(ids))


def test_days_are_those_of_utc(tmp_path: Path) -> None:
    log, root = tmp_path / "rollout-1.jsonl", tmp_path / "history"
    late = record("event_msg", at="2026-01-31T23:30:00-02:00", type="user_message", message="Late?")
    log.write_text(HEAD + late + said("Yes."))
    imported(root, log)
    (event,) = events(root)
    assert event["timestamp"] == "2026-02-01T01:30:00+00:00"
    assert [path.name for path in root.iterdir()] == ["events_20260201.jsonl"]


def test_a_long_payload_stands_beside_its_event(tmp_path: Path) -> None:
    log, root = tmp_path / "rollout-1.jsonl", tmp_path / "history"
    log.write_text(HEAD + asked("Print it.") + called("c", "x" * 5000) + said("y" * 3000))
    imported(root, log)
    tool, model = events(root)
    assert "payload" not in tool and "payload" in model
    payload = (root / tool["payload_ref"]).read_bytes()
    assert hashlib.sha256(payload).hexdigest() == tool["payload_sha256"]
    assert json.loads(payload)["output"] == "x" * 5000
    assert payload.decode().startswith(tool["payload_preview"])


def test_nothing_secret_gets_in_unless_asked_for(tmp_path: Path) -> None:
    imported(tmp_path / "clean", LOGS / "v1", LOGS / "v3", redact=True)
    imported(tmp_path / "raw", LOGS / "v1", LOGS / "v3")
    clean, raw = (
        "".join(path.read_text() for path in (tmp_path / name).rglob("*.json*")) for name in ("clean", "raw")
    )
    for secret in ("AKIAQ7XK3ZP4MN2RT5VW", "hunter2secret", "adalove"):
        assert secret in raw and secret not in clean
    ids = [[event["id"] for event in events(tmp_path / name)] for name in ("clean", "raw")]
    assert ids[0] == ids[1]


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    day = tmp_path / "events_20260101.jsonl"
    day.write_bytes(b'{"id": "000000000001", "odd":  1}\nnot json\n{"id": "torn')
    log = tmp_path / "rollout-1.jsonl"
    log.write_text(HEAD + asked("Why?") + said("So."))
    imported(tmp_path, log)
    lines = day.read_bytes().splitlines()
    assert lines[:3] == [b'{"id": "000000000001", "odd":  1}', b"not json", b'{"id": "torn']
    assert json.loads(lines[3])["payload"]["response"] == "So." and len(lines) == 4


def test_an_import_that_dies_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, root = tmp_path / "rollout-1.jsonl", tmp_path / "history"
    log.write_text(HEAD + asked("Why?") + said("So."))
    imported(root, log)
    before = (root / "events_20260101.jsonl").read_bytes()
    log.write_text(log.read_text() + asked("And?") + said("Then."))
    copy = history_store._copy

    def dies(*streams: Any) -> bytes:
        copy(*streams)
        raise KeyboardInterrupt

    monkeypatch.setattr(history_store, "_copy", dies)
    with pytest.raises(KeyboardInterrupt):
        imported(root, log)
    assert (root / "events_20260101.jsonl").read_bytes() == before
    assert [path.name for path in root.iterdir()] == ["events_20260101.jsonl"]


def test_what_another_program_adds_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = tmp_path / "events_20260101.jsonl"
    day.write_bytes(b'{"id": "000000000001"}\n')
    log = tmp_path / "rollout-1.jsonl"
    log.write_text(HEAD + asked("Why?") + said("So."))
    copy = history_store._copy

    def beside(*streams: Any) -> bytes:
        last = copy(*streams)
        with day.open("ab") as stream:
            stream.write(b'{"id": "000000000002"}\n')
        return last

    monkeypatch.setattr(history_store, "_copy", beside)
    imported(tmp_path, log)
    assert sorted(event["id"] for event in events(tmp_path))[:2] == ["000000000001", "000000000002"]
    assert len(events(tmp_path)) == 3


def test_the_history_exports_what_was_imported(tmp_path: Path) -> None:
    log, root = tmp_path / "rollout-1.jsonl", tmp_path / "history"
    log.write_text(HEAD + asked("Print it.") + called("c", "x" * 5000) + said("Printed."))
    imported(root, LOGS / "v1", log)
    with Run.open() as run:
        history = History(History.Config(root=root), run)
        samples = list(history.generate())
    assert [(sample.source, sample.output[:16]) for sample in samples] == [
        ("history_tool", "ram.asm:7: healt"),
        ("history", "At $7EF36D."),
        ("history", "Patched with sed"),
        ("history", "You are welcome."),
        ("history_tool", "x" * 16),
        ("history", "Printed."),
    ]
    assert samples[4].output == "x" * 5000
    assert history.noted["tool events that failed"] == 1  # the patch
    assert history.noted["tool events without an answer"] == 1  # sed says nothing


def test_the_command(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "CODEX_HOME": str(LOGS / "v2")}
    command = [sys.executable, "-m", "afs_core.cli", "training", "codex-history-import"]
    for written in (8, 0):
        done = subprocess.run(
            [*command, "--history-root", "~/history", "--json"],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        data = json.loads(done.stdout)["data"]
        assert (data["turns"], data["events written"]) == (6, written)
    assert len(events(tmp_path / "history")) == 8
