"""Where each key of a TOML file stands: ``{("training", "batch_size"): 12}``.

``tomllib`` gives values without places. This scanner reads only what places need: table
headers, keys, and where values end; it expects text that ``tomllib`` accepts. Elements of an
array of tables share the path of the array, whose place is its first header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["key_lines"]

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<text>\"\"\"(?:\\.|[^\\])*?\"{3,5} | '''.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
      | (?P<newline>\n)
      | (?P<mark>[\[\]{}=.,])
      | (?P<bare>[^\s\#"'\[\]{}=.,]+)
    """,
    re.VERBOSE | re.DOTALL,
)

Token = tuple[str, str, int]


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Line numbers from 1, of every key and every table header in ``text``."""
    places: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for statement in _statements(text):
        line = statement[0][2]
        if statement[0][1] == "[" and statement[0][0] == "mark":
            table = _names(statement)
            places.setdefault(table, line)
        else:
            places.setdefault(table + _names(_until_equals(statement)), line)
    return places


def _tokens(text: str) -> Iterator[Token]:
    line, position = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield str(match.lastgroup), match.group(), line


def _statements(text: str) -> Iterator[list[Token]]:
    """Tokens of one header or one ``key = value`` each; newlines inside brackets do not end one."""
    statement: list[Token] = []
    depth = 0
    for kind, value, line in _tokens(text):
        if kind == "newline" and depth == 0:
            if statement:
                yield statement
            statement = []
        elif kind not in ("newline", "comment"):
            depth += (value in "[{") - (value in "]}") if kind == "mark" else 0
            statement.append((kind, value, line))
    if statement:
        yield statement


def _until_equals(statement: list[Token]) -> list[Token]:
    for index, (kind, value, _) in enumerate(statement):
        if kind == "mark" and value == "=":
            return statement[:index]
    return statement


def _names(tokens: list[Token]) -> tuple[str, ...]:
    return tuple(_unquoted(value) if kind == "text" else value for kind, value, _ in tokens if kind != "mark")


def _unquoted(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1]
    import tomllib

    return str(tomllib.loads(f"key = {text}")["key"])
