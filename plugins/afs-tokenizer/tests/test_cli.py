"""``afs tokenizer`` as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from afs.tokenizer import ASMTokenizer
from afs.tokenizer.cli import decode, encode, train
from afs_core import TrainingSample, write_samples
from afs_core.cli import AfsCommand


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)


def call(command: AfsCommand, *words: str, stdin: bytes | str = "") -> Result:
    return CliRunner().invoke(command, list(words), input=stdin)


RAW = b"LDA #$00 ; Load zero\r\n\xff\xfe\x00\xed\xa0\x80 <|im_end|>\xe6\x97"


def test_a_file_of_any_bytes_goes_through_a_pipe_and_comes_back() -> None:
    start = [sys.executable, "-m", "afs_core", "tokenizer"]
    ids = subprocess.run([*start, "encode"], input=RAW, capture_output=True, check=True)
    assert ids.stdout.count(b"\n") == 1 and ids.stderr == b""
    back = subprocess.run([*start, "decode"], input=ids.stdout, capture_output=True, check=True)
    assert back.stdout == RAW


def test_decode_writes_a_file_and_reads_ids_in_any_form() -> None:
    ids = ASMTokenizer().encode("LDA\n")
    result = call(decode, "--output", "text", stdin=json.dumps(ids))
    assert result.exit_code == 0 and Path("text").read_text() == "LDA\n"
    assert call(decode, stdin="\n".join(map(str, ids))).stdout == "LDA\n"
    assert json.loads(call(decode, "--json", stdin=str(ids)).stdout)["data"]["text"] == "LDA\n"


def test_tokens_lexemes_and_counts() -> None:
    Path("a.asm").write_text("  LDA #$00 ; é\n  RTS\n")
    tokens = call(encode, "--tokens", "--input", "a.asm").stdout.splitlines()
    assert tokens[0].split("\t")[1:] == ["0", "2", "'  '"]
    assert tokens[1].split("\t")[1:] == ["2", "5", "'LDA'"]
    lexemes = call(encode, "--lexemes", "--input", "a.asm").stdout.splitlines()
    assert lexemes[0] == "mnemonic\t2\t5\t'LDA'" and len(lexemes) == 4
    (row,) = json.loads(call(encode, "--count", "--json", "--input", "a.asm").stdout)["data"]["files"]
    assert (row["lines"], row["characters"], row["tokens"]) == (2, 21, len(tokens))
    assert "tokens_per_line" in call(encode, "--count", "--input", "a.asm").stdout


def test_special_tokens_are_text_unless_asked_for() -> None:
    plain = call(encode, stdin="<|im_end|>").stdout.split()
    assert len(plain) > 1
    asked = call(encode, "--special", stdin="<|im_end|>").stdout.split()
    assert len(asked) == 1
    assert call(decode, "--skip-special", stdin=asked[0]).stdout == ""


def test_a_vocabulary_is_learned_from_folders_and_samples_and_used() -> None:
    source = Path("hack/Core")
    source.mkdir(parents=True)
    (source / "tide.asm").write_text("Tide_Advance:\n  LDA.w TideLevel\n  RTS\n" * 20)
    (source / "old.asm").write_bytes(b"\x00\x01")
    (source / "art.bin").write_bytes(b"\x00\x01")
    write_samples(Path("rows.jsonl"), [TrainingSample("What is Zephyr?", "Zephyr")] * 2)
    words = ["--input", "hack", "--input", "rows.jsonl", "--vocab-size", "1080", "--special", "<s>"]
    result = call(train, *words, "--output", "made", "--json")
    data = json.loads(result.stdout)["data"]
    assert data["files"] == 2 and data["texts"] == 5 and data["passed_over"] == {"binary": 1}
    assert data["special"] == {"<s>": data["vocab_size"] - 1}
    made = ASMTokenizer.load("made")
    assert made.vocab_size == data["vocab_size"] and made.token_to_id("LDA.w") is not None
    ids = call(encode, "--tokenizer", "made", stdin="Zephyr").stdout
    assert call(decode, "--tokenizer", "made", stdin=ids).stdout == "Zephyr"
    talk = call(train, *words, "--output", "made").stderr
    assert "1 passed over: binary" in talk and "5 texts of 2 files" in talk


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--output", "o", "--input", "nowhere"], 1, "nowhere: cannot be read"),
        (["--output", "o", "--input", "empty"], 1, "empty: expected a folder with files of"),
        (["--output", "o", "--input", "rows.jsonl"], 1, "rows.jsonl:2: expected a text in one of"),
        (["--output", "o", "--input", "bad.jsonl"], 1, "bad.jsonl:1: not JSON"),
        (["--output", "-", "--input", "a.asm"], 2, "expected a folder"),
        (["--output", "o", "--input", "a.asm", "--vocab-size", "500"], 2, "expected at least"),
        (["--output", "o", "--input", "a.asm", "--special", "x", "--no-special"], 2, "expected one of them"),
        (["--input", "a.asm"], 2, "--output"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], code: int, message: str) -> None:
    Path("empty").mkdir()
    Path("a.asm").write_text("LDA\n")
    Path("rows.jsonl").write_text('{"text": "x"}\n{"number": 1}\n')
    Path("bad.jsonl").write_text("{\n")
    result = call(train, *words)
    assert result.exit_code == code and message in result.stderr
    assert not Path("o").exists()


@pytest.mark.parametrize(
    ("command", "words", "stdin", "message"),
    [
        (decode, [], "1 2\n3 x", "-:2: expected a token id from 0 to"),
        (decode, [], "1 -2", "got '-2'"),
        (decode, [], "1.5", "got '1.5'"),
        (decode, [], "9" * 30, "expected a token id"),
        (decode, [], b"\xff\x00", "expected a token id"),
        (encode, ["--tokens", "--count"], "", "expected one of them"),
        (encode, ["--tokenizer", "nowhere"], "", "cannot be read"),
    ],
)
def test_wrong_ids_and_modes_are_named(
    command: AfsCommand, words: list[str], stdin: str | bytes, message: str
) -> None:
    result = call(command, *words, stdin=stdin)
    assert result.exit_code in (1, 2) and message in result.stderr
