"""The events of a context's history: who did what, and what came of it.

    {"id", "timestamp", "type", "source", "op", "context_root", "metadata": {...}, "payload": {...}}

A large payload lies in a file of its own: ``payload_ref`` names it, ``payload_sha256`` is its hash.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec

from afs.generators.entries import json_value
from afs_core import DataError

__all__ = ["Recorded", "recorded"]

_FAILED = ("error", "failed", "failure", "cancelled", "canceled")
_SESSION = ("session_id", "session")
_PROJECT = ("cwd", "project", "workspace")


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event and the line where it stands. ``payload`` is empty where it has none."""

    id: str
    type: str
    op: str
    at: str
    metadata: dict[str, Any]
    payload: dict[str, Any]
    context: str
    line: int

    @property
    def session(self) -> str:
        """The conversation that it belongs to, empty where it names none."""
        return self.told(*_SESSION)

    @property
    def project(self) -> str:
        """The folder that it was about."""
        return self.told(*_PROJECT) or (self.context if "/" in self.context else "")

    @property
    def failed(self) -> bool:
        """Whether what was done failed."""
        tool = self.metadata.get("tool_metadata")
        holders = (self.payload, self.metadata, tool if isinstance(tool, dict) else {})
        return any(_failed(holder) for holder in holders)

    @property
    def model(self) -> str:
        """The model that answered."""
        return self.told("model") or self.named("model")

    def told(self, *names: str) -> str:
        """The metadata of one of these names, which an import puts a program's before: ``codex_cwd``."""
        for name in names:
            for key, value in self.metadata.items():
                if (key == name or key.endswith(f"_{name}")) and isinstance(value, str) and value:
                    return value
        return ""

    def named(self, *names: str) -> str:
        """The first of these fields of metadata or payload that holds a text."""
        values = (holder.get(name) for holder in (self.metadata, self.payload) for name in names)
        return next((value for value in values if isinstance(value, str) and value), "")


def _failed(holder: dict[str, Any]) -> bool:
    flags = (str(holder.get(name)).lower() for name in ("success", "tool_success"))
    code = holder.get("exit_code")
    return (
        "false" in flags
        or (isinstance(code, int) and code != 0)
        or str(holder.get("status")).lower() in _FAILED
        or holder.get("is_error") is True
    )


def recorded(row: dict[str, Any], line: int, folder: Path) -> Recorded:
    """The event that a line of a file in ``folder`` tells of, its payload read.

    Raises DataError where the payload cannot be had.
    """
    metadata = row.get("metadata")
    id = row.get("id")
    return Recorded(
        id=str(id) if id else hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:12],
        type=str(row.get("type") or ""),
        op=str(row.get("op") or ""),
        at=row["timestamp"] if isinstance(row.get("timestamp"), str) else "",
        metadata=metadata if isinstance(metadata, dict) else {},
        payload=_payload(row, folder),
        context=row["context_root"] if isinstance(row.get("context_root"), str) else "",
        line=line,
    )


def _payload(row: dict[str, Any], folder: Path) -> dict[str, Any]:
    given, ref = row.get("payload"), row.get("payload_ref")
    if given is None and isinstance(ref, str) and ref:
        given = _referred(ref, row.get("payload_sha256"), folder)
    return given if isinstance(given, dict) else {} if given is None else {"content": given}


def _referred(ref: str, expected: object, folder: Path) -> Any:
    """The payload in a file below ``folder``, wherever its context was when it was named."""
    places = [folder / ref, folder.parent / ref, folder / "payloads" / Path(ref).name]
    path = next((place for place in places if _is_inside(place, folder)), None)
    if path is None:
        raise DataError("the payload's file is missing")
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise DataError(f"the payload cannot be read: {fault.strerror}") from None
    value = json_value(data)
    if isinstance(expected, str) and expected.lower() not in _digests(data, value):
        raise DataError("the payload is not the one that was recorded")
    return value


def _is_inside(path: Path, folder: Path) -> bool:
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _digests(data: bytes, value: Any) -> set[str]:
    """The hashes that a writer may have taken: of the file, or of the payload as JSON."""
    forms = [data, data.strip()]
    for separators in ((", ", ": "), (",", ":")):
        for is_sorted in (False, True):
            for is_ascii in (True, False):
                text = json.dumps(value, separators=separators, sort_keys=is_sorted, ensure_ascii=is_ascii)
                forms.append(text.encode("utf-8", "replace"))
    return {hashlib.sha256(form).hexdigest() for form in forms}
