"""Antigravity's transcript: a step a line, in ``brain/ID/.system_generated/logs``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from afs.generators.antigravity_steps import USER, Record, kind_of
from afs.generators.conversation import ToolUse
from afs.generators.entries import json_text
from afs.generators.faults import Faults
from afs.generators.log_lines import log_lines
from afs.generators.sources import SourceFile

__all__ = ["asked", "transcript"]

_OPEN, _CLOSE = "<USER_REQUEST>", "</USER_REQUEST>"
_EXTRA = re.compile(r"^<(ADDITIONAL_METADATA|USER_SETTINGS_CHANGE|EPHEMERAL_MESSAGE)>", re.MULTILINE)
_MODEL = re.compile(
    r"setting `Model Selection` from [^\n]{0,200}? to ([^\n]{1,200}?)\.(?:\s+No need|\s*$)", re.M
)
_TIMES = re.compile(r"Created At: [^\n]*\n(?:Completed At: [^\n]*\n)?\s*")


def transcript(file: SourceFile, faults: Faults, noted: Counter[str]) -> Iterator[Record]:
    """The steps of a file, as they were written. Records that are no steps are noted."""
    for line, row in log_lines(file, faults, noted):
        index, kind = row.get("step_index"), kind_of(row.get("type"))
        if not kind:
            noted[f"unknown record: {next(iter(row), None)}"[:60]] += 1
            continue
        at = row.get("created_at")
        content = _text(row.get("content"))
        yield Record(
            index=index if isinstance(index, int) else line,
            kind=kind,
            source=_name(row, "source"),
            status=_name(row, "status").removeprefix("CORTEX_STEP_STATUS_"),
            at=at if isinstance(at, str) else "",
            text=asked(content) if kind == USER else _without_times(content),
            thinking=_text(row.get("thinking")),
            calls=_calls(row.get("tool_calls")),
            model=_model(row, content if kind == USER else ""),
            line=line,
        )


def asked(content: str) -> str:
    """What the person wrote, without what the program put around it."""
    start, end = content.find(_OPEN), content.rfind(_CLOSE)
    if 0 <= start < end:
        return content[start + len(_OPEN) : end].strip()
    extra = _EXTRA.search(content)
    return (content[: extra.start()] if extra else content).strip()


def _without_times(content: str) -> str:
    times = _TIMES.match(content)
    return content[times.end() :] if times else content


def _model(row: dict[str, Any], content: str) -> str:
    chosen = _MODEL.findall(content)
    return chosen[-1] if chosen else _string(row, "model")


def _calls(calls: Any) -> tuple[ToolUse, ...]:
    found = [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    return tuple(
        ToolUse(
            name=_string(call, "name").removeprefix("default_api:") or "tool",
            arguments=json_text(_plain(call.get("args", call.get("arguments")) or {})),
            id=_string(call, "id"),
        )
        for call in found
    )


def _plain(arguments: Any) -> Any:
    """Arguments whose every value is written as JSON within JSON, as they were meant."""
    if not isinstance(arguments, dict):
        return arguments
    try:
        return {name: json.loads(value) for name, value in arguments.items()}
    except (TypeError, ValueError, RecursionError):
        return arguments


def _text(content: Any) -> str:
    if isinstance(content, dict):
        return _text(content.get("text"))
    if isinstance(content, list):
        return "".join(map(_text, content))
    return content if isinstance(content, str) else ""


def _name(row: dict[str, Any], field: str) -> str:
    return _string(row, field).upper()


def _string(row: dict[str, Any], field: str) -> str:
    value = row.get(field)
    return value if isinstance(value, str) else ""
