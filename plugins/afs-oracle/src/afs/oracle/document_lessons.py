"""What the sections of documents teach: as a whole, and their tables, terms and steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from textwrap import dedent

from afs.generators.markdown import plain
from afs.oracle.comment_text import LOST
from afs.oracle.doubts import sure
from afs.oracle.lesson import Lesson
from afs.oracle.routine_lessons import cue
from afs.oracle.texts import CODE, Text, marked_lines

__all__ = ["opening", "order_lessons", "text_lessons", "topic"]

#: Tables, code, pictures and markup say too little to be known again.
_NO_PROSE = re.compile(r"\s*(?:\||```|~~~|!\[|<|[-*+] |\d{1,3}[.)] )")
_PARAGRAPH_END = re.compile(r"\n\s*(?:\n|[|>]|```|~~~|-{3,}\s*(?:\n|\Z)|[-*+] |\d{1,3}[.)] )")
_EMPTY_CELL = re.compile(r"(?i)(?:n/a|unknown|[-–—?.*_/ ]*)\Z")
_BARE_KEY = re.compile(r"#?(?:0x[0-9A-Fa-f]+|[\d.,+\-–~ ])+\*?")
_RULE = re.compile(r"\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_ITEM = re.compile(r"( *)(?:[-*+]|\d{1,3}[.)])[ \t]+(.*)")
_NUMBERED = re.compile(r"(\d{1,3})[.)][ \t]+(.*)")
_TERM = re.compile(r"(?:\*\*(.+?)\*\*|__(.+?)__|`([^`]+)`)[ \t]*([:=–—]|-(?=\s))?[ \t]*(.*)", re.S)
_STEPS = re.compile(
    r"(?i)\b(?:steps?|how (?:to|do|it)|flow|workflow|process|procedure|walkthrough|instructions|setup|guide"
    r"|quests?|events|sequence|order|follow(?:s|ing)|start(?:ing|ed)?|beats|install\w*|begin\w*|phases?|stages?|tutorial)\b"
)
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
    path = [title.rstrip(" :") for title in text.section.path if title]
    name = PurePosixPath(text.file).name
    shown = " > ".join(path[-2:]) if path else text.title
    return f"“{shown}” ({name})"


def opening(text: Text) -> str:
    """How a section begins, empty where it begins with something else than prose."""
    told = text.section.text
    return "" if _NO_PROSE.match(told) else cue(_PARAGRAPH_END.split(told.strip(), maxsplit=1)[0])


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
    rows = [(line, cells) for line, cells in rows if len(cells) == len(header) and _tells(cells[0])]
    keys = [cells[0].casefold() for _, cells in rows]
    for line, cells in rows:
        others = [(name, cell) for name, cell in zip(header[1:], cells[1:], strict=True) if _tells(cell)]
        if others and keys.count(cells[0].casefold()) == 1:
            answer = "; ".join(f"{name}: {cell}" if name else cell for name, cell in others)
            bare = header[0] and _BARE_KEY.fullmatch(cells[0])
            shown = f"{header[0]} {cells[0]}" if bare else cells[0]
            key = f"{shown} in the table of {topic(text)}"
            at = first + line
            yield Lesson("row", key, answer, text.file, at, at, told=0.6, facts=len(others), fact=True)


def _tells(cell: str) -> bool:
    """Whether a cell is filled in, and by one who knows."""
    return not _EMPTY_CELL.match(cell) and sure(cell)


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
            name = plain(match[1] or match[2] or match[3]) if match else ""
            term = name.rstrip(" :")
            parted = match and (match[4] or name.endswith(":"))
            said = _below(match[5] if parted else item) if match and match[5] else ""
            if term and len(said) >= 8 and len(term) < 80 and sure(said):
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
    """Numbered lists: all of it, and what follows each point."""
    lists = list(_items(lines, True))
    if len(lists) != 1 or len(lists[0]) < 2:
        return  # which of several is meant, or whether they are one, nobody says
    items = _with_table(lists[0], lines)
    done = _are_steps(text, lines[: items[0][0]])
    steps = [f"{number}. {item}" for number, (_, _, item) in zip(_numbers(lines, items), items, strict=True)]
    start, end = first + items[0][0], first + items[-1][1]
    wording, size = "steps" if done else "points", len(items)
    whole = "\n".join(steps)
    yield Lesson("steps", topic(text), whole, text.file, start, end, wording=wording, told=0.9, facts=size)
    shown = [plain(item.split("\n")[0]) for _, _, item in items]
    for number, (one, following) in enumerate(pairwise(shown)):
        if len(one) >= _SHORTEST and one != following and shown.count(one) == 1 and len(one) <= _LONGEST_STEP:
            at = first + items[number][0], first + items[number + 1][1]
            whole = items[number + 1][2] if following.endswith(":") else following
            key, wording = f"“{one}” in {topic(text)}", "order" if done else "point"
            yield Lesson("order", key, whole, text.file, *at, wording=wording, told=0.5, fact=True)


def _are_steps(text: Text, before: Sequence[str]) -> bool:
    """Whether heading or lead-in call a numbered list one of steps."""
    lead = next((line for line in reversed(before) if line.strip()), "")
    return any(_STEPS.search(told) for told in (*text.section.path[-2:], lead))


def _with_table(
    items: Sequence[tuple[int, int, str]], lines: Sequence[str]
) -> Sequence[tuple[int, int, str]]:
    """A last item that only announces a table has it below, where that stands at the margin."""
    start, end, item = items[-1]
    at = end + 1
    while at < len(lines) and not lines[at].strip():
        at += 1
    if not plain(item).endswith(":") or at == len(lines) or not lines[at].startswith("|"):
        return items
    last = at
    while last + 1 < len(lines) and lines[last + 1].startswith("|"):
        last += 1
    return [*items[:-1], (start, last, "\n".join([item, *lines[at : last + 1]]))]


def _numbers(lines: Sequence[str], items: Sequence[tuple[int, int, str]]) -> list[int]:
    """As the list counts; from 1 where it does not go up."""
    written = [match for start, _, _ in items if (match := _NUMBERED.match(lines[start].strip()))]
    numbers = [int(match[1]) for match in written]
    return numbers if numbers == sorted(set(numbers)) else list(range(1, len(items) + 1))


# -- the order of sections


def order_lessons(texts: Sequence[Text]) -> Iterator[Lesson]:
    """Headings that are numbered from the first on, such as the chapters of a quest: their order."""
    parents: dict[tuple[str, tuple[str, ...], str], dict[str, tuple[int, Text]]] = {}
    for text in texts:
        if text.section.part != 1 or not text.markup:
            continue
        for depth, title in enumerate(text.section.path):  # one that has no text of its own counts, too
            match = _TITLE_NUMBER.match(title)
            if match and LOST not in title:
                parent = (text.file, text.section.path[:depth], (match[1] or "").casefold())
                parents.setdefault(parent, {}).setdefault(title, (int(match[2]), text))
    for (file, path, _), titles in parents.items():
        numbers = [number for number, _ in titles.values()]
        if len(titles) > 1 and numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[-1] + 1)):
            yield from _order(file, path, [(title, text) for title, (_, text) in titles.items()])


def _order(file: str, path: tuple[str, ...], texts: Sequence[tuple[str, Text]]) -> Iterator[Lesson]:
    name = PurePosixPath(file).name
    above = [title for title in path if title]
    whole = f"“{above[-1]}” ({name})" if above else name
    titles = [title for title, _ in texts]
    at = (file, texts[0][1].section.start, texts[-1][1].section.end)
    yield Lesson("steps", whole, "\n".join(titles), *at, told=0.7, facts=len(titles), wording="chapters")
    for (one, first), (following, second) in pairwise(texts):
        key = f"“{one}” in {whole}"
        span = (file, first.section.start, second.section.start)
        yield Lesson("order", key, following, *span, wording="part-order", told=0.5, fact=True)
