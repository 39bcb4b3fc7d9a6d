"""What the tables of documents teach: one lookup a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from afs.oracle.doubts import sure
from afs.oracle.inline import label, told
from afs.oracle.lesson import Lesson
from afs.oracle.texts import CODE

__all__ = ["row_lessons"]

_EMPTY_CELL = re.compile(r"(?i)(?:n/a|unknown|[-–—?.*_/ ]*)\Z")
_BARE_KEY = re.compile(r"#?(?:0x[0-9A-Fa-f]+|[\d.,+\-–~ ])+\*?")
#: ``[ ]``, ``[description]``, ``0x##``, and ``[x]``, which is ticked.
_OPEN = re.compile(r"\[(?:([xX])|[^\]`]*)\]|(?:0x|\$)?#+|[\w ]*\b0x#+")
_RULE = re.compile(r"\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_CELL = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"(?i)\s*<br\s*/?>\s*")


def row_lessons(topic: str, file: str, lines: Sequence[str], first: int) -> Iterator[Lesson]:
    """``lines`` begin on line ``first`` of ``file``; rows that begin alike in several tables are left out."""
    tables = list(_tables(lines))
    if not tables:
        return
    keys = Counter(label(cells[0]).casefold() for _, rows in tables for _, cells in rows)
    for header, rows in tables:
        for at, cells in rows:
            if keys[label(cells[0]).casefold()] == 1:
                yield from _row(header, cells, topic, file, first + at)


def _tables(lines: Sequence[str]) -> Iterator[tuple[list[str], list[tuple[int, list[str]]]]]:
    """The cells of each header, and those of its rows that are filled as it says, with their lines."""
    at = 0
    while at < len(lines) - 2:
        header, rule = lines[at], lines[at + 1]
        if CODE in header or "|" not in header or "-" not in rule or not _RULE.match(rule):
            at += 1
            continue
        end = at + 2
        while end < len(lines) and "|" in lines[end] and CODE not in lines[end]:
            end += 1
        names = _cells(header)
        rows = [(number, _cells(lines[number])) for number in range(at + 2, end)]
        yield names, [(number, cells) for number, cells in rows if len(cells) == len(names)]
        at = end


def _row(header: Sequence[str], cells: Sequence[str], topic: str, file: str, line: int) -> Iterator[Lesson]:
    names, key = [label(name) for name in header], label(cells[0])
    others = [(name, _filled(cell)) for name, cell in zip(names[1:], cells[1:], strict=True)]
    others = [(name, text) for name, text in others if _tells(text)]
    if others and _tells(key) and not _OPEN.fullmatch(cells[0]):
        answer = "; ".join(f"{name}: {text}" if name else text for name, text in others)
        shown = f"{names[0]} {key}" if names[0] and _BARE_KEY.fullmatch(key) else key
        key = f"{shown} in the table of {topic}"
        yield Lesson("row", key, answer, file, line, line, told=0.6, facts=len(others), fact=True)


def _filled(cell: str) -> str:
    """What a cell says; nothing where it is to be filled in, ticked, or was struck out."""
    if match := _OPEN.fullmatch(cell):
        return "✓" if match[1] else ""
    return "" if "~~" in cell else told(cell)


def _tells(cell: str) -> bool:
    """Whether a cell is filled in, and by one who knows."""
    return not _EMPTY_CELL.match(cell) and sure(cell)


def _cells(line: str) -> list[str]:
    row = line.strip().removeprefix("|")
    row = row[:-1] if row.endswith("|") and not row.endswith("\\|") else row
    return [_BREAK.sub(", ", cell.replace("\\|", "|")).strip() for cell in _CELL.split(row)]
