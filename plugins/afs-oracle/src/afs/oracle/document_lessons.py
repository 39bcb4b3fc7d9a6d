"""What the sections of documents teach: as a whole, and their tables, terms and steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from textwrap import dedent

from afs.generators.markdown import plain
from afs.oracle.comments import LOST
from afs.oracle.lesson import Lesson
from afs.oracle.routine_lessons import cue
from afs.oracle.texts import CODE, Text, marked_lines

__all__ = ["opening", "order_lessons", "text_lessons", "topic"]

#: Tables, code, pictures and markup say too little to be known again.
_NO_PROSE = re.compile(r"\s*(?:\||```|~~~|!\[|<)")
_RULE = re.compile(r"\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_ITEM = re.compile(r"( *)(?:[-*+]|\d{1,3}[.)])[ \t]+(.*)")
_NUMBERED = re.compile(r"(\d{1,3})[.)][ \t]+(.*)")
_TERM = re.compile(r"(?:\*\*(.+?)\*\*|__(.+?)__|`([^`]+)`)[ \t]*(?:[:–—]|-(?=\s))?[ \t]*(.*)", re.S)
_TITLE_NUMBER = re.compile(
    r"(?i)(?:(chapter|part|step|phase|act|stage|quest|day|milestone|level|week)\s+)?(\d{1,3})\s*(?:[.:)]|[-–—]|$)"
)
_SHORTEST, _LONGEST_STEP = 3, 300
_CELL = re.compile(r"(?<!\\)\|")


def text_lessons(text: Text) -> Iterator[Lesson]:
    """The tables, terms and steps of one section; the section itself is asked for elsewhere."""
    section = text.section
    if section.part == 1:
        key = opening(text)
        yield Lesson("heading", key, text.title, text.file, section.start, section.end, told=0.5, fact=True)
    if text.markup:
        lines = marked_lines(section.text)
        first = section.end - section.text.count("\n")
        yield from _rows(text, lines, first)
        yield from _terms(text, lines, first)
        yield from _steps(text, lines, first)


def topic(text: Text) -> str:
    """What a section is about, with what stands above it."""
    path = [title for title in text.section.path if title]
    name = PurePosixPath(text.file).name
    shown = " > ".join(path[-2:]) if path else text.title
    return f"“{shown}” ({name})"


def opening(text: Text) -> str:
    """How a section begins, empty where it begins with something else than prose."""
    return "" if _NO_PROSE.match(text.section.text) else cue(text.section.text)


# -- tables


def _rows(text: Text, lines: Sequence[str], first: int) -> Iterator[Lesson]:
    at = 0
    while at < len(lines) - 2:
        header, rule = lines[at], lines[at + 1]
        if CODE in header or "|" not in header or "-" not in rule or not _RULE.match(rule):
            at += 1
            continue
        end = at + 2
        while end < len(lines) and "|" in lines[end] and CODE not in lines[end]:
            end += 1
        yield from _table(text, _cells(header), [(n, _cells(lines[n])) for n in range(at + 2, end)], first)
        at = end


def _table(
    text: Text, header: Sequence[str], rows: Sequence[tuple[int, list[str]]], first: int
) -> Iterator[Lesson]:
    rows = [(line, cells) for line, cells in rows if len(cells) == len(header) and cells[0]]
    keys = [cells[0].casefold() for _, cells in rows]
    for line, cells in rows:
        others = [(name, cell) for name, cell in zip(header[1:], cells[1:], strict=True) if cell]
        if others and keys.count(cells[0].casefold()) == 1:
            answer = "; ".join(f"{name}: {cell}" if name else cell for name, cell in others)
            key = f"{cells[0]} in the table of {topic(text)}"
            at = first + line
            yield Lesson("row", key, answer, text.file, at, at, told=0.6, facts=len(others), fact=True)


def _cells(line: str) -> list[str]:
    row = line.strip().removeprefix("|")
    row = row[:-1] if row.endswith("|") and not row.endswith("\\|") else row
    return [plain(cell.replace("\\|", "|").replace("<br>", ", ")) for cell in _CELL.split(row)]


# -- lists


def _items(lines: Sequence[str], numbered: bool) -> Iterator[list[tuple[int, int, str]]]:
    """Lists of one level, each item with its first and last line and its text as written."""
    found: list[tuple[int, int, str]] = []
    indent, at = -1, 0
    while at < len(lines):
        match = _ITEM.fullmatch(lines[at])
        fits = match and (not numbered or _NUMBERED.match(lines[at].strip()))
        if match and fits and (indent < 0 or len(match[1]) == indent):
            indent = len(match[1])
            end = _item_end(lines, at + 1, indent)
            found.append((at, end - 1, _dedented(lines[at:end], match[2], indent)))
            at = end
            continue
        if lines[at].strip():
            if found:
                yield found
            found, indent = [], -1
        at += 1
    if found:
        yield found


def _item_end(lines: Sequence[str], at: int, indent: int) -> int:
    """Behind the last line that belongs to an item: deeper ones, and those that go on without a gap."""
    end = at
    while at < len(lines):
        line = lines[at].removeprefix(CODE)
        deeper = len(line) - len(line.lstrip()) > indent
        goes_on = line[:1].isalnum() and CODE not in lines[at] and not _ITEM.fullmatch(line) and end == at
        if line.strip() and not deeper and not goes_on:
            break
        at += 1
        end = at if line.strip() else end
    return end


def _dedented(lines: Sequence[str], first: str, indent: int) -> str:
    rest = [line.removeprefix(CODE)[indent:].rstrip() for line in lines[1:]]
    return "\n".join([first, *rest]).rstrip()


def _terms(text: Text, lines: Sequence[str], first: int) -> Iterator[Lesson]:
    """Items that open with a term in bold type or as code."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for items in (*_items(lines, False),):
        for start, end, item in items:
            match = _TERM.match(item)
            term = plain(match[1] or match[2] or match[3]).rstrip(" :") if match else ""
            said = _below(match[4]) if match else ""
            if term and len(said) >= 8 and len(term) < 80:
                found.setdefault(term, []).append((start, end, said))
    for term, several in found.items():
        if len(several) == 1:
            start, end, said = several[0]
            key = f"{term} in {topic(text)}"
            yield Lesson("term", key, said, text.file, first + start, first + end, told=0.9)


def _below(text: str) -> str:
    """What follows a term, with the list below it at the margin."""
    first, _, rest = text.partition("\n")
    return f"{first.strip()}\n{dedent(rest)}".strip()


def _steps(text: Text, lines: Sequence[str], first: int) -> Iterator[Lesson]:
    """Numbered lists: all steps, and what follows each."""
    lists = list(_items(lines, True))
    if len(lists) != 1 or len(lists[0]) < 2:
        return  # which of several is meant, or whether they are one, nobody says
    items = lists[0]
    steps = [f"{number}. {item}" for number, (_, _, item) in zip(_numbers(lines, items), items, strict=True)]
    start, end = first + items[0][0], first + items[-1][1]
    yield Lesson("steps", topic(text), "\n".join(steps), text.file, start, end, told=0.9, facts=len(items))
    shown = [plain(item.split("\n")[0]) for _, _, item in items]
    for number, (one, following) in enumerate(pairwise(shown)):
        if len(one) >= _SHORTEST and one != following and shown.count(one) == 1 and len(one) <= _LONGEST_STEP:
            at = first + items[number][0], first + items[number + 1][1]
            whole = items[number + 1][2] if following.endswith(":") else following
            yield Lesson("order", f"“{one}” in {topic(text)}", whole, text.file, *at, told=0.5, fact=True)


def _numbers(lines: Sequence[str], items: Sequence[tuple[int, int, str]]) -> list[int]:
    """As the list counts; from 1 where it does not go up."""
    written = [match for start, _, _ in items if (match := _NUMBERED.match(lines[start].strip()))]
    numbers = [int(match[1]) for match in written]
    return numbers if numbers == sorted(set(numbers)) else list(range(1, len(items) + 1))


# -- the order of sections


def order_lessons(texts: Sequence[Text]) -> Iterator[Lesson]:
    """Headings that are numbered, such as the chapters of a quest: their order."""
    parents: dict[tuple[str, tuple[str, ...], str], dict[str, tuple[int, Text]]] = {}
    for text in texts:
        match = _TITLE_NUMBER.match(text.section.title)
        if match and text.section.part == 1 and text.markup and LOST not in text.section.title:
            word = (match[1] or "").casefold()
            parent = (text.file, text.section.path[:-1], word)
            parents.setdefault(parent, {}).setdefault(text.section.title, (int(match[2]), text))
    for (file, path, _), titles in parents.items():
        numbers = [number for number, _ in titles.values()]
        if len(titles) > 1 and numbers == sorted(set(numbers)):
            yield from _order(file, path, [text for _, text in titles.values()])


def _order(file: str, path: tuple[str, ...], texts: Sequence[Text]) -> Iterator[Lesson]:
    name = PurePosixPath(file).name
    above = [title for title in path if title]
    whole = f"“{above[-1]}” ({name})" if above else name
    titles = [text.section.title for text in texts]
    at = (texts[0].file, texts[0].section.start, texts[-1].section.end)
    yield Lesson("steps", whole, "\n".join(titles), *at, told=0.7, facts=len(titles), wording="chapters")
    for one, following in pairwise(texts):
        key = f"“{one.section.title}” in {whole}"
        span = (one.file, one.section.start, following.section.start)
        yield Lesson("order", key, following.section.title, *span, told=0.5, fact=True)
