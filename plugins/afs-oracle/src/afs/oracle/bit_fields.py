"""The bits and the values that a comment draws up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from afs.oracle.doubts import sure

__all__ = ["bits", "values"]

_LEGEND = re.compile(
    r"(.*?[:\s])?((?:[A-Za-z.\-_0-9]{4}\s?){2,4}|[A-Za-z.\-_0-9]{8}"
    r"|[A-Za-z.\-_0-9](?:\s+[A-Za-z.\-_0-9]){7}(?:(?:\s+[A-Za-z.\-_0-9]){8})?):?\s*$"
)
_PROPERTY = re.compile(r"(?:[-*]\s*)?([A-Za-z0-9])\s*(?:[-:=–—]|\s-)\s*(\S.*)")
_BIT = re.compile(
    r"(?i)(?:[-*]\s*)?bits?\s+([0-9]{1,2}(?:\s*[-–]\s*[0-9]{1,2}(?=\s*[:=–—-]))?)\s*(?:[-:=–—])\s*(\S.*)"
)
_VALUE = re.compile(r"(?:[-*—]\s*)?((?:0x|\$|%)?[0-9A-Fa-f]{1,6})\s*(?:[-:=–—]|\s-)\s*(\S.*)")
#: Several on one line: ``w=wet, s=salty``, ``0=none, 3-10=full`` and ``$00 = none | $01 = full``.
_NEXT_PROPERTY = re.compile(r"\s*[,|]\s+(?=[A-Za-z0-9]\s*=\s*\S)")
_NEXT_VALUE = re.compile(r"\s*[,|;]\s+(?=(?:0x|\$)?[0-9A-Fa-f]{1,4}(?:-[0-9A-Fa-f]{1,4})?\s*[=:]\s*\S)")
_INLINE_VALUE = re.compile(r"((?:0x|\$)?[0-9A-Fa-f]{1,4}(?:-[0-9A-Fa-f]{1,4})?)\s*[=:]\s*(\S.*)")
_DIGIT = re.compile(r"[0-9]")


def bits(notes: Sequence[str]) -> list[tuple[str, str]]:
    """Bits and their meaning, told by number, or by the letters of a legend such as ``.... udlr``."""
    notes = _whole(notes)
    numbered = [match for line in notes if (match := _BIT.fullmatch(line.strip()))]
    if len(numbered) > 1 and len({match[1] for match in numbered}) == len(numbered):
        return [(match[1], match[2]) for match in numbered if sure(match[2])]
    lines = [part for line in notes for part in _legend_apart(line)]
    told = [list(_properties(line)) for line in lines]
    letters = frozenset(letter for line in told for letter, _ in line)
    legends = ["" if names else _legend(line, letters) for line, names in zip(lines, told, strict=True)]
    drawn = [at for at, legend in enumerate(legends) if legend]
    if len(drawn) != 1:
        return []
    legend = legends[drawn[0]]
    below = [one for line in told[drawn[0] + 1 :] for one in line]
    found = [(_places(legend, letter), meaning) for letter, meaning in below if letter in legend]
    distinct = len({places for places, _ in found}) == len(found)
    return [(places, meaning) for places, meaning in found if sure(meaning)] if distinct else []


def _whole(notes: Sequence[str]) -> list[str]:
    """Lines with those that go on with them: deeper ones below a bit or value."""
    found: list[str] = []
    margin = -1  # of the bit or value that may go on
    for line in notes:
        indent = len(line) - len(line.lstrip())
        opens = any(form.fullmatch(line.strip()) for form in (_BIT, _PROPERTY, _VALUE))
        if not opens and 0 <= margin < indent:
            found[-1] += " " + line.strip()
            continue
        margin = indent if opens else -1
        found.append(line)
    return found


def _legend_apart(line: str) -> list[str]:
    """A legend with its letters behind it, ``----udlr , u = up``, as two lines."""
    head, comma, rest = line.partition(",")
    drawn = comma and _LEGEND.fullmatch(head.strip()) and _PROPERTY.match(rest.strip())
    return [head, rest] if drawn else [line]


def _properties(line: str) -> Iterator[tuple[str, str]]:
    for part in _NEXT_PROPERTY.split(line.strip()):
        if match := _PROPERTY.fullmatch(part):
            yield match[1], match[2]


def _places(legend: str, letter: str) -> str:
    """Where a letter stands, counted from the lowest bit: ``3``, ``0, 1 and 2``."""
    places = [str(at) for at, drawn in enumerate(reversed(legend)) if drawn == letter]
    return " and ".join([", ".join(places[:-1]), places[-1]] if places[1:] else places)


def _legend(line: str, letters: frozenset[str]) -> str:
    """The letters of a legend from the highest bit to the lowest, empty where the line is none.

    A word of eight letters is one where each of its ``letters`` is explained.
    """
    match = _LEGEND.fullmatch(line.strip())
    drawn = "".join(match[2].split()) if match else ""
    if match is None or len(drawn) not in (8, 16) or drawn.isdigit() or not letters & set(drawn):
        return ""
    is_word = " " not in match[2].strip() and not letters.issuperset(drawn)
    is_prose = match[1] and not match[1].rstrip().endswith(":")
    return "" if drawn.isalnum() and (is_word or is_prose) else drawn


def values(notes: Sequence[str]) -> list[tuple[str, str]]:
    """Values and their meaning: one a line, or several on each."""
    notes = _whole(notes)
    parts = [part for line in notes for part in _NEXT_VALUE.split(line.strip())]
    if len(notes) == 1 or len(parts) > len(notes):
        inline = [_INLINE_VALUE.fullmatch(part) for part in parts]
        found = [(match[1], match[2]) for match in inline if match]
        found = found if len(found) == len(parts) else []
    else:
        matches = [_VALUE.fullmatch(line.strip()) for line in notes]
        found = [(match[1], match[2]) for match in matches if match]
    known = {value for value, _ in found}
    is_list = len(found) > 1 and len(known) == len(found) and any(map(_DIGIT.search, known))
    return [(value, meaning) for value, meaning in found if sure(meaning)] if is_list else []
