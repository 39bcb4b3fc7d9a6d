"""Defines of one text: `!name = value` and its kin, and the lines that use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from .expressions import STUB, expression

_USE = re.compile(r"(\\?)!\^*(?:\{([^{}]*)\}|(\w+))", re.A)
_ASSIGNMENT = re.compile(r"\s*!\^*(?:\{(\w+)\}|(\w+)) (=|\+=|:=|#=|\?=)(?: (.*))?\Z", re.A | re.S)
_JOINED = re.compile(r"\s*!\^*(?:\{(\w+)\}|(\w+))\s*([+:#?]?=)(?!=)\s*(.*)\Z", re.A | re.S)

MAX_ROUNDS: Final = 64
MAX_LENGTH: Final = 20_000


class EndlessDefine(Exception):
    """A define's value leads back to itself, or grows without end."""


class Defines:
    """The defines known at a point of a text.

    `unknown` is called with the name of each define that is used and not known; it then stands
    for anything.
    """

    def __init__(self, unknown: Callable[[str], None]) -> None:
        self.values: dict[str, str] = {}
        self._unknown = unknown

    def resolve(self, text: str) -> str:
        """`text` with every define replaced by its value. Raises EndlessDefine."""
        for _ in range(MAX_ROUNDS):
            changed = _USE.sub(self._value, text)
            if changed == text:
                return text
            if len(changed) > MAX_LENGTH + len(text):
                raise EndlessDefine
            text = changed
        raise EndlessDefine

    def _value(self, match: re.Match[str]) -> str:
        if match[1]:
            return match[0]
        name = match[2] if match[3] is None else match[3]
        if STUB in name or not name:
            return STUB
        known = self.values.get(name)
        if known is None:
            self._unknown(name)
            return STUB
        return known

    def assign(self, name: str, operator: str, value: str) -> None:
        """Take over one assignment; `value` as written, without its quotes."""
        if operator == "?=" and name in self.values:
            return
        if operator == "+=":
            value = self.values.get(name, "") + value
        elif operator == ":=":
            value = self.resolve(value)
        elif operator == "#=":
            value = self._number(value)
        self.values[name] = value

    def _number(self, value: str) -> str:
        literal = expression(self.resolve(value)).literal
        return STUB if literal is None else str(literal)


def assignment(text: str) -> tuple[str, str, str] | None:
    """Name, operator and value if the tidy statement `text` sets a define."""
    match = _ASSIGNMENT.match(text)
    return (match[1] or match[2], match[3], match[4] or "") if match else None


def joined_assignment(text: str) -> str:
    """The right form of an assignment whose operator lacks its blanks, or nothing."""
    match = _JOINED.match(text)
    if not match or (match[2] or "")[:1].isdigit():
        return ""
    return f"!{match[1] or match[2]} {match[3]} {match[4]}".rstrip()


def unquoted_value(value: str) -> tuple[str, bool]:
    """The value without its quotes, and whether it is well formed: quoted, or one word."""
    if value[:1] == '"':
        end = value.find('"', 1)
        return value[1:end], end == len(value) - 1
    return value, " " not in value
