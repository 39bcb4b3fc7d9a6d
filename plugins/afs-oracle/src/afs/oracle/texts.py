"""Sections of documents."""

from __future__ import annotations

import msgspec

from afs.generators.markdown import Section

__all__ = ["CODE", "Text", "marked_lines"]

#: Stands before a line of fenced code.
CODE = "\0"
_FENCES = ("```", "~~~")


class Text(msgspec.Struct, frozen=True):
    """One section of a document; ``title`` is its heading, or the document's name where it has none.

    ``markup`` tells Markdown from plain text.
    """

    section: Section
    title: str
    file: str
    markup: bool = True


def marked_lines(text: str) -> list[str]:
    """The lines of a text, those of fenced code behind a mark; tabs are four blanks."""
    found: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = line.strip()[:3]
        if fence:
            fence = "" if mark == fence else fence
            found.append(CODE + line.expandtabs(4))
        elif mark in _FENCES:
            fence = mark
            found.append(CODE + line.expandtabs(4))
        else:
            found.append(line.expandtabs(4))
    return found
