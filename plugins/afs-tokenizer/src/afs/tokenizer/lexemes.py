"""Assembly as a person reads it: labels, mnemonics, operands, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from afs.asm import parse_statement
from afs.asm.language.lines import code_end, parts, tidy

__all__ = ["Lexeme", "read_lexemes"]

_WORD: Final = re.compile(r"\S+")
#: A value of a list: what brackets or quotes hold is not cut.
_VALUE: Final = re.compile(r"""(?:"[^"]*"|'[^']*'|\([^()]*(?:\([^()]*\)[^()]*)*\)|[^,])+""")
_KINDS: Final = {"instruction": "mnemonic", "macro-call": "macro", "define": "name", "assign": "name"}


class Lexeme(NamedTuple):
    """A part of a line: ``text`` is the source from ``start`` to ``end``, in characters.

    ``kind`` is label, mnemonic, operand, directive, name, operator, macro, comment, or word for
    what is no statement of the assembler.
    """

    kind: str
    text: str
    start: int
    end: int


def read_lexemes(text: str) -> Iterator[Lexeme]:
    """The lexemes of ``text``, line by line; blanks, commas of lists and ends of lines are in none.

    An operand is one lexeme as it stands (``($12),y``); of data, each value is one. Any text has
    lexemes, also one that is no assembly.
    """
    offset = 0
    for line in text.split("\n"):
        end = code_end(line)
        for part in parts(line[:end]):
            yield from _statement(part.text, offset + part.start)
        if comment := line[end:].rstrip():
            yield Lexeme("comment", comment, offset + end, offset + end + len(comment))
        offset += len(line) + 1


def _statement(text: str, offset: int) -> Iterator[Lexeme]:
    statement = parse_statement(tidy(text))
    at = 0
    for _ in statement.labels:
        word = _next(text, at)
        yield _lexeme("label", text, word.start(), word.end(), offset)
        at = word.end()
    if statement.kind == "label":
        return
    if statement.kind == "macro-call":
        yield _lexeme("macro", text, _next(text, at).start(), len(text), offset)
        return
    heads = 2 if statement.kind in ("define", "assign") else 1
    for kind in (_KINDS.get(statement.kind, "directive"), "operator")[:heads]:
        word = _next(text, at)
        kind = "word" if statement.kind in ("unknown", "brace") else kind
        yield _lexeme(kind, text, word.start(), word.end(), offset)
        at = word.end()
    yield from _operands(statement.kind, text, at, offset)


def _operands(kind: str, text: str, at: int, offset: int) -> Iterator[Lexeme]:
    rest = _WORD.search(text, at)
    if rest is None:
        return
    if kind == "unknown":
        for word in _WORD.finditer(text, at):
            yield _lexeme("word", text, word.start(), word.end(), offset)
    elif kind == "data":
        for value in _VALUE.finditer(text, at):
            if value[0].strip():
                yield _lexeme("operand", text, value.start(), value.end(), offset)
    else:
        yield _lexeme("operand", text, rest.start(), len(text), offset)


def _next(text: str, at: int) -> re.Match[str]:
    word = _WORD.search(text, at)
    assert word is not None, text  # a statement has the words that it was parsed from
    return word


def _lexeme(kind: str, text: str, start: int, end: int, offset: int) -> Lexeme:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    return Lexeme(kind, piece, offset + start, offset + start + len(piece))
