"""Names and addresses out of files: `.sym` (WLA, asar, no$sns, bsnes, VICE), `.mlb` (Mesen), asar sources.

for entry in read_symbols(Path("hack.sym")):
    entry.name, entry.address, entry.size, entry.file, entry.line
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from afs.asm.language.expressions import expression
from afs.asm.mapping import MAPPERS, plain_address
from afs_core import DataError

from .encoding import decoded
from .source import Source

__all__ = ["SymbolEntry", "parse_symbols", "read_symbols", "source_symbols"]

_WORK, _SAVE_LOROM, _SAVE_HIROM = 0x7E0000, 0x700000, 0x306000
_SKIP = re.compile(r"\bskip (\S+)\Z", re.I)
_WLA = re.compile(r"([0-9A-Fa-f]{1,4}):([0-9A-Fa-f]{4})\s+(\S+)")
_FLAT = re.compile(r"(?:al\s+(?:C:)?)?([0-9A-Fa-f]{6,8})\s+(\S+)")
_SECTION = re.compile(r"\[([^\]]*)\]\s*\Z")
_MLB = re.compile(r"(\w+):([0-9A-Fa-f]+)(?:-([0-9A-Fa-f]+))?:([^:]*)(?::(.*))?\Z")
#: Sections of a `.sym` file whose lines name addresses.
_NAMING: Final = frozenset({"", "labels", "ramsections"})
_MESEN: Final = {
    "SNESPRGROM": "rom",
    "PRG": "rom",
    "SNESWORKRAM": "work",
    "WORK": "work",
    "SNESSAVERAM": "save",
    "SAVE": "save",
    "SNESREGISTER": "cpu",
    "SNESMEMORY": "cpu",
    "REG": "cpu",
}


class SymbolEntry(msgspec.Struct, frozen=True):
    """A name for a 24-bit address, or a define's number. `size` in bytes, 0 unknown; `kind` is label,
    symbol (`NAME = $addr`), field, or define (whose name has its `!`)."""

    name: str
    address: int
    size: int = 0
    kind: str = "label"
    comment: str = ""
    file: str = ""
    line: int = 0


def read_symbols(path: Path | str, layout: str = "lorom", file: str | None = None) -> tuple[SymbolEntry, ...]:
    """The symbols of a file, its kind told by its ending; `layout` is a name of `MAPPERS`.

    Raises OSError, and DataError for a `.sym` or `.mlb` file in which nothing names an address.
    """
    path = Path(path)
    text = decoded(path.read_bytes())
    name = str(path) if file is None else file
    entries = parse_symbols(text, path.suffix.lower(), layout, name)
    if not entries and text.strip() and path.suffix.lower() in (".sym", ".mlb"):
        hint = "a line is `00:8000 Name` or `00008000 Name` in .sym, `PRG:0:Name` in .mlb"
        raise DataError("no line names an address", path=path, line=1, hint=hint)
    return entries


def parse_symbols(text: str, suffix: str, layout: str = "lorom", file: str = "") -> tuple[SymbolEntry, ...]:
    """The symbols in a text; `suffix` is `.sym`, `.mlb`, or any other for asar sources."""
    if suffix == ".sym":
        return tuple(_sym(text, file))
    if suffix == ".mlb":
        return tuple(_mlb(text, layout, file))
    return source_symbols(Source.parse(text, file))


def _sym(text: str, file: str) -> Iterator[SymbolEntry]:
    section = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line, _, comment = raw.partition(";")
        header = _SECTION.match(line.strip())
        if header:
            section = header[1].lower()
        elif section in _NAMING:
            found = _named_address(line.strip())
            if found:
                address, name = found
                yield SymbolEntry(name, address, comment=comment.strip(), file=file, line=number)


def _named_address(line: str) -> tuple[int, str] | None:
    match = _WLA.match(line)
    if match:
        return (int(match[1], 16) << 16 | int(match[2], 16)) & 0xFFFFFF, match[3]
    match = _FLAT.match(line)
    return (int(match[1], 16) & 0xFFFFFF, match[2].removeprefix(".")) if match else None


def _mlb(text: str, layout: str, file: str) -> Iterator[SymbolEntry]:
    for number, line in enumerate(text.splitlines(), 1):
        match = _MLB.match(line.strip())
        memory = _MESEN.get(match[1].upper()) if match else None
        if not match or not memory or not match[4]:
            continue
        first = int(match[2], 16)
        address = _address(layout)[memory](first)
        if address is None:
            continue
        size = int(match[3], 16) - first + 1 if match[3] else 0
        comment = (match[5] or "").replace("\\n", "\n").strip()
        yield SymbolEntry(match[4], address, max(size, 0), "label", comment, file, number)


def _address(layout: str) -> dict[str, Callable[[int], int | None]]:
    """How an offset into each of Mesen's memories becomes an address."""
    save = _SAVE_HIROM if "hirom" in layout else _SAVE_LOROM
    return {
        "rom": lambda offset: plain_address(MAPPERS[layout], offset),
        "work": lambda offset: _WORK + offset if offset < 0x20000 else None,
        "save": lambda offset: save + offset,
        "cpu": lambda offset: offset,
    }


def source_symbols(source: Source) -> tuple[SymbolEntry, ...]:
    """The `NAME = value`, struct fields and numeric defines of a parsed file, in the order of its lines."""
    entries = [
        SymbolEntry(
            symbol.name,
            symbol.value & 0xFFFFFF,
            _field_size(symbol.text),
            "field" if "." in symbol.name else "symbol",
            symbol.comment or symbol.above,
            symbol.file,
            symbol.line,
        )
        for symbol in source.symbols
        if symbol.value is not None
    ]
    for define in source.defines:
        value = expression(define.value).literal if define.value else None
        if value is not None and define.operator in ("=", ":=", "?=", "#="):
            note = define.comment or define.above
            entries.append(SymbolEntry("!" + define.name, value, 0, "define", note, define.file, define.line))
    return tuple(sorted(entries, key=lambda entry: entry.line))


def _field_size(text: str) -> int:
    match = _SKIP.search(text)
    return (expression(match[1]).literal or 0) if match else 0
