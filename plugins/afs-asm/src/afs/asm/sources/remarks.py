"""The comments of a file, and what they speak of: by where they stand, not by what they say."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from .source import Source

__all__ = ["RULER", "Remarks"]

#: A line that says nothing: empty, or drawn with a ruler.
RULER = re.compile(r"[\W_]*")
_TAB = 8
_LABEL = re.compile(r"[A-Za-z_]\w*:\Z")
_ORG = re.compile(r"(?i)org\s+\$[0-9a-f]+\Z")
#: How far the columns of a comment that goes on may differ.
_ASKEW = 2


class Remarks:
    """The comments of one file by line, with their indentation.

    What is given back are lines without their semicolons, on the columns where they stand.
    """

    def __init__(self, source: Source) -> None:
        self.lines = source.text.split("\n")
        self.columns = {c.line: c.column for c in source.comments}
        self.tails = {c.line: self._tail(c.line, c.column) for c in source.comments}
        self.own = {c.line: self.tails[c.line] for c in source.comments if c.own_line}
        self._labels = [label.line for label in source.labels if label.kind == "global"]

    def _tail(self, line: int, column: int) -> str:
        """A comment without its semicolons, on the columns where it stands."""
        text = self.lines[line - 1]
        begin = len(text) - len(text[column - 1 :].lstrip(";"))
        indent = len(text[:begin].expandtabs(_TAB))
        return " " * indent + text.expandtabs(_TAB)[indent:].rstrip()

    def start(self, line: int) -> int:
        """The first line of the comment above; what a ruler ends right below code speaks of that code."""
        first = line
        while first - 1 in self.own:
            first -= 1
        if first == line or not self._text(first - 1):
            return first
        first = self.behind(first - 1)[1] + 1
        return next((at for at in range(first, line) if _is_ruler(self.own[at])), first)

    def block(self, line: int) -> list[str]:
        """The comment directly above ``line``."""
        return [self.own[at] for at in range(self.start(line), line)]

    def above(self, line: int) -> tuple[list[str], int]:
        """The comment above ``line`` and its first line.

        It may stand one blank line away where it is headed by a ruler and closed by none: then the
        ruler opens what follows. A box that is closed is the headline of a whole part of the file; what
        stands below it speaks of the only label of that part, where there is one; so does what stands above
        the ``org`` that places it.
        """
        while _LABEL.match(self._text(line - 1)):
            line -= 1  # another name for the same
        if _ORG.match(self._text(line - 1)) and self._is_only(line):
            line -= 1
        start = self.start(line)
        if start < line:
            return self.block(line), start
        start = self.start(line - 1)
        if start < line - 1 and not self._text(line - 1) and self._opens(start, line - 1, line):
            return self.block(line - 1), start
        return [], line

    def below(self, line: int, first: int) -> tuple[list[str], int]:
        """The comment right below the label on ``line``, apart from the code that begins on ``first``.

        It stands at the label's own column, before an opening brace, or before a blank line; else it
        belongs to the code. Also its last line.
        """
        at = line + 1
        if self._text(at) == "{":
            at += 1
        begin = at
        while at in self.own and at < first:
            at += 1
        apart = self._text(at) in ("", "{") or self._indent(begin) <= self._indent(line)
        if begin == at or not apart:
            return [], line
        return [self.own[number] for number in range(begin, at)], at - 1

    def under(self, line: int) -> tuple[list[str], int]:
        """The comment right below a definition, up to a blank line or a ruler, and its last line."""
        at = line + 1
        while at in self.own and not _is_ruler(self.own[at]):
            at += 1
        if at == line + 1 or not (self._text(at) in ("", "}") or at in self.own):
            return [], line
        return [self.own[number] for number in range(line + 1, at)], at - 1

    def is_deeper(self, line: int) -> bool:
        """Whether the line below is indented more than ``line``."""
        return self._indent(line + 1) > self._indent(line)

    def behind(self, line: int) -> tuple[list[str], int]:
        """The comment behind ``line``, with those below that go on with it on its column; its last line."""
        if line not in self.tails or line in self.own:
            return [], line
        at = line + 1
        while at in self.own and abs(self.columns[at] - self.columns[line]) <= _ASKEW:
            at += 1
        return [self.tails[number] for number in range(line, at)], at - 1

    def closed(self, first: int, last: int) -> int:
        """The last line of a block from ``first`` to ``last`` with the braces that close it."""
        text = "\n".join(line.split(";")[0] for line in self.lines[first - 1 : last])
        missing = text.count("{") - text.count("}")
        at = last
        while missing > 0 and at < len(self.lines):
            at += 1
            if self._text(at) == "}":
                missing, last = missing - 1, at
            elif self._text(at):
                break
        return last

    def text(self, first: int, last: int) -> str:
        return "\n".join(line.rstrip() for line in self.lines[first - 1 : last])

    def inside(self, first: int, last: int) -> list[tuple[int, str]]:
        """The comments on lines of their own, by line, that do not go on with one behind code."""
        return [
            (at, self.own[at]) for at in range(first, last + 1) if at in self.own and at not in self._going_on
        ]

    @cached_property
    def _going_on(self) -> frozenset[int]:
        """The lines that go on with a comment behind code."""
        behind = (line for line in self.tails if line not in self.own)
        return frozenset(at for line in behind for at in range(line + 1, self.behind(line)[1] + 1))

    def _opens(self, start: int, end: int, line: int) -> bool:
        texts = [self.own[at] for at in range(start, end)]
        rulers = [index for index, text in enumerate(texts) if _is_ruler(text)]
        if rulers == [0]:
            return not _is_headline(texts[1:])
        told = len(rulers) == 2 and rulers[0] == 0 and any(map(_says, texts[rulers[1] + 1 :]))
        return told and self._is_only(line)

    def _is_only(self, line: int) -> bool:
        """Whether no other label stands between ``line`` and the next ``org``, or ruler at the margin."""
        margin, last = self._indent(line), len(self.lines) + 1
        others = self._labels[bisect_right(self._labels, line) :]
        following = next((number for number in others if self._indent(number) <= margin), last)
        return following == last or any(
            _ORG.match(self._text(number))
            or (number in self.own and _is_ruler(self.own[number]) and self._indent(number) <= margin)
            for number in range(line + 1, following)
        )

    def _text(self, line: int) -> str:
        return self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""

    def _indent(self, line: int) -> int:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return len(text) - len(text.lstrip())


def _is_ruler(text: str) -> bool:
    return RULER.fullmatch(text) is not None and len(text.strip()) >= 3


def _is_headline(texts: Sequence[str]) -> bool:
    """Whether all that is said is one line of capitals."""
    told = [text for text in texts if _says(text)]
    return len(told) == 1 and told[0].isupper()


def _says(text: str) -> bool:
    return not RULER.fullmatch(text)
