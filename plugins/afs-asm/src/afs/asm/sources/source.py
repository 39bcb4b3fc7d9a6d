"""A file of assembly as a whole: what it defines, where, and what its comments say of it.

>>> source = Source.parse("Health = $7EF36D ; hearts, in eighths\\n")
>>> source.symbols[0].name, hex(source.symbols[0].value), source.symbols[0].comment
('Health', '0x7ef36d', 'hearts, in eighths')
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from afs.asm.language.lines import Comment, LogicalLine, Part, logical_lines, parts, tidy
from afs.asm.language.statements import Statement, parse_statement

from .encoding import decoded


class Placed(NamedTuple):
    """A statement at its place. `start` and `end` are offsets into the file's text; `comment` is what
    stands behind it on its last line."""

    statement: Statement
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int
    comment: str


class Symbol(NamedTuple):
    """`NAME = value`, or a field of a struct. `above` is the comment block directly above it."""

    name: str
    value: int | None
    text: str
    comment: str
    above: str
    file: str
    line: int


class Define(NamedTuple):
    """One assignment of a define; `value` as written, without its quotes."""

    name: str
    operator: str
    value: str
    comment: str
    above: str
    file: str
    line: int


class LabelDefinition(NamedTuple):
    """A label under its full name (namespace and parents joined by `_`)."""

    name: str
    kind: str
    parent: str
    comment: str
    above: str
    file: str
    line: int


class Routine(NamedTuple):
    """Code from a top-level label to its end. `labels` are its sub-labels, by full name.

    `comments` are those within it; `falls_through` if nothing ends it before the next label.
    """

    name: str
    namespace: str
    above: str
    comments: tuple[Comment, ...]
    body: tuple[Placed, ...]
    labels: tuple[str, ...]
    falls_through: bool
    file: str
    line: int
    end_line: int
    text: str


class Table(NamedTuple):
    """Data under a label; `directive` is that of its first row, `line` its line, `label_line` the label's."""

    name: str
    directive: str
    values: tuple[str, ...]
    comment: str
    above: str
    file: str
    line: int
    end_line: int
    label_line: int


class Include(NamedTuple):
    """A file that is read in: `directive` is incsrc, incbin, table or loadtable."""

    directive: str
    path: str
    file: str
    line: int


class Macro(NamedTuple):
    """A macro's declaration and body."""

    name: str
    parameters: tuple[str, ...]
    above: str
    file: str
    line: int
    end_line: int
    text: str


class Source(NamedTuple):
    """A parsed file; every tuple is in the order of the text."""

    file: str
    text: str
    statements: tuple[Placed, ...]
    comments: tuple[Comment, ...]
    symbols: tuple[Symbol, ...]
    defines: tuple[Define, ...]
    labels: tuple[LabelDefinition, ...]
    routines: tuple[Routine, ...]
    tables: tuple[Table, ...]
    includes: tuple[Include, ...]
    macros: tuple[Macro, ...]

    @classmethod
    def parse(cls, text: str, file: str = "") -> Source:
        """Parse any text; what is not assembly gives statements of kind `unknown`."""
        from .outline import outline

        return outline(text, file)

    @classmethod
    def read(cls, path: Path | str, file: str | None = None) -> Source:
        """Parse a file; a line that is not UTF-8 is read as Latin-1. Raises OSError."""
        return cls.parse(decoded(Path(path).read_bytes()), str(path) if file is None else file)


def place(text: str, file: str) -> tuple[tuple[Placed, ...], tuple[Comment, ...]]:
    """The statements and comments of `text`."""
    statements: list[Placed] = []
    comments: list[Comment] = []
    for line in logical_lines(text):
        comments += line.comments
        statements += _placed(line, file)
    return tuple(statements), tuple(comments)


def _placed(line: LogicalLine, file: str) -> Iterator[Placed]:
    found = parts(line.code)
    behind = line.comments[-1].text if line.comments and not line.comments[-1].own_line else ""
    for part in found:
        yield _at(part, line, file, behind)


def _at(part: Part, line: LogicalLine, file: str, comment: str) -> Placed:
    first, last = line.at(part.start), line.at(part.end - 1)
    return Placed(
        parse_statement(tidy(part.text)),
        file,
        first.line,
        first.column,
        last.line,
        last.column + 1,
        first.offset,
        last.offset + 1,
        comment,
    )
