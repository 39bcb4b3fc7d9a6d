"""A conversation as Gemini CLI records it, put together again.

Old versions write one JSON object. New ones append lines, which are replayed:

    {"sessionId", "projectHash", "startTime", ...}   the header
    {"id", "type", "content", ...}                   a message; a later line of the same id replaces it
    {"$set": {...}}                                  fields of the header, or what the model sees from now on
    {"$rewindTo": id}                                takes back the message and all after it

A checkpoint that a person saved is a list of ``{"role", "parts"}``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from afs.generators.entries import json_text, json_value
from afs.generators.faults import Faults
from afs.generators.log_lines import log_lines
from afs.generators.sources import SourceFile
from afs_core import DataError
from afs_core.jsonl import open_binary

__all__ = ["Placed", "Recording", "recording"]

_BOM = b"\xef\xbb\xbf"
_PRETTY = (b"{", b"[")
_ROLES = {"user": "user", "model": "gemini"}


class Placed(NamedTuple):
    """A message and the line where it first stood, 0 where the file has no lines."""

    message: dict[str, Any]
    line: int


class Recording(msgspec.Struct, kw_only=True):
    """``header`` holds what is said of the whole; ``checkpoint`` that the messages have no ids."""

    header: dict[str, Any]
    messages: list[Placed]
    checkpoint: bool = False


def recording(file: SourceFile, faults: Faults, noted: Counter[str]) -> Recording:
    """What ``file`` records, whatever its suffix; raises DataError where it records nothing."""
    replay = _Replay(noted)
    for line, value in _values(file, faults, noted):
        if isinstance(value, dict) and not isinstance(value.get("history"), list):
            replay.take(value, line)
        else:
            return _checkpoint(value)
    if not replay.header and not replay.messages:
        raise DataError("no conversation of Gemini CLI")
    return Recording(header=replay.header, messages=replay.messages)


def _values(file: SourceFile, faults: Faults, noted: Counter[str]) -> Iterator[tuple[int, Any]]:
    """The one value of the file, or those of its lines."""
    whole = _whole(file)
    if whole is None:
        yield from log_lines(file, faults, noted)
    else:
        yield 0, whole


def _whole(file: SourceFile) -> Any:
    """The file's one value, None where each line is one."""
    with open_binary(file.path) as stream:
        first = next((line for line in stream if line.removeprefix(_BOM).strip()), b"")
    first = first.removeprefix(_BOM).strip()
    try:
        return None if first not in _PRETTY and isinstance(json_value(first), dict) else _read(file)
    except DataError:
        if first in _PRETTY:
            raise
    try:
        return _read(file)
    except DataError:
        return None


def _read(file: SourceFile) -> Any:
    try:
        return json_value(file.path.read_bytes().removeprefix(_BOM))
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}") from None


def _checkpoint(value: Any) -> Recording:
    contents = value.get("history") if isinstance(value, dict) else value
    said = [content for content in contents if _is_content(content)] if isinstance(contents, list) else []
    if not said:
        raise DataError("no conversation of Gemini CLI")
    messages = [
        Placed({"type": _ROLES[content["role"]], "content": content.get("parts")}, 0) for content in said
    ]
    return Recording(header={}, messages=messages, checkpoint=True)


def _is_content(value: Any) -> bool:
    return isinstance(value, dict) and value.get("role") in ("user", "model")


class _Replay:
    """The messages as they stand after each record."""

    def __init__(self, noted: Counter[str]) -> None:
        self.header: dict[str, Any] = {}
        self._noted = noted
        self._messages: dict[str, Placed] = {}
        self._order: list[str] = []
        self._own: set[str] = set()
        self._names: dict[str, str] = {}

    @property
    def messages(self) -> list[Placed]:
        return [self._messages[name] for name in self._order]

    def take(self, row: dict[str, Any], line: int) -> None:
        if isinstance(row.get("$rewindTo"), str):
            self._rewind(row["$rewindTo"])
        elif isinstance(row.get("$set"), dict):
            self._set(row["$set"], line)
        elif "type" in row and _id(row):
            self._append(row, line)
        elif "sessionId" in row or isinstance(row.get("messages"), list):
            self._set(row, line)
        else:
            self._noted[f"unknown record: {next(iter(row), None)}"[:60]] += 1

    def _append(self, message: dict[str, Any], line: int) -> None:
        name = self._name(message)
        self._own.add(name)
        self._put(name, message, line)

    def _name(self, message: dict[str, Any]) -> str:
        return self._names.get(_id(message), _id(message))

    def _put(self, name: str, message: dict[str, Any], line: int) -> None:
        if name in self._messages:
            line = self._messages[name].line
        else:
            self._order.append(name)
        self._messages[name] = Placed(message, line)

    def _rewind(self, target: str) -> None:
        name = self._names.get(target, target)
        if name not in self._messages:
            self._noted["rewinds to an unknown message"] += 1
            return
        at = self._order.index(name)
        for gone in self._order[at:]:
            del self._messages[gone]
        del self._order[at:]

    def _set(self, fields: dict[str, Any], line: int) -> None:
        self.header |= {name: value for name, value in fields.items() if name != "messages"}
        messages = fields.get("messages")
        if isinstance(messages, list):
            self._see([message for message in messages if isinstance(message, dict) and _id(message)], line)

    def _see(self, messages: list[dict[str, Any]], line: int) -> None:
        """What the model sees from now on. It forgets, the record does not: messages that are left
        out stay, new ones come before the next that is known, and those that have a line of their
        own keep what it says, as here their tool results may be cut."""
        fresh: list[tuple[str, dict[str, Any]]] = []
        self._rename(messages)
        for message in messages:
            name = self._name(message)
            if name not in self._messages:
                fresh.append((name, message))
                continue
            if name not in self._own:
                self._put(name, message, line)
            if fresh:
                self._insert(fresh, self._order.index(name), line)
                fresh = []
        self._insert(fresh, len(self._order), line)

    def _rename(self, messages: list[dict[str, Any]]) -> None:
        """Find what is known under another id: a compressed history may give new ones."""
        strange = [message for message in messages if self._name(message) not in self._messages]
        copies = self._copies(messages) if strange else {}
        for message in strange:
            if copies.get(_content(message)):
                self._names[_id(message)] = copies[_content(message)].pop(0)

    def _copies(self, messages: list[dict[str, Any]]) -> dict[str, list[str]]:
        """The known messages that are not among ``messages``, by what they say."""
        named = {self._name(message) for message in messages}
        copies: dict[str, list[str]] = {}
        for name in self._order:
            if name not in named:
                copies.setdefault(_content(self._messages[name].message), []).append(name)
        return copies

    def _insert(self, fresh: list[tuple[str, dict[str, Any]]], at: int, line: int) -> None:
        names = []
        for name, message in fresh:
            if name not in self._messages:
                names.append(name)
            self._messages[name] = Placed(message, line)
        self._order[at:at] = names


def _id(message: dict[str, Any]) -> str:
    name = message.get("id")
    return str(name) if isinstance(name, (str, int)) and not isinstance(name, bool) else ""


def _content(message: dict[str, Any]) -> str:
    """Who says what, as text to compare by; a text and a list of that one text are the same."""
    content = message.get("content")
    parts = [{"text": content}] if isinstance(content, str) else content
    return json_text([message.get("type"), parts])
