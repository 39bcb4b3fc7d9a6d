"""What bad input gets, from every command that reads samples: a message with file and line, and no loss."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOOD = [
    {
        "instruction": f"What does routine {n} clear?",
        "output": f"Table {n}, from end to start.",
        "domain": "asm",
    }
    for n in range(12)
]

#: Commands that read samples and write samples; FILE and OUT are replaced.
COMMANDS = {
    "score": ("scoring", "score", "--input", "FILE", "--output", "OUT.jsonl"),
    "redact": ("redact", "--input", "FILE", "--output", "OUT.jsonl"),
    "dedupe": ("dedupe", "--input", "FILE", "--output", "OUT.jsonl"),
    "prepare": ("training", "prepare", "--input", "FILE", "--output", "OUT"),
    "convert": ("training", "convert", "--input", "FILE", "--output", "OUT.jsonl", "--format", "alpaca"),
}
KEEPING = [name for name in COMMANDS if name != "convert"]

#: A line that is no sample, and what is said of it.
FAULTS: dict[str, tuple[bytes, str]] = {
    "torn": (b'{"instruction": "What does rou', "not JSON"),
    "no JSON": (b"LDA #$00", "not JSON"),
    "a list": (b'["instruction", "output"]', "expected an object"),
    "a number for text": (b'{"instruction": 5, "output": "x"}', "instruction"),
    "no output": (b'{"instruction": "q"}', "output"),
    "bad UTF-8": (b'{"instruction": "caf\xe9", "output": "x"}', "UTF-8"),
    "NUL": (b'{"instruction": "q\x00", "output": "x"}', "not JSON"),
    "metadata that is no object": (b'{"instruction": "q", "output": "x", "_metadata": [1]}', "_metadata"),
}

#: Legal lines that readers stumble over; each comes through with every value it had.
ODD: list[dict[str, Any]] = [
    {"line": 7, "note": "an integer"},
    {"line": "seven", "note": "mixed types in one field"},
    {"line": None, "late": {"key": [1, {"deep": True}]}},
    {"big": 2**70, "small": -(2**63) - 1},
    {"text": "NUL as an escape: \0, and \u2028"},
    {"float": 1e-320, "half": 0.1},
]


def odd_lines() -> list[dict[str, Any]]:
    return [{**good, "_metadata": odd, **odd} for good, odd in zip(GOOD, ODD, strict=False)]


def afs(folder: Path, name: str, file: Path, *more: str, **popen: Any) -> subprocess.CompletedProcess[str]:
    words = [{"FILE": str(file)}.get(word, word) for word in COMMANDS[name]]
    return subprocess.run(
        [sys.executable, "-m", "afs_core.cli", *words, *more],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
        **popen,
    )


def lines(rows: list[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(row).encode() for row in rows]


def write(path: Path, content: list[bytes]) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in content))
    return path


def written(folder: Path) -> list[dict[str, Any]]:
    """The rows of the output, in one file or in splits."""
    files = sorted(folder.glob("OUT/*.jsonl")) or [folder / "OUT.jsonl"]
    return [json.loads(line) for file in files for line in file.read_text().split("\n") if line]


def left_over(folder: Path) -> list[str]:
    """What a refused command left beside its input."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "in.jsonl")


@pytest.mark.parametrize("kind", FAULTS)
def test_a_bad_line_is_named_and_nothing_is_written(tmp_path: Path, kind: str) -> None:
    bad, reason = FAULTS[kind]
    file = write(tmp_path / "in.jsonl", [*lines(GOOD[:3]), bad, *lines(GOOD[3:])])
    before = file.read_bytes()
    done = afs(tmp_path, "score", file)
    assert done.returncode == 1
    assert f"{file}:4" in done.stderr and reason in done.stderr
    assert "--on-error skip" in done.stderr
    assert left_over(tmp_path) == [] and file.read_bytes() == before


@pytest.mark.parametrize("name", COMMANDS)
def test_bad_lines_are_set_aside_as_they_stood(tmp_path: Path, name: str) -> None:
    bad = [line for line, _ in FAULTS.values()]
    file = write(tmp_path / "in.jsonl", [*lines(GOOD[:5]), *bad, *lines(GOOD[5:])])
    refused = afs(tmp_path, name, file)
    assert refused.returncode == 1 and f"{file}:6" in refused.stderr
    assert left_over(tmp_path) == []
    done = afs(tmp_path, name, file, "--on-error", "skip")
    assert done.returncode == 0, done.stderr
    assert {row["instruction"] for row in written(tmp_path)} == {good["instruction"] for good in GOOD}
    rejects = [json.loads(line) for line in (tmp_path / "OUT.rejected.jsonl").read_text().split("\n") if line]
    assert [reject["line"] for reject in rejects] == list(range(6, 6 + len(bad)))
    assert rejects[0]["raw"] == bad[0].decode() and rejects[-1]["raw"] == bad[-1].decode()
    assert str(len(bad)) in done.stderr


@pytest.mark.parametrize("name", KEEPING)
def test_odd_lines_lose_nothing(tmp_path: Path, name: str) -> None:
    rows = odd_lines()
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines(rows)))  # a byte-order mark, and no last newline
    done = afs(tmp_path, name, file)
    assert done.returncode == 0, done.stderr
    found = {row["instruction"]: row for row in written(tmp_path)}
    assert len(found) == len(rows)
    for row in rows:
        got = found[row["instruction"]]
        assert {key: got[key] for key in row if key != "_metadata"} == {
            key: value for key, value in row.items() if key != "_metadata"
        }
        assert row["_metadata"].items() <= got["_metadata"].items()


def test_a_lone_surrogate_is_repaired_and_counted(tmp_path: Path) -> None:
    line = b'{"instruction": "What is \\ud83d?", "output": "Half of a pair."}'
    file = write(tmp_path / "in.jsonl", [line])
    done = afs(tmp_path, "redact", file)
    assert done.returncode == 0, done.stderr
    assert written(tmp_path)[0]["instruction"] == "What is \N{REPLACEMENT CHARACTER}?"
    assert "1 repaired" in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_an_empty_file_a_folder_and_nothing_at_all(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a-folder"
    folder.mkdir()
    for wrong in (folder, tmp_path / "absent.jsonl"):
        done = afs(tmp_path, name, wrong)
        assert done.returncode == 1, done.stderr
        assert wrong.name in done.stderr
        assert "expected" in done.stderr or "No such file" in done.stderr
    assert left_over(tmp_path) == []
    done = afs(tmp_path, name, write(tmp_path / "in.jsonl", []))
    assert done.returncode == 0, done.stderr
    assert written(tmp_path) == [] and "0 out" in done.stderr


def small_files() -> None:
    """No file of this process may pass 8 KB, as where a disk is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    rows = [{**good, "instruction": f"{good['instruction']} {n}"} for good in GOOD for n in range(200)]
    file = write(tmp_path / "in.jsonl", lines(rows))
    afs(tmp_path, name, write(tmp_path / "first.jsonl", lines(GOOD)))
    before = written(tmp_path)
    assert before
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = afs(tmp_path, name, file, preexec_fn=small_files, env=environment)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr or "too large" in done.stderr.lower()
    assert written(tmp_path) == before
    assert not list(tmp_path.rglob("*.tmp"))


def without_rights(action: Callable[[], None]) -> None:
    """Do it as a user to whom the test's folder does not belong, also where root runs the tests."""
    if os.geteuid() != 0:
        action()
        return
    os.seteuid(65534)
    try:
        action()
    finally:
        os.seteuid(0)


def test_no_permission_is_said_so(tmp_path: Path) -> None:
    from afs_core import DataError, read_samples
    from afs_core.jsonl import atomic_write

    file = write(tmp_path / "in.jsonl", lines(GOOD))
    closed = tmp_path / "closed"
    closed.mkdir()
    file.chmod(0)
    closed.chmod(0o500)

    def refused() -> None:
        with pytest.raises(DataError, match="cannot be read: Permission denied"):
            list(read_samples(file))
        with (
            pytest.raises(DataError, match="cannot be written: Permission denied"),
            atomic_write(closed / "a"),
        ):
            pass

    try:
        without_rights(refused)
    finally:
        file.chmod(0o600)
        closed.chmod(0o700)
    assert len(list(read_samples(file))) == len(GOOD)
    assert not list(closed.iterdir())
