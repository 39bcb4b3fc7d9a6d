"""The operands of directives: their parts and their words."""

from __future__ import annotations

import re

from .lines import QUOTED
from .operands import commas

_QUOTED = re.compile(QUOTED)


def quoted_blanks(text: str) -> bool:
    """Whether every blank stands in quotes."""
    return " " not in _QUOTED.sub("", text)


def split_arguments(text: str, start: int = 0) -> list[tuple[str, int]]:
    """The parts of `text` between top-level commas, with their indices counted from `start`."""
    found = []
    begin = 0
    for index in commas(text):
        found.append((text[begin:index], start + begin))
        begin = index + 1
    found.append((text[begin:], start + begin))
    return found


def split_plainly(text: str, start: int = 0) -> list[tuple[str, int]]:
    """The parts of `text` between its commas, whatever stands around them; none of an empty text."""
    found = []
    for item in text.split(",") if text else ():
        found.append((item, start))
        start += len(item) + 1
    return found


def words_of(text: str, start: int = 0) -> list[tuple[str, int]]:
    """The words of tidy `text`, with their indices counted from `start`; blanks in quotes part none."""
    masked = _QUOTED.sub(lambda match: "q" * len(match[0]), text)
    return [(text[m.start() : m.end()], start + m.start()) for m in re.finditer(r"[^ ]+", masked)]
