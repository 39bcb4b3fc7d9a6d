"""Every string of a sample: fields, turns, tool arguments, metadata values and keys, provenance."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from afs.redaction.redactor import Redactor
from afs_core import Message, Provenance, ToolCall, TrainingSample

__all__ = ["sample_redacted", "text_redacted", "value_redacted"]

_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)?', re.DOTALL)
_DEPTH = 16


def sample_redacted(sample: TrainingSample, redactor: Redactor) -> TrainingSample:
    """``sample`` without its secrets; the very same object where it holds none."""
    changed = _fields_redacted(sample, redactor)
    return msgspec.structs.replace(sample, **changed) if changed else sample


def value_redacted(value: Any, redactor: Redactor, name: str = "", depth: int = 0) -> Any:
    """``value`` (builtins or a record of a sample) without its secrets; the same object if it holds none.

    ``name`` is the key that holds it.
    """
    if isinstance(value, str):
        return text_redacted(value, redactor, name, depth)
    if isinstance(value, dict):
        return _mapping_redacted(value, redactor, depth)
    if isinstance(value, (list, tuple)):
        items = [value_redacted(item, redactor, name, depth) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    if isinstance(value, (Message, Provenance, ToolCall)):
        changed = _fields_redacted(value, redactor)
        return msgspec.structs.replace(value, **changed) if changed else value
    return value


def text_redacted(text: str, redactor: Redactor, name: str = "", depth: int = 0) -> str:
    """A string; JSON in it is redacted string by string and stays JSON, byte for byte elsewhere."""
    if depth < _DEPTH and _may_be_json(text) and _needs_parsing(text, redactor) and _is_json(text):
        return _json_redacted(text, redactor, depth + 1)
    return redactor.value(name, text) if name else redactor.text(text)


def _fields_redacted(record: msgspec.Struct, redactor: Redactor) -> dict[str, Any]:
    changed = {}
    for field in record.__struct_fields__:
        old = getattr(record, field)
        if old.__class__ is str:
            new: Any = text_redacted(old, redactor)
        elif not old or old.__class__ is float:
            continue
        else:
            new = value_redacted(old, redactor)
        if new is not old:
            changed[field] = new
    return changed


def _mapping_redacted(mapping: dict[Any, Any], redactor: Redactor, depth: int) -> dict[Any, Any]:
    items: dict[Any, Any] = {}
    same = True
    for key, value in mapping.items():
        name = key if isinstance(key, str) else ""
        new_key = redactor.text(key) if name else key
        new = value_redacted(value, redactor, name, depth)
        same = same and new_key is key and new is value
        items[new_key if new_key is key else _free(new_key, {**items, **mapping})] = new
    return mapping if same else items


def _free(key: str, taken: dict[Any, Any]) -> str:
    """``key``, marked where the mapping has one like it already, so that nothing is lost."""
    while key in taken:
        key += "'"
    return key


def _may_be_json(text: str) -> bool:
    """Whether ``text`` begins and ends as a JSON object or list that holds strings."""
    start = text[:64].lstrip()[:1]
    if start != "{" and start != "[":
        return False
    return text[-64:].rstrip()[-1:] == ("}" if start == "{" else "]") and '"' in text


def _needs_parsing(text: str, redactor: Redactor) -> bool:
    """Whether something shows in the JSON text already, or could hide in its escapes."""
    hidden = "\\u" in text or "\\/" in text
    return hidden or redactor.suspects(text.encode("utf-8", "surrogatepass"))


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return _is_odd_json(text)
    return True


def _is_odd_json(text: str) -> bool:
    """JSON that msgspec refuses and JavaScript writes: lone surrogates, huge numbers."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _json_redacted(text: str, redactor: Redactor, depth: int) -> str:
    parts: list[str] = []
    last = 0
    key, value_at = "", -1
    for match in _LITERAL.finditer(text):
        old = json.loads(f'"{match[1]}"', strict=False)
        name = key if match.start() == value_at else ""
        new = text_redacted(old, redactor, name, depth)
        if match[2] is not None:
            key, value_at = old, match.end()
        if new is not old:
            parts += text[last : match.start(1)], json.dumps(new, ensure_ascii=False)[1:-1]
            last = match.end(1)
    return "".join((*parts, text[last:])) if parts else text
