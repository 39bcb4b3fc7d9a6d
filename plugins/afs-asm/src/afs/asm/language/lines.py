"""Text into logical lines: comments cut off, continued lines joined, statements told apart.

Lines and columns count from 1, offsets from 0. A line that ends with a comma or a backslash goes
on in the next one. Statements on one line are separated by a colon with space on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

#: A text or character in quotes; three apostrophes are the character itself.
QUOTED = r"""(?:"[^"]*"|'''|'[^'][^']*')"""
#: Everything before a comment; stops before a quote that nobody closes.
_CODE = re.compile(rf"""[^;"']*(?:{QUOTED}[^;"']*)*""")
_QUOTED = re.compile(QUOTED)
_CLOSED = re.compile(rf"""[^"']*(?:{QUOTED}[^"']*)*""")
_SEPARATOR = re.compile(r"\s:(?=\s|$)")

#: How many physical lines one logical line may have.
MAX_JOINED = 4096


class Position(msgspec.Struct, frozen=True, gc=False):
    """A place in a text."""

    line: int
    column: int
    offset: int


class Comment(NamedTuple):
    """A comment without its semicolons; `own_line` if no code stands before it."""

    line: int
    column: int
    text: str
    own_line: bool
    start: int
    end: int


class Part(msgspec.Struct, frozen=True, gc=False):
    """A statement's text within the code of a logical line, from `start` to `end`."""

    text: str
    start: int
    end: int


class LogicalLine(NamedTuple):
    """Code that the assembler reads as one line. `joints` maps code offsets to positions."""

    code: str
    comments: tuple[Comment, ...]
    joints: tuple[tuple[int, Position], ...]

    def at(self, index: int) -> Position:
        """Where in the text the code's character `index` stands."""
        base, place = self.joints[0]
        for start, position in self.joints[1:]:
            if start > index:
                break
            base, place = start, position
        shift = index - base
        return Position(place.line, place.column + shift, place.offset + shift)


def code_of(line: str) -> str:
    """`line` without its comment. What is marked by `;@` is no comment in asar, but code behind an `@`."""
    end = code_end(line)
    while line.startswith(";@", end):
        line = f"{line[:end]} {line[end + 1 :]}"
        end = code_end(line)
    return line[:end]


def code_end(line: str) -> int:
    """Index of the first semicolon of `line` outside of quotes, or the length of the line."""
    first = line.find(";")
    if first < 0:
        return len(line)
    match = _CODE.match(line)
    end = match.end() if match else 0
    if end < len(line) and line[end] != ";":
        end = line.find(";", end)  # an open quote: the comment ends it
    return len(line) if end < 0 else end


def logical_lines(text: str) -> Iterator[LogicalLine]:
    """The logical lines of `text`, blank ones too."""
    code: list[str] = []
    comments: list[Comment] = []
    joints: list[tuple[int, Position]] = []
    length = offset = 0
    comma = False
    for number, line in enumerate(text.split("\n"), 1):
        body, comment = _split_comment(line, number, offset)
        joints.append((length, Position(number, 1, offset)))
        if comment:
            comments.append(comment)
        offset += len(line) + 1
        if len(joints) > 1:
            blanks = len(body) - len(body.lstrip())
            joints[-1] = (length, Position(number, 1 + blanks, offset - len(line) - 1 + blanks))
            body = body[blanks:]
        stripped = body.rstrip()
        comma = stripped[-1:] == "," or (comma and not stripped)
        goes_on = (comma or is_joined(stripped)) and len(joints) < MAX_JOINED
        code.append(stripped.removesuffix("\\") if goes_on else body)
        length += len(code[-1])
        if not goes_on:
            yield LogicalLine("".join(code), tuple(comments), tuple(joints))
            code, comments, joints, length, comma = [], [], [], 0, False
    if joints:
        yield LogicalLine("".join(code), tuple(comments), tuple(joints))


def is_joined(code: str) -> bool:
    """Whether a line of code ends with the backslash that joins it to the next; alone it joins nothing."""
    return code[-1:] == "\\" and code.strip() != "\\"


def _split_comment(line: str, number: int, offset: int) -> tuple[str, Comment | None]:
    end = code_end(line)
    if end == len(line):
        return line, None
    body, tail = line[:end], line[end:]
    text = tail.lstrip(";").strip()
    comment = Comment(number, end + 1, text, not body.strip(), offset + end, offset + len(line.rstrip("\r")))
    return (code_of(line) if tail.startswith(";@") else body), comment


def open_quote(text: str) -> int:
    """Index of a quote that nobody closes, or -1."""
    if '"' not in text and "'" not in text:
        return -1
    match = _CLOSED.match(text)
    end = match.end() if match else 0
    return end if end < len(text) else -1


def parts(code: str) -> list[Part]:
    """The statements of a logical line's code, empty ones left out."""
    if ":" not in code:
        return _trimmed(code, 0, len(code))
    masked = _QUOTED.sub(_mask, code) if '"' in code or "'" in code else code
    found: list[Part] = []
    start, last = 0, len(code.rstrip())
    for match in _SEPARATOR.finditer(masked, len(code) - len(code.lstrip())):
        if match.end() == last:
            break  # a colon that nothing follows belongs to the statement before it
        found += _trimmed(code, start, match.start())
        start = match.end()
    return found + _trimmed(code, start, len(code))


def _mask(match: re.Match[str]) -> str:
    return "_" * (match.end() - match.start())


def _trimmed(code: str, start: int, end: int) -> list[Part]:
    piece = code[start:end]
    text = piece.strip()
    if not text:
        return []
    begin = start + len(piece) - len(piece.lstrip())
    return [Part(text, begin, begin + len(text))]


def tidy(text: str) -> str:
    """A statement as the assembler sees it: runs of blanks are one, none follow a comma."""
    if '"' not in text and "'" not in text:
        return " ".join(text.split()).replace(", ", ",")
    pieces: list[str] = []
    last = 0
    for match in _QUOTED.finditer(text):
        pieces += (_blanks(text[last : match.start()]), match[0])
        last = match.end()
    pieces.append(_blanks(text[last:]))
    return "".join(pieces)


_BLANKS = re.compile(r"(,)?\s+")


def _blanks(text: str) -> str:
    return _BLANKS.sub(lambda match: match[1] or " ", text)
