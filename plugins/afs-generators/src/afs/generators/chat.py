"""Lists of chat messages, as people and programs write them, and how much of them a sample keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from afs.generators.json_values import json_text
from afs_core import Message, ToolCall

__all__ = ["ARGUMENTS", "Thinking", "Tools", "chat", "content_text", "styled", "thought", "tool_names"]

Thinking = Literal["keep", "drop", "summary"]
Tools = Literal["none", "names", "full"]

ARGUMENTS = ("input", "arguments", "args", "parameters", "params")
_ROLES = {"developer": "system", "human": "user", "model": "assistant", "function": "tool"}
_KNOWN = ("system", "user", "assistant", "tool")


def chat(rows: Any) -> tuple[Message, ...]:
    """The messages in ``rows``, with their tool calls; rows that are no messages are left out."""
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    told = (_message(row) for row in found if isinstance(row.get("role"), str))
    return tuple(message for message in told if message.role in _KNOWN)


def _message(row: dict[str, Any]) -> Message:
    calls = row.get("tool_calls")
    return Message(
        _ROLES.get(row["role"], row["role"]),
        content_text(row.get("content")),
        thinking=content_text(row.get("thinking") or row.get("reasoning")) or None,
        tool_calls=tuple(map(_call, filter(_is_object, calls))) if isinstance(calls, list) else (),
        tool_call_id=str(row.get("tool_call_id") or ""),
        name=str(row.get("name") or ""),
    )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _call(call: dict[str, Any]) -> ToolCall:
    function = call.get("function")
    given = function if isinstance(function, dict) else call
    arguments: Any = next((given[name] for name in ARGUMENTS if given.get(name)), {})
    return ToolCall(str(given.get("name") or "tool"), json_text(arguments), str(call.get("id") or ""))


def content_text(value: Any) -> str:
    """The text of a value: of a message its content, of parts those that are text, else JSON."""
    if isinstance(value, str):
        return value if value.strip() else ""
    if isinstance(value, list):
        return "\n".join(filter(None, map(content_text, value)))
    if isinstance(value, dict):
        inner = (value.get(name) for name in ("content", "text", "message", "output_text"))
        return next(filter(None, map(content_text, inner)), "") or (json_text(value) if value else "")
    return "" if value is None else json_text(value)


def thought(thinking: str, how: Thinking) -> str | None:
    """What stays of the reasoning; of a summary its first paragraph."""
    if how == "drop":
        return None
    kept = thinking.strip()
    return (kept if how == "keep" else kept.partition("\n\n")[0].strip()) or None


def styled(messages: Iterable[Message], thinking: Thinking, tools: Tools) -> tuple[Message, ...] | None:
    """What stays of messages; without tool calls and results unless ``tools`` is ``full``."""
    told = [
        msgspec.structs.replace(message, thinking=thought(message.thinking or "", thinking))
        for message in messages
    ]
    if tools != "full":
        said = (msgspec.structs.replace(message, tool_calls=()) for message in told if message.role != "tool")
        told = [message for message in said if message.content.strip()]
    return tuple(told) or None


def tool_names(messages: Iterable[Message], tools: Tools) -> list[str]:
    """The tools that were called, none where ``tools`` asks for none."""
    names = dict.fromkeys(call.name for message in messages for call in message.tool_calls)
    return [] if tools == "none" else list(names)
