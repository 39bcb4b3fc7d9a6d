"""Definitions that stand together under one headline, and the settings of single files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from afs.asm import Source
from afs.oracle.addresses import Address
from afs.oracle.comment_text import cleaned, usable
from afs.oracle.comments import Comments
from afs.oracle.lesson import Lesson, code

__all__ = ["Group", "group_lessons", "groups", "setting_lessons", "struct_lessons"]

_SMALLEST, _LARGEST = 2, 64
_LONGEST_TITLE = 120
#: A line that gives a value, a bit or a length its meaning, or draws the bits.
_LISTED = re.compile(
    r"(?i)(?:[-*—]\s*)?(?:bits?\s+[0-9]|(?:0x|\$|%)?[0-9a-f]{1,6}\s*(?:[-:=–—]|\s-)\s"
    r"|length:|[a-z]\s+[-:=]\s|[.a-z]{4}\s[.a-z]{4}\Z)"
)


class Group(NamedTuple):
    """Definitions on lines without a gap, and the comment above the first of them."""

    title: str
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
    title = " ".join(" ".join(cleaned(_paragraph(above))).split())
    if title and usable(title) and not _is_of_one(head) and _SMALLEST <= len(block) <= _LARGEST:
        members = tuple((name, value, " ".join(cleaned([told]))) for _, name, value, told in block)
        yield Group(title, file, start, block[-1][0], members)


def _paragraph(lines: Sequence[str]) -> Sequence[str]:
    """A comment up to its first blank line that stands behind a word."""
    told = False
    for at, line in enumerate(lines):
        if told and not line.strip():
            return lines[:at]
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
    at = (group.file, group.start, group.end)
    return Lesson("group", f"“{title}” in {group.file}", "\n".join(lines), *at, told=0.8, facts=len(lines))


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


def struct_lessons(source: Source) -> Iterator[Lesson]:
    """The fields of each struct with their offsets or addresses."""
    structs: dict[str, list[tuple[str, int | None, str, int]]] = {}
    for symbol in source.symbols:
        name, dot, field = symbol.name.partition(".")
        if dot:
            structs.setdefault(name, []).append(
                (f".{field}", symbol.value, symbol.comment or symbol.above, symbol.line)
            )
    for name, fields in structs.items():
        at = (source.file, fields[0][3], fields[-1][3])
        lines = [_field(field, value, told) for field, value, told, _ in fields]
        yield Lesson("struct", name, "\n".join(lines), *at, group=name, told=0.6, facts=len(lines))
        for field, value, _, line in fields:
            if value is not None and value < 0x2000:
                key = f"{name}{field}"
                yield Lesson(
                    "field", key, f"${value:02X}", source.file, line, line, group=name, told=0.1, fact=True
                )


def _line(name: str, value: str, told: str) -> str:
    note = f": {told}" if told and usable(told) else ""
    return f"{code(name)} = {value}{note}"


def _field(name: str, value: int | None, told: str) -> str:
    note = " ".join(" ".join(cleaned(told.splitlines())).split())
    place = "" if value is None else f" at ${value:02X}"
    return f"{code(name)}{place}{f': {note}' if note and usable(note) else ''}"
