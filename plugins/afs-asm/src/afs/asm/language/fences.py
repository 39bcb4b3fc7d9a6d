"""Code blocks in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

#: Languages that a fence may state for its block to be taken for assembly.
LANGUAGES: Final = frozenset(("", "asm", "65816", "65c816", "asar", "assembly", "snes", "s", "asm65816"))
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*\Z")


class Block(NamedTuple):
    """A fenced block; `line` is that of its first line of content, counted from 1."""

    line: int
    language: str
    text: str


def fenced_blocks(text: str) -> Iterator[Block]:
    """All fenced blocks in `text`. A fence that is never closed ends with the text."""
    fence, language, first = "", "", 0
    content: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _FENCE.match(line.rstrip("\r"))
        if not fence and match:
            fence, language, first, content = match[1], match[2].lower(), number + 1, []
        elif match and fence and match[1].startswith(fence) and not match[2]:
            yield Block(first, language, "\n".join(content))
            fence = ""
        elif fence:
            content.append(line)
    if fence:
        yield Block(first, language, "\n".join(content))


def code_blocks(text: str) -> tuple[str, ...]:
    """The contents of the fenced blocks in `text` whose language is assembly or not stated.

    Without any fence there are none.
    """
    return tuple(block.text for block in fenced_blocks(text) if block.language in LANGUAGES)
