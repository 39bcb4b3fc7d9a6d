"""Keys as columns of numbers: a few bytes a row for what tuples would need hundreds."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

__all__ = ["TEXT", "Columns"]

#: The column code of text; the others are those of ``array``.
TEXT = "s"


class Columns:
    """Tuples of numbers and texts, one column for each code of ``codes``."""

    def __init__(self, codes: str) -> None:
        self._codes = codes
        self._columns: list[array[Any]] = [array("I" if code == TEXT else code) for code in codes]
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []

    def extend(self, rows: Iterable[Sequence[Any]]) -> None:
        for code, column, values in zip(self._codes, self._columns, zip(*rows, strict=True), strict=False):
            column.extend(map(self._number, values) if code == TEXT else values)

    def append(self, row: Sequence[Any]) -> None:
        for code, column, value in zip(self._codes, self._columns, row, strict=True):
            column.append(self._number(value) if code == TEXT else value)

    def __len__(self) -> int:
        return len(self._columns[0]) if self._columns else 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        text = self._texts.__getitem__
        values = [
            map(text, column) if code == TEXT else column
            for code, column in zip(self._codes, self._columns, strict=True)
        ]
        return zip(*values, strict=True)

    def _number(self, text: str) -> int:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._texts)
            self._texts.append(text)
        return number
