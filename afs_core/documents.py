"""Rows of files from elsewhere: JSON lines, one JSON array, or objects one after another; gzipped or not.

    for entry in read_entries(Path("toolllama_train.json")):
        entry.row, entry.start, entry.end        # lines of the file, 1-based, inclusive

An array is read element by element, so that memory holds one of them and a block, not the file.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import msgspec

from afs_core.errors import DataError
from afs_core.jsonl import Fault, OnFault, hand_over, open_binary

__all__ = ["Entry", "document_files", "is_plain_lines", "read_entries"]

_SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_BLOCK = 1 << 20
_LONGEST = 1 << 28  # characters of one element; more is taken for a missing quote or bracket
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_SPACE = re.compile(r"[ \t\r\n]*")
_SEPARATOR = re.compile(r"[ \t\r\n,]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_decode = msgspec.json.Decoder().decode


class Entry(NamedTuple):
    """One object of a file, and its first and last line."""

    start: int
    end: int
    row: dict[str, Any]


def document_files(path: Path) -> tuple[Path, ...]:
    """``path``, or all JSON files below a folder, by name; raises DataError where it has none."""
    if not path.is_dir():
        return (path,)
    below = sorted(item for item in path.rglob("*") if item.name.lower().endswith(_SUFFIXES))
    found = tuple(item for item in below if not item.name.endswith((".manifest.json", ".rejected.jsonl")))
    if not found:
        raise DataError(f"expected a file, or a folder with {', '.join(_SUFFIXES[:3])} files", path=path)
    return found


def read_entries(path: Path, *, on_fault: OnFault | None = None) -> Iterator[Entry]:
    """The objects of a file, in order. Raises DataError at the first that is none, unless ``on_fault``
    takes it; what breaks the file's structure is always raised, as nothing after it can be trusted."""
    with open_binary(path) as raw:
        try:
            stream = _plain(raw)
            head = stream.peek(1 << 16).removeprefix(_BOM).lstrip()
            if _is_lines(head):
                yield from _lines(stream, path, on_fault)
            else:
                yield from _Elements(stream, path, on_fault)
        except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
            raise DataError(f"damaged gzip file: {fault}", path=path, hint="fetch it again") from None


def is_plain_lines(path: Path) -> bool:
    """Whether a file is JSON lines that are not gzipped, as afs writes them."""
    with open_binary(path) as raw:
        head = raw.peek(1 << 16)  # type: ignore[attr-defined]
        return not head.startswith(_GZIP) and _is_lines(head.removeprefix(_BOM).lstrip())


def _plain(raw: Any) -> io.BufferedReader:
    packed = raw.peek(2)[:2] == _GZIP
    return io.BufferedReader(gzip.GzipFile(fileobj=raw), _BLOCK) if packed else raw


def _is_lines(head: bytes) -> bool:
    """Whether the first line is a whole value; an object written over several lines ends otherwise."""
    if head.startswith(b"["):
        return False
    line, newline, _ = head.partition(b"\n")
    return not newline or not line.startswith(b"{") or line.rstrip().endswith(b"}")


def _lines(stream: io.BufferedReader, path: Path, on_fault: OnFault | None) -> Iterator[Entry]:
    for number, line in enumerate(stream, 1):
        if number == 1:
            line = line.removeprefix(_BOM)
        try:
            row = _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            if not line.strip():
                continue
            row = _repaired(line)
            if row is None:
                hand_over(Fault(str(path), number, f"not JSON: {fault}", line), on_fault)
                continue
        if isinstance(row, dict):
            yield Entry(number, number, row)
        else:
            hand_over(Fault(str(path), number, _no_object(row), line), on_fault)


def _repaired(line: bytes) -> Any:
    """A line that msgspec refuses for half a surrogate pair, which JavaScript writes, else None."""
    try:
        text = line.decode()
        return _whole(_DECODER.decode(text)) if _may_be_half(text) else None
    except (ValueError, RecursionError):
        return None


def _may_be_half(text: str) -> bool:
    return "\\ud" in text or "\\uD" in text


def _whole(value: Any) -> Any:
    """``value`` with lone surrogates replaced by U+FFFD."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)) if _SURROGATE.search(text) else value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _no_object(value: Any) -> str:
    return f"expected an object, got {type(value).__name__}"


class _Elements:
    """The elements of one array, or objects that stand one after another over many lines."""

    def __init__(self, stream: io.BufferedReader, path: Path, on_fault: OnFault | None) -> None:
        self._stream, self._path, self._on_fault = stream, path, on_fault
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n")
        self._buffer, self._place, self._line, self._counted = "", 0, 1, 0
        self._ended = False

    def __iter__(self) -> Iterator[Entry]:
        try:
            self._skip(_SPACE)
            array = self._buffer[self._place : self._place + 1] == "["
            self._place += array
            while self._more(array):
                yield from self._element()
        finally:
            self._text.detach()

    def _more(self, array: bool) -> bool:
        """Whether another element begins at the place; passes over what stands before it."""
        self._skip(_SEPARATOR if array else _SPACE)
        ahead = self._buffer[self._place : self._place + 1]
        if array and ahead == "]":
            self._place += 1
            self._skip(_SPACE)
            if self._place < len(self._buffer):
                self._broken("expected nothing after the array's end")
            return False
        if array and not ahead:
            self._broken("expected the array's end, the file stops before it")
        return bool(ahead)

    def _element(self) -> Iterator[Entry]:
        start = self._lines_to(self._place)
        value, end = self._value()
        text = self._buffer[self._place : end]
        self._place = end
        last = self._lines_to(end)
        if _may_be_half(text):
            value = _whole(value)
        if isinstance(value, dict):
            yield Entry(start, last, value)
        else:
            hand_over(Fault(str(self._path), start, _no_object(value), text.encode()), self._on_fault)

    def _value(self) -> tuple[Any, int]:
        """The value at the place and where it ends; reads on while it is not whole."""
        wanted = _BLOCK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._place)
            except (ValueError, RecursionError) as fault:
                if self._ended or not _is_cut(fault, len(self._buffer)) or wanted > _LONGEST:
                    self._broken(f"not JSON: {getattr(fault, 'msg', fault)}", getattr(fault, "pos", None))
                self._read(wanted)
                wanted *= 2
                continue
            if end < len(self._buffer) or self._ended:
                return value, end
            self._read(wanted)  # a number may go on

    def _skip(self, what: re.Pattern[str]) -> None:
        while True:
            match = what.match(self._buffer, self._place)
            self._place = match.end() if match else self._place
            if self._place < len(self._buffer) or self._ended:
                return
            self._read(_BLOCK)

    def _read(self, size: int) -> None:
        self._lines_to(self._place)
        try:
            block = self._text.read(size)
        except UnicodeDecodeError as fault:
            self._broken(f"not UTF-8: {fault.reason}")
        self._ended = not block
        self._buffer = self._buffer[self._place :] + block
        self._place = self._counted = 0

    def _lines_to(self, place: int) -> int:
        """The line of ``place``, counted on from the last one asked for."""
        self._line += self._buffer.count("\n", self._counted, place)
        self._counted = place
        return self._line

    def _broken(self, reason: str, place: int | None = None) -> NoReturn:
        line = self._lines_to(self._place if place is None else place)
        raise DataError(reason, path=self._path, line=line, hint="mend the file; what follows cannot be read")


def _is_cut(fault: Exception, size: int) -> bool:
    """Whether a value only lacks what was not read yet."""
    if not isinstance(fault, json.JSONDecodeError):
        return False
    return fault.msg.startswith("Unterminated string") or fault.pos >= size - 12
