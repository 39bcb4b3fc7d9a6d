"""Columns whose head names a secret: in CSV, in tables of tabs, in Markdown and as databases print them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from afs.redaction.judgement import is_password, is_token, name_kind
from afs.redaction.rule import Rule

__all__ = ["column_rules"]

_NAME = r"[0-9A-Za-z_#](?:[0-9A-Za-z_ .-]*[0-9A-Za-z_])?"
_QUOTED, _ESCAPED, _MARKED = r"(?:\\*[\"'])?", r"(?:\\+\")?", "[ `*]*"
_COMMA = r"(?:[,;\t]|\\+t)"
_BREAK = r"\r?\n|\\+r\\+n|\\+n"
_COMMAS = re.compile(_COMMA.encode())
_RULED = re.compile(rb"[-+:|=\s]+")
# Where a text of escaped line breaks ends.
_CLOSE = re.compile(rb'\n|(?<!\\)"')
_WIDEST = 2000
_AROUND = b" \t\r\"'`\\"


def _row(edge: str, separator: str, name: str = _NAME) -> str:
    """Two names or more between separators."""
    return rf"{edge}{name}{edge}(?:{separator}{edge}{name}{edge})+"


# A line of names and nothing else; only tables with bars may be indented. Where it begins a string within
# a line, its names are single words, as what follows a quote in prose is not.
_BARS = rf"[ \t]*\|?{_row(_MARKED, '[|]')}\|?[ \t]*"
_HEAD = (
    rf"(?:(?m:^)({_row(_QUOTED, _COMMA + ' ?')}|{_BARS})"
    rf"|(?:[\"']|\\n)({_row(_ESCAPED, _COMMA, '[0-9A-Za-z_.-]+')}|{_BARS}))({_BREAK})"
)


def column_rules(stem: str) -> tuple[Rule, ...]:
    """Rules for the cells below heads that name secrets; ``stem`` is an RE2 that matches in such heads."""
    edge = r"[ \"'`*\\]*"
    first = rf"{stem}s?{edge}(?:[,;|\t]|\\t)"
    last = rf"(?:[,;|\t]|\\t){edge}[0-9a-z_-]*{stem}s?{edge}(?:\r?\n|\\[rn])"
    return (
        _Column("PASSWORD", f"{first}|{last}", _HEAD, accept=is_password),
        _Column("SECRET", f"{first}|{last}", _HEAD, accept=is_token),
    )


class _Column(Rule):
    """``pattern`` finds a line of heads and the break behind it; candidates are the cells below it."""

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        end = 0
        for head in self._regex.finditer(data):
            line = head[1] or head[2]
            if head.start() < end or len(line) > _WIDEST:
                continue
            separator = b"|" if b"|" in line else _COMMAS.findall(line)[0]
            names = [line[slice(*span)].decode() for span in _cells(line, separator)]
            wanted = [column for column, name in enumerate(names) if name_kind(name) == self.kind]
            for start, line in _lines(data, head.end(), head[3]) if wanted else ():
                cells = _cells(line, separator)
                if len(cells) == len(names):
                    yield from ((start + cells[column][0], start + cells[column][1]) for column in wanted)
                elif not _RULED.fullmatch(line):
                    break
                end = start + len(line)


def _lines(data: bytes, start: int, line_break: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each line begins, and the line; an escaped ``line_break`` parts lines of a string."""
    close = None if line_break.endswith(b"\n") else _CLOSE.search(data, start)
    last = close.start() if close else len(data)
    while start < last:
        end = data.find(line_break, start, last)
        end = last if end < 0 else end
        yield start, data[start:end]
        start = end + len(line_break)


def _cells(line: bytes, separator: bytes) -> list[tuple[int, int]]:
    """Start and end of each cell, without its quotes and without bars at the edges of the line."""
    first, last = 0, len(line)
    if separator == b"|":
        first += len(line) - len(line.lstrip(b" \t|"))
        last = max(first, len(line.rstrip(b" \t|")))
    parts = re.finditer(rb'"[^"]*"|(' + re.escape(separator) + rb")", line[first:last])
    cuts = [first + part.start() for part in parts if part[1]]
    starts = (first, *(cut + len(separator) for cut in cuts))
    return [_bare(line, start, end) for start, end in zip(starts, (*cuts, last), strict=True)]


def _bare(line: bytes, start: int, end: int) -> tuple[int, int]:
    cell = line[start:end]
    return end - len(cell.lstrip(_AROUND)), start + len(cell.rstrip(_AROUND))
