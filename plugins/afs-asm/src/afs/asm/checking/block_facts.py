"""The facts of directives that open and close blocks."""

from __future__ import annotations

import re

from afs.asm.language.arguments import words_of
from afs.asm.language.directives import CLOSES_CONDITION, CONDITIONS
from afs.asm.language.expressions import STUB, expression
from afs.asm.language.findings import ERROR, Fault
from afs.asm.language.statements import Statement

from .argument_facts import address_fault, all_checked, refused
from .facts import Event, Facts

_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.A)
_RANGE = re.compile(r"(\w+) = (.+?)\.\.(.+)\Z", re.A | re.S)


def block_facts(statement: Statement, head: int) -> Facts:
    """The facts of a statement that opens, parts or closes a block; `head` is where it begins."""
    name = statement.name
    if name in CLOSES_CONDITION or name == "endmacro":
        return Facts((), (Event("close", name, head),), -1)
    if name in ("endstruct", "endspcblock"):
        return _end(statement, head)
    if name == "else":
        return Facts((), (Event("else", name, head),), -1)
    if name == "macro":
        return refused(head, "macro", "a macro is declared at the start of a line, outside of macros")
    if name == "for":
        return _for(statement, head)
    if name in CONDITIONS or name == "elseif":
        return _condition(statement, head)
    return _struct(statement, head) if name == "struct" else _spcblock(statement, head)


def _condition(statement: Statement, head: int) -> Facts:
    """What a condition asks is looked at where it is reached, since asar reads it only as far as it must."""
    kind = "else" if statement.name == "elseif" else "open"
    return Facts((), (Event(kind, statement.name, head, statement.operand),), -1)


def _for(statement: Statement, head: int) -> Facts:
    match = _RANGE.match(statement.operand)
    if not match:
        faults = [Fault(head, ERROR, "directive", "a loop is written as `for name = first..end`")]
        return Facts(tuple(faults), (Event("open", "for", head),), -1)
    items = [(match[group], statement.at + match.start(group)) for group in (2, 3)]
    faults, events = all_checked(items, "static")
    return Facts(tuple(faults), (*events, Event("open", "for", head, statement.operand)), -1)


def _struct(statement: Statement, head: int) -> Facts:
    words = words_of(statement.operand, statement.at)
    name = words[0][0]
    opened = Event("open", "struct", head, statement.operand)
    if not _NAME.match(name) and STUB not in name:
        fault = Fault(statement.at, ERROR, "directive", f"`{name[:24]}` is no name of a struct")
        return Facts((fault,), (opened,), -1)
    if len(words) == 3:
        if words[1][0].lower() != "extends":
            fault = Fault(words[1][1], ERROR, "directive", "`extends` was expected here")
            return Facts((fault,), (opened,), -1)
        return Facts((), (Event("earlier", words[2][0], words[2][1]), opened), -1)
    faults, events = all_checked(words[1:], "use")
    if len(words) == 2:
        faults += address_fault("struct", *words[1])
        events.append(Event("address", "struct", head, words[1][0]))
    return Facts(tuple(faults), (*events, opened), -1)


def _end(statement: Statement, head: int) -> Facts:
    """The end of a struct (`align N`) or of code for the sound chip (`execute N`)."""
    words = words_of(statement.operand, statement.at)
    closed = Event("close", statement.name, head, words[1][0] if len(words) == 2 else "")
    wanted = "align" if statement.name == "endstruct" else "execute"
    word = words[0][0] if words else ""
    if len(words) == 1 or (words and (word if wanted == "execute" else word.lower()) != wanted):
        reason = f"{statement.name} takes nothing, or `{wanted}` and a number"
        return Facts((Fault(head, ERROR, "directive", reason),), (closed,), -1)
    faults, events = all_checked(words[1:], "use")
    alignment = expression(words[1][0]).literal if words else None
    if statement.name == "endstruct" and alignment is not None and alignment < 1:
        faults.append(Fault(words[1][1], ERROR, "directive", "an alignment is 1 or more"))
    return Facts(tuple(faults), (*events, closed), -1)


def _spcblock(statement: Statement, head: int) -> Facts:
    words = words_of(statement.operand, statement.at)
    opened = Event("open", "spcblock", head)
    if len(words) > 2 or (len(words) == 2 and words[1][0].lower() != "nspc"):
        fault = Fault(words[1][1], ERROR, "directive", "the only block that asar 1.91 writes is `nspc`")
        return Facts((fault,), (opened,), -1)
    faults, events = all_checked(words[:1], "use")
    faults += address_fault("spcblock", *words[0])
    events.append(Event("address", "spcblock", head, words[0][0]))
    return Facts(tuple(faults), (*events, opened), -1)
