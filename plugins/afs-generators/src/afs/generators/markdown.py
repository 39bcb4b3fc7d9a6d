"""Markdown, cut into its sections.

Headings (``#`` and underlined) open sections; what stands in fenced or indented code, in
comments, lists or quotes opens none. A long section is cut between paragraphs, never inside a
fence. Every section knows its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

__all__ = ["Document", "Section", "document", "plain", "prose", "sections"]

LIMIT = 4000

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r"[ \t]*(?:[-*+>]|\d+[.)])?[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_INTERRUPTION = re.compile(r" {0,3}(?:>|[-*+][ \t]+\S|1[.)][ \t]+\S|<[a-z!/?])")
_BLOCK = re.compile(r"(?: {4}|\t| {0,3}(?:>|[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|\||<[a-zA-Z!/?]))")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_HIDDEN = 0xE000  # escaped characters wait here, out of the way of markup
_UNDERLINE = re.compile(r"[=\-~*#^]{3,}[ \t]*$")
_LONGEST_TITLE = 80
_FRONT_MATTER = re.compile(r"---[ \t]*$")
_FRONT_END = re.compile(r"(?:---|\.\.\.)[ \t]*$")
_FIELD = re.compile(r"([A-Za-z][\w-]*):[ \t]*(.*?)[ \t]*$")


class Section(msgspec.Struct, frozen=True):
    """The text below one heading, up to the next one of any level.

    ``path`` holds the titles from the top, its own last; ``start`` is the line of the heading
    (of the text in further parts), ``end`` the last line with text, both from 1. A long section
    has several ``parts``, of which this is the ``part``-th.
    """

    title: str
    path: tuple[str, ...]
    level: int
    start: int
    end: int
    text: str
    part: int = 1
    parts: int = 1


class Document(msgspec.Struct, frozen=True):
    """A document: what its front matter says, and its sections."""

    fields: dict[str, str | tuple[str, ...]]
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """From the front matter, else the first top heading; may be empty."""
        given = self.fields.get("title", "")
        if isinstance(given, str) and given:
            return given
        return next((section.title for section in self.sections if section.level == 1), "")


class _Heading(msgspec.Struct, frozen=True):
    level: int
    title: str
    line: int  # index of its first line
    body: int  # index of the first line below it


def sections(text: str, *, limit: int = LIMIT) -> tuple[Section, ...]:
    """The sections of ``text`` that hold any, in order."""
    return document(text, limit=limit).sections


def document(text: str, *, limit: int = LIMIT) -> Document:
    """``text`` with ``\\n`` between lines, taken apart; sections over ``limit`` characters are cut."""
    lines = text.split("\n")
    start, fields = _front_matter(lines)
    headings = [_Heading(0, "", start, start), *_headings(lines, start)]
    found: list[Section] = []
    open_path: list[_Heading] = []
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        while open_path and open_path[-1].level >= heading.level:
            open_path.pop()
        if heading.level:
            open_path.append(heading)
        end = following.line if following is not None else len(lines)
        found += _cut(lines, heading, end, tuple(h.title for h in open_path), limit)
    return Document(fields, tuple(found))


def prose(text: str, *, limit: int = LIMIT) -> Document:
    """Plain text as a document of one section; a short first line apart from the rest is its title."""
    lines = text.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    title, below = lines[first].strip(), lines[first + 1 : first + 2]
    if below and _UNDERLINE.match(below[0]):
        body = first + 2
    elif below == [""] and any(map(str.strip, lines[first + 1 :])) and _is_title(title):
        body = first + 1
    else:
        title, body = "", first
    heading = _Heading(1 if title else 0, title, first, body)
    return Document({}, tuple(_cut(lines, heading, len(lines), (title,) if title else (), limit)))


def plain(markup: str) -> str:
    """A heading without its markup."""
    text = _ESCAPE.sub(lambda match: chr(_HIDDEN + ord(match[1])), markup)
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"\s*\{[#.][^}]*\}\s*$|<[^>]+>", "", text)
    text = re.sub(r"(\*\*|__|~~|`+)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])([*_])([^\s*_](?:[^*_]*[^\s*_])?)\1(?![\w*])", r"\2", text)
    return " ".join(re.sub("[\ue000-\ue07f]", lambda match: chr(ord(match[0]) - _HIDDEN), text).split())


def _is_title(line: str) -> bool:
    return len(line) <= _LONGEST_TITLE and line[-1] not in ".,;"


def _front_matter(lines: Sequence[str]) -> tuple[int, dict[str, str | tuple[str, ...]]]:
    """Where the text begins, and the simple fields above it."""
    if not lines or not _FRONT_MATTER.match(lines[0]):
        return 0, {}
    for end in range(1, len(lines)):
        if _FRONT_END.match(lines[end]):
            return end + 1, _fields(lines[1:end])
    return 0, {}


def _fields(lines: Sequence[str]) -> dict[str, str | tuple[str, ...]]:
    fields: dict[str, str | tuple[str, ...]] = {}
    name = ""
    for line in lines:
        if match := _FIELD.match(line):
            name, value = match[1].lower(), match[2]
            listed = value.startswith("[") and value.endswith("]")
            fields[name] = _items(value[1:-1].split(",")) if listed else value.strip("\"'")
        elif name and (item := line.strip()).startswith("- "):
            before = fields[name]
            fields[name] = (*(before if isinstance(before, tuple) else ()), *_items([item[2:]]))
    return fields


def _items(items: Sequence[str]) -> tuple[str, ...]:
    return tuple(item for item in (raw.strip().strip("\"'") for raw in items) if item)


def _headings(lines: Sequence[str], start: int) -> Iterator[_Heading]:
    paragraph: int | None = None  # the first line of the paragraph that is open
    block = False  # a list, quote, table or indented code is open
    for index, inside in enumerate(_fenced(lines, start), start):
        line = lines[index]
        if inside or not line.strip():
            paragraph, block = None, False
        elif match := _ATX.match(line):
            yield _Heading(len(match[1]), plain(match[2] or ""), index, index + 1)
            paragraph, block = None, False
        elif paragraph is not None and (under := _SETEXT.match(line)):
            title = plain(" ".join(part.strip() for part in lines[paragraph:index]))
            yield _Heading(1 if under[1][0] == "=" else 2, title, paragraph, index + 1)
            paragraph = None
        elif _RULE.match(line):
            paragraph, block = None, False
        elif (_BLOCK if paragraph is None else _INTERRUPTION).match(line):
            paragraph, block = None, True
        elif paragraph is None and not block:
            paragraph = index


def _fenced(lines: Sequence[str], start: int) -> Iterator[bool]:
    """For each line from ``start`` whether it belongs to a fence or a comment."""
    fence, comment = "", False
    for line in lines[start:]:
        if fence:
            yield True
            closing = line.strip()
            if closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
        elif comment:
            yield True
            comment = "-->" not in line
        elif opening := _FENCE.match(line):
            fence = opening[1]
            yield True
        elif line.lstrip().startswith("<!--"):
            comment = "-->" not in line
            yield True
        else:
            yield False


def _cut(
    lines: Sequence[str], heading: _Heading, end: int, path: tuple[str, ...], limit: int
) -> list[Section]:
    """The section of ``heading`` in one part or more; none where it holds no text."""
    spans = list(_parts(lines, heading.body, end, limit))
    return [
        Section(
            title=heading.title,
            path=path,
            level=heading.level,
            start=(heading.line if number == 1 and heading.level else first) + 1,
            end=last,
            text="\n".join(lines[first:last]),
            part=number,
            parts=len(spans),
        )
        for number, (first, last) in enumerate(spans, 1)
    ]


def _parts(lines: Sequence[str], start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Runs of whole paragraphs of at most ``limit`` characters; a longer paragraph stays whole."""
    first = last = size = 0
    for begin, stop in _paragraphs(lines, start, end):
        length = sum(len(line) + 1 for line in lines[begin:stop])
        if last and size + length > limit:
            yield first, last
            size = last = 0
        if not last:
            first = begin
        size, last = size + length, stop
    if last:
        yield first, last


def _paragraphs(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Lines between blank ones; a fence with its blank lines is one paragraph."""
    begin = -1
    for index, inside in zip(range(start, end), _fenced(lines[:end], start), strict=True):
        if lines[index].strip() or (inside and begin >= 0):
            begin = index if begin < 0 else begin
        elif begin >= 0:
            yield begin, index
            begin = -1
    if begin >= 0:
        yield begin, _trimmed(lines, begin, end)


def _trimmed(lines: Sequence[str], begin: int, end: int) -> int:
    while end > begin + 1 and not lines[end - 1].strip():
        end -= 1
    return end
