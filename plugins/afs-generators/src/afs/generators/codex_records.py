"""The records of a Codex CLI log, whatever version wrote it.

    {"session": {…}, "items": […]}                    one object a file, the first versions
    {"id": …, "instructions": …}, then bare items     until September 2025
    {"timestamp", "type", "payload"}                  since then

Two logs stand in one file: ``response_item`` is what the model is sent and sends, ``event_msg``
what the person sees. Nearly all stands in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from afs.generators.entries import json_value
from afs.generators.faults import Faults
from afs.generators.log_lines import log_lines
from afs.generators.sources import SourceFile
from afs_core import DataError

__all__ = ["Record", "records"]

Kind = Literal["meta", "context", "item", "event", "compacted"]

_KINDS: dict[str, Kind] = {
    "session_meta": "meta",
    "turn_context": "context",
    "response_item": "item",
    "event_msg": "event",
    "compacted": "compacted",
}
_PASSED = frozenset(
    {
        "ghost_snapshot",
        "inter_agent_communication",
        "inter_agent_communication_metadata",
        "realtime_item",
        "session_state",
        "state",
        "token_usage_record",
        "world_state",
    }
)

_UNREAD = frozenset({"encrypted_content", "replacement_history", "base_instructions", "instructions"})


class Record(msgspec.Struct, frozen=True):
    """A record: ``meta`` heads a session, ``context`` a turn. ``number`` is its line, 0 where a file is
    one object; ``at`` is when it was written, empty where the log does not say."""

    number: int
    at: str
    kind: Kind
    payload: dict[str, Any]

    @property
    def type(self) -> str:
        """``payload.type``."""
        return self.text("type")

    def text(self, name: str) -> str:
        """A string of the payload, empty where there is none."""
        value = self.payload.get(name)
        return value if isinstance(value, str) else ""


def records(file: SourceFile, faults: Faults, noted: dict[str, int]) -> Iterator[Record]:
    """The records of a file in order; kinds that nobody knows are noted."""
    if file.suffix == ".json":
        yield from _in_object(file)
        return
    for number, row in log_lines(file, faults, noted):
        record = _record(number, row)
        if record is not None:
            yield record
        elif "record_type" not in row and str(row.get("type")) not in _PASSED:
            name = f"unknown record: {str(row.get('type'))[:40]}"
            noted[name] = noted.get(name, 0) + 1


def _record(number: int, row: dict[str, Any]) -> Record | None:
    kind, payload, at = row.get("type"), row.get("payload"), row.get("timestamp")
    at = at if isinstance(at, str) else ""
    if isinstance(payload, dict):
        for name in _UNREAD & payload.keys():
            del payload[name]
        known = _KINDS.get(kind) if isinstance(kind, str) else None
        return Record(number, at, known, payload) if known else None
    if isinstance(kind, str):
        bare = kind == "message" or kind == "reasoning" or kind.endswith(("_call", "_output"))
        return Record(number, at, "item", row) if bare else None
    return Record(number, at, "meta", row) if "id" in row and "record_type" not in row else None


def _in_object(file: SourceFile) -> Iterator[Record]:
    try:
        whole = json_value(file.path.read_bytes())
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}") from None
    session = whole.get("session") if isinstance(whole, dict) else None
    items = whole.get("items") if isinstance(whole, dict) else None
    if not isinstance(session, dict) or not isinstance(items, list):
        raise DataError("not a log of Codex: expected session and items")
    at = session.get("timestamp")
    at = at if isinstance(at, str) else ""
    yield Record(0, at, "meta", session)
    yield from (Record(0, at, "item", item) for item in items if isinstance(item, dict))
