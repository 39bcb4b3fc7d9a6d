"""A checkout of a ROM hack, found by what its files hold and not by what its folders are called."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afs.asm import Routine, Source
from afs.generators.markdown import Section, document, prose
from afs.generators.sources import SourceFile, walk
from afs_core import DataError

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["ASSEMBLY", "DOCUMENTS", "Address", "Hack", "Text", "read_hack"]

ASSEMBLY = frozenset({".asm", ".s", ".65s", ".inc", ".a65"})
MARKDOWN = frozenset({".md", ".markdown"})
DOCUMENTS = MARKDOWN | {".txt", ".rst"}
# Four digits are an address of a bank; two are a number or an offset.
_ADDRESS = re.compile(r"\$[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{2})?")
_SHORTEST = 16


class Address(msgspec.Struct, frozen=True):
    """A symbol that names an address: ``value`` as ``$`` and four or six digits in upper case."""

    name: str
    value: str
    comment: str
    file: str
    line: int


class Text(msgspec.Struct, frozen=True):
    """One section of a document."""

    section: Section
    file: str


class Hack(msgspec.Struct, frozen=True):
    """What a checkout holds, in the order of its paths. ``files`` counts them by suffix."""

    addresses: tuple[Address, ...]
    routines: tuple[Routine, ...]
    texts: tuple[Text, ...]
    files: dict[str, int]


def read_hack(root: Path, run: Run) -> Hack:
    """Read every file of assembly and every document below ``root``.

    Files that cannot be read are named in a warning and passed over. Raises DataError where
    ``root`` is no folder.
    """
    files: Counter[str] = Counter()
    sources: list[Source] = []
    texts: list[Text] = []
    for file in walk(root, ASSEMBLY | DOCUMENTS):
        run.check_cancelled()
        try:
            text = file.text()
        except DataError as fault:
            run.warn(f"passed over: {fault.message}")
            continue
        files[file.suffix] += 1
        if file.suffix in ASSEMBLY:
            sources.append(Source.parse(text, file.relative))
        else:
            texts += _texts(text, file)
    routines = tuple(routine for source in sources for routine in source.routines)
    return Hack(_addresses(sources, run), routines, tuple(texts), dict(sorted(files.items())))


def _texts(text: str, file: SourceFile) -> list[Text]:
    read = document if file.suffix in MARKDOWN else prose
    sections = read(text).sections
    return [Text(section, file.relative) for section in sections if len(section.text.strip()) >= _SHORTEST]


def _addresses(sources: list[Source], run: Run) -> tuple[Address, ...]:
    """Symbols with one address; those that are defined differently in two places are left out."""
    found: dict[str, Address] = {}
    torn: set[str] = set()
    for address in _all_addresses(sources):
        known = found.setdefault(address.name, address)
        if known.value != address.value and address.name not in torn:
            torn.add(address.name)
            run.warn(
                f"left out: {address.name} is {known.value} in {known.file}:{known.line} "
                f"and {address.value} in {address.file}:{address.line}"
            )
    return tuple(address for name, address in found.items() if name not in torn)


def _all_addresses(sources: list[Source]) -> list[Address]:
    found = []
    for source in sources:
        symbols = [(s.name, s.text, s.comment or s.above, s.line) for s in source.symbols]
        defines = [(f"!{d.name}", d.value, d.comment or d.above, d.line) for d in source.defines]
        for name, text, comment, line in symbols + defines:
            if _ADDRESS.fullmatch(text.strip()):
                value = "$" + text.strip()[1:].upper()
                found.append(Address(name, value, " ".join(comment.split()), source.file, line))
    return found
