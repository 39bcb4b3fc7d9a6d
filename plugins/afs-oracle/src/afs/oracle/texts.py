"""Sections of documents."""

from __future__ import annotations

import msgspec

from afs.generators.markdown import Section

__all__ = ["Text", "lines_outside_code"]

_FENCES = ("```", "~~~")


class Text(msgspec.Struct, frozen=True):
    """One section of a document; ``title`` is its heading, or the document's name where it has none.

    ``markup`` tells Markdown from plain text.
    """

    section: Section
    title: str
    file: str
    markup: bool = True


def lines_outside_code(text: str) -> list[str | None]:
    """The lines of a text with ``None`` in place of those of fenced code; tabs are four blanks."""
    found: list[str | None] = []
    fence = ""
    for line in text.split("\n"):
        mark = line.strip()[:3]
        if fence:
            fence = "" if mark == fence else fence
            found.append(None)
        elif mark in _FENCES:
            fence = mark
            found.append(None)
        else:
            found.append(line.expandtabs(4))
    return found
