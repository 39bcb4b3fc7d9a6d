"""Turns of a conversation as events of an AFS history.

A turn with an answer is one event of type ``model``, each tool call that ended one of type
``tool``. An event's id is a digest of the turn and of its place there: the same at each import.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from afs.generators.conversation import Session, ToolUse, Turn
from afs.generators.entries import json_value
from afs.generators.times import moment
from afs_core import DataError

__all__ = ["Event", "events_of"]

_UNKNOWN = datetime.datetime.fromtimestamp(0, datetime.UTC)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event: ``op`` is ``completion`` or a tool's name, ``timestamp`` is in UTC."""

    id: str
    timestamp: str
    type: str
    source: str
    op: str
    metadata: dict[str, Any]
    payload: dict[str, Any]

    @property
    def day(self) -> str:
        """``20260131``."""
        return self.timestamp[:10].replace("-", "")


def events_of(turn: Turn, session: Session, *, program: str, log: str) -> Iterator[Event]:
    """The events of a turn in order: its tool calls that ended, then its answer."""
    told = _told(turn, session, program, log)
    for number, step in enumerate(turn.steps):
        for place, tool in enumerate(step.tools):
            if tool.result is not None:
                yield _event(
                    program, turn, "tool", tool.name, f"{number} {place}", _use(tool, told), _ran(tool)
                )
    if turn.answer:
        asked = f"{turn.prompt}\n\n{turn.input}" if turn.input else turn.prompt
        payload = {"prompt": asked, "response": turn.answer}
        yield _event(program, turn, "model", "completion", "", told, payload)


def _event(
    program: str,
    turn: Turn,
    kind: str,
    op: str,
    place: str,
    metadata: dict[str, Any],
    payload: dict[str, Any],
) -> Event:
    name = f"{program}\0{turn.id}\0{kind} {place} {op}"
    return Event(
        id=blake2b(name.encode(), digest_size=6).hexdigest(),
        timestamp=_moment(turn).isoformat(),
        type=kind,
        source=program,
        op=op,
        metadata=metadata,
        payload=payload,
    )


def _told(turn: Turn, session: Session, program: str, log: str) -> dict[str, Any]:
    told = {
        "log_path": log,
        "session_id": session.id,
        "turn_id": turn.id,
        "cli_version": session.metadata.get("version", ""),
        "originator": session.metadata.get("originator", ""),
        "cwd": session.project,
        "model": turn.steps[-1].model if turn.steps else "",
    }
    return {f"{program}_{name}": value for name, value in told.items() if value}


def _use(tool: ToolUse, told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "tool": tool.name, "tool_call_id": tool.id, "success": not tool.failed}


def _ran(tool: ToolUse) -> dict[str, Any]:
    return {"input": _input(tool), "output": tool.result}


def _input(tool: ToolUse) -> Any:
    """What the tool was given: an object where it takes JSON, else the text."""
    try:
        value = json_value(tool.arguments.encode("utf-8", "replace"))
    except DataError:
        return tool.arguments
    return value if isinstance(value, dict) else tool.arguments


def _moment(turn: Turn) -> datetime.datetime:
    try:
        return moment(turn.at).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return _UNKNOWN
