"""The content blocks of Claude Code's records: words, thinking, calls of tools and their results.

A result that was too long for the log lies beside it, in ``SESSION/tool-results/NAME``; the log
holds its beginning and the name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from afs.generators.claude_words import without_reminders
from afs.generators.sources import MAX_BYTES

__all__ = ["Call", "Result", "Said", "blocks_of", "results_of", "texts_of", "whole"]

_SPILLED = re.compile(r"\A\s*<persisted-output>.*?saved to: ([^\n]+)\n", re.DOTALL)
_FAULT = re.compile(r"\A<tool_use_error>(.*)</tool_use_error>\Z", re.DOTALL)


class Said(msgspec.Struct, frozen=True):
    """Words of the model, or its thinking."""

    text: str
    thinking: bool = False


class Call(msgspec.Struct, frozen=True):
    """A call of a tool, its input as JSON text."""

    id: str
    name: str
    arguments: str


class Result(msgspec.Struct, frozen=True):
    """What a call gave."""

    id: str
    text: str
    failed: bool = False


def blocks_of(content: Any) -> tuple[Said | Call | Result, ...]:
    """What the model wrote, and the results of tools that ran on the server."""
    found: list[Said | Call | Result] = []
    for block in _items(content):
        kind = block["type"]
        if kind == "text":
            found.append(Said(_text(block.get("text"))))
        elif kind == "thinking":
            found.append(Said(_text(block.get("thinking")), thinking=True))
        elif kind.endswith("tool_use"):
            found.append(Call(_text(block.get("id")), _text(block.get("name")), _json(block.get("input"))))
        elif kind.endswith("tool_result"):
            found.append(_result(block))
    return tuple(found)


def results_of(content: Any) -> tuple[Result, ...]:
    """The results of tools that a record of the user's side brings."""
    return tuple(_result(block) for block in _items(content) if block["type"] == "tool_result")


def texts_of(content: Any) -> tuple[list[str], int]:
    """The texts of a record of the user's side, and how many pictures and documents come with them."""
    blocks = list(_items(content))
    texts = [_text(block.get("text")) for block in blocks if block["type"] == "text"]
    return texts, sum(block["type"] in ("image", "document") for block in blocks)


def whole(result: Result, folder: Path) -> Result:
    """The result with all its text, where that was put beside the log into ``folder``."""
    spilled = _SPILLED.match(result.text)
    if spilled is None:
        return result
    name = re.split(r"[/\\]", spilled[1].strip())[-1]
    path = folder / name
    try:
        if name in ("", ".", "..") or path.is_symlink() or path.stat().st_size > MAX_BYTES:
            return result
        text = path.read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):
        return result
    return msgspec.structs.replace(result, text=text)


def _result(block: dict[str, Any]) -> Result:
    text = without_reminders(_joined(block.get("content")))
    fault = _FAULT.match(text)
    failed = block.get("is_error") is True or fault is not None
    return Result(_text(block.get("tool_use_id")), fault[1] if fault else text, failed)


def _joined(content: Any) -> str:
    """Text of a result: a string, or a list of blocks whose pictures are only named."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return _text(content.get("text")) or _json(content)
    return "\n".join(_shown(block) for block in _items(content))


def _shown(block: dict[str, Any]) -> str:
    if block["type"] in ("image", "document"):
        return f"[{block['type']}]"
    return _text(block.get("text")) or _text(block.get("title")) or _text(block.get("tool_name"))


def _items(content: Any) -> Iterator[dict[str, Any]]:
    """The blocks of a content, each with a ``type``; a string is one block of text."""
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    elif isinstance(content, list):
        for block in content:
            if isinstance(block, str):
                yield {"type": "text", "text": block}
            elif isinstance(block, dict) and isinstance(block.get("type"), str):
                yield block


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _json(value: Any) -> str:
    return json.dumps({} if value is None else value, ensure_ascii=False)
