"""What characters stand for at a point of a text, as far as it tells."""

from __future__ import annotations

import msgspec


class CharacterTable(msgspec.Struct):
    """Characters stand for their codes until the text says otherwise, or a file that is not read."""

    _values: dict[str, int | None] = {}
    _known: bool = True
    _saved: list[tuple[dict[str, int | None], bool]] = []

    def value(self, char: str) -> int | None:
        """What a character stands for, None if nobody knows."""
        return self._values.get(char, ord(char) if self._known else None)

    def set(self, char: str, value: float | None) -> None:
        """Take over `'a' = $61`."""
        self._values[char] = None if value is None else int(value) & 0xFFFFFFFF

    def clear(self, *, known: bool = True) -> None:
        """Forget what was set; after a table file nothing is `known`."""
        self._values, self._known = {}, known

    def push(self) -> None:
        """Keep the table for the next `pull`."""
        self._saved.append((dict(self._values), self._known))

    def pull(self) -> None:
        """Come back to the table that was kept last."""
        if self._saved:
            self._values, self._known = self._saved.pop()
