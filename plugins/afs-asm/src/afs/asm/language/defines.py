"""Defines of one text: `!name = value` and its kin, and the lines that use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from .expressions import STUB
from .lines import parts

_USE = re.compile(r"(\\*)!(?:\{([^{}]*)\}|(\w+))", re.A)
#: An exclamation mark that stands for itself, before that of a define.
_TWICE = re.compile(r"(?<!\\)!(?=!)")
_BRACED = re.compile(r"\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_NAME = re.compile(r"\w+\Z", re.A)
_ASSIGNMENT = re.compile(r"\s*!(?:\{(\w+)\}|(\w+)) (=|\+=|:=|#=|\?=) (.*)\Z", re.A | re.S)
_JOINED = re.compile(r"\s*!(?:\{(\w+)\}|(\w+))\s*([+:#?]?=)(?!=)\s*(.*)\Z", re.A | re.S)

_QUOTED_VALUE = re.compile(r'"((?:[^"]|"")*)"\Z', re.S)

#: Defines that asar sets itself.
BUILT_IN: Final = {"assembler": "asar", "assembler_ver": "10901"}
MAX_ROUNDS: Final = 64
MAX_LENGTH: Final = 20_000


class DefineFault(Exception):
    """A define that cannot be read; `code` and `reason` as in a finding."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class EndlessDefine(DefineFault):
    """A define's value leads back to itself, or grows without end."""

    def __init__(self) -> None:
        super().__init__("define-endless", "a define's value leads back to itself")


class Defines(msgspec.Struct):
    """The defines known at a point of a text, as `values`.

    `unknown` is called with the name of each define that is used and not known; it then stands
    for anything. `number` gives the value of an expression, or None; `note_set` is called with the name of
    each define that another one's value sets.
    """

    unknown: Callable[[str], None]
    number: Callable[[str], float | None]
    note_set: Callable[[str], None]
    values: dict[str, str] = msgspec.field(default_factory=BUILT_IN.copy)

    def resolve(self, text: str) -> str:
        """`text` with every define replaced by its value. Raises DefineFault."""
        if "!!" in text:
            text = _TWICE.sub("\\\\!", text)
        for _ in range(MAX_ROUNDS):
            changed = _USE.sub(self._value, text)
            if changed == text:
                return text.replace("\\!", "!") if "\\!" in text else text
            if len(changed) > MAX_LENGTH + len(text):
                raise EndlessDefine
            if "!" not in changed:
                return changed
            text = changed
        raise EndlessDefine

    def _value(self, match: re.Match[str]) -> str:
        escapes, braced, name = match.groups()
        if len(escapes) % 2:
            return match[0]
        return escapes + self._named(name or self._plain_name(braced))

    def _plain_name(self, name: str) -> str:
        """The name in braces, which may be made of defines."""
        if "!" in name:
            name = self.resolve(name)
        if STUB not in name and not _NAME.match(name):
            raise DefineFault("define-name", f"`{name[:40]}` is no name of a define")
        return name

    def _named(self, name: str) -> str:
        if STUB in name:
            return STUB
        known = self.values.get(name)
        if known is None:
            self.unknown(name)
            return STUB
        return self._without_settings(known) if " " in known and "!" in known else known

    def _without_settings(self, value: str) -> str:
        """`value` without the assignments in it, which take effect where the define is used."""
        kept = []
        for part in parts(value):
            setting = assignment(part.text)
            if setting:
                self.assign(setting[0], setting[1], unquoted_value(setting[2])[0])
                self.note_set(setting[0])
            else:
                kept.append(part.text)
        return " : ".join(kept)

    def assign(self, name: str, operator: str, value: str) -> None:
        """Take over one assignment; `value` as written, without its quotes."""
        if operator == "?=" and name in self.values:
            return
        if operator == "+=":
            value = self._value_of(name) + value
        elif operator == ":=":
            value = self.resolve(value)
        elif operator == "#=":
            number = self.number(self.resolve(value))
            value = STUB if number is None else decimals(number)
        self.values[name] = value

    def with_plain_name(self, text: str) -> str:
        """`text`, which begins with `!{`, with the defines in the braces replaced. Raises DefineFault."""
        match = _BRACED.match(text, 1)
        if not match or "!" not in match[1]:
            return text
        return f"!{{{self.resolve(match[1])}}}{text[match.end() :]}"

    def _value_of(self, name: str) -> str:
        if name not in self.values:
            self.unknown(name)
        return self.values.get(name, STUB)

    def forget(self, names: Iterable[str]) -> None:
        """From here on, these may have any value."""
        for name in names:
            self.values[name] = STUB

    def restore(self, name: str, value: str | None) -> None:
        """Give a define back its value, or none."""
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value


def decimals(number: float) -> str:
    """A number as asar writes it into a define: all its decimals, no exponent."""
    shown = f"{number:.100f}"
    return shown.rstrip("0").removesuffix(".")


def assignment(text: str) -> tuple[str, str, str] | None:
    """Name, operator and value if the tidy statement `text` sets a define."""
    match = _ASSIGNMENT.match(text) if "=" in text else None
    return (match[1] or match[2], match[3], match[4]) if match else None


def joined_assignment(text: str) -> str:
    """The right form of an assignment whose operator lacks its blanks, or nothing."""
    match = _JOINED.match(text) if "=" in text else None
    if not match or (match[2] or "")[:1].isdigit():
        return ""
    return f"!{match[1] or match[2]} {match[3]} " + (match[4] or '""')


def unquoted_value(value: str) -> tuple[str, bool]:
    """The value without its quotes, and whether it is well formed: quoted, or one word."""
    if value[:1] == '"':
        match = _QUOTED_VALUE.match(value)
        return (match[1].replace('""', '"'), True) if match else (value.strip('"'), False)
    return value, " " not in value
