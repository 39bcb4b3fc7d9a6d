"""The last scan: every shape of file, lines and kinds but no values, and silence over what redaction left."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from afs.redaction import Redactor, Secrets, sample_redacted
from afs.redaction.scan import scanned, scanned_files
from afs_core import DataError, EvalJob, Report, Run, TrainingSample, UsageError

TOKEN = "ghp_Zx81kQ0v7Jt2LmN4bWc6RyTs9UaE3DfG5hKp"


def hits(path: Path, **settings: Any) -> list[tuple[int, str]]:
    return [(hit.line, hit.kind) for hit in scanned(path, Redactor(**settings))]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


SHAPES = {
    "sample": {"instruction": "x", "output": TOKEN},
    "alpaca": {"instruction": "x", "input": "", "output": f"use {TOKEN}"},
    "sharegpt": {"conversations": [{"from": "user", "value": f"{TOKEN}?"}]},
    "openai": {"messages": [{"role": "assistant", "tool_calls": [{"function": {"arguments": TOKEN}}]}]},
    "text": {"text": f"<s>[INST] {TOKEN} [/INST]"},
    "list": [["a", {"b": TOKEN}]],
    "key": {TOKEN: 1},
    "arguments": {"a": json.dumps(json.dumps({"k": TOKEN}))},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_any_shape(tmp_path: Path, shape: str) -> None:
    path = written(tmp_path, '{"text": "fine"}', "", json.dumps(SHAPES[shape]), '{"n": 1}')
    assert hits(path) == [(3, "GITHUB_TOKEN")]


def test_what_is_not_json_is_read_as_text_and_keys_may_span_lines(tmp_path: Path, planted: Any) -> None:
    key = planted.BLOCKS["RSA"](random.Random(1)).text
    path = written(tmp_path, '{"a": 1}', "notes", key, "mail a@corp.io", "[1]", "b@corp.io")
    lines = key.count("\n") + 1
    assert hits(path) == [(3, "PRIVATE_KEY"), (3 + lines, "EMAIL"), (5 + lines, "EMAIL")]


def test_a_key_that_stands_twice_a_bad_line_and_lone_surrogates(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f'{{"a": "{TOKEN}", "a": "fine"}}',
        f'{{"a": "{TOKEN}"',
        f'{{"a": "\\ud800 {TOKEN}"}}',
        '{"a": "bob\\u0040corp.io"}',
    )
    assert hits(path) == [(1, "GITHUB_TOKEN"), (2, "GITHUB_TOKEN"), (3, "GITHUB_TOKEN"), (4, "EMAIL")]


def test_nothing_is_found_in_what_redaction_wrote(tmp_path: Path, planted: Any) -> None:
    rng = random.Random(7)
    allow = [hashlib.sha256(b"ok@corp.io").hexdigest()]
    redactor = Redactor(allow=allow)
    lines = []
    for make in (*planted.TOKENS.values(), *planted.BLOCKS.values()):
        for put in rng.sample(list(planted.CONTEXTS.values()), 9):
            text = put(make(rng).text)
            sample = TrainingSample(
                instruction=text, output="ok@corp.io", _metadata={"args": json.dumps([text])}
            )
            lines.append(sample_redacted(sample, redactor))
    path = written(tmp_path, *(sample.to_json() for sample in lines))
    assert hits(path, allow=allow) == []
    path = written(tmp_path, *(json.dumps({"messages": sample.to_messages()}) for sample in lines))
    assert hits(path, allow=allow) == []
    assert len(hits(path)) == len(lines)  # now what was allowed is not


def test_a_missing_file_and_what_is_nested_too_deep_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found nothing"):
        scanned_files([tmp_path / "none"])
    path = written(tmp_path, "{}", '{"a":' * 900 + f'"{TOKEN}"' + "}" * 900)
    with pytest.raises(DataError, match=r"rows\.jsonl:2: nested too deep"):
        hits(path)


def evaluated(tmp_path: Path, *data: Path, **settings: Any) -> Report:
    with Run.open(workdir=tmp_path / "work") as run:
        return Secrets(Secrets.Config(**settings), run).evaluate(EvalJob(output=tmp_path, data=data))


def test_the_report_counts_and_names_lines_but_no_values(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "train.jsonl").write_text(json.dumps({"t": f"{TOKEN} a@corp.io b@corp.io"}) + "\n")
    (folder / "val.jsonl").write_text('{"t": "fine"}\n')
    report = evaluated(tmp_path, folder)
    assert not report.passed
    assert report.summary == {"files": 2, "secrets": 3, "EMAIL": 2, "GITHUB_TOKEN": 1}
    assert [(row["line"], row["kind"], row["places"]) for row in report.tables["hits"]] == [
        (1, "EMAIL", 2),
        (1, "GITHUB_TOKEN", 1),
    ]
    assert TOKEN not in str(report) and "corp.io" not in str(report)
    assert evaluated(tmp_path, folder / "val.jsonl").passed
    with pytest.raises(UsageError, match="none was given"):
        evaluated(tmp_path)


def test_settings_of_redaction_hold_for_the_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, '{"t": "a@corp.io in ROOM-7"}')
    (tmp_path / "afs.toml").write_text(
        f'[plugins.redaction.redaction]\nallow = ["{hashlib.sha256(b"a@corp.io").hexdigest()}"]\n'
    )
    monkeypatch.chdir(tmp_path)
    assert evaluated(tmp_path, path).passed
    report = evaluated(tmp_path, path, names=("ROOM-7",))
    assert [row["kind"] for row in report.tables["hits"]] == ["NAME"]


def afs(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "afs_core.cli", *arguments],
        cwd=folder,
        env={"HOME": str(folder / "home"), "PATH": os.environ["PATH"]},
        input=stdin,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_command_lists_places_writes_nothing_and_exits_3(tmp_path: Path) -> None:
    written(tmp_path, '{"t": "fine"}', json.dumps({"t": TOKEN}))
    before = sorted(tmp_path.iterdir())
    done = afs(tmp_path, "redact", "--scan", "rows.jsonl")
    assert (done.returncode, done.stdout) == (3, "rows.jsonl:2 GITHUB_TOKEN\n")
    assert TOKEN not in done.stderr
    assert sorted(path for path in tmp_path.iterdir() if path.name != "home") == before
    clean = afs(tmp_path, "redact", "--scan", stdin="nothing here\n")
    assert (clean.returncode, clean.stdout) == (0, "")
    told = afs(tmp_path, "redact", "--scan", "rows.jsonl", "--json")
    assert told.returncode == 3 and json.loads(told.stdout)["data"]["summary"]["secrets"] == 1
    assert afs(tmp_path, "redact", "--scan", "rows.jsonl", "--output", "x").returncode == 2


@pytest.mark.parametrize("name", ["out.jsonl", "folder"])
def test_an_export_that_still_holds_a_secret_is_set_aside(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("# Rooms\n\nThe quiet room is where the deploy key is kept.\n")
    command = ("training", "memory-export", "--memory-root", "notes", "--output", name)
    assert afs(tmp_path, *command).returncode == 0
    assert (tmp_path / name).exists()
    (tmp_path / "afs.toml").write_text('[plugins.redaction.secrets]\nnames = ["quiet room"]\n')
    done = afs(tmp_path, *command)  # up to date, and scanned all the same
    assert done.returncode == 3
    assert f"{name}.refused" in done.stderr and "1 NAME" in done.stderr
    assert not (tmp_path / name).exists() and (tmp_path / f"{name}.refused").exists()
    assert not (tmp_path / f"{name}.manifest.json").exists()
    assert afs(tmp_path, *command, "--no-redact").returncode == 0
    manifest = tmp_path / ("folder/manifest.json" if name == "folder" else f"{name}.manifest.json")
    assert "--no-redact" in json.loads(manifest.read_text())["command"]
