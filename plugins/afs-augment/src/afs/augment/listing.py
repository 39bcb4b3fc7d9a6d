"""Code as rows that can be exchanged: one physical line each.

>>> row = rows_of("  LDA #$10  ; ten")[0]
>>> row.code, row.with_code("LDA #16").text
('LDA #$10', '  LDA #16  ; ten')
"""

from __future__ import annotations

import re
from typing import NamedTuple

from afs.asm import Source, Statement
from afs.augment.refusal import Refused

__all__ = ["Edit", "Row", "apply_edits", "rows_of"]

_LABEL = re.compile(r"\S+\s*")


class Row(NamedTuple):
    """A line. ``statement`` is set where it holds exactly one, whose code without its labels is
    ``text[start:end]``; ``empty`` where it holds none."""

    text: str
    statement: Statement | None = None
    start: int = 0
    end: int = 0
    empty: bool = False

    @property
    def code(self) -> str:
        return self.text[self.start : self.end]

    @property
    def comment(self) -> str:
        return self.text[self.end :].strip()

    @property
    def indent(self) -> str:
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def instruction(self) -> bool:
        return self.statement is not None and self.statement.kind == "instruction"

    @property
    def labelled(self) -> bool:
        return self.statement is not None and bool(self.statement.labels)

    def with_code(self, code: str) -> Row:
        return Row(self.text[: self.start] + code + self.text[self.end :])


class Edit(NamedTuple):
    """Rows ``first`` to ``first + size - 1`` become ``codes``, one row each; ``kind`` says what was done."""

    kind: str
    first: int
    size: int
    codes: tuple[str, ...]


def rows_of(text: str) -> tuple[Row, ...]:
    """The rows of ``text``; joined with newlines they are ``text``. Raises Refused."""
    if "\r" in text:
        raise Refused("line ends that are not newlines alone")
    source = Source.parse(text)
    lines = text.split("\n")
    found: dict[int, list[Row]] = {}
    for placed in source.statements:
        row = Row(lines[placed.line - 1])
        if placed.end_line == placed.line:
            row = _row(row.text, placed.statement, placed.column - 1, placed.end_column - 1)
        for line in range(placed.line, placed.end_line + 1):
            found.setdefault(line - 1, []).append(row if line == placed.line else Row(lines[line - 1]))
    return tuple(
        (found[at][0] if len(found[at]) == 1 else Row(line)) if at in found else Row(line, empty=True)
        for at, line in enumerate(lines)
    )


def _row(text: str, statement: Statement, start: int, end: int) -> Row:
    for _ in statement.labels:
        if match := _LABEL.match(text, start, end):
            start = match.end()
    return Row(text, statement, start, end)


def apply_edits(rows: tuple[Row, ...], edits: list[Edit]) -> tuple[str, dict[int, Edit]]:
    """The text with ``edits`` (which do not overlap), and the numbers, from 1, of the lines they wrote.

    An edit that writes no line is entered for the line before it.
    """
    starts = {edit.first: edit for edit in edits}
    lines: list[str] = []
    touched: dict[int, Edit] = {}
    at = 0
    while at < len(rows):
        edit = starts.get(at)
        if edit is None:
            lines.append(rows[at].text)
            at += 1
            continue
        for number, code in enumerate(edit.codes):
            row = rows[at]
            lines.append(row.with_code(code).text if number == 0 else f"{_indent(row)}{code}")
            touched[len(lines)] = edit
        if not edit.codes and lines:
            touched[len(lines)] = edit
        at += edit.size
    return "\n".join(lines), touched


def _indent(row: Row) -> str:
    return (
        row.indent if not row.labelled else " " * max(row.start, 2) if row.indent or row.start < 12 else "  "
    )
