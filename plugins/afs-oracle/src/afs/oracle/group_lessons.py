"""Definitions that stand together under one headline, and the settings of single files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from afs.asm import Source, Symbol
from afs.asm.sources.remarks import RULER
from afs.oracle.addresses import Address, notes_of
from afs.oracle.comment_text import cleaned, flowed, is_row, usable
from afs.oracle.comments import Comments
from afs.oracle.lesson import Lesson, code

__all__ = ["Group", "group_lessons", "groups", "setting_lessons", "struct_lessons"]

_SMALLEST, _LARGEST = 2, 64
_LONGEST_TITLE = 120
_ROM = 0x2000
#: ``--- Parts to leave out ---``
_FRAMED = re.compile(r"\s*[=~\-_*]{3,}\s+\S.*\s[=~\-_*]{3,}\s*")
#: A line that gives a value, a bit or a length its meaning, or draws the bits.
_LISTED = re.compile(
    r"(?i)(?:[-*—]\s*)?(?:bits?\s+[0-9]|(?:0x|\$|%)?[0-9a-f]{1,6}\s*(?:[-:=–—]|\s-)\s"
    r"|length:|[a-z]\s+[-:=]\s|[.a-z]{4}\s[.a-z]{4}\Z)"
)


class Group(NamedTuple):
    """Definitions on lines without a gap, and the comment above the first of them: its headline, the rest."""

    title: str
    notes: tuple[str, ...]
    file: str
    start: int
    end: int
    members: tuple[tuple[str, str, str], ...]


def groups(source: Source, comments: Comments) -> Iterator[Group]:
    """Members are name, value and comment."""
    named = [(s.line, s.name, s.text, s.comment) for s in source.symbols if "." not in s.name]
    named += [(d.line, f"!{d.name}", d.value, d.comment) for d in source.defines if d.operator == "="]
    named.sort()
    block: list[tuple[int, str, str, str]] = []
    for item in [*named, (-1, "", "", "")]:
        if block and item[0] != block[-1][0] + 1:
            yield from _group(block, source.file, comments)
            block = []
        block.append(item)


def _group(block: Sequence[tuple[int, str, str, str]], file: str, comments: Comments) -> Iterator[Group]:
    above, start = comments.above(block[0][0])
    head = cleaned(above)
    paragraph = _paragraph(above)
    title = " ".join(" ".join(cleaned(paragraph)).split())
    if title and usable(title) and not _is_of_one(head) and _SMALLEST <= len(block) <= _LARGEST:
        members = tuple((name, value, " ".join(cleaned([told]))) for _, name, value, told in block)
        boxed = above[len(paragraph) :][:1]
        rest = cleaned(above[len(paragraph) :]) if boxed and boxed[0].strip() else []
        notes = tuple(line for line in rest if usable(line))
        yield Group(title, notes, file, start, block[-1][0], members)


def _paragraph(lines: Sequence[str]) -> Sequence[str]:
    """A comment up to the first blank line or ruler behind a word, or its first line within a ruler."""
    told = False
    for at, line in enumerate(lines):
        if told and RULER.fullmatch(line):
            return lines[:at]
        if not told and _FRAMED.fullmatch(line):
            return lines[: at + 1]
        told = told or usable(line)
    return lines


def _is_of_one(head: Sequence[str]) -> bool:
    """Whether a comment lists bits, values or a length: that is said of the first definition, not of all."""
    return any(_LISTED.match(line.strip()) for line in head[1:])


def group_lessons(group: Group) -> Lesson:
    """What is defined under one headline."""
    title = (
        group.title
        if len(group.title) <= _LONGEST_TITLE
        else group.title[:_LONGEST_TITLE].rpartition(" ")[0] + " ..."
    )
    lines = [_line(name, value, told) for name, value, told in group.members]
    answer = "\n".join([*group.notes, *lines])
    at = (group.file, group.start, group.end)
    return Lesson("group", f"“{title}” in {group.file}", answer, *at, told=0.8, facts=len(lines))


def setting_lessons(local: Sequence[Address]) -> Iterator[Lesson]:
    """What a file sets that other files set differently."""
    by_file: dict[str, dict[str, list[Address]]] = {}
    for one in local:
        by_file.setdefault(one.file, {}).setdefault(one.name, []).append(one)
    for file, names in by_file.items():
        sure = [found[0] for found in names.values() if len(found) == 1]
        if _SMALLEST <= len(sure) <= _LARGEST:
            sure.sort(key=lambda one: one.line)
            lines = [_line(one.name, one.value, one.comment) for one in sure]
            yield Lesson(
                "settings",
                file,
                "\n".join(lines),
                file,
                sure[0].line,
                sure[-1].line,
                told=0.8,
                facts=len(lines),
            )


def struct_lessons(source: Source, comments: Comments) -> Iterator[Lesson]:
    """The fields of each struct with their places; offsets of a struct that has no place of its own."""
    structs: dict[str, list[Symbol]] = {}
    for symbol in source.symbols:
        if "." in symbol.name:
            structs.setdefault(symbol.name.partition(".")[0], []).append(symbol)
    loose = _without_place(source)
    for name, fields in structs.items():
        lines = [_field(symbol, comments) for symbol in fields]
        at = (source.file, fields[0].line, fields[-1].line)
        yield Lesson("struct", name, "\n".join(lines), *at, group=name, told=0.6, facts=len(lines))
        for symbol in fields if name in loose else ():
            if symbol.value is not None and symbol.value < _ROM:
                yield _offset(symbol, name)


def _without_place(source: Source) -> set[str]:
    words = [
        placed.statement.operand.split()
        for placed in source.statements
        if placed.statement.kind == "directive" and placed.statement.name == "struct"
    ]
    return {found[0] for found in words if len(found) == 1}


def _offset(symbol: Symbol, group: str) -> Lesson:
    at = (symbol.file, symbol.line, symbol.line)
    return Lesson("field", symbol.name, f"${symbol.value:02X}", *at, group=group, told=0.1, fact=True)


def _line(name: str, value: str, told: str) -> str:
    note = f": {told}" if told and usable(told) else ""
    return f"{code(name)} = {value}{note}"


def _field(symbol: Symbol, comments: Comments) -> str:
    notes, _, _ = notes_of(symbol.name, symbol, comments)
    place = "" if symbol.value is None else f" at ${symbol.value:02X}"
    told = _brief(notes) if usable("\n".join(notes)) else ""
    return f"{code('.' + symbol.name.partition('.')[2])}{place}{f': {told}' if told else ''}"


def _brief(notes: Sequence[str]) -> str:
    """As much of a comment as fits into a line."""
    text = ""
    for piece in flowed(notes).split("\n"):
        longer = f"{text} {piece.strip()}".strip()
        if text and (len(longer) > _LONGEST_TITLE or is_row(piece.strip())):
            break
        text = longer
    return text
