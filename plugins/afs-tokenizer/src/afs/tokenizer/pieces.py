"""Where a text is cut before byte pairs are merged: one regular expression, the same for every vocabulary.

A token never reaches over the border of a piece. The pieces of a line, `|` between them:

    ⏎  |LDA.b| #$00|,x| ;| Load| zero       JSL| $7E|F3|C5       Tide|Clock|_Advance|:

The expression has no gaps: every character of every text is in one piece. It uses only what the
regular expressions of ``tokenizers`` and of Python's ``regex`` share.
"""

from __future__ import annotations

from typing import Final

_HEX: Final = "[0-9A-Fa-f]"
_BYTE: Final = _HEX * 2


def _words() -> tuple[str, ...]:
    """Words by capital letters, each with the blank or underscore before it."""
    before = "[ _]?"
    return (
        rf"{before}\p{{Lu}}?[\p{{Ll}}\p{{M}}]+(?:'(?:s|t|re|ve|ll|d|m)(?!\p{{L}}))?",
        rf"{before}\p{{Lu}}+(?!\p{{Ll}})",
        rf"{before}[\p{{L}}\p{{M}}]",
    )


def _hex_number() -> tuple[str, ...]:
    """``$`` and the first byte with what stands before them; an odd digit comes alone, and first."""
    head = r"(?:, ?| )?[#(\[]?[#<>^]?\$"
    return (f"{head}{_HEX}(?=(?:{_BYTE}){{0,4}}(?!{_HEX}))", head + _BYTE)


def _after(mark: str, digit: str, counts: range) -> str:
    """Looks back on a number: ``mark`` and one of so many digits."""
    return "(?<=" + "|".join(f"{mark}{digit}{{{count}}}" for count in counts) + ")"


PIECES: Final = "|".join(
    (
        r"\A[ \t]+",
        r"(?:[ \t]*\r?\n)+[ \t]*",  # ends of lines, and the indentation of the next
        _BYTE + _after(r"\$", _HEX, range(3, 10)),  # the further bytes of a number
        r" ?[A-Za-z]{3}\.[bwlBWL](?![\p{L}\p{N}_])",  # a mnemonic with its suffix
        *_words(),
        *_hex_number(),
        r"(?:, ?[Ss])?[)\]]?, ?[XYSxys](?![\p{L}\p{N}_])",  # index forms
        r"[01]{4}" + _after("%", "[01]", range(4, 17, 4)),
        r"(?:, ?| )?[#\-]?[0-9]{1,3}",
        r" ?\p{N}",
        r" ?;+",
        r"(?:, ?| )?#?%(?=[01]{4})",  # the mark of a binary number, which goes on by four digits
        r" ?#?[!.%@](?=[\p{L}_])",  # the mark of a define, sub-label, macro
        r" ?#+",
        r" ?[$%]",
        r" ?[^\s\p{L}\p{N};#$%]+",
        r"[ \t]+(?=[ \t][^ \t\r\n])",
        r"[ \t]+",
        r"\s",
        r"[\s\S]",
    )
)
