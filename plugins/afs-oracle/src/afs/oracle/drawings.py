"""Drawings within comments, such as ``+----+`` above ``| A | B |``, as against frames around them."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["drawings"]

_EDGE = re.compile(r"\s*[+|].*[+|]\s*\Z")
_RAIL = re.compile(r"\s*\+[-=+]{2,}\+\s*\Z")
_LETTER = re.compile(r"[^\W\d_]")
_SMALLEST = 3


def drawings(lines: Sequence[str]) -> frozenset[int]:
    """The numbers of the lines that are drawn: three or more in a row, with words before or behind them."""
    if not any("+-" in line or "+=" in line for line in lines):
        return frozenset()
    found: set[int] = set()
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _EDGE.match(lines[end]):
            end += 1
        others = (*lines[:at], *lines[end:])
        rails = any(_RAIL.match(line) for line in lines[at:end])
        if end - at >= _SMALLEST and rails and any(_LETTER.search(line) for line in others):
            found.update(range(at, end))
        at = max(end, at + 1)
    return frozenset(found)
