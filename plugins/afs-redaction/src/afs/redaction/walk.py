"""Every string of a sample: fields, turns, tool arguments, metadata values and keys, provenance."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from afs.redaction.judgement import name_kind
from afs.redaction.redactor import Redactor
from afs_core import Message, Provenance, ToolCall, TrainingSample

__all__ = ["json_redacted", "parsed", "sample_redacted", "text_redacted", "value_redacted"]

_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD = re.compile(r"[0-9A-Za-z_.-]{1,40}")
_DEPTH = 16
_ENDS = {"{": "}", "[": "]", '"': '"'}
# Keys whose value is the name of what stands beside it, and keys that add nothing to the name above.
_KEY = frozenset({"name", "Name", "key", "Key"})
_VALUE = frozenset({"value", "Value", "val", "access", "refresh", "raw", "data", "plain"})
_ABOUT = frozenset({"name", "domain", "path", "expires", "expirationDate", "sameSite"})


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
        return _mapping_redacted(value, redactor, name, depth)
    if isinstance(value, (list, tuple)):
        names = _names_of_items(value, name)
        items = [value_redacted(item, redactor, own, depth) for item, own in zip(value, names, strict=True)]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    if isinstance(value, (Message, Provenance, ToolCall)):
        changed = _fields_redacted(value, redactor)
        return msgspec.structs.replace(value, **changed) if changed else value
    return value


def text_redacted(text: str, redactor: Redactor, name: str = "", depth: int = 0) -> str:
    """A string; JSON in it is redacted string by string and stays JSON, byte for byte elsewhere."""
    if '"' in text and depth < _DEPTH and _may_be_json(text) and _needs_parsing(text, redactor):
        tree = parsed(text)
        if tree is not None:
            return json_redacted(text, tree, redactor, name, depth + 1)
    return redactor.value(name, text) if name else redactor.text(text)


def _fields_redacted(record: msgspec.Struct, redactor: Redactor) -> dict[str, Any]:
    changed = {}
    for field in record.__struct_fields__:
        old = getattr(record, field)
        if not old or old.__class__ is float:
            continue
        if old.__class__ is str:
            new: Any = old if old in redactor.harmless else text_redacted(old, redactor)
        else:
            new = value_redacted(old, redactor)
        if new is not old:
            changed[field] = new
    return changed


def _mapping_redacted(mapping: dict[Any, Any], redactor: Redactor, above: str, depth: int) -> dict[Any, Any]:
    changed: dict[Any, tuple[Any, Any]] = {}
    own = "" if _KEY.isdisjoint(mapping) else _own_name(mapping.items())
    cookies = "cookie" in above.lower()
    harmless = redactor.harmless
    for key, value in mapping.items():
        name = key if key.__class__ is str else ""
        new_key = key if key in harmless or not name else redactor.text(key)
        if cookies or name in _VALUE:
            name = _name_of(name, own, above)
        if value.__class__ is str:
            if value in harmless and " " not in name and not name_kind(name):
                continue
            new = text_redacted(value, redactor, name, depth)
        else:
            new = value_redacted(value, redactor, name, depth)
        if new_key is not key or new is not value:
            changed[key] = new_key, new
    return _with_changes(mapping, changed) if changed else mapping


def _with_changes(mapping: dict[Any, Any], changed: dict[Any, tuple[Any, Any]]) -> dict[Any, Any]:
    items: dict[Any, Any] = {}
    for key, value in mapping.items():
        new_key, new = changed.get(key, (key, value))
        items[new_key if new_key is key else _free(new_key, {**items, **mapping})] = new
    return items


def _free(key: str, taken: dict[Any, Any]) -> str:
    """``key``, marked where the mapping has one like it already, so that nothing is lost."""
    while key in taken:
        key += "'"
    return key


def _may_be_json(text: str) -> bool:
    """Whether ``text``, which has quotes, begins and ends as JSON."""
    first = text[:1]
    end = _ENDS.get(text[:64].lstrip()[:1] if first.isspace() else first)
    return end is not None and text[-64:].rstrip()[-1:] == end


def _needs_parsing(text: str, redactor: Redactor) -> bool:
    """Whether something shows in the JSON text already, or could hide in its escapes."""
    hidden = "\\u" in text or "\\/" in text
    return hidden or redactor.suspects(text.encode("utf-8", "surrogatepass"))


def parsed(text: str | bytes) -> Any:
    """The JSON in ``text``, objects as :class:`_Pairs`; None where it is none.

    Objects keep keys that stand twice, in the order of the text.
    """
    try:
        return json.loads(text, object_pairs_hook=_Pairs, strict=False)
    except (ValueError, RecursionError):
        return None


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, in order."""


def _names(tree: Any, name: str = "") -> Iterator[str]:
    """For each string literal of a JSON text, in order: the key whose value it is, or ``""`` for a key."""
    if isinstance(tree, str):
        yield name
    elif isinstance(tree, _Pairs):
        own = _own_name(tree)
        for key, value in tree:
            yield ""
            yield from _names(value, _name_of(key, own, name))
    elif isinstance(tree, list):
        for item, own in zip(tree, _names_of_items(tree, name), strict=True):
            yield from _names(item, own)


def _own_name(members: Iterable[tuple[Any, Any]]) -> str:
    """``DB_PASSWORD`` of ``{"name": "DB_PASSWORD", "value": ...}``, as containers are told it."""
    return next((value for key, value in members if key in _KEY and isinstance(value, str)), "")


def _name_of(key: str, own: str, above: str) -> str:
    """What names the value of ``key`` in an object called ``above`` that calls itself ``own``."""
    if key in _VALUE:
        return next((name for name in (key, own, above) if name_kind(name)), key)
    inherits = "cookie" in above.lower() and key not in _ABOUT and not name_kind(key)
    return above if inherits else key


def _names_of_items(items: Sequence[Any], name: str) -> Iterator[str]:
    """For each item the name of the list or, in one of arguments, the command before it: ``curl -u``."""
    program = _word(items[0]) if items else ""
    before = ""
    for item in items:
        if before[:1] == "-":
            yield f"{program} {before}"
        elif program and isinstance(item, str) and item[:1] == "-":
            yield f"{program} "
        else:
            yield name
        before = _word(item)


def _word(item: Any) -> str:
    """``item`` without its folder where it may be a program or a flag, else nothing."""
    word = item.rpartition("/")[2] if isinstance(item, str) and len(item) < 200 else ""
    return word if _WORD.fullmatch(word) else ""


def json_redacted(text: str, tree: Any, redactor: Redactor, name: str = "", depth: int = 0) -> str:
    """JSON whose strings are redacted one by one; ``tree`` is what :func:`parsed` made of it."""
    parts: list[str] = []
    last = 0
    for match, own in zip(_LITERAL.finditer(text), _names(tree, name), strict=True):
        old = json.loads(match[0], strict=False)
        new = text_redacted(old, redactor, own, depth)
        if new is not old:
            parts += text[last : match.start(1)], json.dumps(new, ensure_ascii=False)[1:-1]
            last = match.end(1)
    return "".join((*parts, text[last:])) if parts else text
