"""ToolBench (OpenBMB), as published: conversations for training, and the trees of its answers.

``toolllama_*.json`` holds ``{"id": "Step 4: QUERY", "conversations": [{"from", "value"}, ...]}`` with
speakers system, user, assistant and function; the assistant writes ``Thought: ...``,
``Action: NAME`` and ``Action Input: JSON``. A file of ``answer/`` holds one query with its search
tree; the chain that was chosen for training is its last ``train_messages``.

Read, an action is a tool call, joined to its result by an id. The definitions of tools stand as a
Python literal in the system prompt; they become ``_metadata.tools``.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from afs.training.converters.base import Format, Lossy
from afs.training.converters.conversation import (
    defined_tools,
    others,
    required_text,
    sample_of,
    text_of_arguments,
    turns_of,
)
from afs.training.converters.sharegpt import acts
from afs_core import DataError, Message, Provenance, ToolCall, TrainingSample, Unrepresentable

__all__ = ["ToolBenchConverter"]

_APIS = "Specifically, you have access to the following APIs: "
_THOUGHT, _ACTION, _INPUT = "\nThought: ", "\nAction: ", "\nAction Input: "
_SPEAKERS = {"system": "system", "user": "user", "assistant": "assistant", "tool": "function"}
_READ = {speaker: role for role, speaker in _SPEAKERS.items()}
_ROW = frozenset({"id", "conversations"})


class ToolBenchConverter(Format):
    """Samples of one query share a group, so that a split keeps its steps together."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        lossy: Lossy = False

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        if "answer_generation" in row:
            return self._answer(row["answer_generation"])
        rows = row.get("conversations")
        if not isinstance(rows, list):
            raise DataError(f"expected conversations or answer_generation, got {', '.join(row) or 'nothing'}")
        turns = _joined([_turn(item, f"conversations[{place}]") for place, item in enumerate(rows)])
        name = row["id"] if isinstance(row.get("id"), str) else ""
        metadata: dict[str, Any] = {"id": name} if name else {}
        if turns and turns[0].role == "system":
            turns[0], tools = _without_tools(turns[0])
            metadata |= {"tools": tools} if tools else {}
        query = name.partition(": ")[2] if name.startswith("Step ") else ""
        return self._sample(turns, query, metadata, others(row, _ROW))

    def matches(self, row: dict[str, Any], /) -> bool:
        answer = row.get("answer_generation")
        if isinstance(answer, dict):
            return "train_messages" in answer or "final_answer" in answer
        rows = row.get("conversations")
        return isinstance(rows, list) and all(_is_turn(item) for item in rows) and acts(rows)

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        self.refuse_reasoning(sample)
        turns = turns_of(sample)
        tools = sample.metadata.get("tools")
        rows = [_turn_row(turn, place, tools if place == 0 else None) for place, turn in enumerate(turns)]
        if tools and turns[0].role != "system":
            field = "_metadata.tools"
            raise Unrepresentable(f"{field}: toolbench needs a system prompt to hold tools", field=field)
        name = sample.metadata.get("id")
        row = (
            {"id": name, "conversations": rows} if isinstance(name, str) and name else {"conversations": rows}
        )
        if self.parse(row).to_messages() != sample.to_messages():
            raise Unrepresentable("messages: toolbench would read them as other turns", field="messages")
        return row

    def _answer(self, answer: Any) -> TrainingSample:
        if not isinstance(answer, dict):
            raise DataError(f"expected an object in answer_generation, got {type(answer).__name__}")
        chains = answer.get("train_messages")
        if not isinstance(chains, list) or not chains or not isinstance(chains[-1], list):
            raise DataError("answer_generation has no train_messages: the search found no answer")
        place = f"answer_generation.train_messages[{len(chains) - 1}]"
        turns = _joined([_message(item, f"{place}[{n}]") for n, item in enumerate(chains[-1])])
        tools = defined_tools(answer.get("function"))
        metadata: dict[str, Any] = {"tools": tools} if tools else {}
        if isinstance(answer.get("finish_type"), str):
            metadata["finish_type"] = answer["finish_type"]
        return self._sample(turns, str(answer.get("query") or ""), metadata, {})

    def _sample(
        self, turns: list[Message], query: str, metadata: Mapping[str, Any], unknown: Mapping[str, Any]
    ) -> TrainingSample:
        sample = sample_of(self.answered(turns), "conversations", metadata=metadata, others=unknown)
        asked = next(turn.content for turn in turns if turn.role == "user")
        query = query or asked.strip().removesuffix("Begin!").strip()
        group = hashlib.sha256(query.encode()).hexdigest()[:16]
        return replace(
            sample,
            instruction=query if sample.messages else sample.instruction,
            output=_final_answer(turns[-1]) or sample.output,
            domain="tool-use",
            source="toolbench",
            prov=Provenance(kind="conversation", group=f"toolbench:{group}"),
        )


def _is_turn(item: Any) -> bool:
    return isinstance(item, dict) and item.get("from") in _READ


def _turn(item: Any, field: str) -> Message:
    if not isinstance(item, dict):
        raise DataError(f"expected an object in {field}, got {type(item).__name__}")
    speaker = required_text(item, "from", f"{field}.from")
    value = required_text(item, "value", f"{field}.value")
    role = _READ.get(speaker)
    if role is None:
        raise DataError(f"expected a speaker of {', '.join(_READ)} in {field}.from, got {speaker!r}")
    return _action(value) if role == "assistant" else Message(role, value)


def _action(value: str) -> Message:
    """``Thought``, ``Action`` and ``Action Input`` as words and a call; other text as it is."""
    text = value if value.startswith("\n") else f"\n{value}"
    before, acts, arguments = text.rpartition(_INPUT.rstrip())
    thought, named, name = before.rpartition(_ACTION.rstrip())
    if not acts or not named or not thought.startswith(_THOUGHT.rstrip()):
        return Message("assistant", value)
    words = thought.removeprefix(_THOUGHT.rstrip()).removeprefix(" ")
    call = ToolCall(name.strip(), arguments.removeprefix(" "))
    return Message("assistant", words, tool_calls=(call,))


def _message(item: Any, field: str) -> Message:
    """A message of the OpenAI chat API of 2023, in which the search was made."""
    if not isinstance(item, dict) or not isinstance(item.get("role"), str):
        raise DataError(f"expected a message with a role in {field}, got {item!r:.200}")
    content = item.get("content") or ""
    if not isinstance(content, str):
        raise DataError(f"expected text in {field}.content, got {type(content).__name__}")
    role = _READ.get(item["role"], item["role"])
    if role not in _SPEAKERS:
        raise DataError(f"expected a role of {', '.join(_READ)} in {field}.role, got {role!r}")
    function = item.get("function_call")
    if not function:
        return Message(role, content)
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise DataError(f"expected a function with a name in {field}.function_call, got {function!r:.200}")
    call = ToolCall(function["name"], text_of_arguments(function.get("arguments", "{}")))
    return Message(role, content, tool_calls=(call,))


def _joined(turns: Sequence[Message]) -> list[Message]:
    """Thoughts joined to the action they lead to, calls to their results by ``call_1``, ``call_2``..."""
    joined: list[Message] = []
    calls = 0
    for turn in turns:
        last = joined[-1] if joined else None
        if last and last.role == turn.role == "assistant" and not last.tool_calls:
            words = "\n".join(text for text in (last.content, turn.content) if text)
            turn, last = replace(turn, content=words), None
            joined.pop()
        if turn.tool_calls:
            calls += 1
            turn = replace(turn, tool_calls=(replace(turn.tool_calls[0], id=f"call_{calls}"),))
        elif turn.role == "tool" and last and last.tool_calls:
            turn = replace(turn, tool_call_id=last.tool_calls[0].id, name=last.tool_calls[0].name)
        joined.append(turn)
    return joined


def _without_tools(system: Message) -> tuple[Message, list[dict[str, Any]]]:
    """The system prompt without its list of APIs, and the tools that it defines.

    Kept where it is if Python would not write the list as it stands.
    """
    words, found, listed = system.content.rpartition(_APIS)
    try:
        apis = ast.literal_eval(listed) if found else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        apis = None
    tools = defined_tools(apis) if isinstance(apis, list) else []
    if tools and str(apis) == listed and _apis(tools) == listed:
        return replace(system, content=words), tools
    return system, tools


def _apis(tools: Sequence[Mapping[str, Any]]) -> str:
    return str([tool.get("function", tool) for tool in tools])


def _final_answer(turn: Message) -> str:
    """What the assistant hands over when it calls ``Finish``."""
    if not turn.tool_calls or turn.tool_calls[-1].name != "Finish":
        return ""
    try:
        answer = msgspec.json.decode(turn.tool_calls[-1].arguments).get("final_answer")
    except (msgspec.DecodeError, UnicodeError, AttributeError):
        return ""
    return answer if isinstance(answer, str) else ""


def _turn_row(turn: Message, place: int, tools: Any) -> dict[str, str]:
    field = f"messages[{place}]"
    if turn.role not in _SPEAKERS:
        raise Unrepresentable(f"{field}: toolbench has no role {turn.role!r}", field=f"{field}.role")
    if len(turn.tool_calls) > 1:
        raise Unrepresentable(f"{field}: toolbench has one call a turn", field=f"{field}.tool_calls")
    value = turn.content
    if turn.tool_calls:
        call = turn.tool_calls[0]
        value = f"{_THOUGHT}{turn.content}{_ACTION}{call.name}{_INPUT}{call.arguments}"
    elif tools:
        value = f"{turn.content}{_APIS}{_apis(tools)}"
    return {"from": _SPEAKERS[turn.role], "value": value}
