"""Pieces that are too long to be judged at once, in parts that are not.

Code is cut between routines and functions, prose between sentences: half a routine would look like one that
somebody truncated. A routine that is too long itself is left out.

>>> from afs.discriminator.domains import Piece
>>> long = Piece("It is so, as was said. " * 600, "prose", 1)
>>> [len(part.text) for part in parts(long)]
[7980, 5818]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from afs.discriminator.domains import LINES, LONGEST, Piece, fits

__all__ = ["parts"]

_RETURN = re.compile(r"(?:.*[\s:])?(?:rts|rtl|rti|jmp|jml|bra|brl)\b[^:]*", re.I)
_LABEL = re.compile(r"[A-Za-z_]\w*:")
_FUNCTION = re.compile(r"@|(?:async )?def |class ")
_SENTENCE = re.compile(r"\n|(?<=[.!?:])\s")


def parts(piece: Piece) -> Iterator[Piece]:
    """``piece`` where it can be judged, else those of its parts that can be."""
    if fits(piece):
        yield piece
    elif piece.domain == "prose":
        yield from (part for part in _passages(piece) if fits(part))
    elif len(piece.text) > LONGEST or piece.text.count("\n") >= LINES.stop:
        yield from (part for part in _blocks(piece) if fits(part))


def _passages(piece: Piece) -> Iterator[Piece]:
    text, start = piece.text, 0
    while len(text) - start > LONGEST:
        end = start + LONGEST
        ends = [found.end() for found in _SENTENCE.finditer(text, start, end)]
        end = ends[-1] if ends else text.rfind(" ", start, end) + 1 or end
        yield piece._replace(text=text[start:end].strip())
        start = end
    yield piece._replace(text=text[start:].strip())


def _blocks(piece: Piece) -> Iterator[Piece]:
    """As many whole routines or functions together as fit."""
    lines = piece.text.split("\n")
    starts = [0, *(_functions(lines) if piece.domain == "python" else _routines(lines)), len(lines)]
    first = 0
    for number in range(1, len(starts)):
        if number + 1 < len(starts) and _allowed(lines[starts[first] : starts[number + 1]]):
            continue
        text = "\n".join(lines[starts[first] : starts[number]]).strip("\n")
        yield Piece(text, piece.domain, piece.line + starts[first])
        first = number


def _allowed(lines: list[str]) -> bool:
    size = sum(len(line) + 1 for line in lines)
    return size <= LONGEST and sum(bool(line.strip()) for line in lines) in LINES


def _routines(lines: list[str]) -> Iterator[int]:
    """The lines behind a return where the next code is a label: what stands between is said of that."""
    behind = 0
    for number, line in enumerate(lines):
        code = line.partition(";")[0].strip()
        if not code:
            continue
        if behind and _LABEL.match(line):
            yield behind
        behind = number + 1 if _RETURN.fullmatch(code) else 0


def _functions(lines: list[str]) -> Iterator[int]:
    for number, line in enumerate(lines[1:], 1):
        if _FUNCTION.match(line) and not lines[number - 1].startswith("@"):
            yield number
