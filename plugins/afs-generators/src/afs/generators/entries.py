"""The entries of JSON and JSON-lines files, each with the lines where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from afs.generators.json_values import json_text, json_value, repaired
from afs.generators.records import record
from afs.generators.sources import SourceFile
from afs_core import DataError
from afs_core.jsonl import Fault, open_binary

__all__ = ["Entry", "entries", "json_text", "json_value"]

_BOM = b"\xef\xbb\xbf"
_SPACE = " \t\r\n"


class Entry(msgspec.Struct, frozen=True):
    """One value of a file; ``start`` and ``end`` are its lines, ``name`` tells it from the others."""

    value: Any
    start: int
    end: int
    name: str


def entries(file: SourceFile, on_fault: Callable[[Fault], None]) -> Iterator[Entry]:
    """The values of a file of JSON lines, or those of a JSON list or object, in order.

    What is not JSON goes to ``on_fault`` with its line.
    """
    if file.suffix == ".json":
        yield from _members(file, on_fault)
        return
    with open_binary(file.path) as stream:
        for number, line in enumerate(stream, 1):
            raw = line.removeprefix(_BOM) if number == 1 else line
            if raw.strip():
                try:
                    yield Entry(json_value(raw), number, number, str(number))
                except DataError as fault:
                    on_fault(Fault(file.relative, number, fault.reason, line))


def _members(file: SourceFile, on_fault: Callable[[Fault], None]) -> Iterator[Entry]:
    text = file.text()
    try:
        if text.lstrip(_SPACE).startswith("["):
            yield from _items(text)
            return
        whole = repaired(json.loads(text))
    except json.JSONDecodeError as fault:
        on_fault(Fault(file.relative, fault.lineno, f"not JSON: {fault.msg}", b""))
        return
    except (ValueError, RecursionError) as fault:
        on_fault(Fault(file.relative, 1, f"not JSON: {fault}", b""))
        return
    last = text.rstrip().count("\n") + 1
    for number, value in enumerate(_inside(whole), 1):
        yield Entry(value, 1, last, str(number))


def _items(text: str) -> Iterator[Entry]:
    """The items of a JSON list; raises JSONDecodeError where it breaks off."""
    decoder = json.JSONDecoder()
    at = _skip(text, text.index("[") + 1)
    line, counted, number = 1, 0, 0
    while text[at : at + 1] != "]":
        value, stop = decoder.raw_decode(text, at)
        number += 1
        line += text.count("\n", counted, at)
        end = line + text.count("\n", at, stop)
        yield Entry(repaired(value), line, end, str(number))
        counted, at = at, _skip(text, stop)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise json.JSONDecodeError("expected ',' or ']'", text, at)
    if text[at + 1 :].strip():
        raise json.JSONDecodeError("expected the end after the list", text, at + 1)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _inside(whole: Any) -> Iterator[Any]:
    """An object that is an entry, or the entries in its lists and objects."""
    if not isinstance(whole, dict) or record(whole) is not None:
        yield whole
        return
    for name, value in whole.items():
        if isinstance(value, list):
            yield from value
        elif isinstance(value, dict):
            yield {"title": name, **value}
