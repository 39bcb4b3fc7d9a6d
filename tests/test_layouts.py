"""What other trainers make of the files that ``afs training convert`` writes for them.

``datasets`` and trl load them here; the loading rules of mlx-lm, axolotl and LLaMA-Factory,
which are not installed, are restated from their documentation.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from afs_core import Message, ToolCall, TrainingSample, write_samples

MODEL = Path(__file__).parents[1] / "plugins/afs-quickstart/src/afs/quickstart/model"
PEEK = {
    "type": "function",
    "function": {
        "name": "peek",
        "description": "Read memory.",
        "parameters": {"type": "object", "properties": {"address": {"type": "string"}}},
    },
}
FIND = {
    "type": "function",
    "function": {
        "name": "find",
        "parameters": {"type": "object", "properties": {"limit": {"type": "integer"}}},
    },
}
PLAIN = TrainingSample("What does LDA do?", "It loads A.", thinking="A mnemonic.")
TALK = TrainingSample(
    "And X?",
    "LDX.",
    messages=(
        Message("system", "You know 65816."),
        Message("user", "Load A."),
        Message("assistant", "LDA."),
        Message("user", "And X?"),
        Message("assistant", "LDX."),
    ),
)


def worked(name: str, arguments: str, tool: dict[str, Any]) -> TrainingSample:
    turns = (
        Message("user", "Look."),
        Message("assistant", "", tool_calls=(ToolCall(name, arguments, "c1"),)),
        Message("tool", "24", tool_call_id="c1", name=name),
        Message("assistant", "It is 24.", thinking="Seen."),
    )
    return TrainingSample("Look.", "It is 24.", messages=turns, _metadata={"tools": [tool]})


SAMPLES = [
    PLAIN,
    worked("peek", '{"address":"7EF36C"}', PEEK),
    TALK,
    worked("find", '{"limit":3,"deep":true}', FIND),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layouts")
    write_samples(folder / "train.jsonl", SAMPLES)
    return folder


def converted(home: Path, form: str, *words: str, source: str = "train.jsonl") -> Path:
    name = "_".join([form, *words]).replace("--", "")
    output = home / f"{name}.jsonl"
    command = [sys.executable, "-m", "afs_core.cli", "training", "convert", "--input", str(home / source)]
    command += ["--format", form, "--output", str(output), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return output


def loaded(path: Path, **more: Any) -> Any:
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    return load_dataset(
        "json", data_files=str(path), split="train", cache_dir=str(path.parent / "cache"), **more
    )


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("alpaca", ("--lossy",)),
        ("sharegpt", ()),
        ("openai", ("--cot-mode", "field")),
        ("axolotl", ("--cot-mode", "field")),
        ("mlx", ()),
        ("trl", ("--cot-mode", "field")),
        ("trl", ("--layout", "messages")),
        ("llama-factory", ("--cot-mode", "tags")),
        ("chatml", ("--lossy",)),
    ],
)
def test_datasets_loads_every_layout_as_it_was_written(home: Path, form: str, words: tuple[str, ...]) -> None:
    path = converted(home, form, *words)
    written = lines(path)
    for row, came in zip(written, loaded(path), strict=True):
        assert set_values(came) == set_values(row)


def set_values(value: Any) -> Any:
    """A row without what is absent, which columns of a table hold as null."""
    if isinstance(value, dict):
        return {key: set_values(item) for key, item in value.items() if item is not None}
    return [set_values(item) for item in value] if isinstance(value, list) else value


def test_a_key_that_comes_late_needs_the_columns_named(tmp_path: Path) -> None:
    from datasets import Features, Json, List
    from datasets.exceptions import DatasetGenerationError

    long = TrainingSample("Explain.", "x" * 10_000)
    write_samples(tmp_path / "train.jsonl", [long] * 1500 + SAMPLES[1:2])
    path = converted(tmp_path, "axolotl")
    with pytest.raises(DatasetGenerationError):
        loaded(path)
    named = loaded(path, features=Features({"messages": List(Json()), "tools": List(Json())}))
    assert named[-1] == lines(path)[-1]


def test_trl_takes_the_rows_and_renders_calls_as_the_model_wrote_them(home: Path) -> None:
    from transformers import AutoTokenizer
    from trl.data_utils import is_conversational, maybe_apply_chat_template

    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    qwen = (Path(sys.modules["trl"].__path__[0]) / "chat_templates" / "qwen3.jinja").read_text()
    for row in loaded(converted(home, "trl", "--cot-mode", "field")):
        row = {key: value for key, value in row.items() if value is not None}
        assert is_conversational(row)
        tools = json.loads(row.pop("tools", "[]"))
        text = maybe_apply_chat_template(row, tokenizer, tools=tools, chat_template=qwen)
        assert text["completion"].endswith("<|im_end|>\n")
        if not tools:
            continue
        name = tools[0]["function"]["name"]
        call = text["prompt"].rpartition("<tool_call>\n")[2].partition("\n</tool_call>")[0]
        expected = {"peek": {"address": "7EF36C"}, "find": {"limit": 3, "deep": True}}[name]
        assert json.loads(call) == {"name": name, "arguments": expected}
        assert f'"name": "{name}"' in text["prompt"].partition("\n</tools>")[0]
        assert "<tool_response>\n24\n</tool_response>" in text["prompt"]
        assert "Seen." in text["completion"]


def test_trl_renders_plain_rows_with_the_shipped_template(home: Path) -> None:
    from transformers import AutoTokenizer
    from trl.data_utils import maybe_apply_chat_template

    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    row = lines(converted(home, "trl"))[2]
    text = maybe_apply_chat_template(row, tokenizer)
    assert text["prompt"].endswith("<|im_start|>user\nAnd X?<|im_end|>\n<|im_start|>assistant\n")
    assert text["completion"] == "LDX.<|im_end|>\n"
    chatml = lines(converted(home, "chatml", "--lossy"))[2]["text"]
    assert text["prompt"] + text["completion"] == chatml


def test_trl_reads_sharegpt_rows_of_plain_talk(home: Path) -> None:
    from trl.data_utils import maybe_convert_to_chatml

    row = maybe_convert_to_chatml(lines(converted(home, "sharegpt"))[0])
    assert row["messages"] == [
        {"role": "user", "content": PLAIN.instruction},
        {"role": "assistant", "content": PLAIN.output},
    ]


def test_llama_factory_would_pass_over_no_row(home: Path) -> None:
    """Its rule: a system turn or column; then questions or results and answers or calls by turns."""
    for row in lines(converted(home, "llama-factory", "--cot-mode", "tags")):
        assert [type(row[key]) for key in ("conversations", "system", "tools")] == [list, str, str]
        for place, turn in enumerate(row["conversations"]):
            assert set(turn) == {"from", "value"}
            assert turn["from"] in (("human", "observation"), ("gpt", "function_call"))[place % 2]
            if turn["from"] == "function_call":
                call = json.loads(turn["value"].rpartition("</think>\n\n")[2])
                assert isinstance(call["arguments"], dict)
        assert len(row["conversations"]) % 2 == 0
        assert all("name" in tool["function"] for tool in json.loads(row["tools"] or "[]"))


def test_axolotl_opens_what_stands_as_text(home: Path) -> None:
    """Its rule: arguments and parameters that are text are read as JSON, null keys are removed."""
    for row in loaded(converted(home, "axolotl", "--cot-mode", "field")):
        for message in row["messages"]:
            assert message["role"] in ("system", "user", "assistant", "tool")
            for call in message.get("tool_calls") or ():
                assert isinstance(json.loads(call["function"]["arguments"]), dict)
        for tool in row["tools"] or ():
            assert json.loads(tool["function"]["parameters"])["type"] == "object"


def test_mlx_lm_finds_its_three_files_and_their_kind(tmp_path: Path) -> None:
    """Its rule: the first row's keys tell the kind, for all rows of the three files of a folder."""
    for name in ("train", "val", "test"):
        write_samples(tmp_path / "splits" / f"{name}.jsonl", SAMPLES)
    words = ["--input", str(tmp_path / "splits"), "--format", "mlx", "--output", str(tmp_path / "data")]
    subprocess.run(
        [sys.executable, "-m", "afs_core.cli", "training", "convert", *words], check=True, timeout=120
    )
    for name in ("train", "valid", "test"):
        rows = lines(tmp_path / "data" / f"{name}.jsonl")
        assert len(rows) == len(SAMPLES)
        assert all("messages" in row and not {"prompt", "text"} & row.keys() for row in rows)
        assert rows[1]["messages"][1]["tool_calls"][0]["function"]["arguments"] == {"address": "7EF36C"}
