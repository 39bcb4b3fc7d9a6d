"""The records of a Claude Code log, each with what matters of it.

One record a line: ``type`` says what it is, ``uuid`` and ``parentUuid`` make the tree of the
conversation, ``message`` holds a message as the API writes it. A response of the model is
written as several records, one for each block, that share ``message.id``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from afs.generators.claude_blocks import Call, Result, Said, blocks_of, results_of, texts_of
from afs.generators.claude_words import Words, typed

__all__ = ["KNOWN", "Line", "read_line"]

#: Kinds of records, nearly all of which hold nothing of a conversation.
KNOWN = frozenset(
    {
        "agent-color",
        "agent-name",
        "agent-setting",
        "ai-title",
        "assistant",
        "attachment",
        "attribution-snapshot",
        "bridge-session",
        "content-replacement",
        "custom-title",
        "file-history-delta",
        "file-history-snapshot",
        "last-prompt",
        "mode",
        "permission-mode",
        "pr-link",
        "progress",
        "queue-operation",
        "speculation-accept",
        "summary",
        "system",
        "tag",
        "task-summary",
        "user",
        "worktree-state",
    }
)
_CUT = {"max_tokens": "the length limit", "refusal": "a refusal"}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A record. ``parent`` is None at a root, and empty where the record says nothing of it.

    ``asked``: a prompt, or whatever else a turn begins with. ``said``: blocks of the response
    ``response``. ``returned``: results of tools. ``added``: a prompt that was typed while the
    model worked. ``interrupted``, ``failed``: the model did not get to its end. ``passed``:
    nothing but a link of the chain. ``joins`` marks a compaction, which begins anew after what
    came before it.
    """

    number: int
    id: str
    parent: str | None
    kind: Literal["asked", "said", "returned", "added", "interrupted", "failed", "passed"] = "passed"
    session: str = ""
    agent: str = ""
    sidechain: bool = False
    joins: bool = False
    at: str = ""
    cwd: str = ""
    version: str = ""
    branch: str = ""
    words: Words = Words()
    images: int = 0
    response: str = ""
    model: str = ""
    cut: str = ""
    blocks: tuple[Said | Call | Result, ...] = ()


def read_line(number: int, row: dict[str, Any]) -> Line | None:
    """The record of a row; None for one that has no place in the tree."""
    kind = row.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if not isinstance(row.get("uuid"), str) and reader in (None, _system):
        return None
    return Line(
        number=number,
        id=_text(row.get("uuid")) or f"line {number}",
        parent=_parent(row),
        session=_text(row.get("sessionId")),
        agent=_text(row.get("agentId")),
        sidechain=row.get("isSidechain") is True,
        at=_text(row.get("timestamp")),
        cwd=_text(row.get("cwd")),
        version=_text(row.get("version")),
        branch=_text(row.get("gitBranch")),
        **(reader(row) if reader else {}),
    )


def _parent(row: dict[str, Any]) -> str | None:
    if "parentUuid" not in row:
        return ""
    return _text(row["parentUuid"]) or _text(row.get("logicalParentUuid")) or None


def _user(row: dict[str, Any]) -> dict[str, Any]:
    content = _content(row)
    results = results_of(content)
    if row.get("isCompactSummary") is True:
        return {"joins": True}
    if row.get("isMeta") is True or row.get("isVisibleInTranscriptOnly") is True:
        return {"kind": "returned", "blocks": results} if results else {}
    texts, images = texts_of(content)
    words = _of_person(row, typed(texts))
    if results:
        return {"kind": "returned", "blocks": results, "words": words, "images": images}
    if words.opens or images:
        return {"kind": "asked", "words": words, "images": images}
    return {"kind": "interrupted"} if words.interrupted else {}


def _of_person(row: dict[str, Any], words: Words) -> Words:
    """No words, where the program says that they come from no person."""
    origin = row.get("origin")
    kind = origin.get("kind") if isinstance(origin, dict) else "human"
    return words if kind == "human" else Words(opens=True)


def _assistant(row: dict[str, Any]) -> dict[str, Any]:
    message = row.get("message")
    message = message if isinstance(message, dict) else {}
    blocks = blocks_of(message.get("content"))
    model = _text(message.get("model"))
    if row.get("isApiErrorMessage") is True:
        return {"kind": "failed"}
    if model == "<synthetic>":
        told = " ".join(block.text for block in blocks if isinstance(block, Said))
        return {"kind": "failed"} if told.startswith("API Error") else {}
    names = (_text(message.get("id")), _text(row.get("requestId")))
    return {
        "kind": "said",
        "response": " ".join(filter(None, names)) or _text(row.get("uuid")) or "?",
        "model": model,
        "cut": _CUT.get(_text(message.get("stop_reason")), ""),
        "blocks": blocks,
    }


def _system(row: dict[str, Any]) -> dict[str, Any]:
    return {"joins": row.get("subtype") == "compact_boundary"}


def _attachment(row: dict[str, Any]) -> dict[str, Any]:
    """A prompt that waited while the model worked comes as an attachment."""
    held = row.get("attachment")
    if not isinstance(held, dict) or held.get("type") != "queued_command":
        return {}
    texts, images = texts_of(held.get("prompt"))
    words = _of_person(held, typed(texts))
    if held.get("commandMode", "prompt") != "prompt" or held.get("isMeta") is True or not words.text:
        return {}
    return {"kind": "added", "words": words, "images": images}


_READERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "user": _user,
    "assistant": _assistant,
    "system": _system,
    "attachment": _attachment,
}


def _content(row: dict[str, Any]) -> Any:
    message = row.get("message")
    return message.get("content") if isinstance(message, dict) else message


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
