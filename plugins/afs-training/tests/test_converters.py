from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.training.converters import AlpacaConverter, OpenAIConverter, ShareGPTConverter
from afs_core import DataError, Message, Run, ToolCall, TrainingSample, Unrepresentable

SAMPLE = TrainingSample(instruction="Write a function", output="def my_function(): pass", domain="code")
WITH_INPUT = TrainingSample("Explain this.", "It loads A.", input="LDA #$01")
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
TOOLS = TrainingSample(
    "What is at $7EF36C?",
    "Health: 24.",
    messages=(
        Message("user", "What is at $7EF36C?"),
        Message(
            "assistant",
            "I look.",
            tool_calls=(
                ToolCall("peek", '{"address":"7EF36C"}', "c1"),
                ToolCall("peek", '{ "odd":1 }', "c2"),
            ),
        ),
        Message("tool", "24", tool_call_id="c1", name="peek"),
        Message("tool", "no", tool_call_id="c2", name="peek"),
        Message("assistant", "Health: 24."),
    ),
)

text = st.text(max_size=30)
thought = st.one_of(st.none(), st.text(min_size=1, max_size=20))
single = st.builds(TrainingSample, instruction=text, output=text, input=text, thinking=thought)
calls = st.lists(
    st.builds(
        ToolCall, st.text(min_size=1, max_size=5), st.sampled_from(["{}", '{"a":1}', "{ }", "x"]), text
    ),
    max_size=2,
)
turn = st.one_of(
    st.builds(Message, st.just("user"), text),
    st.builds(Message, st.just("assistant"), text, thinking=thought, tool_calls=calls.map(tuple)),
    st.builds(Message, st.just("tool"), text, tool_call_id=text, name=text),
)


def talk_of(turns: list[Message], last: Message) -> TrainingSample:
    whole = (Message("user", "Begin."), *turns, last)
    asked = [message.content for message in whole if message.role == "user"][-1]
    return TrainingSample(asked, last.content, thinking=last.thinking, messages=whole)


talks = st.builds(
    talk_of, st.lists(turn, max_size=4), st.builds(Message, st.just("assistant"), text, thinking=thought)
)


def test_alpaca_is_as_documented() -> None:
    assert AlpacaConverter().convert(SAMPLE) == {
        "instruction": "Write a function",
        "input": "",
        "output": "def my_function(): pass",
    }
    assert list(AlpacaConverter().convert(SAMPLE)) == ["instruction", "input", "output"]


def test_sharegpt_is_as_documented() -> None:
    assert ShareGPTConverter().convert(SAMPLE) == {
        "conversations": [
            {"from": "user", "value": "Write a function"},
            {"from": "assistant", "value": "def my_function(): pass"},
        ]
    }


def test_sharegpt_may_name_human_and_gpt() -> None:
    config = ShareGPTConverter.Config(roles="human-gpt")
    speakers = [row["from"] for row in ShareGPTConverter(config).convert(TALK)["conversations"]]
    assert speakers == ["system", "human", "gpt", "human", "gpt"]


def test_openai_is_as_documented() -> None:
    assert OpenAIConverter().convert(SAMPLE) == {
        "messages": [
            {"role": "user", "content": "Write a function"},
            {"role": "assistant", "content": "def my_function(): pass"},
        ]
    }


def test_openai_writes_tools_in_the_layout_of_the_api() -> None:
    tools = [{"type": "function", "function": {"name": "peek"}}]
    sample = TrainingSample(
        TOOLS.instruction, TOOLS.output, messages=TOOLS.messages, _metadata={"tools": tools}
    )
    row = OpenAIConverter().convert(sample)
    assert row["tools"] == tools
    assert row["messages"][1]["tool_calls"][0] == {
        "id": "c1",
        "type": "function",
        "function": {"name": "peek", "arguments": '{"address":"7EF36C"}'},
    }
    assert row["messages"][2] == {"role": "tool", "content": "24", "tool_call_id": "c1", "name": "peek"}
    assert OpenAIConverter().parse(row) == sample


def test_sharegpt_writes_calls_and_observations() -> None:
    rows = ShareGPTConverter().convert(TOOLS)["conversations"]
    assert [row["from"] for row in rows] == [
        "user", "assistant", "function_call", "observation", "observation", "assistant",
    ]  # fmt: skip
    first, second = json.loads(rows[2]["value"])
    assert first == {"name": "peek", "arguments": {"address": "7EF36C"}, "id": "c1"}
    assert second["arguments"] == '{ "odd":1 }'


def test_alpaca_keeps_plain_conversations_in_system_and_history() -> None:
    row = AlpacaConverter().convert(TALK)
    assert row["system"] == "You know 65816."
    assert row["history"] == [["Load A.", "LDA."]]
    assert AlpacaConverter().parse(row) == TALK


@pytest.mark.parametrize(
    ("sample", "field"),
    [
        (TOOLS, "messages[1].tool_calls"),
        (
            TrainingSample(
                "a", "b", messages=(Message("user", "a"), Message("user", "b"), Message("assistant", "c"))
            ),
            "messages[1].role",
        ),
    ],
)
def test_alpaca_names_the_field_that_it_cannot_hold(sample: TrainingSample, field: str) -> None:
    with pytest.raises(Unrepresentable) as caught:
        AlpacaConverter().convert(sample)
    assert caught.value.field == field


@pytest.mark.parametrize("mode", ["tags", "field"])
@pytest.mark.parametrize("kind", [AlpacaConverter, ShareGPTConverter, OpenAIConverter])
@settings(max_examples=40)
@given(sample=single)
def test_what_is_written_is_read_back(kind: Any, mode: str, sample: TrainingSample) -> None:
    converter = kind(kind.Config(cot_mode=mode))
    try:
        row = json.loads(json.dumps(converter.convert(sample)))
    except Unrepresentable as refused:
        assert mode == "tags"
        assert refused.field
        return
    assert converter.matches(row)
    back = converter.parse(row)
    assert back.to_messages(thinking=True) == sample.to_messages(thinking=True)
    if kind is AlpacaConverter:
        assert (back.instruction, back.input, back.output) == (
            sample.instruction,
            sample.input,
            sample.output,
        )


@pytest.mark.parametrize("mode", ["drop", "tags", "field"])
@pytest.mark.parametrize("kind", [AlpacaConverter, ShareGPTConverter, OpenAIConverter])
@settings(max_examples=40)
@given(sample=talks)
def test_conversations_are_read_back_or_refused(kind: Any, mode: str, sample: TrainingSample) -> None:
    converter = kind(kind.Config(cot_mode=mode))
    try:
        row = json.loads(json.dumps(converter.convert(sample)))
    except Unrepresentable as refused:
        assert refused.field.startswith(("messages", "output"))
        return
    keeps = mode != "drop"
    assert converter.parse(row).to_messages(thinking=keeps) == sample.to_messages(thinking=keeps)


def test_reasoning_goes_where_the_mode_says() -> None:
    sample = TrainingSample("Why?", "So.", thinking="Because.")
    tagged = AlpacaConverter(AlpacaConverter.Config(cot_mode="tags")).convert(sample)
    assert tagged["output"] == "<think>\nBecause.\n</think>\n\nSo."
    assert tagged["output"] == sample.to_messages(thinking=True)[1]["content"]
    field = OpenAIConverter(OpenAIConverter.Config(cot_mode="field")).convert(sample)
    assert field["messages"][1] == {"role": "assistant", "content": "So.", "reasoning_content": "Because."}
    assert "thinking" not in AlpacaConverter().convert(sample)


def test_left_out_reasoning_is_told_once() -> None:
    run = Run.open()
    converter = ShareGPTConverter(ShareGPTConverter.Config(), run)
    for _ in range(3):
        converter.convert(TrainingSample("Why?", "So.", thinking="Because."))
    assert len(run.warnings) == 1


def test_foreign_rows_are_understood() -> None:
    human = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}], "id": 7}
    sample = ShareGPTConverter().parse(human)
    assert (sample.instruction, sample.output, sample.messages, sample.extra) == (
        "Hi",
        "Hello",
        None,
        {"id": 7},
    )
    with_system = ShareGPTConverter().parse(human | {"system": "Be brief."})
    assert with_system.messages and with_system.messages[0] == Message("system", "Be brief.")
    call = {"function": {"name": "f", "arguments": {"a": 1}}}
    parts = {
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
        ]
    }
    called = OpenAIConverter().parse(parts)
    assert called.messages and called.messages[0].role == "system"
    assert called.messages[2].tool_calls == (ToolCall("f", '{"a":1}'),)
    row = {"instruction": "Hi", "output": "Hello", "source": "x", "quality_score": "high", "id": 7}
    alpaca = AlpacaConverter().parse(row)
    assert (alpaca.source, alpaca.metadata, alpaca.extra) == ("x", {"quality_score": "high"}, {"id": 7})


@pytest.mark.parametrize(
    ("converter", "row", "place"),
    [
        (AlpacaConverter(), {"instruction": "a", "output": 3}, "output"),
        (AlpacaConverter(), {"instruction": "a", "output": "b", "history": ["x"]}, r"history\[0\]"),
        (
            ShareGPTConverter(),
            {"conversations": [{"from": "narrator", "value": "x"}]},
            r"conversations\[0\]\.from",
        ),
        (ShareGPTConverter(), {"conversations": [{"from": "user", "value": "x"}]}, "assistant"),
        (
            ShareGPTConverter(),
            {"conversations": [{"from": "function_call", "value": "{"}]},
            r"conversations\[0\]\.value",
        ),
        (
            OpenAIConverter(),
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            r"messages\[0\]\.content",
        ),
        (OpenAIConverter(), {"messages": []}, "messages"),
        (OpenAIConverter(), {"messages": [{"role": "assistant", "content": "x"}]}, "user"),
    ],
)
def test_a_wrong_row_is_an_error_that_names_the_place(
    converter: Any, row: dict[str, Any], place: str
) -> None:
    with pytest.raises(DataError, match=place):
        converter.parse(row)


@pytest.mark.parametrize("sample", [SAMPLE, WITH_INPUT, TALK, TOOLS])
def test_each_format_knows_its_own_rows_only(sample: TrainingSample) -> None:
    converters = [AlpacaConverter(), ShareGPTConverter(), OpenAIConverter()]
    for writer in converters:
        try:
            row = writer.convert(sample)
        except Unrepresentable:
            continue
        assert [reader for reader in converters if reader.matches(row)] == [writer]
    assert not any(reader.matches(sample.to_dict()) for reader in converters)
    assert not any(reader.matches({}) for reader in converters)
