"""Expressions as trees, read as asar 1.91 reads them.

Operators work from left to right whatever they are, unless ``priorities`` are on; a prefix (``-``, ``~``,
``<:`` for the bank) binds to the number behind it alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from .expressions import MAX_DEPTH
from .faults import Broken

__all__ = ["Formula", "parse_formula"]

#: With priorities, higher binds first.
_LEVELS: Final = {
    "**": 4, "*": 3, "/": 3, "%": 3, "+": 2, "-": 2, "<<": 1, ">>": 1, "&": 0, "|": 0, "^": 0,
}  # fmt: skip
_OPERATOR = re.compile(r"\*\*|<<|>>|[-+*/%&|^]")
_PREFIX = re.compile(r"<:|[-+~]")
_NEARBY = re.compile(r"(\??)(\++|-+)(?=\)|\Z)")
_NUMBER = re.compile(r"\$([0-9A-Fa-f]+)|%([01]+)|([0-9][0-9.]*)")
_NAME = re.compile(r"\??(?:\.+\w|[A-Za-z_])[\w.]*|:\w+", re.A)
_CHARACTER = re.compile(r"'([\x00-\x7f])'")
_STRING = re.compile(r'"([^"]*)"')
_BLANKS = re.compile(r" *")


class Formula(NamedTuple):
    """A tree. ``kind`` is number, name, element, nearby, character, string, call, operator or ``prefix X``.

    ``value`` is the number, or the name; ``parts`` are the trees below. An element is a struct's
    ``Name[index].field``, its value being ``(Name, Name.field)``.
    """

    kind: str
    value: Any = None
    parts: tuple[Formula, ...] = ()


@lru_cache(20_000)
def parse_formula(text: str, priorities: bool) -> Formula:
    """The tree of ``text``. Raises Broken."""
    return _Reader(text, priorities).whole()


class _Reader:
    def __init__(self, text: str, priorities: bool) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.priorities = priorities

    def whole(self) -> Formula:
        tree = self.terms(0)
        if self.at < len(self.text):
            if self.text[self.at] == ",":
                raise self.broken("a comma has no place in this expression")
            raise self.broken("parentheses do not match")
        return tree

    def broken(self, reason: str) -> Broken:
        return Broken("expression", reason, late=True)

    def blanks(self) -> None:
        match = _BLANKS.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def terms(self, level: int) -> Formula:
        nearby = _NEARBY.match(self.text, self.at)
        if nearby:
            self.at = nearby.end()
            return Formula("nearby", nearby[0])
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.broken(f"parentheses are nested deeper than {MAX_DEPTH}")
        left = self.number()
        self.blanks()
        while self.at < len(self.text) and self.text[self.at] not in "),]":
            operator = _OPERATOR.match(self.text, self.at)
            if not operator:
                raise self.broken(f"no operator of asar begins with `{self.text[self.at]}`")
            own = _LEVELS[operator[0]]
            if self.priorities and own < level:
                break
            self.at = operator.end()
            right = self.terms(own + 1) if self.priorities else self.number()
            left = Formula(operator[0], None, (left, right))
            self.blanks()
        self.depth -= 1
        return left

    def number(self) -> Formula:
        self.blanks()
        prefixes = []
        while prefix := _PREFIX.match(self.text, self.at):
            prefixes.append(prefix[0])
            self.at = prefix.end()
            self.blanks()
        tree = self.atom()
        for sign in reversed(prefixes):
            tree = Formula(f"prefix {sign}", None, (tree,))
        return tree

    def atom(self) -> Formula:
        char = self.text[self.at : self.at + 1]
        if char == "(":
            self.at += 1
            tree = self.terms(0)
            if self.text[self.at : self.at + 1] != ")":
                raise self.broken("a parenthesis is not closed")
            self.at += 1
            return tree
        match = _NUMBER.match(self.text, self.at)
        if match:
            self.at = match.end()
            return Formula("number", _value(match))
        match = _NAME.match(self.text, self.at)
        if match:
            self.at = match.end()
            return self.named(match[0])
        for kind, pattern in (("character", _CHARACTER), ("string", _STRING)):
            match = pattern.match(self.text, self.at)
            if match:
                self.at = match.end()
                return Formula(kind, match[1])
        raise self.broken(_wrong_atom(self.text, self.at))

    def named(self, name: str) -> Formula:
        self.blanks()
        follows = self.text[self.at : self.at + 1]
        if follows == "(":
            return self.call(name)
        if follows == "[":
            return self.element(name)
        return Formula("name", name)

    def call(self, name: str) -> Formula:
        self.at += 1
        self.blanks()
        arguments: list[Formula] = []
        while self.text[self.at : self.at + 1] != ")":
            arguments.append(self.argument())
            self.blanks()
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
            elif self.text[self.at : self.at + 1] != ")":
                raise self.broken(f"the call of `{name}` is not closed")
        self.at += 1
        return Formula("call", name, tuple(arguments))

    def argument(self) -> Formula:
        if self.text.startswith("...", self.at):
            self.at += 3
            return Formula("name", "...")
        return self.terms(0)

    def element(self, name: str) -> Formula:
        self.at += 1
        index = self.terms(0)
        if self.text[self.at : self.at + 1] != "]":
            raise self.broken("a `[` is not closed")
        self.at += 1
        field = re.compile(r"(?:\.\w+)*", re.A).match(self.text, self.at)
        rest = field[0] if field else ""
        self.at += len(rest)
        return Formula("element", (name, name + rest), (index,))


def _value(match: re.Match[str]) -> int | float:
    digits, bits, decimal = match.groups()
    if digits:
        return min(int(digits[:64], 16), (1 << 64) - 1)
    if bits:
        return min(int(bits[:256], 2), (1 << 64) - 1)
    whole, _, fraction = decimal.partition(".")
    if not fraction.strip("0."):
        return min(int(whole[:40]), (1 << 64) - 1)
    return float(f"{whole[:40]}.{fraction.partition('.')[0]}")


def _wrong_atom(text: str, at: int) -> str:
    rest = text[at : at + 12]
    if not rest:
        return "a number or a name is missing at the end"
    if rest[0] == "$":
        return f"`{rest}` is no hexadecimal number"
    if rest[0] == "%":
        return f"`{rest}` is no binary number"
    return f"a number or a name was expected at `{rest}`"
