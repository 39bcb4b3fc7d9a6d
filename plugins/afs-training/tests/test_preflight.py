from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from afs.training.memory import estimated_memory, model_shape
from afs.training.preflight import Preflight, preflight
from afs.training.rows import format_of, read_rows_as_samples
from afs_core import DataError, Message, Run, ToolCall, TrainingSample, TrainJob, write_samples

ROWS: dict[str, dict[str, Any]] = {
    "samples": TrainingSample("Hi?", "Hello.").to_dict(),
    "alpaca": {"instruction": "Hi?", "input": "", "output": "Hello."},
    "sharegpt": {"conversations": [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Hello."}]},
    "openai": {"messages": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Hello."}]},
}


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def looked(
    tmp_path: Path, train: list[TrainingSample], val: list[TrainingSample] | None = None, **more: Any
) -> Preflight:
    data, validation = tmp_path / "train.jsonl", tmp_path / "val.jsonl"
    write_samples(data, train)
    write_samples(validation, val or [])
    job = TrainJob(base_model="tiny", data=(data,), validation=(validation,), output=tmp_path / "out")
    return preflight(job, Run.open(workdir=tmp_path / "scratch"), **more)


@pytest.mark.parametrize("form", ROWS)
def test_every_documented_format_is_told_and_read(form: str, tmp_path: Path) -> None:
    path = lines(tmp_path / "rows.jsonl", ROWS[form], ROWS[form])
    run = Run.open()
    assert format_of(path, run) == form
    assert [(s.instruction, s.output) for s in read_rows_as_samples(path, run)] == [("Hi?", "Hello.")] * 2


def test_an_unknown_format_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"samples, alpaca, sharegpt, openai.*question"):
        format_of(lines(tmp_path / "rows.jsonl", {"question": "Hi?", "answer": "Hello."}), Run.open())


def test_a_row_that_breaks_its_format_is_named_by_number(tmp_path: Path) -> None:
    path = lines(tmp_path / "rows.jsonl", ROWS["openai"], {"messages": 3})
    with pytest.raises(DataError, match=r"rows\.jsonl:2: expected a list in messages, got int"):
        list(read_rows_as_samples(path, Run.open()))


def test_good_data_passes(tmp_path: Path) -> None:
    found = looked(tmp_path, [TrainingSample(f"Question {n}?", "Answer.") for n in range(30)])
    assert found.problems == found.warnings == ()
    assert (found.samples, found.validation) == (30, 0)
    assert found.tokens >= 30 * 5


def test_no_samples_and_empty_answers_are_refused(tmp_path: Path) -> None:
    assert looked(tmp_path, []).problems == ("the data holds no sample",)
    found = looked(tmp_path, [TrainingSample("a", " \n"), TrainingSample(" ", "b"), TrainingSample("c", "d")])
    assert (found.empty_answers, found.empty_questions) == (1, 1)
    assert len(found.problems) == 2


def test_a_tool_call_is_an_answer(tmp_path: Path) -> None:
    turns = (Message("user", "Look."), Message("assistant", tool_calls=(ToolCall("peek"),)))
    assert looked(tmp_path, [TrainingSample("Look.", "", messages=turns)]).empty_answers == 0


def test_repeats_leaks_and_length_are_warned_of(tmp_path: Path) -> None:
    train = [TrainingSample(f"Question {n}?", "Answer.") for n in range(30)]
    train += [TrainingSample("question  1?", "answer."), TrainingSample("Long?", "x" * 3600)]
    found = looked(tmp_path, train, [TrainingSample("QUESTION 2?", "Other.")], max_tokens=500)
    assert (found.duplicates, found.leaked, found.cut) == (1, 1, 1)
    assert found.longest_tokens == pytest.approx(1002, abs=3)
    assert [warning.split(": ")[0] for warning in found.warnings] == [
        "samples that repeat another word for word",
        "questions of the validation data that are in the training data too",
        "samples longer than 500 tokens",
    ]
    assert found.problems == ()


def test_memory_follows_shape_batch_and_checkpointing(tmp_path: Path) -> None:
    config = {"hidden_size": 256, "num_hidden_layers": 4, "intermediate_size": 768, "vocab_size": 4096}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(bytes(8_000_000))
    shape = model_shape(str(tmp_path))
    assert shape is not None
    assert shape.weight_bytes == 8_000_000
    small, large = (estimated_memory(shape, tokens=256, batch_size=n, checkpointing=False) for n in (1, 8))
    spared = estimated_memory(shape, tokens=256, batch_size=8, checkpointing=True)
    assert small < spared < large


def test_the_documented_models_are_estimated_as_documented() -> None:
    small = model_shape("unsloth/Qwen2.5-Coder-3B-Instruct-bnb-4bit")
    large = model_shape("unsloth/Qwen2.5-Coder-7B-Instruct-bnb-4bit")
    assert small and large
    assert 8e9 < estimated_memory(small, tokens=512, batch_size=4, checkpointing=False) < 16e9
    assert 12e9 < estimated_memory(large, tokens=1024, batch_size=2, checkpointing=False) < 26e9
    assert model_shape("majora") is None
