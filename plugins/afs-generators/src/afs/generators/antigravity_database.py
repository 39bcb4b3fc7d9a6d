"""Antigravity's database of a conversation: a row for each step, each a protobuf message.

The format is not published. The field numbers are those that the program writes.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from afs.generators.antigravity_steps import MODEL, USER, Record, kind_of
from afs.generators.antigravity_transcript import asked
from afs.generators.conversation import ToolUse
from afs.generators.protobuf import Message
from afs.generators.sqlite_copy import columns, database
from afs_core import DataError

__all__ = ["About", "about", "conversation", "folder_of", "moment_text"]

# fields of a step, of its metadata, of what was typed and of what the model said
_TYPE, _STATUS, _METADATA, _TYPED, _SAID, _ERROR = 1, 4, 5, 19, 20, 31
_CREATED, _SOURCE, _CALL = 1, 3, 4
_ITEMS, _RESPONSE, _QUERY, _IMAGES, _MEDIA = 3, 2, 1, 5, 9
_TEXT, _THINKING, _CALLS, _MODIFIED, _RAW_THINKING = 1, 3, 7, 8, 16

_STATUSES = {
    1: "PENDING",
    2: "RUNNING",
    3: "DONE",
    4: "INVALID",
    5: "CLEARED",
    6: "CANCELED",
    7: "ERROR",
    8: "GENERATING",
    9: "WAITING",
    11: "QUEUED",
    12: "INTERRUPTED",
}
_SOURCES = {2: "MODEL", 3: "USER_IMPLICIT", 4: "USER_EXPLICIT", 5: "SYSTEM", 6: "SYSTEM_SDK"}

#: Where each kind of tool step keeps the text that the model was shown, the best first.
_RESULTS = {
    "RUN_COMMAND": ((28, 21, 1), (28, 21, 2), (28, 19, 1), (28, 4)),
    "FIND": ((34, 11), (34, 8)),
    "GENERIC": ((140, 2, 1),),
}
_ERROR_TEXTS = (3, 2, 1)


class About(NamedTuple):
    """What a database says of the whole: the folder it was about, whether another one started it."""

    project: str = ""
    subagent: bool = False


def conversation(path: Path, noted: Counter[str]) -> list[Record]:
    """The steps in the database at ``path``, in order; raises DataError where it holds none."""
    with database(path) as db:
        if not {"idx", "step_payload"} <= set(columns(db, "steps")):
            raise DataError("no conversation of Antigravity: no table of steps")
        return list(_records(db.execute("SELECT idx, step_payload FROM steps ORDER BY idx"), noted))


def about(path: Path) -> About:
    """What the database at ``path`` says of itself; raises DataError where it cannot be read."""
    with database(path) as db:
        told = "data" in columns(db, "trajectory_metadata_blob")
        row = db.execute("SELECT data FROM trajectory_metadata_blob").fetchone() if told else None
    try:
        blob = Message(row[0] if row and isinstance(row[0], bytes) else b"")
        workspaces = [folder.text(1) for folder in blob.messages(1)] + blob.texts(7)
    except DataError:
        return About()
    return About(next(filter(None, map(folder_of, workspaces)), ""), bool(blob.text(5)))


def _records(rows: Iterable[tuple[object, object]], noted: Counter[str]) -> Iterator[Record]:
    for index, payload in rows:
        try:
            if not isinstance(payload, bytes) or not isinstance(index, int):
                raise DataError("no step")
            yield _record(index, Message(payload))
        except DataError:
            noted["steps that cannot be read"] += 1


def _record(index: int, step: Message) -> Record:
    kind = kind_of(step.number(_TYPE))
    about = step.message(_METADATA)
    said = step.message(_SAID) if kind == MODEL else Message()
    typed = step.message(_TYPED) if kind == USER else Message()
    return Record(
        index=index,
        kind=kind,
        source=_SOURCES.get(about.number(_SOURCE), ""),
        status=_STATUSES.get(step.number(_STATUS), ""),
        at=moment_text(about.message(_CREATED)),
        text=_typed(typed) if kind == USER else _said(said) if kind == MODEL else _result(kind, step),
        thinking=said.text(_THINKING) or said.text(_RAW_THINKING),
        calls=tuple(_call(call) for call in said.messages(_CALLS)),
        call=_called(about),
        attachments=len(typed.messages(_IMAGES)) + len(typed.messages(_MEDIA)),
    )


def _typed(typed: Message) -> str:
    items = "".join(item.text(1) for item in typed.messages(_ITEMS))
    return asked(items or typed.text(_RESPONSE) or typed.text(_QUERY))


def _said(said: Message) -> str:
    return said.text(_TEXT) or said.text(_MODIFIED)


def _called(about: Message) -> ToolUse | None:
    call = _call(about.message(_CALL))
    return call if call.id or call.name != "tool" else None


def _call(call: Message) -> ToolUse:
    name = call.text(2).removeprefix("default_api:") or "tool"
    return ToolUse(id=call.text(1), name=name, arguments=call.text(3) or "{}")


def _result(kind: str, step: Message) -> str | None:
    if kind == "AGENCY_TOOL_CALL":
        texts = [answer.text(2, 2) for answer in step.message(116).messages(4)]
    else:
        texts = [step.text(*path) for path in _RESULTS.get(kind, ())]
    texts += [step.text(_ERROR, field) for field in _ERROR_TEXTS]
    return next(filter(None, texts), None)


def moment_text(stamp: Message) -> str:
    """A Timestamp message as an ISO time, empty where it is none."""
    seconds = stamp.number(1)
    if not 0 < seconds < 1 << 34:
        return ""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat().replace("+00:00", "Z")


def folder_of(uri: str) -> str:
    """The folder that a ``file://`` address names, or a path; empty for any other address."""
    if "://" not in uri:
        return uri
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    path = unquote(parts.path) if parts.scheme == "file" else ""
    return path[1:] if path[2:3] == ":" else path
