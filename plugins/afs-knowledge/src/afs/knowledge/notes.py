"""What the comments of the user's own files say of the names that they stand beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from afs.asm.sources.remarks import RULER, Remarks
from afs.asm.sources.source import Define, Source, Symbol

__all__ = ["described", "noted", "sure"]

_Named = TypeVar("_Named", Symbol, Define)
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
    remarks = Remarks(source)
    for one in definitions:
        above = _above(one, remarks)
        if above:
            head = "" if any(_LISTED.match(line.strip()) for line in above.splitlines()) else above
        elif one.line != last + 1 or "." in one.name:
            head = ""
        last = one.line
        yield one, _beside(one, remarks) or above or head


def _beside(one: Symbol | Define, remarks: Remarks) -> str:
    """The comment behind a definition, with the lines below that go on with it on its column."""
    return "\n".join(line.strip() for line in remarks.behind(one.line)[0])


def _above(one: Symbol | Define, remarks: Remarks) -> str:
    """The comment above; what a ruler ends right below code speaks of that code."""
    lines = [line.strip() for line in remarks.block(one.line)]
    return "\n".join(line for line in lines if not RULER.fullmatch(line))


def sure(text: str) -> bool:
    """Whether a comment is neither a guess or question nor a note to oneself."""
    return not _UNSURE.search(text)
