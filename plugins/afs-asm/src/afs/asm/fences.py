"""Code blocks in Markdown."""

from __future__ import annotations

import re
from typing import Final

LANGUAGES: Final = frozenset(
    ("", "asm", "65816", "65c816", "asar", "assembly", "snes", "s", "asm65816", "65816asm")
)
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*\Z")


def code_blocks(text: str) -> tuple[str, ...]:
    """The contents of the fenced blocks in `text` whose language is assembly or not stated.

    A fence that is never closed ends with the text. Without any fence there are no blocks.
    """
    blocks: list[str] = []
    fence, wanted = "", False
    lines: list[str] = []
    for line in text.split("\n"):
        match = _FENCE.match(line.rstrip("\r"))
        if not fence and match:
            fence, wanted, lines = match[1], match[2].lower() in LANGUAGES, []
        elif match and fence and match[1].startswith(fence) and not match[2]:
            if wanted:
                blocks.append("\n".join(lines))
            fence = ""
        elif fence:
            lines.append(line)
    if fence and wanted:
        blocks.append("\n".join(lines))
    return tuple(blocks)
