"""What comments say: without rulers, boxes, code that is commented out, notes to oneself and guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from afs.asm import check, parse_statement
from afs.asm.source import Source

__all__ = ["LOST", "Comments", "cleaned", "is_list", "sentence", "usable"]

#: What reading another encoding leaves of a letter.
LOST = "\N{REPLACEMENT CHARACTER}"

_RULER = re.compile(r"[\W_]*")
_LETTER = re.compile(r"[^\W\d_]")
_BOX = re.compile(r"^(?:[*#|/\\]+|[=~\-_]{3,})(?=\s|$)\s*|\s*(?:[*#|/\\]+|[=~\-_]{3,})$")
_ANNOTATION = re.compile(r"@\w+\b")
_NOTE = re.compile(r"(?i)\b(?:todo|fixme|xxx|hack:|wip|tbd)\b")
_GUESS = re.compile(
    r"""(?imx) \b(?: probably | maybe | perhaps | apparently | presumably | supposedly | guess(?:ing)?
    | unsure | not\ (?:quite\ |really\ |entirely\ )?sure | no\ idea | no\ clue | i\ think | i\ believe | dunno
    | (?:might|could)\ (?:just\ )?be | possibly | (?:most|very|is|are|it's)\ likely
    | (?:it|this|that|there|which)\ (?:routine\ |code\ |one\ |also\ )?(?:seems?|appears\ to|looks\ like)
    | seems?\ (?:like|to\ be|unused|redundant|pointless) | appears\ to\ be | looks\ like
    | (?:purpose|use|meaning|function)\ (?:is\ )?unknown | unknown\ (?:purpose|use|meaning|function|flag) )\b
    | ^\W*(?:seems?|appears?\ to|likely)\b | ^\W*unknown\W*$ | \?\s*\)?\s*$ | \?\?"""
)
_ITEM = re.compile(r"\s*(?:[-*+•]\s|(?:0x|\$|%)?[0-9A-Fa-f]{1,6}\s*[-=:–—]|\w\s+[-=:–—]\s|[Bb]its?\s+\d)")
_COMMAND = re.compile(r"[A-Za-z]{2,9}(?:\.[bwlBWL])?(?:\s+\S+)?(?:\s*,\s*[xysXYS])?(?:\s+:.*)?\s*(?:;.*)?\Z")
_NUMBER = re.compile(r"[$%]?[0-9A-Fa-f]+\Z")
_CODE = frozenset({"instruction", "data", "macro-call", "define", "assign", "label", "brace"})
_SPOKEN = frozenset({"and", "bit", "inc", "dec", "rep", "sec", "print", "check", "error", "bank", "fill"})


def usable(text: str) -> bool:
    """Whether a comment says something, and as one who knows."""
    return (
        bool(_LETTER.search(text)) and LOST not in text and not _NOTE.search(text) and not _GUESS.search(text)
    )


@lru_cache(maxsize=65536)
def is_code(line: str) -> bool:
    """Whether a line of a comment is code that was taken out."""
    text = line.split(" ;")[0].strip()
    if not text or not text.isascii():
        return False
    if text[0] in ".%!#+-{}" and " " not in text:
        return True
    statement = parse_statement(" ".join(text.split()))
    if statement.kind not in _CODE:
        return False
    if statement.kind == "label":
        return (text.endswith(":") and text[:1] in ".#?_") or text[:1] in "+-"
    if statement.kind == "instruction":
        return _is_instruction(text, statement.name)
    return statement.kind != "assign" or (len(statement.name) > 1 and bool(_NUMBER.match(statement.operand)))


def _is_instruction(text: str, name: str) -> bool:
    if not _COMMAND.match(text):
        return False
    bare = len(text.split()) == 1
    if name in _SPOKEN and text[:1].islower() and not re.search(r"[#$%!]", text):
        return False
    return (not bare or text[:3].isupper()) and check(text).syntax_ok


def cleaned(lines: Iterable[str], names: Sequence[str] = ()) -> list[str]:
    """Lines of a comment without what says nothing; a first line that only names its own is left out."""
    found: list[str] = []
    for raw in lines:
        line = _ANNOTATION.split(_unboxed(raw))[0].rstrip()
        if not _RULER.fullmatch(line) and not is_code(line):
            found.append(line)
    if found and found[0].strip().rstrip(":").removesuffix("()").strip() in names:
        del found[0]
    return found


def _unboxed(line: str) -> str:
    """Without the frame of a box; one dash is no frame but an item of a list."""
    return _BOX.sub("", line.strip()).strip()


def is_list(lines: Sequence[str]) -> bool:
    """Whether line breaks matter: two lines or more list something."""
    return sum(bool(_ITEM.match(line)) for line in lines) >= 2


def sentence(text: str) -> str:
    """With a capital, and with a full stop where none stands; several lines keep their end."""
    if "\n" in text:
        return text[:1].upper() + text[1:]
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", ":", ")")) else ".")


class Comments:
    """The comments of one file by line."""

    def __init__(self, source: Source) -> None:
        self._own = {c.line: c for c in source.comments if c.own_line}
        self._lines = source.text.split("\n")

    def start(self, line: int) -> int:
        """The first line of the comment block directly above ``line``."""
        while line - 1 in self._own:
            line -= 1
        return line

    def above(self, line: int) -> tuple[list[str], int]:
        """The comment above ``line`` and its first line.

        It may stand one blank line away where it is headed by a ruler and closed by none: then the
        ruler opens what follows. A box that is closed is the headline of a whole part of the file.
        """
        start = self.start(line)
        if start < line:
            return [self._own[at].text for at in range(start, line)], start
        start = self.start(line - 1)
        if start < line - 1 and not self._text(line - 1) and self._opens(start, line - 1):
            return [self._own[at].text for at in range(start, line - 1)], start
        return [], line

    def below(self, line: int, first: int) -> tuple[list[str], int]:
        """The comment right below the label on ``line``, apart from the code that begins on ``first``.

        It stands at the label's own column, before an opening brace, or before a blank line; else it
        belongs to the code. Also its last line.
        """
        at = line + 1
        if self._text(at) == "{":
            at += 1
        begin = at
        while at in self._own and at < first:
            at += 1
        apart = self._text(at) in ("", "{") or self._indent(begin) <= self._indent(line)
        if begin == at or not apart:
            return [], line
        return [self._own[number].text for number in range(begin, at)], at - 1

    def closed(self, first: int, last: int) -> int:
        """The last line of a block from ``first`` to ``last`` with the braces that close it."""
        text = "\n".join(line.split(";")[0] for line in self._lines[first - 1 : last])
        missing = text.count("{") - text.count("}")
        at = last
        while missing > 0 and at < len(self._lines):
            at += 1
            if self._text(at) == "}":
                missing, last = missing - 1, at
            elif self._text(at):
                break
        return last

    def text(self, first: int, last: int) -> str:
        return "\n".join(line.rstrip() for line in self._lines[first - 1 : last])

    def inside(self, first: int, last: int) -> list[tuple[int, str]]:
        return [(at, self._own[at].text) for at in range(first, last + 1) if at in self._own]

    def _opens(self, start: int, end: int) -> bool:
        texts = [self._own[at].text for at in range(start, end)]
        rulers = [index for index, text in enumerate(texts) if _RULER.fullmatch(text) and len(text) >= 3]
        return rulers == [0]

    def _text(self, line: int) -> str:
        return self._lines[line - 1].strip() if 0 < line <= len(self._lines) else ""

    def _indent(self, line: int) -> int:
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        return len(text) - len(text.lstrip())
