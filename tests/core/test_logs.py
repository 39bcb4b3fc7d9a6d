"""The log: readable by machines, without secrets, never in the way."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs_core import logs
from afs_core.errors import UsageError


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in logs.log_path().read_text(encoding="utf-8").splitlines()]


def test_every_line_is_json_with_run_and_command() -> None:
    with logs.run_log("r1", "training prepare"):
        logging.getLogger("afs.split").info("split %d", 3, extra={"ratio": 0.5})
    first, middle, last = lines()
    assert (first["message"], last["message"]) == ("started", "finished")
    assert {line["run"] for line in lines()} == {"r1"}
    assert {line["command"] for line in lines()} == {"training prepare"}
    assert (middle["logger"], middle["message"], middle["ratio"]) == ("afs.split", "split 3", 0.5)
    assert last["seconds"] >= 0


def test_a_failure_is_logged_and_goes_on() -> None:
    with pytest.raises(ZeroDivisionError), logs.run_log("r1", "x"):
        raise ZeroDivisionError("by hand")
    assert lines()[-1]["message"] == "ended by ZeroDivisionError: by hand"
    assert "Traceback" in lines()[-1]["traceback"]


def test_an_expected_error_has_no_traceback() -> None:
    with pytest.raises(UsageError), logs.run_log("r1", "x"):
        raise UsageError("wrong")
    assert "traceback" not in lines()[-1]


def test_nothing_is_left_on_the_logger() -> None:
    log = logging.getLogger("afs")
    before = (list(log.handlers), log.level)
    with logs.run_log("r1", "x"):
        assert len(log.handlers) == len(before[0]) + 2
    assert (log.handlers, log.level) == before


def test_only_errors_reach_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with logs.run_log("r1", "x"):
        logging.getLogger("afs").warning("quiet")
        logging.getLogger("afs").error("loud token=abcdef")
    assert capsys.readouterr().err == "ERROR: loud token=[secret]\n"


SECRETS = [
    "sk-proj-abcdefghij0123456789",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "hf_abcdefghijklmnopqrstuvwxyz",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    "xoxb-123456789012-abcdefghij",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("frame", ["{}", "key {} used", "url?x={}&y=1", '{{"a": "{}"}}'])
def test_secrets_are_known_by_their_shape(secret: str, frame: str) -> None:
    hidden = logs.hide_secrets(frame.format(secret))
    assert hidden == frame.format("[secret]")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("api_key=abc123 next", "api_key=[secret] next"),
        ("OPENAI_API_KEY: abc123", "OPENAI_API_KEY: [secret]"),
        ('{"password": "hunter2", "n": 1}', '{"password": "[secret]", "n": 1}'),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [secret]"),
        ("http://me:hunter2@localhost:1/x", "http://me:[secret]@localhost:1/x"),
        ("client-secret = abc, b=2", "client-secret = [secret], b=2"),
    ],
)
def test_secrets_are_known_by_their_names(text: str, hidden: str) -> None:
    assert logs.hide_secrets(text) == hidden


@pytest.mark.parametrize(
    "text",
    ["1200 tokens: 3 cut", "max_tokens=512", "key = training.epochs", "LDA #$00", "http://localhost:8000/v1"],
)
def test_ordinary_text_stays(text: str) -> None:
    assert logs.hide_secrets(text) == text


@given(
    st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=8, max_size=30), st.sampled_from(["m", "x", "k"])
)
def test_a_secret_never_reaches_a_line(secret: str, way: str) -> None:
    formatter = logs.JsonLines("r", "c")
    record = logging.makeLogRecord(
        {"msg": f"password={secret}!" if way == "m" else "plain", "levelname": "INFO"}
    )
    if way == "x":
        record.headers = {"nested": [{"Authorization": f"Bearer {secret}"}]}
    if way == "k":
        record.api_key = secret
    assert secret not in formatter.format(record)


def test_the_file_is_rotated(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2_000)
    with logs.run_log("r1", "x") as log:
        for number in range(100):
            log.info("line %d", number)
    names = sorted(path.name for path in (state / "afs").iterdir())
    assert names == ["afs.log", "afs.log.1", "afs.log.2", "afs.log.3"]
    assert all(path.stat().st_size <= 2_000 for path in (state / "afs").iterdir())
    assert lines()[-1]["message"] == "finished"


def test_a_folder_that_cannot_be_made_stops_nothing(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    (state / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(state / "file"))
    with logs.run_log("r1", "x") as log:
        log.info("nobody hears")
    assert not logs.log_path().exists()


def test_a_full_disk_stops_nothing(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    (state / "afs").mkdir()
    logs.log_path().symlink_to("/dev/full")
    with logs.run_log("r1", "x") as log:
        log.info("nobody hears")
    assert capsys.readouterr().err == ""


def test_commands_import_logging_only_when_they_run() -> None:
    code = "import sys, afs_core.cli.command, afs_core.config; print('logging' in sys.modules)"
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
