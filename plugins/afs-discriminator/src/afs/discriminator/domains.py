"""What a text is: assembly, Python or prose; and the pieces of such kinds that a longer text has.

>>> [piece.domain for piece in pieces("Use this:\\n```asm\\nLDA #$12\\n```\\nIt loads A.")]
['asm', 'prose']
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from afs.asm.language.fences import LANGUAGES, fenced_blocks
from afs.discriminator.asm_line import looks

__all__ = ["DOMAINS", "LINES", "LONGEST", "Piece", "domain_of", "fits", "one_line", "pieces"]

DOMAINS: Final = ("asm", "python", "prose")
_MOSTLY: Final = 0.75
_WORDS: Final = 12
#: How many lines code has that is judged, and how many characters any text.
LINES: Final = range(3, 151)
LONGEST: Final = 8_000
_PYTHON_FENCES: Final = frozenset(("python", "py", "python3"))
_PYTHON = re.compile(
    r"^\s*(?:(?:async )?def \w+\(|class \w+[:(]|@\w|from [\w.]+ import |import [\w.]+$)", re.M
)
_LAYOUT = re.compile(r"^(?:\s*[-*+>|#]|\s*\d+[.)]\s)", re.M)


class Piece(NamedTuple):
    """A part of a text; ``line`` is its first line, from 1."""

    text: str
    domain: str
    line: int


def fits(piece: Piece) -> bool:
    """Whether a piece is of a length that is learned from and judged: prose of 12 words or more, code of 3
    to 150 lines, nothing beyond 8,000 characters."""
    if len(piece.text) > LONGEST:
        return False
    if piece.domain == "prose":
        return len(piece.text.split()) >= _WORDS
    return sum(bool(line.strip()) for line in piece.text.split("\n")) in LINES


def domain_of(text: str) -> str:
    """``python`` where a statement says so, ``asm`` where most lines are such, else ``prose``."""
    if _PYTHON.search(text):
        return "python"
    found = [looks(line) for line in text.split("\n")]
    likely = found.count(1) + found.count(2)
    return "asm" if 2 in found and likely >= _MOSTLY * (likely + found.count(0)) else "prose"


def pieces(text: str) -> Iterator[Piece]:
    """The code of ``text``, block by block, then all its prose as one piece; empty ones are left out.

    Blocks that state a language other than assembly or Python are nobody's.
    """
    blocks = list(fenced_blocks(text)) if "```" in text or "~~~" in text else []
    if not blocks:
        if text.strip():
            yield _piece(text, domain_of(text), 1)
        return
    lines = text.split("\n")
    for block in blocks:
        count = block.text.count("\n") + 1
        for number in range(max(block.line - 2, 0), min(block.line + count, len(lines))):
            lines[number] = ""
        domain = _fenced(block.language, block.text)
        if domain and block.text.strip():
            yield _piece(block.text, domain, block.line)
    rest = "\n".join(lines)
    if rest.strip():
        yield _piece(rest, "prose", 1)


def _fenced(language: str, text: str) -> str:
    if language in _PYTHON_FENCES:
        return "python"
    if language and language in LANGUAGES:
        return "asm"
    return domain_of(text) if not language or language in ("text", "txt") else ""


def _piece(text: str, domain: str, line: int) -> Piece:
    return Piece(one_line(text) if domain == "prose" else text.strip("\n"), domain, line)


def one_line(text: str) -> str:
    """Prose without its line ends, which are layout; lists and tables keep theirs."""
    if _LAYOUT.search(text):
        return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())
    return " ".join(text.split())
