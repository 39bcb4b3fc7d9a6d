"""What the comments of the user's own files say of the names that they stand beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from afs.asm.sources.source import Define, Source, Symbol

__all__ = ["described", "noted", "sure"]

_Named = TypeVar("_Named", Symbol, Define)
_RULER = re.compile(r"[=\-_*#~]{3,}\Z")
#: How far the columns of a comment that goes on may differ.
_ASKEW = 2
_LETTER = re.compile(r"[^\W\d_]")
#: Numbers, among them ``$7E0A12``, ``[0x04]`` and ``7E0A12``.
_FIGURE = re.compile(r"\$[0-9A-Fa-f]+|\b0[xX][0-9A-Fa-f]+|\b(?=[0-9A-Fa-f]*\d)[0-9A-Fa-f]{2,}\b")
#: A line that gives a value or a bit its meaning, or draws the bits.
_LISTED = re.compile(
    r"(?i)(?:[-*—]\s*)?(?:bits?\s+[0-9]|(?:0x|\$|%)?[0-9a-f]{1,6}\s*[-:=–—]\s|[a-z]\s*[-:=–—]\s|length:"
    r"|[.a-z]{4}\s[.a-z]{4}\Z)"
)
_UNSURE = re.compile(
    r"(?i)\b(?:todo|fixme|tbd|probably|maybe|perhaps|apparently|presumably|possibly|not sure|i think)\b"
    r"|\b(?:seems?|appears?) (?:to|like)\b|\bunknown\W*\Z|\?\s*\)?(?:\s|\Z)"
)


def described(comment: str) -> str:
    """A comment on one line, what it lists set apart; nothing where it holds figures alone."""
    text = ""
    for line in (" ".join(line.split()) for line in comment.splitlines()):
        apart = text and line and _LISTED.match(line) and text[-1] not in ".:;,"
        text += f"{';' * bool(apart)} {line}" if text and line else line
    return text if _LETTER.search(_FIGURE.sub("", text)) else ""


def noted(definitions: Iterable[_Named], source: Source) -> Iterator[tuple[_Named, str]]:
    """Each with its comment: beside it, else above it.

    What stands above several without a gap is said of all of them, a list of values of the first.
    """
    head, last = "", -1
    lines = _Lines(source)
    for one in definitions:
        above = lines.above(one)
        if above:
            head = "" if any(_LISTED.match(line.strip()) for line in above.splitlines()) else above
        elif one.line != last + 1 or "." in one.name:
            head = ""
        last = one.line
        yield one, lines.beside(one) or above or head


class _Lines:
    """The comments of a source, by line."""

    def __init__(self, source: Source) -> None:
        self._comments = {comment.line: comment for comment in source.comments}
        self._lines = source.text.split("\n")

    def beside(self, one: Symbol | Define) -> str:
        """The comment behind a definition, with the lines below that go on with it on its column."""
        below = range(one.line + 1, self._end(one.line))
        return "\n".join([one.comment, *(self._comments[line].text for line in below)])

    def above(self, one: Symbol | Define) -> str:
        """The comment above; what a ruler ends right below code speaks of that code."""
        first = one.line
        while (comment := self._comments.get(first - 1)) and comment.own_line:
            first -= 1
        if not one.above or first < 2 or not self._lines[first - 2].strip():
            return one.above
        texts = [self._comments[line].text for line in range(self._end(first - 1), one.line)]
        rulers = [at for at, text in enumerate(texts) if _RULER.match(text)]
        kept = texts[rulers[0] :] if rulers else texts
        return "\n".join(text for text in kept if text and not _RULER.match(text))

    def _end(self, line: int) -> int:
        """Behind the last line that goes on with the comment behind ``line``."""
        behind, at = self._comments.get(line), line + 1
        while behind and not behind.own_line and (below := self._comments.get(at)) and below.own_line:
            if abs(below.column - behind.column) > _ASKEW:
                break
            at += 1
        return at


def sure(text: str) -> bool:
    """Whether a comment is neither a guess or question nor a note to oneself."""
    return not _UNSURE.search(text)
