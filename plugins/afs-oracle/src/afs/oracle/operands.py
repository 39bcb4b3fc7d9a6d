"""What a statement touches: the memory and the code that its operand names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from afs.asm import Statement

__all__ = ["Touch", "touches"]

_READS = "lda ldx ldy adc sbc and ora eor cmp cpx cpy bit"
_WRITES = "sta stx sty stz"
_CHANGES = "inc dec asl lsr rol ror tsb trb"
_CALLS = "jsr jsl"
_JUMPS = "jmp jml bra brl bcc bcs beq bmi bne bpl bvc bvs"
_VERBS = {
    word: verb
    for verb, words in {
        "read": _READS,
        "write": _WRITES,
        "change": _CHANGES,
        "call": _CALLS,
        "jump": _JUMPS,
    }.items()
    for word in words.split()
}
_INDEX = re.compile(r",\s*([xysXYS])\Z")
_PLACE = re.compile(r"(!?\{?[A-Za-z_.][\w.]*\}?|\$[0-9A-Fa-f]{1,6})(?:([+-])(\$[0-9A-Fa-f]+|[0-9]+))?\Z")
_NAME = re.compile(r"(?<![\w$!.])[A-Za-z_]\w*\Z")


class Touch(NamedTuple):
    """One thing that a statement names.

    ``verb`` is read, write, change, pointer (read, to reach what it points to), call, jump, data, or, where
    it is read to go on there, call-through or jump-through;
    ``name`` a name as written or ``$`` and digits, empty where the operand is a formula; ``shown`` the
    operand without its index; ``moved_by`` x, y or empty.
    """

    verb: str
    name: str
    offset: int
    shown: str
    moved_by: str


def touches(statement: Statement) -> Iterator[Touch]:
    """What the statement's operand names, if it names anything."""
    if statement.kind == "instruction":
        yield from _of_instruction(statement)
    elif (statement.kind == "data" and statement.name in ("dw", "dl")) or statement.kind == "macro-call":
        for item in statement.operand.split(","):
            if _NAME.match(item.strip()):
                yield Touch("data", item.strip(), 0, item.strip(), "")


def _of_instruction(statement: Statement) -> Iterator[Touch]:
    verb, operand = _VERBS.get(statement.name, ""), statement.operand
    if not verb or not operand or operand[0] == "#" or operand.lower() == "a":
        return
    match = _INDEX.search(operand)
    index = match[1].lower() if match else ""
    body = operand[: match.start()].strip() if match else operand
    if index == "s":
        return
    if body[:1] in "([" and body[-1:] in ")]":
        inner = _INDEX.sub("", body[1:-1])
        if not _INDEX.search(body[1:-1]) or _INDEX.search(body[1:-1])[1].lower() != "s":  # type: ignore[index]
            through = {"call": "call-through", "jump": "jump-through"}
            yield _touch(through.get(verb, "pointer"), inner, "")
        return
    yield _touch(verb, body, index)


def _touch(verb: str, body: str, index: str) -> Touch:
    match = _PLACE.match(body)
    if not match:
        return Touch(verb, "", 0, body, index)
    offset = 0
    if match[3]:
        offset = int(match[3].lstrip("$"), 16 if match[3][0] == "$" else 10)
        offset = -offset if match[2] == "-" else offset
    return Touch(verb, match[1].replace("{", "").replace("}", ""), offset, body, index)
