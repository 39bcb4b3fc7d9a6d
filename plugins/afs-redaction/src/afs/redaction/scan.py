"""A last look at what was written: JSON lines of any shape, or plain text, for what redaction would take out.

Lines of JSON are walked as samples are, key by key; other lines are read as text, so that a key
that spans lines is found.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from afs.redaction.redactor import Redactor
from afs.redaction.walk import json_redacted, parsed, value_redacted
from afs_core import DataError
from afs_core.jsonl import STANDARD_STREAM, open_binary
from afs_core.manifest import folder_files

__all__ = ["Hit", "scanned", "scanned_files"]

_BLOCK = 1 << 20
_KEY_END = re.compile(rb'(?<!\\)"[ \t]*:')
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Hit(NamedTuple):
    """Secrets of one kind in one line (from 1) of a file; never their values."""

    path: Path
    line: int
    kind: str
    places: int


def scanned_files(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and those in folders but manifests and what is unfinished. Raises DataError."""
    files: list[Path] = []
    for path in paths:
        if path != STANDARD_STREAM and not path.exists():
            raise DataError("expected a file or folder to scan, found nothing", path=path)
        files += [file for _, file in folder_files(path)] if path.is_dir() else [path]
    return files


def scanned(path: Path, redactor: Redactor) -> Iterator[Hit]:
    """What is left in ``path`` (``-`` is standard input), line by line. Raises DataError."""
    try:
        with open_binary(path) as stream:
            yield from _in_lines(path, stream, redactor)
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}", path=path) from None


def _in_lines(path: Path, stream: Iterable[bytes], redactor: Redactor) -> Iterator[Hit]:
    block, begin, size = list[bytes](), 1, 0
    for number, line in enumerate(stream, 1):
        row = _row(line)
        if row is None and size < _BLOCK:
            begin = begin if block else number
            block.append(line)
            size += len(line)
            continue
        yield from _in_text(path, begin, block, redactor)
        block, begin, size = ([line], number, len(line)) if row is None else ([], number, 0)
        if row is not None:
            yield from _in_row(path, number, line, row, redactor)
    yield from _in_text(path, begin, block, redactor)


def _row(line: bytes) -> Any:
    """The object or list that a line of JSON holds, else None."""
    if line.lstrip(b" \t\xef\xbb\xbf")[:1] not in (b"{", b"["):
        return None
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _in_row(path: Path, number: int, line: bytes, row: Any, redactor: Redactor) -> Iterator[Hit]:
    redactor.counts.clear()
    try:
        value_redacted(row, redactor)
        if not redactor.counts and _repeats_a_key(line, row) and (tree := parsed(line)) is not None:
            json_redacted(line.decode("utf-8", "replace"), tree, redactor)
    except RecursionError:
        raise DataError("nested too deep to be scanned", path=path, line=number) from None
    yield from (Hit(path, number, kind, count) for kind, count in sorted(redactor.counts.items()))
    redactor.counts.clear()


def _repeats_a_key(line: bytes, row: Any) -> bool:
    """Whether the line may hold more keys than the row, which keeps the last of those that are equal."""
    if _encode(row) == line.rstrip(b"\n"):
        return False
    keys = _count_keys(row)
    if line.count(b'":') == keys and b'" :' not in line and b'"\t:' not in line:
        return False
    return b'\\\\"' in line or len(_KEY_END.findall(line)) > keys


def _count_keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_count_keys, value.values()))
    return sum(map(_count_keys, value)) if isinstance(value, list) else 0


def _in_text(path: Path, begin: int, block: list[bytes], redactor: Redactor) -> Iterator[Hit]:
    data = b"".join(block)
    if not data or not redactor.suspects(data):
        return
    text = data.decode("utf-8", "replace")
    ends = [match.start() for match in re.finditer(b"\n", text.encode())]
    for kind, start, _ in redactor.find(text):
        yield Hit(path, begin + bisect(ends, start - 1), kind, 1)
