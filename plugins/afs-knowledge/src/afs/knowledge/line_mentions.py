"""The addresses and names that one line mentions, whatever the lines around it say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

from afs.asm.language.directives import DATA, DIRECTIVES
from afs.asm.language.expressions import STUB, expression
from afs.asm.language.findings import ERROR
from afs.asm.language.instructions import mnemonics
from afs.asm.language.legality import BRANCHES, Verdict, judge
from afs.asm.language.lines import code_end, parts, tidy
from afs.asm.language.statements import Statement, parse_statement
from afs.knowledge.values import address_of

__all__ = ["LineMentions", "line_mentions"]

_HEX = re.compile(r"\$([0-9A-Fa-f]{1,6})(?![0-9A-Fa-f])")
_DEFINE = re.compile(r"!\^*(?:\{(\w+)\}|(\w+))", re.A)
_HEADS: Final = {
    "macro": re.compile(r"(\w+)\(.*\)\Z", re.A),
    "function": re.compile(r"(\w+)\(.*\) ?=", re.A),
    "struct": re.compile(r"(\w+)(?: \$[0-9A-Fa-f]+)?\Z", re.A),
}
#: Operands that are no addresses: values, banks, distances, offsets from the stack.
_NO_ADDRESS: Final = frozenset(["pea", "per", "rep", "sep", "mvn", "mvp", "brk", "cop", "wdm"])
_JUMPS: Final = frozenset(["jsr", "jsl", "jmp", "jml"])
_PLACING: Final = frozenset(
    ["org", "base", "skip", "fill", "pad", "warnpc", "padbyte", "fillbyte", "incsrc", "incbin"]
)
#: Statements that begin like English ("and others"), unless indented or in capitals.
_ENGLISH: Final = frozenset(["and", "bit", "inc", "dec", "per", "sec", "rep", "db", "dd", "dl", "dw"])
_WORDS = re.compile(r"[A-Z]?[a-z]+ [a-z']+[.,]?\Z")
#: A longer line is no code that anybody wrote.
_LONG: Final = 1000
_STACK_FORMS: Final = frozenset(("e,s", "(e,s),y", "(e,s)"))
#: In prose: $7EF36D, 7E:F36D, $0D00, 0x7EF36D; not #$1234, not a price with cents or thousands.
_PROSE = re.compile(
    r"""(?<![\w\#$.,])(?:\$(?P<hex>[0-9A-Fa-f]{6}|[0-9A-Fa-f]{4})
    |\$?(?P<bank>(?<=\$)[0-9A-Fa-f]{2}|7[EeFf]):(?P<offset>[0-9A-Fa-f]{4})
    |0x(?P<c>7[EeFf][0-9A-Fa-f]{4}))(?![\w]|[.,]\d)""",
    re.X,
)
_WRITTEN_NAME = re.compile(r"`!?([A-Za-z]\w{2,})`|\b([A-Za-z][A-Za-z0-9]*_\w+|[A-Z][A-Z0-9]{3,})\b", re.A)


_SHOUTED = re.compile(r"[A-Z][A-Z0-9]{3}")


class LineMentions(NamedTuple):
    """What a line mentions.

    ``numbers`` are (value, digits) in code and sure ones in prose; ``unsure`` those that could be an
    amount of money; ``given`` addresses that the line gives a name to. ``names`` stand in code and count
    known or not, ``spoken`` in prose and count only if known. ``moves_direct``: the line sets D.
    """

    numbers: tuple[tuple[int, int], ...] = ()
    unsure: tuple[tuple[int, int], ...] = ()
    given: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    defined: tuple[str, ...] = ()
    code: bool = False
    moves_direct: bool = False


class _Found(NamedTuple):
    numbers: list[tuple[int, int]]
    given: list[int]
    names: list[str]
    defined: list[str]


def line_mentions(line: str, fenced: bool) -> LineMentions:
    """``fenced``: the line stands in a code block, so that what parses as code is code."""
    return _remembered(line, fenced) if len(line) <= _LONG else _prose(line)


@lru_cache(maxsize=1 << 15)
def _remembered(line: str, fenced: bool) -> LineMentions:
    if not _may_be_code(line):
        return _prose(line)
    cut = code_end(line)
    found = _code(line[:cut], fenced) if line[:cut].strip() else LineMentions()
    if found is None:
        return _prose(line)
    if cut == len(line):
        return found
    said = _prose(line[cut:])
    return found._replace(
        numbers=found.numbers + said.numbers,
        unsure=found.unsure + said.unsure,
        spoken=found.spoken + said.spoken,
    )


def _may_be_code(line: str) -> bool:
    """Whether parsing could find a statement: rules out most prose at little cost."""
    if ":" in line or "=" in line or ";" in line or "%" in line:
        return True
    words = line.split(None, 2)[:2]
    return any(word.partition(".")[0].lower() in _words() or word[0] in ".+-?@{}" for word in words)


@cache
def _words() -> frozenset[str]:
    """What a statement can begin with."""
    return frozenset((*mnemonics(), *DATA, *DIRECTIVES))


def _prose(text: str) -> LineMentions:
    numbers: list[tuple[int, int]] = []
    unsure: list[tuple[int, int]] = []
    for match in _PROSE.finditer(text) if "$" in text or ":" in text or "0x" in text else ():
        digits = match["hex"] or match["c"] or match["bank"] + match["offset"]
        if digits.isalpha():
            continue  # a word, such as a variable of a shell
        price = match["hex"] and digits.isdecimal() and digits[0] != "0"
        (unsure if price else numbers).append((int(digits, 16), len(digits)))
    named = "_" in text or "`" in text or _SHOUTED.search(text)
    spoken = tuple(match[1] or match[2] for match in _WRITTEN_NAME.finditer(text)) if named else ()
    return LineMentions(tuple(numbers), tuple(unsure), spoken=spoken)


def _code(code: str, fenced: bool) -> LineMentions | None:
    """The mentions of a line of code; None where it is prose."""
    found = _Found([], [], [], [])
    instruction = moves_direct = False
    for part in parts(code):
        statement = parse_statement(tidy(part.text))
        if not _is_code(statement, fenced, code[0].isspace()):
            return None
        found.defined.extend(label.name for label in statement.labels if label.kind in ("global", "aside"))
        if statement.kind == "instruction":
            instruction = True
            moves_direct |= statement.name in ("tcd", "pld")
            _of_instruction(statement, found)
        else:
            _of_other(statement, found)
    return LineMentions(
        tuple(found.numbers),
        given=tuple(found.given),
        names=tuple(found.names),
        defined=tuple(found.defined),
        code=instruction,
        moves_direct=moves_direct,
    )


def _is_code(statement: Statement, fenced: bool, indented: bool) -> bool:
    kind = statement.kind
    if not (fenced or indented) and statement.name in _ENGLISH and _WORDS.match(statement.text):
        return False
    if kind == "instruction":
        return fenced or not any(fault.severity == ERROR for fault in _judged(statement).faults)
    if kind == "directive":
        return fenced or statement.name in _PLACING or bool(_head(statement))
    return kind != "unknown"


def _judged(statement: Statement) -> Verdict:
    return judge(statement.name, statement.suffix, _DEFINE.sub(STUB, statement.operand))


def _of_instruction(statement: Statement, found: _Found) -> None:
    text = statement.operand
    if not text or text[0] == "#" or statement.name in _NO_ADDRESS or text in "aA":
        return
    found.names.extend(f"!{match[1] or match[2]}" for match in _DEFINE.finditer(text))
    verdict = _judged(statement)
    if verdict.form in _STACK_FORMS:
        return
    found.names.extend(name for name in verdict.symbols if name[0] not in ".+-?")
    if statement.name in BRANCHES:
        return
    for match in _HEX.finditer(_DEFINE.sub(STUB, text)):
        digits = len(match[1])
        if digits > 4 or statement.name not in _JUMPS:
            found.numbers.append((int(match[1], 16), digits))


def _of_other(statement: Statement, found: _Found) -> None:
    kind, name, text = statement.kind, statement.name, statement.operand
    if kind in ("define", "assign"):
        found.defined.append(f"!{name}" if kind == "define" else name)
        address = address_of(name, text, "", define=kind == "define")
        if address is not None:
            found.given.append(address)
    elif kind == "macro-call":
        found.names.append(f"%{name}")
    elif kind == "data":
        found.names.extend(symbol for symbol in _symbols(text) if symbol[0] not in ".+-?")
    elif kind == "directive" and (head := _head(statement)):
        found.defined.append(f"%{head}" if name == "macro" else head)


def _head(statement: Statement) -> str:
    """The name that a directive defines, as it is used; empty where it defines none."""
    match = _HEADS[statement.name].match(statement.operand) if statement.name in _HEADS else None
    return match[1] if match else ""


def _symbols(text: str) -> Iterator[str]:
    for item in _DEFINE.sub(STUB, text).split(","):
        yield from expression(item.strip()).symbols
    yield from (f"!{match[1] or match[2]}" for match in _DEFINE.finditer(text))
