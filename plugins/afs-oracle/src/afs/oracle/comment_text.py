"""What comments say: without rulers, boxes, code that is commented out and places of a disassembly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from afs.asm import check, parse_statement
from afs.asm.sources.remarks import RULER
from afs.oracle.doubts import sure
from afs.oracle.drawings import drawings

__all__ = [
    "LOST",
    "certain",
    "cleaned",
    "flowed",
    "is_code",
    "is_list",
    "is_row",
    "runs_on",
    "sentence",
    "unmarked",
    "usable",
]

#: What reading another encoding leaves of a letter.
LOST = "\N{REPLACEMENT CHARACTER}"

_LETTER = re.compile(r"[^\W\d_]")
#: Numbers, among them ``$7E0A12``, ``[0x04]`` and ``7E0A12``.
_FIGURE = re.compile(r"\$[0-9A-Fa-f]+|\b0[xX][0-9A-Fa-f]+|\b(?=[0-9A-Fa-f]*\d)[0-9A-Fa-f]{2,}\b")
_LONGEST_FIGURES = 40
_FAR = 1 << 16  # an empty line is indented as no other
#: Nobody breaks lines that are shorter only because they are full.
_NARROW = 40
#: The bits of a value drawn in letters, and nothing else: ``Vhopppcc cccccccc``, ``- - - - u d l r``.
_DRAWN = re.compile(r"(?:[A-Za-z.\-_01]{4}\s?){2,4}\Z")
_SPACED = re.compile(r"(?:[A-Za-z.\-_01]\s+){7}(?:(?:[A-Za-z.\-_01]\s+){8})?[A-Za-z.\-_01]\Z")
_THREE = re.compile(r"([A-Za-z.\-])\1\1")
_BRACKETS = re.compile(r"[=~\-_*]{3,}\s*\[\s*(.+?)\s*\]\s*[=~\-_*]{3,}\Z")
_BOX = re.compile(r"^(?:[*#|/\\]+|[=~\-_]{3,})(?=\s|$)\s*|\s*(?:[*#|/\\]+|[=~\-_]{3,}|(?<=\s);+)$")
_RULED = re.compile(r"\s*[=~\-_*]{3,}(?=\s|\[)")
#: For tools; what ``@param`` and such say is for readers.
_ANNOTATION = re.compile(
    r"@(?!(?:params?|arg|returns?|in|out|inputs?|outputs?|clobbers|uses|preserves|notes?|see|brief|desc)\b)\w+\b"
)
_ADDRESSED = re.compile(r"\s+@\s*\$?[0-9A-Fa-f]{4,6}\Z")
#: Where a disassembly found something: ``$06F0CB-$06F0E0 LOCAL JUMP LOCATION``.
_PLACE = re.compile(
    r"\*?\$[0-9A-F]{4,6}(?:\s*-\s*\$?[0-9A-F]{4,6})?(?:\s+(?:ALTERNATE|BRANCH|CODE|DATA|ENTRY|JUMP|LENGTH"
    r"|LOCAL|LOCATION|LONG|MAIN|NULL|POINT|POOL|ROUTINE|SUBROUTINE|TABLE|UNUSED))+\Z"
)
#: The address that some disassemblies note behind every line.
_STAMP = re.compile(r"[0-9A-Fa-f]{6};\s*")
#: What code may stand below in earnest.
_LEAD = re.compile(
    r"(?i)(?:.*\S\s.*|arg\w*|param\w*|inputs?|outputs?|entry|exit|in|out|returns?|usage|examples?|layout|format"
    r"|structure|fields):\Z"
)
_ITEM = re.compile(r"\s*(?:[-*+•]\s|(?:0x|\$|%)?[0-9A-Fa-f]{1,6}h?\s*[-=:–—]|\w\s+[-=:–—]\s|[Bb]its?\s+\d)")
#: What begins a line of its own also in prose: ``@return``, ``$12[0x04] - row``, ``A = wind``, ``..rl``.
_ROW = re.compile(r"[\\@]\w|#?\$[0-9A-Fa-f]|[-.]{2}|\w+\s*=\s*\S")
#: A place that a sentence names, at the begin of a line because the line before was full.
_NAMED_PLACE = re.compile(r"\$[0-9A-Fa-f]+(?!\w|\s*[-=:–—\[/]|\s{2})")
_FULL = 40
_COMMAND = re.compile(r"[A-Za-z]{2,9}(?:\.[bwlBWL])?(?:\s+\S+)?(?:\s*,\s*[xysXYS])?(?:\s+:.*)?\s*(?:;.*)?\Z")
_NUMBER = re.compile(r"[$%]?[0-9A-Fa-f]+\Z")
_CODE = frozenset({"instruction", "data", "macro-call", "define", "assign", "label", "brace"})
_MOVES = re.compile(r"(?i)(?:org|base|warnpc)\s+\$[0-9a-f]+\Z|inc(?:src|bin)\s+\S+\Z|(?:push|pull)pc\Z")
_SPOKEN = frozenset({"and", "bit", "inc", "dec", "rep", "sec", "print", "check", "error", "bank", "fill"})


def usable(text: str) -> bool:
    """Whether a comment says something, and as one who knows."""
    return _says(text) and LOST not in text and sure(text)


def _says(text: str) -> bool:
    """Whether there is more than figures and drawings."""
    if len(text) > _LONGEST_FIGURES:
        return bool(_LETTER.search(text))
    drawn = _SPACED.match(text) or (_DRAWN.match(text) and _THREE.search(text))
    return bool(_LETTER.search(_FIGURE.sub("", text))) and not drawn


@lru_cache(maxsize=65536)
def is_code(line: str) -> bool:
    """Whether a line of a comment is code that was taken out."""
    text = line.split(" ;")[0].strip()
    if not text or not text.isascii():
        return False
    if (text[0] in ".%!#+-{}" and " " not in text) or _MOVES.match(text):
        return True
    statement = parse_statement(" ".join(text.split()))
    if statement.kind not in _CODE:
        return False
    if statement.kind == "label":
        return (text.endswith(":") and text[:1] in ".#?_") or text[:1] in "+-"
    if statement.kind == "instruction":
        return _is_instruction(text, statement.name)
    if statement.kind == "data":
        return check(text).syntax_ok  # else it says how rows are laid out: ``db room, dw list of it``
    return statement.kind != "assign" or (len(statement.name) > 1 and bool(_NUMBER.match(statement.operand)))


def _is_instruction(text: str, name: str) -> bool:
    if not _COMMAND.match(text):
        return False
    bare = len(text.split()) == 1
    if name in _SPOKEN and text[:1].islower() and not re.search(r"[#$%!]", text):
        return False
    return (not bare or text[:3].isupper()) and check(text).syntax_ok


def cleaned(lines: Iterable[str], names: Sequence[str] = (), *, paragraphs: bool = False) -> list[str]:
    """Lines of a comment without what says nothing; a first line that only names its own is left out.

    With ``paragraphs`` an empty line stays between two that say something.

    Code that was commented out says nothing, but what stands below ``Args:`` or ``How to call it:`` does.
    Lines keep their indentation against the one that is indented least, drawings all that they consist of.
    """
    raws = list(lines)
    drawn = drawings(raws)
    found: list[tuple[int, str]] = []
    lead = -1  # how many lines there were with the last lead-in
    for at, raw in enumerate(raws):
        line = raw.strip() if at in drawn else _unboxed(raw)
        if at not in drawn and _says_nothing(line, lead):
            lead = lead if lead == len(found) and not _PLACE.match(line) else -1
            if paragraphs and not raw.strip() and found and found[-1][1]:
                lead += lead == len(found)
                found.append((_FAR, ""))
        elif at in drawn or lead >= 0 or not is_code(line):
            found.append((_indent(raw, line), line))
            lead = len(found) if _LEAD.match(line) else lead
    if found and found[0][1].rstrip(":").removesuffix("()").strip() in names:
        del found[: 2 if found[1:] and not found[1][1] else 1]
    return _aligned(found[:-1] if found and not found[-1][1] else found)


def _says_nothing(line: str, lead: int) -> bool:
    if line[:1].isalnum():
        return False
    return bool(_PLACE.match(line) or RULER.fullmatch(line)) and not (lead >= 0 and line == "...")


def _aligned(lines: Sequence[tuple[int, str]]) -> list[str]:
    """Indented as they stand; the first line, which may be a title in the middle, not at all."""
    if len(lines) == 1:
        return [" ".join(lines[0][1].split())]
    margin = min((indent for indent, _ in lines), default=0)
    return [" " * (indent - margin if at and line else 0) + line for at, (indent, line) in enumerate(lines)]


def _indent(raw: str, line: str) -> int:
    """The column of a line; of its ruler where it stands in the middle of one."""
    own = len(raw) - len(raw.lstrip())
    if raw.startswith(line, own):
        return own
    return own if _RULED.match(raw) else max(raw.find(line), own)


def _unboxed(line: str) -> str:
    """Without marks of tools and the frame of a box; one dash is no frame but an item of a list."""
    line = line.strip()
    if line[6:7] == ";":
        line = _STAMP.sub("", line, count=1)
    line = unmarked(_ADDRESSED.sub("", line)) if "@" in line else line
    if line[:1].isalnum() and line[-1:].isalnum():
        return line
    match = _BRACKETS.match(line)
    return match[1] if match else _BOX.sub("", line).strip()


def unmarked(line: str) -> str:
    """Without what is meant for tools: ``@hook module=Sea`` and what follows it."""
    return _ANNOTATION.split(line)[0].rstrip(" ;") if "@" in line and _ANNOTATION.search(line) else line


def certain(lines: Sequence[str]) -> list[str]:
    """Without the items of a list that its author was not sure of, and the lines that go on with them."""
    if sure("\n".join(lines)) or not is_list(lines):
        return list(lines)
    found: list[str] = []
    margin = -1  # of an item that is left out
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if 0 <= margin < indent and not _ITEM.match(line):
            continue
        margin = indent if _ITEM.match(line) and not sure(line) else -1
        found += [line] if margin < 0 else []
    return found


def is_list(lines: Sequence[str]) -> bool:
    """Whether line breaks matter: two lines or more list something."""
    return sum(bool(_ITEM.match(line)) for line in lines) >= 2


def is_row(line: str) -> bool:
    """Whether a line is one of a list, or draws or assigns something."""
    return bool(_ROW.match(line) or _ITEM.match(line))


def runs_on(before: str, line: str) -> bool:
    """Whether a line goes on with a sentence although it begins with a place, as rows do."""
    return len(before) >= _FULL and before[-1] not in ".:;!?" and bool(_NAMED_PLACE.match(line))


def flowed(lines: Sequence[str]) -> str:
    """Prose with its lines joined, but for those that were ended on purpose or are indented otherwise."""
    told = [" ".join(line.split()) for line in lines]
    margins = [len(line) - len(line.lstrip()) for line in lines]
    width = max([_NARROW, *map(len, told)])
    text = told[0] if told else ""
    for at, (before, line) in enumerate(pairwise(told), 1):
        apart = margins[at] != margins[at - 1] or _begins(before, line, width)
        text += ("\n" + " " * margins[at] if apart else " ") + line
    return text


def _begins(before: str, line: str, width: int) -> bool:
    """Whether a line goes on with something new: its first word would have fitted behind the last one."""
    if runs_on(before, line):
        return False
    if is_row(line) or _ROW.match(before) or not _LETTER.search(line):
        return True
    room = len(before) + 1 + len(line.split(" ", 1)[0]) <= width
    return room and line[:1].isupper() and before[-1:] not in ".,;:!?-("


def sentence(text: str) -> str:
    """With a capital, and with a full stop where none stands; several lines keep their end."""
    if "\n" in text and _DRAWN.match(text.partition("\n")[0]):
        return text  # a letter may be a bit
    if "\n" in text:
        return text[:1].upper() + text[1:]
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", ":", ")")) else ".")
