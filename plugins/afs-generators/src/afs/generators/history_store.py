"""The events of an AFS history on disk.

    events_20260131.jsonl         the events of a day, in UTC, one a line
    payloads/TIME_ID.json         a payload that is too long for its line

A day's file is written anew and takes the old one's name, so that it holds whole lines whatever
ends the program; the lines that were there stay as they are.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from afs.generators.entries import json_value
from afs.generators.history_events import Event
from afs_core import DataError
from afs_core.jsonl import atomic_write

__all__ = ["INLINE_CHARS", "HistoryStore"]

INLINE_CHARS = 4000
_PREVIEW_CHARS = 200
_PENDING_BYTES = 32_000_000
_BLOCK = 1 << 20
_MARKS = re.compile(r"[^0-9]")
_encode = msgspec.json.Encoder().encode


class HistoryStore:
    """Adds events to the history in ``root``; one that is there already is left out."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._ids: dict[str, set[str]] = {}
        self._added: set[str] = set()
        self._lines: dict[str, list[bytes]] = {}
        self._pending = 0

    def __contains__(self, event: Event) -> bool:
        if event.day not in self._ids:
            self._ids[event.day] = _ids_in(self._path(event.day))
        return event.id in self._added or event.id in self._ids[event.day]

    def add(self, event: Event) -> None:
        """Take in an event; it is on disk after :meth:`flush`, and a long payload at once."""
        row = msgspec.structs.asdict(event)
        row["context_root"] = self._root.parent.name
        payload = _encode(event.payload)
        if len(payload.decode()) > INLINE_CHARS:
            del row["payload"]
            row |= self._spilled(event, payload)
        line = _encode(row) + b"\n"
        self._lines.setdefault(event.day, []).append(line)
        self._added.add(event.id)
        self._pending += len(line)
        if self._pending > _PENDING_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what was taken in."""
        for day, lines in sorted(self._lines.items()):
            _append(self._path(day), lines)
        self._lines.clear()
        self._pending = 0

    def _path(self, day: str) -> Path:
        return self._root / f"events_{day}.jsonl"

    def _spilled(self, event: Event, payload: bytes) -> dict[str, Any]:
        name = f"payloads/{_MARKS.sub('', event.timestamp)[:14]}_{event.id}.json"
        with atomic_write(self._root / name) as out:
            out.write(payload)
        return {
            "payload_ref": name,
            "payload_sha256": hashlib.sha256(payload).hexdigest(),
            "payload_preview": payload.decode()[:_PREVIEW_CHARS],
        }


def _ids_in(path: Path) -> set[str]:
    """The ids of the events in a file; lines that are none have none."""
    ids: set[str] = set()
    for line in _lines_of(path):
        with contextlib.suppress(DataError):
            row = json_value(line)
            if isinstance(row, dict) and isinstance(row.get("id"), str):
                ids.add(row["id"])
    return ids


def _lines_of(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            yield from stream
    except FileNotFoundError:
        return
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}", path=path) from None


def _append(path: Path, lines: list[bytes]) -> None:
    """Put whole lines after those of ``path``; what another program adds meanwhile stays too."""
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(path.open("rb")) if path.exists() else None
        with atomic_write(path) as out:
            last = _copy(old, out) if old else b""
            if last not in (b"", b"\n"):
                out.write(b"\n")
            out.writelines(lines)
        late = old.read() if old else b""
        if late:
            with path.open("ab") as out:
                out.write(late)
                os.fsync(out.fileno())


def _copy(old: BinaryIO, out: BinaryIO) -> bytes:
    """Copy all; returns the last byte."""
    last = b""
    while block := old.read(_BLOCK):
        out.write(block)
        last = block[-1:]
    return last
