"""What data tables teach: as a whole, and row by row where a row says what it is."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Mapping, Sequence
from sys import maxsize

from afs.asm import Placed, Source, Table
from afs.oracle.comment_text import LOST, cleaned, flowed, is_list, usable
from afs.oracle.comments import Comments
from afs.oracle.lesson import Lesson

__all__ = ["table_lessons"]

_MOST_ROWS = 40
_NAME = re.compile(r"(?<![\w$%])[A-Za-z_]\w{2,}")
_FILLING = frozenset({"fill", "incbin", "pad", "rep", "skip", "align", "prot"})
_ELSEWHERE = frozenset({"org", "base", "pushpc", "pullpc", "macro", "endmacro", "freecode", "freedata"})
_CHOICE = frozenset({"if", "elseif", "else", "endif"})  # of which it is not known what is assembled
_SIZES = {"db": "bytes", "dw": "words", "dl": "24-bit values", "dd": "32-bit values"}


def table_lessons(source: Source, comments: Comments, names: frozenset[str]) -> Iterator[Lesson]:
    """``names`` are those that stand for one table only. Data within a routine is no table of its own."""
    routines = {routine.name for routine in source.routines}
    rows: dict[int, list[Placed]] = {}
    for placed in source.statements:
        if placed.statement.kind == "data":
            rows.setdefault(placed.line, []).append(placed)
    breaks = _breaks(source)
    choices = [placed.line for placed in source.statements if placed.statement.name in _CHOICE]
    common = _common(rows, source.tables)
    for table in source.tables:
        label = table.label_line
        if table.name in names and not (_is_part(table, *breaks) or _any(choices, label, table.end_line)):
            own = [row for line in range(table.line, table.end_line + 1) for row in rows.get(line, ())]
            if table.name in routines:
                yield from _pointers(table, f"the data in {table.name}")
            else:
                yield from _of_table(table, own, label, comments, common)


def _breaks(source: Source) -> tuple[list[int], list[int]]:
    """The lines of labels and of what leads elsewhere, and those that emit bytes but are no rows."""
    labels = [label.line for label in source.labels if label.kind in ("global", "sub")]
    labels += [table.label_line for table in source.tables]
    labels += [placed.line for placed in source.statements if placed.statement.name in _ELSEWHERE]
    labels.sort()
    mixed = [
        placed.line
        for placed in source.statements
        if placed.statement.kind == "macro-call"
        or (placed.statement.kind == "directive" and placed.statement.name in _FILLING)
    ]
    return labels, mixed


def _is_part(table: Table, labels: Sequence[int], mixed: Sequence[int]) -> bool:
    """Whether other bytes stand beside the rows, between the table's label and the next."""
    at = bisect_right(labels, table.line)
    first = labels[at - 1] if at else 0
    last = labels[at] if at < len(labels) else maxsize
    found = bisect_left(mixed, first)
    return found < len(mixed) and mixed[found] < last


def _any(lines: Sequence[int], first: int, last: int) -> bool:
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last


def _common(rows: Mapping[int, Sequence[Placed]], tables: Sequence[Table]) -> frozenset[tuple[str, str]]:
    """Rows that several tables have with the same comment, such as ``db $00 ; End``: nothing to look up."""
    found: dict[tuple[str, str], str] = {}
    several: set[tuple[str, str]] = set()
    for table in tables:
        for line in range(table.line, table.end_line + 1):
            for row in rows.get(line, ()):
                if row.comment and found.setdefault(_signed(row), table.name) != table.name:
                    several.add(_signed(row))
    return frozenset(several)


def _signed(row: Placed) -> tuple[str, str]:
    return row.statement.operand, row.comment.casefold()


def _of_table(
    table: Table,
    rows: Sequence[Placed],
    label: int,
    comments: Comments,
    common: Container[tuple[str, str]],
) -> Iterator[Lesson]:
    above, start = comments.above(label)
    behind = comments.behind(label)[0] if label < table.line else []
    blocks = [_told(part, table.name) for part in (behind, above)]
    noted = [(row, " ".join(cleaned([row.comment]))) for row in rows]
    noted = [(row, note) for row, note in noted if usable(note)]
    heads = [line for line, _ in comments.inside(label + 1, table.line - 1)]
    text = comments.quoted(min([table.line, *heads]), table.end_line).split("\n")
    told = "\n".join(block for block in blocks if block)
    if LOST not in "".join(text) and (told or noted or len(rows) > 1):
        yield from _whole(table, rows, told, start if blocks[1] else label, text)
    yield from _entries(table, [(row, note) for row, note in noted if _signed(row) not in common])
    yield from _pointers(table, table.name)


def _told(lines: Sequence[str], name: str) -> str:
    """A comment as text; one that lists or draws something line by line."""
    found = cleaned(lines, (name, name.rpartition("_")[2]))
    if not usable("\n".join(found)):
        return ""
    return "\n".join(found) if is_list(found) else flowed(found)


def _whole(
    table: Table, rows: Sequence[Placed], told: str, start: int, text: Sequence[str]
) -> Iterator[Lesson]:
    size = _size(table, rows)
    shown = ["```asm", *text, "```"] if len(text) <= _MOST_ROWS else []
    if not told and not shown:
        return
    answer = "\n".join([part for part in (told, size) if part] + shown)
    share = min(1.0, (len(told) + 2 * sum(len(_words(line)) for line in shown)) / len(answer))
    yield Lesson(
        "table", table.name, answer, table.file, start, table.end_line, told=share, facts=1 + bool(told)
    )


def _words(line: str) -> str:
    """What of a row is a name or a word, and no number."""
    return "".join(_NAME.findall(line))


def _size(table: Table, rows: Sequence[Placed]) -> str:
    """How much there is of what; a define may stand for several values, a text is one a letter."""
    count = sum(len(value) - 2 if value[:1] == '"' else 1 for value in table.values)
    sizes = {row.statement.name for row in rows}
    what = _SIZES[table.directive] if len(sizes) == 1 else "values of several sizes"
    if any("!" in value for value in table.values):
        return f"{len(rows)} rows." if len(rows) > 1 else "One row."
    many = f"{count} {what if count != 1 else what.removesuffix('s')}"
    return f"{many} in {len(rows)} rows." if len(rows) > 1 else f"{many}."


def _entries(table: Table, noted: Sequence[tuple[Placed, str]]) -> Iterator[Lesson]:
    """Rows by what the comment behind them calls them."""
    by_note: dict[str, list[Placed]] = {}
    for row, note in noted:
        by_note.setdefault(note.casefold(), []).append(row)
    for row, note in noted:
        if len(by_note[note.casefold()]) == 1:
            key = f"“{note}” in {table.name}"
            yield Lesson(
                "entry",
                key,
                f"{row.statement.name} {row.statement.operand}",
                table.file,
                row.line,
                row.end_line,
                told=0.5,
                fact=True,
            )


def _pointers(table: Table, name: str) -> Iterator[Lesson]:
    """Labels by their number."""
    targets = [value for value in table.values if value.isidentifier()]
    if table.directive in ("dw", "dl") and len(targets) == len(table.values) > 1:
        for number, target in enumerate(table.values):
            yield Lesson(
                "entry",
                f"entry {number} (from 0) of {name}",
                target,
                table.file,
                table.line,
                table.end_line,
                wording="pointer",
                told=0.1,
                fact=True,
            )
