"""ShareGPT rows: ``{"conversations": [{"from", "value"}, ...]}``.

Tools follow the layout that trainers of this format read: a call is a turn
``function_call`` whose value is JSON with ``name`` and ``arguments`` (a list for several), its
result a turn ``observation``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.training.converters.conversation import required_text, sample_of, turns_of
from afs.training.converters.thinking import CotMode, Thinking
from afs_core import DataError, Message, ToolCall, TrainingSample, Unrepresentable

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["ShareGPTConverter"]

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
    "observation": "tool",
    "function_response": "tool",
}
_CALL = "function_call"


class ShareGPTConverter:
    """``convert(sample)`` gives ``{"conversations": [{"from": "user", "value": ...}, ...]}``."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        roles: Annotated[
            Literal["user-assistant", "human-gpt"], Meta(description="How the speakers are named")
        ] = "user-assistant"
        cot_mode: CotMode = "drop"

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        config = config or self.Config()
        self._roles = _ROLES[config.roles]
        self._thinking = Thinking(config.cot_mode, run)

    def convert(self, sample: TrainingSample, /) -> dict[str, Any]:
        self._thinking.note(sample)
        turns = turns_of(sample)
        rows = [row for place, turn in enumerate(turns) for row in self._rows(turn, place, turns)]
        return {"conversations": rows}

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        rows = row.get("conversations")
        if not isinstance(rows, list):
            raise DataError(f"expected a list in conversations, got {type(rows).__name__}")
        turns: list[Message] = []
        for place, item in enumerate(rows):
            if not isinstance(item, dict):
                raise DataError(f"expected an object in conversations[{place}], got {type(item).__name__}")
            self._read(item, f"conversations[{place}]", turns)
        if isinstance(row.get("system"), str) and (not turns or turns[0].role != "system"):
            turns.insert(0, Message("system", row["system"]))
        extra = {key: value for key, value in row.items() if key not in {"conversations", "system"}}
        return sample_of(turns, "conversations", extra=extra)

    def matches(self, row: dict[str, Any], /) -> bool:
        rows = row.get("conversations")
        return isinstance(rows, list) and all(isinstance(item, dict) and "from" in item for item in rows)

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
            yield {"from": _CALL, "value": _called(turn.tool_calls)}

    def _said(self, turn: Message, field: str) -> dict[str, Any]:
        row = {
            "from": self._roles[turn.role],
            "value": self._thinking.join(turn.content, turn.thinking, f"{field}.content"),
        }
        if self._thinking.mode == "field" and turn.thinking:
            row["thinking"] = turn.thinking
        optional = {"tool_call_id": turn.tool_call_id, "name": turn.name}
        return row | {key: value for key, value in optional.items() if value}

    def _read(self, item: Mapping[str, Any], field: str, turns: list[Message]) -> None:
        speaker = required_text(item, "from", f"{field}.from")
        value = required_text(item, "value", f"{field}.value")
        if speaker == _CALL:
            calls = _calls(value, f"{field}.value")
            said = turns.pop() if turns and _open(turns[-1]) else Message("assistant")
            turns.append(msgspec.structs.replace(said, tool_calls=calls))
            return
        if speaker not in _READ:
            raise DataError(
                f"expected a speaker of {', '.join(_READ)}, {_CALL} in {field}.from, got {speaker!r}"
            )
        turns.append(self._message(_READ[speaker], value, item))

    def _message(self, role: str, value: str, item: Mapping[str, Any]) -> Message:
        content, thinking = self._thinking.part(value) if role == "assistant" else (value, None)
        if self._thinking.mode == "field":
            thinking = item.get("thinking")
        names = {key: str(item[key]) for key in ("tool_call_id", "name") if item.get(key)}
        return Message(role, content, thinking=thinking, **names)  # type: ignore[arg-type]


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


def _calls(value: str, field: str) -> tuple[ToolCall, ...]:
    try:
        rows = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeError) as fault:
        raise DataError(f"expected JSON in {field}: {fault}") from None
    return tuple(_call(row, field) for row in (rows if isinstance(rows, list) else [rows]))


def _call(row: Any, field: str) -> ToolCall:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        raise DataError(f"expected a call with a name in {field}, got {row!r}")
    arguments = row.get("arguments", {})
    text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
    return ToolCall(row["name"], text, str(row.get("id", "")))
