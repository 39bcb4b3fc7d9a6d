"""Lists of chat messages in the memory folder, and what a sample keeps of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from afs.generators import Memory
from afs.generators.chat import chat
from afs_core import DataError, Run, TrainingSample

TALK = [
    {"role": "developer", "content": "You know 65816."},
    {"role": "user", "content": [{"type": "text", "text": "Look up"}, {"type": "text", "text": "LDA."}]},
    {
        "role": "assistant",
        "content": None,
        "thinking": "The table.\n\nRow 9.",
        "tool_calls": [{"id": "t1", "function": {"name": "lookup", "arguments": '{"op": "LDA"}'}}],
    },
    {"role": "tool", "tool_call_id": "t1", "name": "lookup", "content": "$A9"},
    {"role": "assistant", "content": "It is $A9."},
]


def remembered(root: Path, entry: dict[str, Any], **settings: Any) -> TrainingSample:
    (root / "a.jsonl").write_text(json.dumps(entry) + "\n")
    with Run.open() as run:
        (sample,) = Memory(Memory.Config(root=root, **settings), run).generate()
    return sample


def test_an_entry_keeps_its_tool_calls(tmp_path: Path) -> None:
    sample = remembered(tmp_path, {"messages": TALK})
    assert (sample.instruction, sample.output) == ("Look up\nLDA.", "It is $A9.")
    assert sample.messages is not None
    assert [message.role for message in sample.messages] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    called, returned = sample.messages[2:4]
    assert [(call.name, call.arguments, call.id) for call in called.tool_calls] == [
        ("lookup", '{"op": "LDA"}', "t1")
    ]
    assert (called.thinking, returned.tool_call_id) == ("The table.\n\nRow 9.", "t1")
    assert sample.metadata["tools"] == ["lookup"]


@pytest.mark.parametrize(("tools", "named"), [("none", None), ("names", ["lookup"])])
def test_tools_and_thinking_are_left_out_where_that_is_asked_for(
    tmp_path: Path, tools: str, named: list[str] | None
) -> None:
    sample = remembered(tmp_path, {"messages": TALK}, tools=tools, thinking="summary")
    assert sample.messages is not None
    assert [message.role for message in sample.messages] == ["system", "user", "assistant"]
    assert sample.metadata.get("tools") == named


def test_the_reasoning_of_an_entry(tmp_path: Path) -> None:
    entry = {"prompt": "Why?", "response": "So.", "thinking": "First.\n\nSecond."}
    kept = {how: remembered(tmp_path, entry, thinking=how).thinking for how in ("keep", "summary", "drop")}
    assert kept == {"keep": "First.\n\nSecond.", "summary": "First.", "drop": None}


def test_fields_of_an_entry_have_several_names_and_nothing_has_to_be_marked(tmp_path: Path) -> None:
    for question in ("instruction", "prompt", "user"):
        for answer in ("output", "response", "assistant"):
            entry = {question: "Q?", answer: "A.", "labels": ["B", "a"], "confidence": 0.5}
            sample = remembered(tmp_path, entry)
            assert (sample.instruction, sample.output) == ("Q?", "A.")
            assert sample.metadata == {"tags": ["a", "b"], "confidence": 0.5}


def test_a_confidence_that_no_file_can_hold_is_left_out(tmp_path: Path) -> None:
    sample = remembered(tmp_path, {"prompt": "Q?", "response": "A.", "confidence": 10**30})
    assert "confidence" not in TrainingSample.from_json(sample.to_json()).metadata


@pytest.mark.parametrize(
    "wrong", [[{"role": "user"}, 5], [{"content": "x"}], [{"role": "moon", "content": "x"}]]
)
def test_messages_of_another_shape_name_their_line(tmp_path: Path, wrong: list[Any]) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl:1: messages: expected"):
        remembered(tmp_path, {"messages": wrong})


@pytest.mark.parametrize("rows", [None, 5, "x", {}, [], [None], [{"role": 3}]])
def test_what_is_no_list_of_messages(rows: Any) -> None:
    assert chat(rows) == ()
