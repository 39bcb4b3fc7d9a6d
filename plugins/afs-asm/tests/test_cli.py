"""`afs asm check` as a command."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from afs.asm.cli import check


def run(*words: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(check, list(words), input=stdin)


def test_files(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.asm", tmp_path / "bad.asm"
    good.write_text("lda $12\n")
    bad.write_text("\nSTX $1234,Y\n")
    assert run(str(good)).exit_code == 0
    outcome = run(str(good), str(bad))
    assert outcome.exit_code == 3
    assert f"{bad}:2:5: error:" in outcome.stdout
    assert "2 checked, 1 with errors" in outcome.stderr


def test_one_json_verdict_a_line(tmp_path: Path) -> None:
    samples = tmp_path / "samples.jsonl"
    texts = ["Try\n```asm\nLDA [$12],X\n```\n", "LDA $12\nJSL Far", ""]
    samples.write_text("".join(json.dumps({"instruction": "?", "output": text}) + "\n" for text in texts))
    outcome = run("--input", str(samples), "--field", "output", "--json")
    first, second, third = (json.loads(line) for line in outcome.stdout.splitlines())
    assert outcome.exit_code == 3
    assert (first["row"], first["syntax_ok"], first["findings"][0]["line"]) == (1, False, 3)
    assert first["findings"][0]["fix"] == "LDA [$12],Y"
    assert second["syntax_ok"] and not second["assembles"] and second["stubs"] == ["Far"]
    assert not third["applicable"]


def test_standard_input_with_any_bytes() -> None:
    outcome = run("--json", stdin=b"lda #\xff\n")
    assert outcome.exit_code == 3
    assert json.loads(outcome.stdout)["findings"][0]["column"] == 6


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    samples = tmp_path / "samples.jsonl"
    samples.write_text('{"output": 3}\n')
    outcome = run("--input", str(samples))
    assert outcome.exit_code == 1 and "samples.jsonl:1" in outcome.stderr
    missing = run(str(tmp_path / "none.asm"))
    assert missing.exit_code == 1 and "none.asm" in missing.stderr


def test_folders_known_names_and_the_engine_that_judged(tmp_path: Path) -> None:
    hack = tmp_path / "hack"
    hack.mkdir()
    (hack / "ram.asm").write_text("Health = $7EF36D\n")
    (hack / "main.asm").write_text("LDA.l Health\nJSL Elsewhere\n")
    (tmp_path / "more.sym").write_text("00:8000 Elsewhere\n")
    outcome = run(
        str(hack), "--root", str(hack), "--symbols", str(tmp_path / "more.sym"), "--json", "--engine", "own"
    )
    first, second = (json.loads(line) for line in outcome.stdout.splitlines())
    assert first["file"].endswith("main.asm") and first["assembles"] and first["stubs"] == []
    assert second["engine"] == "afs"
    assert "own check, no asar" in outcome.stderr
    assert run(str(hack), "--engine", "own").exit_code == 0
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(str(empty)).exit_code == 1


def test_what_one_file_of_a_folder_pushes_another_may_pull(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / f"{name}.asm").write_text(f"pullpc\n{name}:\n RTL\npushpc\norg $008000\n JSL {name}\n")
    assert run(str(tmp_path / "first.asm"), "--engine", "own").exit_code == 3
    outcome = run(str(tmp_path), "--engine", "own", "--json")
    verdicts = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert outcome.exit_code == 0
    assert [(verdict["syntax_ok"], verdict["assembles"]) for verdict in verdicts] == [(True, False)] * 2
    assert {finding["severity"] for verdict in verdicts for finding in verdict["findings"]} == {"warning"}
    (tmp_path / "second.asm").write_text("pullpc\nSTX $1234,Y\n")
    assert run(str(tmp_path), "--engine", "own").exit_code == 3


def test_prose_in_samples_is_not_judged(tmp_path: Path) -> None:
    samples = tmp_path / "samples.jsonl"
    samples.write_text(json.dumps({"output": "And then it loads A (twice."}) + "\n")
    outcome = run("--input", str(samples), "--json")
    assert outcome.exit_code == 0 and not json.loads(outcome.stdout)["applicable"]
    assert "1 without assembly" in outcome.stderr
