"""`afs asm assemble`, `run` and `trace` as commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from afs.asm.cli_code import assemble, run, trace

CODE = """
lorom
org $008000
Double: ; A twice, and the count in memory
  asl a
  inc.w Count
  rts
Forever:
  bra Forever
Count = $7E0010
"""


@pytest.fixture
def main(tmp_path: Path) -> Path:
    path = tmp_path / "main.asm"
    path.write_text(CODE)
    return path


def invoke(command: object, *words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], input=stdin)  # type: ignore[arg-type]


def test_a_rom_and_its_labels_are_written(main: Path, tmp_path: Path) -> None:
    rom, labels = tmp_path / "out.sfc", tmp_path / "out.sym"
    outcome = invoke(assemble, main, "--output", rom, "--symbols", labels)
    assert outcome.exit_code == 0, outcome.stderr
    assert rom.read_bytes().hex() == "0aee10006080fe"
    assert labels.read_text() == "[labels]\n00:8000 Double\n00:8005 Forever\n7e:0010 Count\n"
    assert "7 bytes in 1 blocks, 3 labels" in outcome.stderr


def test_a_fragment_is_printed(tmp_path: Path) -> None:
    outcome = invoke(assemble, "-", "--address", "$7E8000", "--symbol", "Far=$0DBA80", stdin="jsl Far\nrtl\n")
    assert outcome.stdout == "7E8000  22 80 ba 0d 6b\n"
    data = json.loads(invoke(assemble, "-", "--json", stdin="nop\n").stdout)["data"]
    assert data["blocks"] == [{"address": 0x8000, "hex": "ea"}]


def test_errors_are_told_with_file_and_line(main: Path, tmp_path: Path) -> None:
    main.write_text("org $8000\n jsr Nowhere\n")
    outcome = invoke(assemble, main, "--output", tmp_path / "out.sfc")
    assert outcome.exit_code == 1 and not (tmp_path / "out.sfc").exists()
    assert "main.asm:2:2: error: there is no label `Nowhere`" in outcome.stderr


def test_a_routine_is_run(main: Path) -> None:
    words = (main, "--routine", "Double", "--a", "$21", "--set", "Count=0x7F", "--get", "Count", "--get", "a")
    outcome = invoke(run, *words)
    assert outcome.exit_code == 0, outcome.stderr
    assert "A=$0042" in outcome.stdout and "Count = $80 (128)" in outcome.stdout
    assert "returned by RTS" in outcome.stderr and "3 instructions, 14 cycles" in outcome.stderr
    data = json.loads(invoke(run, *words, "--json").stdout)["data"]
    assert data["places"] == {"Count": 128, "a": 66} and data["registers"]["a"] == 66 and data["cycles"] == 14


def test_a_routine_that_does_not_return(main: Path) -> None:
    outcome = invoke(run, main, "--routine", "Forever", "--steps", "50")
    assert outcome.exit_code == 3 and "still running at $008005 after 50" in outcome.stderr
    outcome = invoke(run, main, "--routine", "Forever", "--steps", "50", "--json")
    assert outcome.exit_code == 3 and json.loads(outcome.stdout)["data"]["reason"] == "steps"


@pytest.mark.parametrize(
    "words",
    [("--routine", "Dubble"), ("--set", "nothing"), ("--get", "Nobody"), ("--a", "ten"), ("--set", "q=1")],
)
def test_wrong_usage(main: Path, words: tuple[str, ...]) -> None:
    assert invoke(run, main, *words).exit_code == 2


def test_a_trace_reads_like_the_code(main: Path) -> None:
    lines = invoke(trace, main, "--routine", "Double", "--a", "5").stdout.splitlines()
    assert lines[0].split()[:4] == ["008000", "ASL", "A", "A=0005"] and lines[0].endswith("Double:")
    assert "INC.w $0010" in lines[1] and "A=000A" in lines[1] and "RTS" in lines[2]
    assert len(invoke(trace, main, "--routine", "Double", "--last", "1").stdout.splitlines()) == 3


def test_what_cannot_be_read_or_written_is_named(main: Path, tmp_path: Path) -> None:
    outcome = invoke(run, tmp_path / "no.asm")
    assert (outcome.exit_code, outcome.stderr.count("error:")) == (1, 1)
    assert "no.asm: cannot be read: No such file" in outcome.stderr
    assert "expected a file, got a folder" in invoke(assemble, tmp_path).stderr
    (tmp_path / "file").write_text("")
    outcome = invoke(assemble, main, "--output", tmp_path / "file" / "out.sfc")
    assert outcome.exit_code == 1 and "out.sfc: cannot be written" in outcome.stderr


@pytest.mark.parametrize(
    "words", [("--a", "$10000"), ("--dbr", "256"), ("--address", "0x1000000"), ("--steps", "0")]
)
def test_numbers_that_do_not_fit_are_refused(main: Path, words: tuple[str, ...]) -> None:
    outcome = invoke(run, main, "--routine", "Double", *words)
    assert outcome.exit_code == 2 and words[1].lstrip("$") in outcome.stderr


@pytest.mark.parametrize("words", [("--output", "main.asm"), ("--output", "out", "--symbols", "./out")])
def test_what_is_written_overwrites_neither_source_nor_rom(
    main: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(main.parent)
    outcome = invoke(assemble, "main.asm", *words)
    assert outcome.exit_code == 2 and "expected three files" in outcome.stderr
    assert main.read_text() == CODE and not Path("out").exists()
