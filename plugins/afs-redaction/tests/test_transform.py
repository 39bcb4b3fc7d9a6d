"""The transform in a chain, its settings, and ``afs redact`` as a process."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from afs.redaction import Redaction
from afs_core import (
    ConfigError,
    DataError,
    Provenance,
    Run,
    TrainingSample,
    UsageError,
    read_samples,
    write_samples,
)

TOKEN = "ghp_Zx81kQ0v7Jt2LmN4bWc6RyTs9UaE3DfG5hKp"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.open(workdir=tmp_path / "work")


def bare(text: str) -> str:
    """``text`` with its placeholders by kind alone."""
    return re.sub(r"<([A-Z][A-Z0-9_]*)_[a-z2-7]{6}>", r"<\1>", text)


def redaction(run: Run, **settings: Any) -> Redaction:
    return Redaction(Redaction.Config(**settings), run)


def clean(transform: Redaction, *samples: TrainingSample) -> list[TrainingSample]:
    return list(transform.apply(samples))


def test_a_sample_without_secrets_goes_on_as_it_is(run: Run) -> None:
    sample = TrainingSample(instruction="What is $7EF36C?", output="health", _metadata={"n": [1, {"a": "b"}]})
    assert clean(redaction(run), sample)[0] is sample


def test_a_redacted_sample_says_so(run: Run) -> None:
    transform = redaction(run)
    sample = TrainingSample(
        instruction=f"{TOKEN} of a@x.io",
        output="b@x.io",
        quality_score=0.5,
        _metadata={"k": 1},
        prov=Provenance(source="a.md", transforms=("quality",)),
    )
    done = clean(transform, sample)[0]
    assert bare(done.instruction) == "<GITHUB_TOKEN> of <EMAIL>" and bare(done.output) == "<EMAIL>"
    assert done.output not in done.instruction
    assert done.metadata == {"k": 1, "redacted": {"EMAIL": 2, "GITHUB_TOKEN": 1}}
    assert done.prov is not None and done.prov.transforms == ("quality", "redaction")
    assert done.quality_score == 0.5
    bare_sample = clean(transform, TrainingSample(instruction=TOKEN, output="x"))[0]
    assert bare_sample.prov == Provenance(transforms=("redaction",))
    transform.noted["GITHUB_TOKEN"] -= 1
    assert sample.metadata == {"k": 1}
    assert transform.noted == {"EMAIL": 2, "GITHUB_TOKEN": 1}
    assert clean(redaction(run), done)[0] is done


def test_a_key_that_stands_twice_in_a_line_hides_nothing(run: Run, tmp_path: Path) -> None:
    line = json.dumps({"instruction": TOKEN, "output": "x"})[:-1] + ', "instruction": "fine"}\n'
    (tmp_path / "in.jsonl").write_text(line)
    write_samples(tmp_path / "out.jsonl", redaction(run).apply(read_samples(tmp_path / "in.jsonl")))
    assert TOKEN not in (tmp_path / "out.jsonl").read_text()


def test_settings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        "[[rules]]\nid = \"acme-ticket\"\nregex = '''(?i)acme-([0-9]{6})'''\nkeywords = [\"acme\"]\n"
        '[rules.allowlist]\nregexes = ["000000"]\n'
        '[[rules]]\nid = "path-only"\npath = "x"\n'
        '[[rules]]\nid = "random"\nregex = "r:([a-z]{8})"\nentropy = 2.5\n'
    )
    transform = Redaction(
        _converted(
            allow=[hashlib.sha256(b"ok@x.io").hexdigest()],
            names=["Ada Lovelace"],
            rules=[{"kind": "ROOM", "pattern": "room [0-9]+"}],
            rules_file=str(tmp_path / "rules.toml"),
        ),
        run,
    )
    text = "Ada Lovelace (ok@x.io) in room 12: ACME-123456 acme-000000 r:aaaaaaaa r:abcdefgh"
    done = clean(transform, TrainingSample(instruction=text, output="x"))[0]
    assert bare(done.instruction) == (
        "<NAME> (ok@x.io) in <ROOM>: ACME-<ACME_TICKET> acme-000000 r:aaaaaaaa r:<RANDOM>"
    )


def _converted(**settings: Any) -> Redaction.Config:
    return msgspec.convert(settings, Redaction.Config, dec_hook=lambda kind, value: kind(value))


def test_the_login_name_where_it_stands_as_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "will")
    text = "will it work? will@host:~$ ls ~will /srv/will/x user: will"
    sample = TrainingSample(instruction=text, output="x")
    done = clean(redaction(run), sample)[0]
    assert bare(done.instruction) == "will it work? <USER>@host:~$ ls ~<USER> /srv/<USER>/x user: <USER>"
    assert len(set(re.findall("<USER_.{6}>", done.instruction))) == 1
    done = clean(redaction(run, own_name=False), sample)[0]  # what stands in a prompt is a name anyway
    assert bare(done.instruction) == "will it work? <USER>@host:~$ ls ~will /srv/will/x user: will"


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"allow": ("abc",)}, ConfigError, "64 hexadecimal"),
        ({"rules_file": Path("/nowhere.toml")}, ConfigError, "cannot be read"),
    ],
)
def test_wrong_settings_are_named(
    run: Run, settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        redaction(run, **settings)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"kind": "lower", "pattern": "x"}, "expected a kind"),
        ({"kind": "LOOK", "pattern": "(?=x)"}, "not a pattern that RE2 takes"),
    ],
)
def test_wrong_rules_are_named(run: Run, rule: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Redaction(_converted(rules=[rule]), run)


@pytest.mark.parametrize(
    "text", ["not toml", '[[rules]]\nregex = "x"', '[[rules]]\nid = "a"\nregex = "("', "rules = 3"]
)
def test_wrong_rule_files_are_named(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"r\.toml"):
        redaction(run, rules_file=tmp_path / "r.toml")


def test_what_is_nested_too_deep_is_an_error_not_a_leak(run: Run) -> None:
    deep: Any = TOKEN
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(DataError, match="nested too deep"):
        clean(redaction(run), TrainingSample(instruction="x", output="y", _metadata={"d": deep}))


def afs(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "afs_core.cli", *arguments],
        cwd=folder,
        env={"HOME": str(folder), "PATH": os.environ["PATH"]},
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_command(tmp_path: Path) -> None:
    unchanged = b'{"output": "b",   "instruction":"a", "more": 1.50}\n'
    secret = json.dumps({"instruction": TOKEN, "output": "x"}).encode() + b"\n"
    (tmp_path / "in.jsonl").write_bytes(unchanged + secret)
    done = afs(tmp_path, "redact", "--input", "in.jsonl", "--output", "out.jsonl")
    assert done.returncode == 0, done.stderr
    first, second = (tmp_path / "out.jsonl").read_bytes().splitlines(keepends=True)
    assert first == unchanged
    assert bare(json.loads(second)["instruction"]) == "<GITHUB_TOKEN>"
    assert b"1 GITHUB_TOKEN" in done.stderr and TOKEN.encode() not in done.stderr
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert manifest["counts"][1]["noted"] == {"GITHUB_TOKEN": 1}
    assert TOKEN not in json.dumps(manifest)
    piped = afs(tmp_path, "redact", stdin=unchanged + secret)
    assert bare(piped.stdout.decode()) == bare((tmp_path / "out.jsonl").read_text())
    again = afs(tmp_path, "redact", "--input", "out.jsonl", "--output", "again.jsonl")
    assert again.returncode == 0
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()


def test_no_rule_needs_more_than_the_declaration_to_be_listed() -> None:
    code = "import sys, afs.redaction.plugin; sys.exit('re2' in sys.modules or 'click' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
