"""Antigravity's state database: of each conversation, what it last told the person.

``ItemTable`` holds, below two keys, base64 of a protobuf message with an entry for each
conversation: ``{1: id, 2: {1: base64 of a summary}}``. Somewhere in it stand the arguments of the
last calls of two tools as JSON: ``TaskName``, ``TaskStatus``, ``TaskSummary`` of the one,
``Message`` of the other.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from afs.generators.antigravity_database import folder_of, moment_text
from afs.generators.antigravity_steps import turn_key
from afs.generators.conversation import Session, Step, Turn
from afs.generators.protobuf import Message, fields
from afs.generators.sqlite_copy import columns, database
from afs_core import DataError

__all__ = ["summaries"]

KEYS = ("antigravityUnifiedStateSync.trajectorySummaries", "unifiedStateSync.trajectorySummaries")
SAME = "%SAME%"  # of a task: as it was before

_TELLING = ("Message", "TaskName", "TaskSummary")
_INPUT = ("TaskSummary", "TaskStatus", "Mode", "PathsToReview")
_ABOUT = {
    "ConfidenceScore": "confidence",
    "BlockedOnUser": "blocked_on_user",
    "ShouldAutoProceed": "should_auto_proceed",
}
Told = dict[str, Any]

_DEPTH = 12
_TRIES = 200
_ID = re.compile(r"[\w-]{1,64}\Z")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}\Z")
_TITLE, _CREATED, _MODIFIED = 1, 3, 10
_WORKSPACES = ((9, 1), (17, 7))


def summaries(path: Path, noted: Counter[str]) -> Iterator[Session]:
    """The conversations of which the state at ``path`` holds a message to the person.

    Raises DataError where it cannot be read.
    """
    with database(path) as db:
        if not {"key", "value"} <= set(columns(db, "ItemTable")):
            raise DataError("no state of Antigravity: no table of items")
        found = [db.execute("SELECT value FROM ItemTable WHERE key = ?", (key,)).fetchone() for key in KEYS]
    for row in found:
        for entry in _entries(row[0] if row else None):
            session = _session(entry, noted)
            if session is not None:
                yield session


def _entries(value: object) -> list[bytes]:
    """The entries of a stored value, the whole value where it has none."""
    stored = value.encode("utf-8", "replace") if isinstance(value, str) else value
    if not isinstance(stored, bytes):
        return []
    whole = _decoded(stored) or stored
    try:
        return [part for number, part in fields(whole) if number == 1 and isinstance(part, bytes)] or [whole]
    except DataError:
        return [whole]


def _decoded(text: bytes) -> bytes:
    """What base64 stands for, empty where it is none."""
    bare = b"".join(text.split())
    if not _BASE64.match(bare):
        return b""
    try:
        return base64.b64decode(bare.rstrip(b"=") + b"=" * (-len(bare.rstrip(b"=")) % 4), altchars=None)
    except (binascii.Error, ValueError):
        return b""


# -- one conversation


def _session(entry: bytes, noted: Counter[str]) -> Session | None:
    id, summary = _head(entry)
    title, at = summary.text(_TITLE), moment_text(_stamp(summary))
    turns = tuple(_turns(list(_objects(entry, 0)), id, title, at, noted))
    if not turns:
        noted["summaries without a message"] += 1
        return None
    return Session(id=id, turns=turns, project=_project(summary), metadata={"store": "summary"})


def _head(entry: bytes) -> tuple[str, Message]:
    """The conversation's id and summary, as far as the entry has the known layout."""
    try:
        head = Message(entry)
        id = head.text(1)
        summary = Message(_decoded(head.text(2, 1).encode()))
    except DataError:
        id, summary = "", Message()
    return (id if _ID.match(id) else turn_key(entry.hex())), summary


def _stamp(summary: Message) -> Message:
    try:
        return (
            summary.message(_MODIFIED) if summary.message(_MODIFIED).number(1) else summary.message(_CREATED)
        )
    except DataError:
        return Message()


def _project(summary: Message) -> str:
    try:
        return next(filter(None, (folder_of(summary.text(*path)) for path in _WORKSPACES)), "")
    except DataError:
        return ""


def _turns(told: list[Told], id: str, title: str, at: str, noted: Counter[str]) -> Iterator[Turn]:
    """A turn for each message. A task that a message does not name itself is the one before it,
    else the first."""
    first = next((notice for notice in told if _is_text(notice.get("TaskName"))), {})
    task: Told = {}
    for notice in told:
        task |= {name: value for name, value in notice.items() if value not in (SAME, "", None)}
        message = notice.get("Message")
        if not _is_text(message) or message == SAME:
            continue
        known = task if "TaskName" in task else {**first, **task}
        prompt = next(
            (known[name] for name in ("TaskName", "TaskSummary") if _is_text(known.get(name))), title
        )
        if prompt:
            yield _turn(prompt, str(message), known, id, at)
        else:
            noted["messages without a task"] += 1
        task.pop("PathsToReview", None)


def _turn(prompt: str, message: str, known: Told, id: str, at: str) -> Turn:
    told = {name: _line(known[name]) for name in _INPUT if known.get(name) not in (None, prompt)}
    about = {name: known[key] for key, name in _ABOUT.items() if _is_plain(known.get(key))}
    return Turn(
        id=turn_key(id, message),
        prompt=prompt,
        input="\n".join(f"{name}: {value}" for name, value in told.items() if value),
        steps=(Step(text=message),),
        at=at,
        metadata=about,
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, float)) or (isinstance(value, int) and abs(value) < 1 << 32)


def _line(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# -- the JSON in it, wherever it stands


def _objects(data: bytes, depth: int) -> Iterator[Told]:
    """The JSON objects that tell something, in texts, messages and base64 within each other."""
    if depth > _DEPTH:
        return
    if any(name.encode() in data for name in _TELLING) and (found := list(_in_text(data))):
        yield from found
        return
    inner = _decoded(data)
    if inner:
        yield from _objects(inner, depth + 1)
        return
    try:
        parts = [part for _, part in fields(data) if isinstance(part, bytes)]
    except DataError:
        return
    for part in parts:
        yield from _objects(part, depth + 1)


def _in_text(data: bytes) -> Iterator[Told]:
    """The objects of a text; of a message none, as its bytes are no text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(_TRIES):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
            yield from _telling(value, 0)
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)


def _telling(value: Any, depth: int) -> Iterator[Told]:
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        if any(isinstance(value.get(name), str) for name in _TELLING):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _telling(inner, depth + 1)
    elif isinstance(value, str) and value.lstrip().startswith("{"):
        yield from _in_text(value.encode("utf-8", "replace"))
