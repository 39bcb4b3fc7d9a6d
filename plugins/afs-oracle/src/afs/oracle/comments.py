"""What comments say: without rulers, boxes, code that is commented out, notes to oneself and guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from afs.asm import check, parse_statement
from afs.asm.sources.source import Source

__all__ = ["LOST", "Comments", "cleaned", "flowed", "is_list", "sentence", "sure", "usable"]

#: What reading another encoding leaves of a letter.
LOST = "\N{REPLACEMENT CHARACTER}"

_RULER = re.compile(r"[\W_]*")
_LETTER = re.compile(r"[^\W\d_]")
#: Numbers, among them ``$7E0A12``, ``[0x04]`` and ``7E0A12``.
_FIGURE = re.compile(r"\$[0-9A-Fa-f]+|\b0[xX][0-9A-Fa-f]+|\b(?=[0-9A-Fa-f]*\d)[0-9A-Fa-f]{2,}\b")
_LONGEST_FIGURES = 40
#: Nobody breaks lines that are shorter only because they are full.
_NARROW = 40
#: The bits of a value drawn in letters, and nothing else: ``Vhopppcc cccccccc``.
_DRAWN = re.compile(r"(?:[A-Za-z.\-_01]{4}\s?){2,4}\Z")
_THREE = re.compile(r"([A-Za-z.\-])\1\1")
_BRACKETS = re.compile(r"[=~\-_*]{3,}\s*\[\s*(.+?)\s*\]\s*[=~\-_*]{3,}\Z")
_BOX = re.compile(r"^(?:[*#|/\\]+|[=~\-_]{3,})(?=\s|$)\s*|\s*(?:[*#|/\\]+|[=~\-_]{3,})$")
_ANNOTATION = re.compile(r"@\w+\b")
_NOTE = re.compile(
    r"(?i)\b(?:todo|fixme|xxx|hack:|wip|tbd|same as (?:above|below)|(?:may|might) need to|move this)\b"
)
#: What code may stand below in earnest.
_LEAD = re.compile(
    r"(?i)(?:.*\S\s.*|arg\w*|param\w*|inputs?|outputs?|entry|exit|in|out|returns?|usage|examples?|layout|format"
    r"|structure|fields):\Z"
)
_GUESS = re.compile(
    r"""(?imx) \b(?: probably | maybe | perhaps | apparently | presumably | supposedly | guess(?:ing)?
    | unsure | not\ (?:quite\ |really\ |entirely\ )?sure | no\ idea | no\ clue | i\ think | i\ believe | dunno
    | (?:might|could)\ (?:just\ )?be | possibly | (?:most|very|is|are|it's)\ likely
    | (?:it|this|that|there|which)\ (?:routine\ |code\ |one\ |also\ )?(?:seems?|appears\ to|looks\ like)
    | seems?\ (?:like|to\ be|unused|redundant|pointless) | appears\ to\ be | looks\ like
    | (?:purpose|use|meaning|function)\ (?:is\ )?unknown | unknown\ (?:purpose|use|meaning|function|flag) )\b
    | ^\W*(?:seems?|appears?\ to|likely)\b | ^\W*unknown\W*$ | \?\s*\)?\s*$ | \?\?"""
)
#: One of these stands in whatever the two above find; most texts hold none.
_HINTS = (
    *(
        "?",
        "todo",
        "fixme",
        "xxx",
        "hack:",
        "wip",
        "tbd",
        "same as",
        "need to",
        "move this",
        "probabl",
        "maybe",
    ),
    *(
        "perhaps",
        "apparent",
        "presum",
        "suppos",
        "guess",
        "sure",
        "no idea",
        "no clue",
        "i think",
        "i believe",
    ),
    *("dunno", "might", "could", "possibl", "likely", "seem", "appear", "looks like", "unknown"),
)
_ITEM = re.compile(r"\s*(?:[-*+•]\s|(?:0x|\$|%)?[0-9A-Fa-f]{1,6}\s*[-=:–—]|\w\s+[-=:–—]\s|[Bb]its?\s+\d)")
#: What begins a line of its own also in prose: ``@return``, ``$12[0x04] - row``, ``A = wind``, ``..rl``.
_ROW = re.compile(r"[\\@]\w|\$[0-9A-Fa-f]|[-.]{2}|\w+\s*=\s*\S")
_COMMAND = re.compile(r"[A-Za-z]{2,9}(?:\.[bwlBWL])?(?:\s+\S+)?(?:\s*,\s*[xysXYS])?(?:\s+:.*)?\s*(?:;.*)?\Z")
_NUMBER = re.compile(r"[$%]?[0-9A-Fa-f]+\Z")
_CODE = frozenset({"instruction", "data", "macro-call", "define", "assign", "label", "brace"})
_SPOKEN = frozenset({"and", "bit", "inc", "dec", "rep", "sec", "print", "check", "error", "bank", "fill"})


def usable(text: str) -> bool:
    """Whether a comment says something, and as one who knows."""
    return _says(text) and LOST not in text and sure(text)


def sure(text: str) -> bool:
    """Whether a text is neither a guess or question nor a note to oneself."""
    low = text.lower()
    if not any(hint in low for hint in _HINTS):
        return True
    return not _NOTE.search(text) and not _GUESS.search(text)


def _says(text: str) -> bool:
    """Whether there is more than figures and drawings."""
    if len(text) > _LONGEST_FIGURES:
        return bool(_LETTER.search(text))
    drawn = _DRAWN.match(text) and _THREE.search(text)
    return bool(_LETTER.search(_FIGURE.sub("", text))) and not drawn


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
    """Lines of a comment without what says nothing; a first line that only names its own is left out.

    Code that was commented out says nothing, but what stands below ``Args:`` or ``How to call it:`` does.
    """
    found: list[str] = []
    lead = -1  # how many lines there were with the last lead-in
    for raw in lines:
        line = _ANNOTATION.split(_unboxed(raw))[0].rstrip()
        if _RULER.fullmatch(line) and not (lead >= 0 and line == "..."):
            lead = lead if lead == len(found) else -1
        elif lead >= 0 or not is_code(line):
            found.append(line)
            lead = len(found) if _LEAD.match(line) else lead
    if found and found[0].strip().rstrip(":").removesuffix("()").strip() in names:
        del found[0]
    return [" ".join(found[0].split())] if len(found) == 1 else found


def _unboxed(line: str) -> str:
    """Without the frame of a box; one dash is no frame but an item of a list."""
    line = line.strip()
    match = _BRACKETS.match(line)
    return match[1] if match else _BOX.sub("", line).strip()


def is_list(lines: Sequence[str]) -> bool:
    """Whether line breaks matter: two lines or more list something."""
    return sum(bool(_ITEM.match(line)) for line in lines) >= 2


def flowed(lines: Sequence[str]) -> str:
    """Prose with its lines joined, but for those that were ended on purpose."""
    told = [" ".join(line.split()) for line in lines]
    width = max([_NARROW, *map(len, told)])
    text = told[0] if told else ""
    for before, line in pairwise(told):
        text += ("\n" if _begins(before, line, width) else " ") + line
    return text


def _begins(before: str, line: str, width: int) -> bool:
    """Whether a line goes on with something new: its first word would have fitted behind the last one."""
    if _ROW.match(line) or _ROW.match(before):
        return True
    room = len(before) + 1 + len(line.split(" ", 1)[0]) <= width
    return room and line[:1].isupper() and before[-1:] not in ".,;:!?-("


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
