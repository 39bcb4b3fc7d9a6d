"""What one line of assembly does, read once for each different line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from afs.asm.language.expressions import STUB
from afs.asm.language.findings import ERROR
from afs.asm.language.legality import judge
from afs.asm.language.lines import code_end, parts, tidy
from afs.asm.language.statements import Statement, parse_statement
from afs.discriminator.tokens import number_of
from afs.discriminator.words import words

__all__ = ["BRANCHES", "Op", "looks", "ops_of"]

_DEFINE = re.compile(r"!\^*(?:\{\w+\}|\w+)", re.A)
_HEX = re.compile(r"\$([0-9A-Fa-f]{1,6})(?![0-9A-Fa-f])")
_LONG: Final = 400
_STATED: Final = {"b": 1, "w": 2, "l": 3}
_WRITES: Final = frozenset(words("sta stx sty stz inc dec asl lsr rol ror tsb trb"))
BRANCHES: Final = frozenset(words("bcc bcs beq bmi bne bpl bvc bvs"))


class Op(NamedTuple):
    """One statement. ``form`` is its operand's, ``size`` the bytes that its value is written with (0
    unknown), ``value`` the number in it (-1 none) with ``digits``. ``shape`` is a number for mnemonic, form
    and size; ``labels`` are those before it; ``marks`` names what is unusual about it alone."""

    kind: str
    name: str
    form: str = ""
    suffix: str = ""
    size: int = 0
    value: int = -1
    digits: int = 0
    symbols: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    operand: str = ""
    shape: int = 0
    marks: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 16)
def ops_of(line: str) -> tuple[Op, ...]:
    """The statements of a line; none for one that is empty, a comment, or far too long."""
    code = line[: code_end(line)].strip() if len(line) <= _LONG else ""
    if not code:
        return ()
    return tuple([_op(tidy(part.text)) for part in parts(code)])


@lru_cache(maxsize=1 << 16)
def looks(line: str) -> int:
    """0 for a line that is no assembly, 1 for one that may be, 2 for one that can be nothing else; -1 for one
    without code."""
    ops = ops_of(line)
    if not ops:
        return 0 if line[: code_end(line)].strip() else -1
    if any(op.kind == "unknown" or " " in op.operand for op in ops if op.kind != "data"):
        return 0
    sure = any(op.labels or op.digits or op.form[:1] in ("#", "(", "[") or op.kind == "data" for op in ops)
    return 2 if sure or len(ops) > 1 else 1


@lru_cache(maxsize=1 << 16)
def _op(code: str) -> Op:
    statement = parse_statement(code)
    labels = tuple([label.name for label in statement.labels])
    if statement.kind == "instruction":
        return _instruction(statement, labels)
    name = statement.name.lower() if statement.kind in ("directive", "data") else ""
    shape = number_of(f"{statement.kind} {name}")
    marks = ("unknown",) if statement.kind == "unknown" else ()
    return Op(statement.kind, name, labels=labels, operand=statement.operand, shape=shape, marks=marks)


def _instruction(statement: Statement, labels: tuple[str, ...]) -> Op:
    name, suffix, text = statement.name, statement.suffix, statement.operand
    if "!" in text:
        text = _DEFINE.sub(STUB, text)
    verdict = judge(name, suffix, text)
    value = _HEX.search(text) if "$" in text else None
    digits = len(value[1]) if value else 0
    kind = "$" if digits else "n" if verdict.symbols else "!" if STUB in text else ""
    op = Op(
        "instruction",
        name,
        verdict.form,
        suffix,
        max(verdict.length - 1, 0),
        int(value[1], 16) if value else -1,
        digits,
        verdict.symbols,
        labels,
        statement.operand.lower(),
        number_of(f"{name} {verdict.form} {suffix or verdict.length} {kind}"),
    )
    faulty = any([fault.severity == ERROR for fault in verdict.faults])
    marks = tuple(_marks(op, faulty))
    return op._replace(marks=marks) if marks else op


def _marks(op: Op, faulty: bool) -> Iterator[str]:
    """What is unusual about one instruction."""
    stated, written = _STATED.get(op.suffix, 0), (op.digits + 1) // 2
    if faulty:
        yield "faulty"
    if stated and written and stated != written:
        yield "suffix_misfit"
    if op.digits > 2 and op.value < 1 << 4 * (op.digits - 2):
        yield "leading_zero"
    local = op.form != "#e" and any([name[0] == "." for name in op.symbols])
    if op.name in _WRITES and (local or _in_rom(op)):
        yield "to_rom"
    if op.suffix == "b" and local:
        yield "short_label"
    if op.name in BRANCHES and any([name[0] not in ".+-?" for name in op.symbols]):
        yield "global_branch"


def _in_rom(op: Op) -> bool:
    if op.digits == 4:
        return op.value >= 0x8000
    return op.digits == 6 and op.value >> 16 & 0x7F < 0x70 and op.value & 0x8000 > 0
