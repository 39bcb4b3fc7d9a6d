"""What all chat formats share: turns out of a sample, a sample out of turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from afs_core import DataError, Message, TrainingSample, Unrepresentable

__all__ = [
    "defined_tools",
    "no_definitions",
    "others",
    "required_text",
    "sample_of",
    "text_of_arguments",
    "tools_text",
    "turns_of",
]

_FIELDS = frozenset(TrainingSample.__struct_fields__) - {"extra"}


def turns_of(sample: TrainingSample) -> tuple[Message, ...]:
    """The conversation that the sample stands for."""
    if sample.messages:
        return sample.messages
    asked = f"{sample.instruction}\n\n{sample.input}" if sample.input else sample.instruction
    return (Message("user", asked), Message("assistant", sample.output, thinking=sample.thinking))


def sample_of(
    turns: Sequence[Message],
    field: str,
    *,
    metadata: Mapping[str, Any] | None = None,
    others: Mapping[str, Any],
) -> TrainingSample:
    """A sample that stands for ``turns``, which must end with the model's.

    One question with one plain answer needs no ``messages``. ``field`` names the place of the
    turns in the row, for the error; ``others`` are keys of the row that the format does not know.
    """
    if not turns or turns[-1].role != "assistant":
        ends = f"a {turns[-1].role}'s" if turns else "none"
        raise DataError(f"expected {field} to end with a turn of the assistant, got {ends}")
    asked = [turn.content for turn in turns if turn.role == "user"]
    if not asked:
        raise DataError(f"expected a turn of the user in {field}, got none")
    plain = len(turns) == 2 and not any(_special(turn) for turn in turns)
    fields, extra, clashing = _placed(others)
    return TrainingSample(
        instruction=asked[-1],
        output=turns[-1].content,
        thinking=turns[-1].thinking,
        messages=None if plain else tuple(turns),
        _metadata={**(metadata or {}), **clashing},
        extra=extra,
        **fields,
    )


def _special(turn: Message) -> bool:
    return bool(turn.tool_calls or turn.tool_call_id or turn.name or turn.extra)


def others(row: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """What a row holds besides the keys that its format knows."""
    return {key: value for key, value in row.items() if key not in known}


def _placed(others: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Where unknown keys go: fields of a sample of that meaning, ``extra``, or, where a field of another
    meaning has the name, ``_metadata``."""
    fields, extra, clashing = {}, {}, {}
    for key, value in others.items():
        if key in ("domain", "source") and isinstance(value, str):
            fields[key] = value
        elif key in _FIELDS:
            clashing[key] = value
        else:
            extra[key] = value
    return fields, extra, clashing


def required_text(row: Mapping[str, Any], key: str, field: str) -> str:
    """``row[key]``, a text; raises DataError that names ``field``."""
    value = row.get(key)
    if not isinstance(value, str):
        raise DataError(f"expected text in {field}, got {type(value).__name__}")
    return value


def text_of_arguments(value: Any) -> str:
    """Arguments of a call as a model writes them: text stays, anything else becomes JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def defined_tools(value: Any) -> list[dict[str, Any]]:
    """Definitions of tools out of a row: a list of objects, or JSON text of one; else nothing.

    Each is ``{"type": "function", "function": {...}}`` with its parameters as an object; older
    layouts write the function alone, some write the parameters as JSON text.
    """
    value = _opened(value)
    listed = isinstance(value, list) and all(isinstance(tool, dict) for tool in value)
    return [_definition(tool) for tool in value] if listed else []


def tools_text(tools: Any) -> str:
    """Definitions of tools as JSON text, a column of one type in every row; raises Unrepresentable."""
    defined = defined_tools(tools)
    if not defined:
        raise no_definitions()
    return msgspec.json.encode(defined).decode()


def no_definitions() -> Unrepresentable:
    field = "_metadata.tools"
    return Unrepresentable(f"{field}: expected a list of definitions of tools", field=field)


def _definition(tool: dict[str, Any]) -> dict[str, Any]:
    function = tool.get("function")
    if not isinstance(function, dict):
        if not isinstance(tool.get("name"), str):
            return tool
        function, tool = tool, {"type": "function"}
    if isinstance(function.get("parameters"), str):
        function = {**function, "parameters": _opened(function["parameters"])}
    return {**tool, "function": function}


def _opened(value: Any) -> Any:
    """What JSON text holds; anything else, and text that is no JSON, as it is."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeError):
        return value
