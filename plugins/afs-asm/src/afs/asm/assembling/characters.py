"""The table by which characters of a text become numbers."""

from __future__ import annotations

from afs.asm.language.faults import Broken

__all__ = ["Characters"]


class Characters:
    """Code points up to 255 stand for themselves until the text says otherwise."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}
        self._saved: list[dict[str, int]] = []
        self._bare = False

    def value(self, char: str) -> int:
        known = self._values.get(char)
        if known is not None:
            return known
        if ord(char) > 0xFF or self._bare:
            raise Broken("character", f"the character {char!r} is not in the table", f"'{char}' = $00")
        return ord(char)

    def set(self, char: str, value: int) -> None:
        self._values[char] = value

    def clear(self) -> None:
        self._values = {}
        self._bare = False

    def push(self) -> None:
        self._saved.append(dict(self._values))

    def pull(self) -> None:
        if not self._saved:
            raise Broken("unbalanced", "`pulltable` without `pushtable`")
        self._values = self._saved.pop()

    def read(self, text: str, *, values_first: bool) -> None:
        """Take the lines ``A=00`` of a table file, ``00=A`` where ``values_first``."""
        self._values = {}
        self._bare = True
        for number, line in enumerate(text.splitlines(), 1):
            if line:
                char, digits = self._entry(line, values_first)
                try:
                    self._values[char] = int(digits, 16)
                except ValueError:
                    reason = f"line {number} of the table file: `{line[:24]}` is not of the form A=00"
                    raise Broken("character", reason) from None

    @staticmethod
    def _entry(line: str, values_first: bool) -> tuple[str, str]:
        if values_first:
            digits, _, char = line.partition("=")
            return char[:1] or "=", digits
        return line[0], line[2:] if line[1:2] == "=" else "?"
