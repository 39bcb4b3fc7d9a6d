"""What one line of assembly does, read once for each different line."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from afs.asm.expressions import STUB
from afs.asm.legality import judge
from afs.asm.lines import code_end, parts, tidy
from afs.asm.statements import Statement, parse_statement
from afs.discriminator.tokens import number_of

__all__ = ["Op", "ops_of"]

_DEFINE = re.compile(r"!\^*(?:\{\w+\}|\w+)", re.A)
_HEX = re.compile(r"\$([0-9A-Fa-f]{1,6})(?![0-9A-Fa-f])")
_LONG: Final = 400


class Op(NamedTuple):
    """One statement. ``form`` is its operand's, ``size`` the bytes that its value is written with (0
    unknown), ``value`` the number in it (-1 none), ``faulty`` whether the processor has no such thing.
    ``shape`` is a number for mnemonic, form and size; ``labels`` are those before it."""

    kind: str
    name: str
    form: str = ""
    suffix: str = ""
    size: int = 0
    value: int = -1
    digits: int = 0
    faulty: bool = False
    symbols: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    operand: str = ""
    shape: int = 0


@lru_cache(maxsize=1 << 16)
def ops_of(line: str) -> tuple[Op, ...]:
    """The statements of a line; none for one that is empty, a comment, or far too long."""
    code = line[: code_end(line)].strip() if len(line) <= _LONG else ""
    if not code:
        return ()
    return tuple(_op(parse_statement(tidy(part.text))) for part in parts(code))


def _op(statement: Statement) -> Op:
    labels = tuple(label.name for label in statement.labels)
    if statement.kind != "instruction":
        name = statement.name.lower() if statement.kind in ("directive", "data") else ""
        shape = number_of(f"{statement.kind} {name}")
        return Op(statement.kind, name, labels=labels, operand=statement.operand, shape=shape)
    text = _DEFINE.sub(STUB, statement.operand)
    verdict = judge(statement.name, statement.suffix, text)
    value = _HEX.search(text)
    digits = len(value[1]) if value else 0
    kind = "$" if digits else "n" if verdict.symbols else "!" if STUB in text else ""
    size = statement.suffix or str(verdict.length)
    return Op(
        "instruction",
        statement.name,
        verdict.form,
        statement.suffix,
        max(verdict.length - 1, 0),
        int(value[1], 16) if value else -1,
        digits,
        any(fault.severity == "error" for fault in verdict.faults),
        verdict.symbols,
        labels,
        statement.operand.lower(),
        number_of(f"{statement.name} {verdict.form} {size} {kind}"),
    )
