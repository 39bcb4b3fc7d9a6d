"""What the user's own files define: names with addresses, and names whose address is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from afs.asm.language.expressions import expression
from afs.asm.sources.code_base import ENDINGS
from afs.asm.sources.encoding import decoded
from afs.asm.sources.source import Placed, Source
from afs.asm.sources.symbol_files import parse_symbols, source_symbols
from afs.knowledge.bus import area, canonical
from afs.knowledge.entry import Entry
from afs.knowledge.notes import described, noted
from afs.knowledge.values import address_of
from afs_core import DataError

__all__ = ["SUFFIXES", "Symbols", "read_symbols"]

#: Files of assemblers and debuggers that list names with addresses.
_LISTS: Final = (".sym", ".mlb")
#: Suffixes that are looked for in folders. A file that is named is read as assembly if it is no list.
SUFFIXES: Final = (*sorted(ENDINGS), *_LISTS)
_LENGTH = re.compile(r"(?:\blength\b[:=\s]*|\A\[(?=\$|0x))(\$|0x)?([0-9A-F]+)\b", re.I)
_LARGEST: Final = 0x20000


class Symbols(NamedTuple):
    """``labels`` are names without a known address, defines with their ``!``."""

    entries: tuple[Entry, ...]
    labels: frozenset[str]


class _Name(NamedTuple):
    name: str
    address: int | None
    comment: str
    line: int
    size: int = 0


def read_symbols(paths: Iterable[Path], layout: str) -> Symbols:
    """The symbols of files and folders, in the order given; of one name at one address the first stays.

    Raises DataError for a path that is not there or cannot be read, and for a folder without a source.
    """
    entries: dict[tuple[str, int], Entry] = {}
    labels: set[str] = set()
    for path, shown in _files(paths):
        for found in _names(path, layout):
            if found.address is None:
                labels.add(found.name)
            else:
                entry = _entry(found, shown, layout)
                entries.setdefault((entry.name, entry.address), entry)
    return Symbols(tuple(entries.values()), frozenset(labels))


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each file and the name that it is shown by."""
    for path in paths:
        folder = path.expanduser()
        if not folder.is_dir():
            yield folder, folder.name
            continue
        files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
        if not files:
            raise DataError(f"expected files of {', '.join(SUFFIXES)} in this folder", path=path)
        yield from ((file, file.relative_to(folder).as_posix()) for file in files)


def _names(path: Path, layout: str) -> Iterator[_Name]:
    try:
        text = decoded(path.read_bytes())
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}", path=path) from None
    if path.suffix.lower() in _LISTS:
        yield from _listed(text, path, layout)
        return
    source = Source.parse(text)
    yield from _assigned(source)
    yield from _labelled(source)
    yield from (_Name(f"%{macro.name}", None, "", macro.line) for macro in source.macros)


def _listed(text: str, path: Path, layout: str) -> Iterator[_Name]:
    found = parse_symbols(text, path.suffix.lower(), layout)
    if text.strip() and not found:
        hint = "a line of .sym is `00:8000 Name`, of .mlb `PRG:0:Name`"
        raise DataError("no line names an address", path=path, hint=hint)
    for symbol in found:
        yield _Name(symbol.name, symbol.address, symbol.comment, symbol.line, symbol.size)


def _assigned(source: Source) -> Iterator[_Name]:
    fields = {(found.name, found.line): found.size for found in source_symbols(source) if found.size}
    for symbol, note in noted(source.symbols, source):
        if "." in symbol.name and symbol.value is not None:  # a struct's field: an offset, or from a base
            address = symbol.value if symbol.value > 0xFF else None
        else:
            address = address_of(symbol.name, symbol.text, note, define=False)
        size = fields.get((symbol.name, symbol.line), 0)
        yield _Name(symbol.name, address, note, symbol.line, size)
    for define, note in noted(source.defines, source):
        address = address_of(define.name, define.value, note, define=True)
        yield _Name(f"!{define.name}", address, note, define.line)


def _labelled(source: Source) -> Iterator[_Name]:
    """Labels; those behind ``org`` or ``base`` that only ``skip`` separates from it have an address."""
    known: dict[int, int] = {}
    counter = _Counter()
    for placed in source.statements:
        if counter.value is not None and placed.statement.labels:
            known[placed.line] = counter.value
        counter.take(placed)
    for label in source.labels:
        note = label.comment or label.above
        yield _Name(label.name, known.get(label.line), note, label.line)


class _Counter:
    """The address that the next byte gets, None where only an assembler could tell."""

    def __init__(self) -> None:
        self.value: int | None = None
        self._based = False

    def take(self, placed: Placed) -> None:
        statement = placed.statement
        name, operand = statement.name, statement.operand
        if statement.kind == "directive" and name == "base":
            self._based = operand.lower() != "off"
            self.value = expression(operand).literal if self._based else None
        elif statement.kind == "directive" and name == "org":
            self.value = self.value if self._based else expression(operand).literal
        elif statement.kind == "directive" and name == "skip":
            size = expression(operand).literal
            self.value = None if self.value is None or size is None else self.value + size
        elif statement.kind not in ("label", "assign", "define", "brace"):
            self.value = None


def _entry(found: _Name, shown: str, layout: str) -> Entry:
    address = canonical((found.address or 0) & 0xFFFFFF, layout)
    stated = found.size if 0 < found.size <= _LARGEST else _length(found.comment)
    size = min(stated, 0x1000000 - address)
    place = area(address, layout)
    kind = place if place in ("wram", "register", "sram") else "symbol"
    return Entry(
        address, found.name, described(found.comment), size, kind=kind, source=f"{shown}:{found.line}"
    )


def _length(comment: str) -> int:
    """The bytes that a comment states as LENGTH, or in brackets at its beginning, else 1."""
    match = _LENGTH.search(comment)
    if match is None or not (match[1] or match[2].isdecimal()):
        return 1
    size = int(match[2], 16 if match[1] else 10)
    return size if 0 < size <= _LARGEST else 1
