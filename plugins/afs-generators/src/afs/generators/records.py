"""Entries of a memory: JSON objects, each with a question and its answer, or only text.

A field has several spellings; the first that is there counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from afs.generators.chat import chat
from afs_core import DataError, Message

__all__ = ["Record", "record", "tag_list"]

QUESTION = ("instruction", "prompt", "user", "question")
ANSWER = ("output", "response", "assistant", "answer")
TEXT = ("content", "text", "body", "note", "value", "memory")
TITLE = ("title", "name", "topic", "subject", "key", "id")
TAGS = ("tags", "labels", "tag")
_MOST = 1e15
WHEN = ("timestamp", "created_at", "updated_at", "date", "time")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An entry. ``instruction`` is empty where it is only text, whose ``title`` may be known."""

    output: str
    instruction: str = ""
    title: str = ""
    input: str = ""
    thinking: str | None = None
    domain: str = ""
    source: str = ""
    when: str = ""
    metadata: dict[str, Any] = {}
    messages: tuple[Message, ...] | None = None


def record(row: Any) -> Record | None:
    """The entry that ``row`` holds, None where it holds none; raises DataError for a wrong type."""
    if isinstance(row, str):
        return Record(output=row) if row.strip() else None
    if not isinstance(row, dict):
        return None
    messages = _messages(row.get("messages"))
    question, answer = _first(row, QUESTION), _first(row, ANSWER)
    if messages and not (question and answer):
        question = next((m.content for m in messages if m.role == "user"), "")
        answer = messages[-1].content if messages[-1].role == "assistant" else ""
    if not (question and answer):
        question, answer = "", _first(row, TEXT) or answer
    if not answer:
        return None
    return Record(
        instruction=question,
        output=answer,
        title="" if question else _first(row, TITLE),
        input=_first(row, ("input",)),
        thinking=_first(row, ("thinking",)) or None,
        domain=_first(row, ("domain",)),
        source=_first(row, ("source",)),
        when=_first(row, WHEN),
        metadata=_metadata(row),
        messages=messages if question else None,
    )


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of the fields that holds something, as text."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str):
            if value.strip():
                return value
        elif isinstance(value, (dict, list)) and value:
            return json.dumps(value, ensure_ascii=False)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            return json.dumps(value)
    return ""


def _messages(turns: Any) -> tuple[Message, ...] | None:
    if not isinstance(turns, list) or not turns:
        return None
    told = chat(turns)
    if len(told) < len(turns):
        raise DataError("messages: expected a list of objects with role and content")
    return told


def _metadata(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the entry's own ``_metadata`` says, with its tags and confidence."""
    own = row.get("_metadata")
    metadata = dict(own) if isinstance(own, dict) else {}
    tags = tag_list(next((row[name] for name in TAGS if row.get(name)), None))
    if tags:
        metadata["tags"] = tags
    confidence = row.get("confidence")
    if isinstance(confidence, (int, float)) and not isinstance(confidence, bool) and abs(confidence) < _MOST:
        metadata["confidence"] = confidence
    return metadata


def tag_list(tags: Any) -> list[str]:
    """Tags as a list, or as text with commas, sorted and in lower case."""
    items = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, (list, tuple)) else ()
    return sorted({str(item).strip().lower() for item in items if str(item).strip()})
