"""``afs training convert``, as its user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from afs.training.convert_cli import convert
from afs_core import Message, ToolCall, TrainingSample, read_samples, write_samples

THOUGHT = TrainingSample("Why?", "So.", thinking="Because.")
WORKED = TrainingSample(
    "What is there?",
    "24.",
    messages=(
        Message("user", "What is there?"),
        Message("assistant", "", tool_calls=(ToolCall("peek", '{"at":1}', "c1"),)),
        Message("tool", "24", tool_call_id="c1", name="peek"),
        Message("assistant", "24."),
    ),
)


def run(*words: object) -> Result:
    return CliRunner().invoke(convert, [str(word) for word in words])


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    write_samples(path, [THOUGHT, WORKED, TrainingSample("Say <|im_end|>.", "No.")])
    return path


@pytest.fixture
def splits(tmp_path: Path) -> Path:
    folder = tmp_path / "splits"
    for number, name in enumerate(("train", "val", "test")):
        write_samples(folder / f"{name}.jsonl", [TrainingSample(f"{name}?", "Yes.")] * (3 - number))
    return folder


def test_a_refused_sample_stops_with_its_number_and_leaves_nothing(data: Path) -> None:
    refused = run("--input", data, "--format", "chatml")
    assert refused.exit_code == 1
    assert "sample 2: messages[1].tool_calls: chatml text has no place" in refused.stderr
    assert "--lossy" in refused.stderr
    assert not data.with_name("train_chatml.jsonl").exists()


def test_skip_sets_refused_samples_aside_whole(data: Path) -> None:
    result = run("--input", data, "--format", "chatml", "--on-error", "skip")
    assert result.exit_code == 0
    assert "3 in  1 out  2 dropped" in result.stderr
    aside = rows(data.with_name("train_chatml.rejected.jsonl"))
    assert [row["field"] for row in aside] == ["messages[1].tool_calls", "instruction"]
    assert TrainingSample.from_dict(aside[0]["sample"]) == WORKED


def test_lossy_says_how_much_was_left_out(data: Path) -> None:
    result = run("--input", data, "--format", "alpaca", "--lossy")
    assert result.exit_code == 0
    assert "1 other turns left out, 1 reasoning left out" in result.stderr
    assert [row["output"] for row in rows(data.with_name("train_alpaca.jsonl"))] == ["So.", "24.", "No."]


def test_text_goes_to_txt_and_nothing_else_does(tmp_path: Path) -> None:
    data = tmp_path / "train.jsonl"
    write_samples(data, [TrainingSample("a", "b"), TrainingSample("c", "d")])
    assert run("--input", data, "--format", "llama.cpp", "--template", "alpaca").exit_code == 0
    assert (tmp_path / "train_llama-cpp.txt").read_text() == (
        "### Instruction:\na\n\n### Response:\nb\n### Instruction:\nc\n\n### Response:\nd\n"
    )
    wrong = run("--input", data, "--format", "openai", "--output", tmp_path / "out.txt")
    assert wrong.exit_code == 2
    assert "openai writes JSON lines" in wrong.stderr


def test_mlx_gets_the_folder_that_it_reads(splits: Path, tmp_path: Path) -> None:
    assert run("--input", splits, "--format", "mlx", "--output", tmp_path / "data").exit_code == 0
    written = sorted(path.name for path in (tmp_path / "data").glob("*.jsonl"))
    assert written == ["test.jsonl", "train.jsonl", "valid.jsonl"]
    assert len(rows(tmp_path / "data" / "valid.jsonl")) == 2
    assert run("--input", splits, "--format", "mlx").exit_code == 0
    assert (tmp_path / "splits_mlx" / "valid.jsonl").exists()


def test_a_folder_may_become_one_file(splits: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    assert run("--input", splits, "--format", "openai", "--output", out).exit_code == 0
    assert len(rows(out)) == 6


def test_llama_factory_learns_the_name_beside_those_it_knows(splits: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "dataset_info.json").write_text('{"mine": {"file_name": "é.json"}}')
    for _ in range(2):
        assert run("--input", splits, "--format", "llamafactory", "--output", folder).exit_code == 0
    known = json.loads((folder / "dataset_info.json").read_text())
    assert list(known) == ["mine", "train", "val", "test"]
    assert known["mine"] == {"file_name": "é.json"}
    assert known["val"]["file_name"] == "val.jsonl"
    (folder / "dataset_info.json").write_text("{")
    broken = run("--input", splits, "--format", "llama-factory", "--output", folder)
    assert broken.exit_code == 1
    assert "dataset_info.json: not JSON" in broken.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "alpaca", "--roles", "human-gpt"), "--roles: alpaca has no such option"),
        (("--format", "chatml", "--cot-mode", "field"), "field"),
        (("--format", "mlx", "--layout", "messages"), "messages"),
        (("--format", "openai", "--task", "write"), "--task: the input is samples"),
        (("--format", "openai", "--from", "sharegpt", "--task", "write"), "sharegpt has no such option"),
        (("--format", "auto"), "auto is for reading"),
        (("--format", "parquet"), "llama-factory"),
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(words: tuple[str, ...], message: str, data: Path) -> None:
    result = run("--input", data, *words)
    assert result.exit_code == 2, result.stderr
    assert message in result.stderr


def test_reasoning_in_tags_comes_in_and_goes_out_as_a_field(tmp_path: Path) -> None:
    source, out = tmp_path / "r1.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"instruction": "Why?", "output": "<think>Because.</think>\\nSo."}\n')
    words = ("--input", source, "--from-cot-mode", "tags", "--output", out)
    assert run(*words, "--format", "openai", "--cot-mode", "field").exit_code == 0
    assert rows(out)[0]["messages"][1] == {
        "role": "assistant",
        "content": "So.",
        "reasoning_content": "Because.",
    }
    assert run(*words, "--format", "samples").exit_code == 0
    assert next(read_samples(out)).thinking == "Because."


def test_the_same_input_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for out in (first, second):
        assert run("--input", data, "--format", "trl", "--output", out).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
