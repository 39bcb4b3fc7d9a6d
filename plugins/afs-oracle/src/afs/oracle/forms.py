"""What of a document tells nothing: forms to fill in, lists of contents, dates, dumps of figures."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from afs.generators.markdown import Section

__all__ = ["is_form", "tells"]

#: Something to be filled in: ``[Room Name]``, ``0x##``; no link, tag or code.
_BLANK = re.compile(r"(?<![`\w])\[[A-Z]?[a-z][^\[\]\n`]*\](?![(\[:`])|\b0x#+")
_TITLE_BLANK = re.compile(r"\[[A-Z][a-z][\w '/-]*\]")
_ENOUGH_BLANKS = 3
_CONTENTS = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\[[^\]]*\]\(#[^)]*\)\s*")
_RECORD = re.compile(
    r"(?i)[\W_]*(?:version|(?:last[ -])?(?:updated?|modified|verified|assessed|reviewed|edited)|created|date"
    r"|status|authors?|agents?|owner|audience|session(?: type)?|maintainers?|revision)\b[\W_]+.*"
)
_NOTHING = re.compile(r"\s*(?:[-*_]{3,}\s*)?")
#: A word of letters that is neither a byte nor written in capitals alone.
_WORD = re.compile(r"(?<![^\W_])(?![0-9a-f]{2}(?!\w))[^\W\d_]{2,}(?![^\W_])")
_ENOUGH_WORDS = 3


def is_form(text: str, sections: tuple[Section, ...], file: str) -> bool:
    """Whether a document is one to be copied and filled in."""
    if "template" in PurePosixPath(file).stem.casefold():
        return bool(_BLANK.search(text))
    titled = any(_TITLE_BLANK.search(section.path[0]) for section in sections if section.path)
    return titled and len(_BLANK.findall(text)) >= _ENOUGH_BLANKS


def tells(section: Section) -> bool:
    """Whether a section says anything in words, and anything but where to look and when it was written."""
    if section.title.startswith("TODO"):
        return False
    lines = [line for line in section.text.split("\n") if not _NOTHING.fullmatch(line)]
    if all(_CONTENTS.fullmatch(line) for line in lines) or all(_RECORD.fullmatch(line) for line in lines):
        return False
    words = (word for word in _WORD.finditer(section.text) if not word[0].isupper())
    return any(number >= _ENOUGH_WORDS for number, _ in enumerate(words, 1))
