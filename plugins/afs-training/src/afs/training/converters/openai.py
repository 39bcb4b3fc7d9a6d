"""Rows of the OpenAI chat API: ``{"messages": [{"role", "content"}, ...]}``, tools included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from afs.training.converters.conversation import sample_of, turns_of
from afs.training.converters.thinking import CotMode, Thinking
from afs_core import DataError, Message, ToolCall, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["OpenAIConverter"]

_ROLES = frozenset({"system", "user", "assistant", "tool"})
_READ = {"developer": "system", "function": "tool"}


class OpenAIConverter:
    """``convert(sample)`` gives ``{"messages": [{"role": "user", "content": ...}, ...]}``.

    With ``cot_mode = "field"`` reasoning is ``reasoning_content`` of its message. Definitions of
    tools travel in ``_metadata.tools``.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        cot_mode: CotMode = "drop"

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        self._thinking = Thinking((config or self.Config()).cot_mode, run)

    def convert(self, sample: TrainingSample, /) -> dict[str, Any]:
        self._thinking.note(sample)
        turns = turns_of(sample)
        chat = [
            self._row(turn, plain, place)
            for place, (turn, plain) in enumerate(zip(turns, sample.to_messages(), strict=True))
        ]
        tools = sample.metadata.get("tools")
        return {"messages": chat, "tools": tools} if _defines_tools(tools) else {"messages": chat}

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        rows = row.get("messages")
        if not isinstance(rows, list):
            raise DataError(f"expected a list in messages, got {type(rows).__name__}")
        turns = [self._message(item, f"messages[{place}]") for place, item in enumerate(rows)]
        tools = row.get("tools")
        metadata = {"tools": tools} if _defines_tools(tools) else {}
        extra = {key: value for key, value in row.items() if key != "messages" and key not in metadata}
        return sample_of(turns, "messages", metadata=metadata, extra=extra)

    def matches(self, row: dict[str, Any], /) -> bool:
        rows = row.get("messages")
        chat = isinstance(rows, list) and all(isinstance(item, dict) and "role" in item for item in rows)
        return chat and "instruction" not in row

    def _row(self, turn: Message, plain: dict[str, Any], place: int) -> dict[str, Any]:
        plain["content"] = self._thinking.join(turn.content, turn.thinking, f"messages[{place}].content")
        if self._thinking.mode == "field" and turn.thinking:
            plain["reasoning_content"] = turn.thinking
        return plain

    def _message(self, item: Any, field: str) -> Message:
        if not isinstance(item, dict) or not isinstance(item.get("role"), str):
            raise DataError(f"expected a message with a role in {field}, got {item!r}")
        role = _READ.get(item["role"], item["role"])
        if role not in _ROLES:
            raise DataError(f"expected a role of {', '.join(sorted(_ROLES))} in {field}.role, got {role!r}")
        content, thinking = _content(item.get("content"), f"{field}.content"), None
        if role == "assistant":
            content, thinking = self._thinking.part(content)
            if self._thinking.mode == "field":
                thinking = item.get("reasoning_content")
        return Message(
            role,
            content,
            thinking=thinking,
            tool_calls=tuple(_call(call, f"{field}.tool_calls") for call in item.get("tool_calls") or ()),
            tool_call_id=str(item.get("tool_call_id") or ""),
            name=str(item.get("name") or ""),
        )


def _defines_tools(tools: Any) -> bool:
    return isinstance(tools, list) and bool(tools) and all(isinstance(tool, dict) for tool in tools)


def _content(content: Any, field: str) -> str:
    """Text, or parts that are all text; ``null`` stands beside tool calls."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text") if isinstance(part, Mapping) else None for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise DataError(
            f"expected text in {field}, got other content (images and audio cannot be trained on)"
        )
    return "\n".join(text for text in texts if text is not None)


def _call(call: Any, field: str) -> ToolCall:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise DataError(f"expected a function call with a name in {field}, got {call!r}")
    arguments = function.get("arguments", "{}")
    text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
    return ToolCall(function["name"], text, str(call.get("id") or ""))
