"""Macros of a text, and their bodies with the values of a call put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from afs.asm.assembling.macros import INDEX, PLACE, without_blanks
from afs.asm.language.arguments import split_arguments
from afs.asm.language.expressions import STUB

_DECLARED = re.compile(r"([A-Za-z_]\w*)\(([^()]*)\)\Z", re.A)
_PARAMETER = re.compile(r"[A-Za-z_]\w*\Z", re.A)
#: How deep calls may be nested, and how many lines they may come to in all.
MAX_DEPTH: Final = 100
MAX_LINES: Final = 200_000


class MacroBody(NamedTuple):
    """A macro's name, parameters (without `...`), and lines; `first` is the number of the first line, `arch`
    the processor for which the code around it is."""

    name: str
    parameters: tuple[str, ...]
    variadic: bool
    first: int
    lines: tuple[str, ...]
    arch: str = "65816"

    def misfit(self, count: int) -> str:
        """What is wrong with a call of `count` values, or nothing."""
        wanted = len(self.parameters)
        if count == wanted or (self.variadic and count > wanted):
            return ""
        least = "at least " if self.variadic else ""
        return f"`%{self.name}` takes {least}{wanted} value{'s'[: wanted != 1]}, not {count}"


def declared(text: str) -> tuple[str, tuple[str, ...], bool] | None:
    """Name, parameters, and whether more may follow, of a macro's declaration; None if it is not one.

    asar reads it without its blanks.
    """
    match = _DECLARED.match(without_blanks(text))
    if not match:
        return None
    names = match[2].split(",") if match[2] else []
    variadic = names[-1:] == ["..."]
    names = names[:-1] if variadic else names
    if not all(_PARAMETER.match(name) for name in names) or len(set(names)) < len(names):
        return None
    return match[1], tuple(names), variadic


def call_values(text: str) -> tuple[str, ...]:
    """The values of a call, quotes taken off."""
    if not text.strip(" "):
        return ()
    return tuple(_bare(without_blanks(item)) for item, _ in split_arguments(text))


def _bare(item: str) -> str:
    quoted = len(item) > 1 and item[0] == item[-1] == '"'
    return item[1:-1].replace('""', '"') if quoted else item


class MacroCall:
    """One call. `number` gives the value of an expression, or None."""

    def __init__(
        self, body: MacroBody, values: tuple[str, ...], number: Callable[[str], float | None]
    ) -> None:
        self.body = body
        self._named = dict(zip(body.parameters, values, strict=False))
        self._more = values[len(body.parameters) :]
        self._number = number
        #: How many values there are beyond the named ones, if there may be any.
        self.more = len(self._more) if body.variadic else None
        #: Parameters that the macro does not have.
        self.unknown: list[str] = []

    def filled(self, line: str) -> str:
        """A line of the body with the call's values."""
        return PLACE.sub(self._value, line) if "<" in line else line

    def _value(self, match: re.Match[str]) -> str:
        if match[0] == "<<":
            return match[0]
        index, name = match[1], match[2]
        if index is None and (name in self._named or STUB in name):
            return self._named.get(name, STUB)
        if not self.body.variadic or (index is None and not INDEX.match(name)):
            self.unknown.append(match[0])
            return STUB
        number = self._number(name if index is None else index)
        if number is None:
            return STUB
        if not 0 <= number < len(self._more):
            self.unknown.append(match[0])
            return STUB
        return self._more[int(number)]
