"""ShareGPT rows: ``{"conversations": [{"from", "value"}, ...]}``.

Tools follow the layout that trainers of this format read: a call is a turn
``function_call`` whose value is JSON with ``name`` and ``arguments`` (a list for several), its
result a turn ``observation``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.training.converters.base import Format, Lossy
from afs.training.converters.conversation import (
    defined_tools,
    others,
    required_text,
    sample_of,
    text_of_arguments,
    tools_text,
    turns_of,
)
from afs.training.converters.thinking import CotMode
from afs_core import DataError, Message, Run, ToolCall, TrainingSample, Unrepresentable

__all__ = ["CALL", "ShareGPTConverter", "acts", "calls_of", "is_toolbench"]

CALL = "function_call"
_ROLES: Mapping[str, Mapping[str, str]] = {
    "user-assistant": {"system": "system", "user": "user", "assistant": "assistant", "tool": "observation"},
    "human-gpt": {"system": "system", "user": "human", "assistant": "gpt", "tool": "observation"},
}
_READ = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "function_response": "tool",
    "tool_response": "tool",
}
_ACTS = re.compile(r"\s*Thought:.*\nAction:.*\nAction Input:", re.DOTALL)
_ROW = frozenset({"conversations", "system", "tools"})
_TURN = frozenset({"from", "value", "role", "content", "thinking", "tool_call_id", "name"})


class ShareGPTConverter(Format):
    """``convert(sample)`` gives ``{"conversations": [{"from": "user", "value": ...}, ...]}``."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        roles: Annotated[
            Literal["user-assistant", "human-gpt"], Meta(description="How the speakers are named")
        ] = "user-assistant"
        cot_mode: CotMode = "drop"
        lossy: Lossy = False

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        super().__init__(config, run)
        self._roles = _ROLES[(config or self.Config()).roles]

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        turns = turns_of(sample)
        rows = [row for place, turn in enumerate(turns) for row in self._rows(turn, place, turns)]
        tools = sample.metadata.get("tools")
        return {"conversations": rows, "tools": tools_text(tools)} if tools else {"conversations": rows}

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        rows = row.get("conversations")
        if not isinstance(rows, list):
            raise DataError(f"expected a list in conversations, got {type(rows).__name__}")
        turns: list[Message] = []
        for place, item in enumerate(rows):
            if not isinstance(item, dict):
                raise DataError(f"expected an object in conversations[{place}], got {type(item).__name__}")
            self._read(item, f"conversations[{place}]", turns)
        system = row.get("system")
        if system and (not turns or turns[0].role != "system"):
            turns.insert(0, Message("system", required_text(row, "system", "system")))
        tools = defined_tools(row.get("tools"))
        known = _ROW if tools or not row.get("tools") else _ROW - {"tools"}
        metadata = {"tools": tools} if tools else {}
        return sample_of(self.answered(turns), "conversations", metadata=metadata, others=others(row, known))

    def matches(self, row: dict[str, Any], /) -> bool:
        rows = row.get("conversations")
        return isinstance(rows, list) and all(_names(item) for item in rows) and not is_toolbench(row)

    def _rows(self, turn: Message, place: int, turns: tuple[Message, ...]) -> Iterator[dict[str, Any]]:
        field = f"messages[{place}]"
        if turn.role not in self._roles:
            raise Unrepresentable(f"{field}: sharegpt has no role {turn.role!r}", field=f"{field}.role")
        if turn.content or turn.thinking or not turn.tool_calls:
            yield self._said(turn, field)
        if turn.tool_calls:
            before = turns[place - 1] if place else None
            if not turn.content and before and before.role == "assistant" and not before.tool_calls:
                raise Unrepresentable(
                    f"{field}: sharegpt would read its calls as part of the turn before",
                    field=f"{field}.tool_calls",
                )
            yield {"from": CALL, "value": _called(turn.tool_calls)}

    def _said(self, turn: Message, field: str) -> dict[str, Any]:
        row = {
            "from": self._roles[turn.role],
            "value": self.thinking.join(turn.content, turn.thinking, f"{field}.content"),
        }
        if self.thinking.mode == "field" and turn.thinking:
            row["thinking"] = turn.thinking
        optional = {"tool_call_id": turn.tool_call_id, "name": turn.name}
        return row | {key: value for key, value in optional.items() if value}

    def _read(self, item: Mapping[str, Any], field: str, turns: list[Message]) -> None:
        named, said = ("from", "value") if "from" in item else ("role", "content")
        speaker = required_text(item, named, f"{field}.{named}")
        value = required_text(item, said, f"{field}.{said}")
        if speaker == CALL:
            self.read_call(value, field, turns)
        elif speaker in _READ:
            turns.append(self._message(_READ[speaker], value, item))
        else:
            raise DataError(
                f"expected a speaker of {', '.join(_READ)}, {CALL} in {field}.{named}, got {speaker!r}"
            )

    def read_call(self, value: str, field: str, turns: list[Message]) -> None:
        """Calls join the words of the assistant before them."""
        calls = calls_of(value, f"{field}.value")
        said = turns.pop() if turns and _open(turns[-1]) else Message("assistant")
        turns.append(msgspec.structs.replace(said, tool_calls=calls))

    def _message(self, role: str, value: str, item: Mapping[str, Any]) -> Message:
        content, thinking = self.thinking.part(value) if role == "assistant" else (value, None)
        if item.get("thinking"):
            thinking = required_text(item, "thinking", "thinking")
        names = {key: str(item[key]) for key in ("tool_call_id", "name") if item.get(key)}
        unknown = others(item, _TURN) if len(item) > 2 else {}
        extra = {key: value for key, value in unknown.items() if value is not None}
        return Message(role, content, thinking=thinking, extra=extra, **names)  # type: ignore[arg-type]


def _names(item: Any) -> bool:
    """Whether a turn says who speaks."""
    return isinstance(item, dict) and ("from" in item or "role" in item)


def is_toolbench(row: Mapping[str, Any]) -> bool:
    """Whether a row is one of ToolBench's, which writes calls into what the assistant says."""
    rows = row["conversations"]
    steps = isinstance(row.get("id"), str) and row["id"].startswith("Step ")
    return acts(rows) and (steps or any(turn.get("from") == "function" for turn in rows))


def acts(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an assistant of these turns writes thoughts, actions and their input."""
    said = (turn.get("value") for turn in rows if turn.get("from") == "assistant")
    return any(isinstance(text, str) and _ACTS.match(text) is not None for text in said)


def _open(turn: Message) -> bool:
    """Whether calls that follow belong to this turn."""
    return turn.role == "assistant" and not turn.tool_calls


def _called(calls: tuple[ToolCall, ...]) -> str:
    rows = [_call_row(call) for call in calls]
    return msgspec.json.encode(rows[0] if len(rows) == 1 else rows).decode()


def _call_row(call: ToolCall) -> dict[str, Any]:
    row: dict[str, Any] = {"name": call.name, "arguments": _object(call.arguments)}
    return row | {"id": call.id} if call.id else row


def _object(arguments: str) -> Any:
    """The arguments as an object where that writes back to the same text, else the text."""
    try:
        value = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeError):
        return arguments
    same = isinstance(value, dict) and msgspec.json.encode(value).decode() == arguments
    return value if same else arguments


def calls_of(value: str, field: str) -> tuple[ToolCall, ...]:
    """The calls that a turn's JSON text holds."""
    try:
        rows = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeError) as fault:
        raise DataError(f"expected JSON in {field}: {fault}") from None
    return tuple(_call(row, field) for row in (rows if isinstance(rows, list) else [rows]))


def _call(row: Any, field: str) -> ToolCall:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        raise DataError(f"expected a call with a name in {field}, got {row!r:.200}")
    return ToolCall(row["name"], text_of_arguments(row.get("arguments", {})), str(row.get("id", "")))
