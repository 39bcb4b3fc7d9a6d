"""What a paraphrase may not touch: each piece is stood in for by one character.

>>> masked = Masked.of("What does `LDA #$10` do to $7E0010?")
>>> len(masked.pieces), masked.restore(masked.text)
(2, 'What does `LDA #$10` do to $7E0010?')
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["PIECE", "Masked"]

_FIRST: Final = 0xE000
_MOST: Final = 0x1800
#: One stand-in, for use in patterns.
PIECE: Final = "[\ue000-\uf7ff]"

_STANDS_IN = re.compile(PIECE)
_WHOLE = re.compile(
    r"""
    (?:^|(?<=\n))\ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*(?:\n.*?)??(?:\n\ {0,3}(?P=fence)[^\n]*|\Z)
    | (?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)
    | "[^"\n]*" | “[^”\n]*” | (?<!\w)'[^'\n]+'(?!\w) | «[^»\n]*»
    | \b(?:e\.g|i\.e|etc|vs|cf|approx|incl)\.
    | \S+
    """,
    re.X | re.S,
)
_PLAIN = re.compile(r"(?:I|a|[A-Za-z][a-z]+)(?:['’-][a-z]+)*\Z")
_EDGES = re.compile(r"([(\[]*)(.*?)([)\].,;:?!]*)\Z", re.S)


class Masked(NamedTuple):
    """A text whose pieces (code, quotes, names, numbers, addresses) are one character each."""

    text: str
    pieces: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Masked | None:
        """``text`` masked; None where it already holds characters that stand in, or too many pieces."""
        if _STANDS_IN.search(text):
            return None
        pieces: list[str] = []
        masked = _WHOLE.sub(lambda match: _masked(match, pieces), text)
        return cls(masked, tuple(pieces)) if len(pieces) <= _MOST else None

    def restore(self, text: str) -> str:
        return _STANDS_IN.sub(lambda match: self.pieces[ord(match[0]) - _FIRST], text)

    def keeps(self, text: str) -> bool:
        """Whether ``text`` has the same pieces in the same order."""
        return _STANDS_IN.findall(text) == _STANDS_IN.findall(self.text)


def _masked(match: re.Match[str], pieces: list[str]) -> str:
    text = match[0]
    if match["fence"] or match["ticks"] or text[0] in "\"'“«" or text in _ABBREVIATIONS:
        return _kept(text, pieces)
    edges = _EDGES.match(text)
    assert edges is not None
    before, core, behind = edges.groups()
    if not core or _PLAIN.match(core):
        return text
    return before + _kept(core, pieces) + behind


_ABBREVIATIONS: Final = {"e.g.", "i.e.", "etc.", "vs.", "cf.", "approx.", "incl."}


def _kept(text: str, pieces: list[str]) -> str:
    pieces.append(text)
    return chr(_FIRST + len(pieces) - 1) if len(pieces) <= _MOST else "?"
