"""Rows of the OpenAI chat API: ``{"messages": [{"role", "content"}, ...]}``, tools included.

Other tools read the same rows with small differences (:mod:`mlx`, :mod:`trl`, :mod:`axolotl`);
all are read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from afs.training.converters.base import Format
from afs.training.converters.conversation import (
    defined_tools,
    no_definitions,
    others,
    sample_of,
    text_of_arguments,
    turns_of,
)
from afs_core import DataError, Message, ToolCall, TrainingSample

__all__ = ["OpenAIConverter"]

_ROLES = frozenset({"system", "user", "assistant", "tool"})
_READ = {"developer": "system", "function": "tool"}
_ROW = frozenset({"messages", "prompt", "completion", "tools", "functions"})
_REASONING = ("reasoning_content", "reasoning", "thinking")
_MESSAGE = frozenset({"role", "content", "tool_calls", "function_call", "tool_call_id", "name", *_REASONING})


class OpenAIConverter(Format):
    """``convert(sample)`` gives ``{"messages": [{"role": "user", "content": ...}, ...]}``.

    With ``cot_mode = "field"`` reasoning is ``reasoning_content`` of its message. Definitions of
    tools travel in ``_metadata.tools``.
    """

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        turns = turns_of(sample)
        chat = [
            self._message_row(turn, plain, f"messages[{place}]")
            for place, (turn, plain) in enumerate(zip(turns, sample.to_messages(), strict=True))
        ]
        tools = sample.metadata.get("tools")
        if not tools:
            return self.laid_out(chat)
        defined = defined_tools(tools)
        if not defined:
            raise no_definitions()
        return {**self.laid_out(chat), "tools": self.tools_row(defined)}

    def laid_out(self, chat: list[dict[str, Any]]) -> dict[str, Any]:
        """The row that holds these messages."""
        return {"messages": chat}

    def tools_row(self, tools: list[dict[str, Any]]) -> Any:
        """Definitions of tools as the row holds them."""
        return tools

    def arguments_row(self, arguments: str, field: str) -> Any:
        """Arguments of a call as the row holds them; raises Unrepresentable."""
        return arguments

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        turns = self.answered(self._turns(row))
        tools = defined_tools(row.get("tools") or row.get("functions"))
        known = _ROW if tools else _ROW - {"tools", "functions"}
        metadata = {"tools": tools} if tools else {}
        unknown = {key: value for key, value in others(row, known).items() if value is not None}
        return sample_of(turns, "messages", metadata=metadata, others=unknown)

    def matches(self, row: dict[str, Any], /) -> bool:
        return "instruction" not in row and _is_chat(row.get("messages"))

    def _message_row(self, turn: Message, plain: dict[str, Any], field: str) -> dict[str, Any]:
        plain["content"] = self.thinking.join(turn.content, turn.thinking, f"{field}.content")
        for place, call in enumerate(plain.get("tool_calls", ())):
            function, where = call["function"], f"{field}.tool_calls[{place}].arguments"
            function["arguments"] = self.arguments_row(function["arguments"], where)
        if self.thinking.mode == "field" and turn.thinking:
            plain["reasoning_content"] = turn.thinking
        return plain

    def _turns(self, row: Mapping[str, Any]) -> list[Message]:
        if "messages" in row or not {"prompt", "completion"} <= row.keys():
            return self._messages(row.get("messages"), "messages", "user")
        asked = self._messages(row["prompt"], "prompt", "user")
        return asked + self._messages(row["completion"], "completion", "assistant")

    def _messages(self, rows: Any, field: str, speaker: str) -> list[Message]:
        """Messages of a list, or the one that a text stands for."""
        if isinstance(rows, str) and field != "messages":
            rows = [{"role": speaker, "content": rows}]
        if not isinstance(rows, list):
            raise DataError(f"expected a list in {field}, got {type(rows).__name__}")
        turns = [self._message(item, f"{field}[{place}]") for place, item in enumerate(rows)]
        return _linked(turns) if any("function_call" in item for item in rows) else turns

    def _message(self, item: Any, field: str) -> Message:
        if not isinstance(item, dict) or not isinstance(item.get("role"), str):
            raise DataError(f"expected a message with a role in {field}, got {item!r:.200}")
        role = _READ.get(item["role"], item["role"])
        if role not in _ROLES:
            raise DataError(f"expected a role of {', '.join(sorted(_ROLES))} in {field}.role, got {role!r}")
        content, thinking = _content(item.get("content"), f"{field}.content"), None
        if role == "assistant":
            content, thinking = self.thinking.part(content)
            thinking = next((text for key in _REASONING if (text := _text(item, key, field))), thinking)
        unknown = others(item, _MESSAGE) if len(item) > 2 else {}
        return Message(
            role,
            content,
            thinking=thinking,
            tool_calls=_calls(item, field),
            tool_call_id=_text(item, "tool_call_id", field),
            name=_text(item, "name", field),
            extra={key: value for key, value in unknown.items() if value is not None},
        )


def _is_chat(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(item, dict) and "role" in item for item in rows)


def _text(item: Mapping[str, Any], key: str, field: str) -> str:
    value = item.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    raise DataError(f"expected text in {field}.{key}, got {type(value).__name__}")


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


def _calls(item: Mapping[str, Any], field: str) -> tuple[ToolCall, ...]:
    """The calls of a message, also in the layout of 2023, which has one and no id."""
    rows, place = item.get("tool_calls"), f"{field}.tool_calls"
    if rows is not None and not isinstance(rows, list):
        raise DataError(f"expected a list in {place}, got {type(rows).__name__}")
    if not rows and item.get("function_call"):
        rows, place = [{"function": item["function_call"]}], f"{field}.function_call"
    return tuple(_call(row, place) for row in rows or ())


def _call(call: Any, field: str) -> ToolCall:
    function = call.get("function", call) if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise DataError(f"expected a function call with a name in {field}, got {call!r:.200}")
    arguments = function.get("arguments")
    text = "{}" if arguments is None else text_of_arguments(arguments)
    return ToolCall(function["name"], text, str(call.get("id") or ""))


def _linked(turns: list[Message]) -> list[Message]:
    """Turns in the layout of 2023, in which calls have no ids: each result joined to the call before it."""
    caller = -1
    for place, turn in enumerate(turns):
        if turn.role == "tool" and caller >= 0:
            call = replace(turns[caller].tool_calls[0], id=f"call_{caller}")
            turns[caller] = replace(turns[caller], tool_calls=(call,))
            turns[place] = replace(turn, tool_call_id=call.id)
        caller = place if turn.tool_calls and not turn.tool_calls[0].id else -1
    return turns
