"""Other instructions for the same work: where a rule applies, by what is needed afterwards.

A rule only proposes. Each proposal is assembled and run beside the original (``machine``) before it
is taken. No rule drops, doubles or reorders accesses to hardware.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from afs.asm import Statement
from afs.augment.listing import Edit, Row
from afs.augment.names import names
from afs.augment.program import LOW, A, C, N, Program, Step, V, X, Y, Z

__all__ = ["ADDRESSING", "INSTRUCTIONS", "REGISTERS", "View"]

_LITERAL: Final = re.compile(r"\$([0-9A-Fa-f]+)(,[xX])?\Z")
_PLAIN: Final = re.compile(r"[A-Za-z_.][\w.]*(?:[+-]\d+)?(?:,[xX])?\Z|\$[0-9A-Fa-f]+(?:,[xX])?\Z", re.A)
_INVERSE: Final = {"beq": "bne", "bcc": "bcs", "bmi": "bpl", "bvc": "bvs"}
_INVERSE_OF: Final = _INVERSE | {other: name for name, other in _INVERSE.items()}
_SETS_ZERO: Final = {
    "a": names("lda and ora eor pla txa tya adc sbc"),
    "x": names("ldx inx dex plx tax tyx"),
    "y": names("ldy iny dey ply tay txy"),
}
_COMPARES: Final = {"cmp": "a", "cpx": "x", "cpy": "y"}
#: Instructions that neither read nor set the carry, and do not leave the code.
_APART: Final = names(
    """lda ldx ldy sta stx sty stz and ora eor tax tay txa tya txy tyx inx iny dex dey pha phx phy
    pla plx ply inc dec bit nop xba tsb trb"""
)


class View:
    """Rows of code with the steps that they are; what rules look at."""

    def __init__(self, rows: tuple[Row, ...], program: Program) -> None:
        self.rows, self.program = rows, program
        first = next((row.code for row in rows if row.instruction), "")
        self._lower = first[:3].islower()
        self.decimal = any(row.statement and row.statement.name in ("sed", "plp", "rep", "sep") and
                           _may_set_decimal(row.statement) for row in rows)  # fmt: skip

    def steps(self, first: int, count: int) -> list[Step] | None:
        """The steps of ``count`` rows that follow each other without label or comment."""
        found = []
        for at in range(first, first + count):
            step = self.program.at_row.get(at)
            row = self.rows[at] if at < len(self.rows) else None
            if step is None or row is None or row.comment or (at > first and row.labelled):
                return None
            found.append(step)
        return found

    def statement(self, at: int) -> Statement:
        found = self.rows[at].statement
        assert found is not None
        return found

    def written(self, name: str, suffix: str = "", operand: str = "") -> str:
        """An instruction in the case of the code."""
        head = name if self._lower else name.upper()
        return f"{head}.{suffix} {operand}" if suffix else f"{head} {operand}".rstrip()

    @property
    def accumulator(self) -> str:
        return "a" if self._lower else "A"

    def like(self, at: int, name: str, operand: str | None = None) -> str:
        """Row ``at`` with another mnemonic."""
        statement = self.statement(at)
        return self.written(name, statement.suffix, statement.operand if operand is None else operand)

    def free(self, step: Step, mask: int) -> bool:
        """Whether nobody reads what ``mask`` holds after ``step``."""
        return not self.program.needed_after(step) & mask

    def immediate(self, step: Step, value: int, bit: int) -> str:
        """``value`` as an immediate in the width of ``step``; nothing where it has several."""
        widths = {pair[bit] for pair in step.widths}
        if len(widths) != 1:
            return ""
        return f"#${value:02X}" if widths == {1} else f"#${value:04X}"


def _may_set_decimal(statement: Statement) -> bool:
    if statement.name in ("sed", "plp"):
        return True
    return statement.name == "sep" and not re.fullmatch(r"#\$[0-9A-Fa-f]?[0-7]", statement.operand)


Rule = Callable[[View, int], Iterator[Edit]]


def _accumulator(step: Step) -> int:
    """What of A a load in the widths of ``step`` sets."""
    return LOW if all(m for m, _ in step.widths) else A


def _is_zero(step: Step, name: str) -> bool:
    return step.op.mnemonic == name and step.op.mode == "immediate" and step.operand == 0


# -- stores of zero ---------------------------------------------------------------------------------


def clear(view: View, at: int) -> Iterator[Edit]:
    """``LDA #0 : STA m`` as ``STZ m``."""
    for load, store, register in (("lda", "sta", A), ("ldx", "stx", X), ("ldy", "sty", Y)):
        count = 1
        while (steps := view.steps(at, count + 1)) and steps[-1].op.mnemonic == store:
            count += 1
        steps = view.steps(at, count) or []
        if count < 2 or not _is_zero(steps[0], load):
            continue
        if not view.free(steps[-1], (_accumulator(steps[0]) if register == A else register) | N | Z):
            continue
        if register == A or all(m == x for step in steps for m, x in step.widths):
            codes = tuple(view.like(row, "stz") for row in range(at + 1, at + count))
            yield Edit("clear", at, count, codes)


def load_and_store(view: View, at: int) -> Iterator[Edit]:
    """``STZ m`` as ``LDA #0 : STA m``."""
    steps = view.steps(at, 1)
    if not steps or steps[0].op.mnemonic != "stz" or not view.free(steps[0], _accumulator(steps[0]) | N | Z):
        return
    if zero := view.immediate(steps[0], 0, 0):
        yield Edit("clear", at, 1, (view.written("lda", "", zero), view.like(at, "sta")))


# -- counting ---------------------------------------------------------------------------------------


def step_by_one(view: View, at: int) -> Iterator[Edit]:
    """``CLC : ADC #1`` as ``INC A``; ``SEC : SBC #1`` as ``DEC A``."""
    steps = view.steps(at, 2)
    if not steps or view.decimal or not view.free(steps[1], C | V):
        return
    for carry, sums, one in (("clc", "adc", "inc"), ("sec", "sbc", "dec")):
        adds_one = steps[1].op.mode == "immediate" and steps[1].operand == 1
        if adds_one and [step.op.mnemonic for step in steps] == [carry, sums]:
            yield Edit("count", at, 2, (view.written(one, "", view.accumulator),))


def add_one(view: View, at: int) -> Iterator[Edit]:
    """``INC A`` as ``CLC : ADC #1``; ``DEC A`` as ``SEC : SBC #1``."""
    steps = view.steps(at, 1)
    if not steps or view.decimal or steps[0].op.mode != "accumulator" or not view.free(steps[0], C | V):
        return
    for carry, sums, one in (("clc", "adc", "inc"), ("sec", "sbc", "dec")):
        number = view.immediate(steps[0], 1, 0)
        if steps[0].op.mnemonic == one and _is_one(view.statement(at)) and number:
            yield Edit("count", at, 1, (view.written(carry), view.written(sums, "", number)))


def count_in_memory(view: View, at: int) -> Iterator[Edit]:
    """``LDA m : INC A : STA m`` as ``INC m``."""
    steps = view.steps(at, 3)
    if not steps or [steps[0].op.mnemonic, steps[2].op.mnemonic] != ["lda", "sta"]:
        return
    load, store = view.statement(at), view.statement(at + 2)
    same = (load.operand, load.suffix) == (store.operand, store.suffix)
    name, counts = steps[1].op.mnemonic, steps[1].op.mode == "accumulator"
    if not same or not counts or name not in ("inc", "dec") or not _is_one(view.statement(at + 1)):
        return
    if _is_memory(steps[0], load.operand) and view.free(steps[2], _accumulator(steps[0])):
        yield Edit("count", at, 3, (view.like(at, name),))


def count_through_a(view: View, at: int) -> Iterator[Edit]:
    """``INC m`` as ``LDA m : INC A : STA m``."""
    steps = view.steps(at, 1)
    if not steps or steps[0].op.mnemonic not in ("inc", "dec") or steps[0].op.mode == "accumulator":
        return
    if _is_memory(steps[0], view.statement(at).operand) and view.free(steps[0], _accumulator(steps[0])):
        name = steps[0].op.mnemonic
        codes = view.like(at, "lda"), view.written(name, "", view.accumulator), view.like(at, "sta")
        yield Edit("count", at, 1, codes)


def _is_one(statement: Statement) -> bool:
    """Whether the statement stands for one instruction; ``INC #3`` is three."""
    return statement.operand.lower() in ("", "a")


def _is_memory(step: Step, operand: str) -> bool:
    """Whether a plain operand is RAM for all that is known: a name, or an address that is no register."""
    if not _PLAIN.match(operand) or step.op.mode not in ("direct", "direct,x", "absolute", "absolute,x"):
        return False
    literal = _LITERAL.match(operand)
    return literal is None or int(literal[1], 16) < 0x1F00


# -- tests and branches -----------------------------------------------------------------------------


def compare_with_zero(view: View, at: int) -> Iterator[Edit]:
    """``CMP #0`` behind what has set the flags already."""
    steps = view.steps(at, 2)
    if not steps or not view.free(steps[1], C):
        return
    register = _COMPARES.get(steps[1].op.mnemonic, "")
    if not register or not _is_zero(steps[1], steps[1].op.mnemonic):
        return
    name, mode = steps[0].op.mnemonic, steps[0].op.mode
    if name in _SETS_ZERO[register] or (register == "a" and mode == "accumulator"):
        yield Edit("compare", at, 2, (view.rows[at].code,))


def invert(view: View, at: int) -> Iterator[Edit]:
    """``BEQ near : BRA far`` with ``near`` next, as ``BNE far``."""
    steps = view.steps(at, 2)
    if not steps or steps[0].op.mnemonic not in _INVERSE_OF or steps[1].op.mnemonic not in ("bra", "jmp"):
        return
    after = steps[1].address + (2 if steps[1].op.mnemonic == "bra" else 3)
    target = view.statement(at + 1).operand
    if after in steps[0].followers and not set("+-") & set(target):
        other = _INVERSE_OF[steps[0].op.mnemonic]
        yield Edit("branch", at, 2, (view.written(other, "", target),))


def jump(view: View, at: int) -> Iterator[Edit]:
    """``JMP near`` as ``BRA near``, and back."""
    steps = view.steps(at, 1)
    if not steps or not steps[0].followers:
        return
    name, mode = steps[0].op.mnemonic, steps[0].op.mode
    if name == "jmp" and mode == "absolute" and steps[0].followers <= view.program.steps.keys():
        yield Edit("jump", at, 1, (view.written("bra", "", view.statement(at).operand),))
    if name == "bra" and not set("+-") & set(view.statement(at).operand[:1]):
        yield Edit("jump", at, 1, (view.written("jmp", "", view.statement(at).operand),))


# -- order ------------------------------------------------------------------------------------------


def carry_first(view: View, at: int) -> Iterator[Edit]:
    """``LDA m : CLC`` as ``CLC : LDA m``, and back."""
    steps = view.steps(at, 2)
    if not steps:
        return
    names = {step.op.mnemonic for step in steps}
    if len(names & {"clc", "sec"}) == 1 and len(names & _APART) == 1:
        yield Edit("order", at, 2, (view.rows[at + 1].code, view.rows[at].code))


def loads(view: View, at: int) -> Iterator[Edit]:
    """Two loads of numbers into different registers, the other way round."""
    steps = view.steps(at, 2)
    if not steps or not view.free(steps[1], N | Z):
        return
    names = {step.op.mnemonic for step in steps}
    if len(names) == 2 and names <= {"lda", "ldx", "ldy"} and all(s.op.mode == "immediate" for s in steps):
        yield Edit("order", at, 2, (view.rows[at + 1].code, view.rows[at].code))


def stores(view: View, at: int) -> Iterator[Edit]:
    """Two stores to different places of RAM, the other way round."""
    steps = view.steps(at, 2)
    if not steps or not all(step.op.mnemonic in ("sta", "stx", "sty", "stz") for step in steps):
        return
    places = [view.statement(at + number).operand for number in range(2)]
    spans = [_span(step, place) for step, place in zip(steps, places, strict=True)]
    if spans[0] and spans[1] and not set(spans[0]) & set(spans[1]):
        yield Edit("order", at, 2, (view.rows[at + 1].code, view.rows[at].code))


def _span(step: Step, operand: str) -> range | None:
    """The bytes of low RAM that a store to a numeric address writes, in any width."""
    if step.op.mode not in ("direct", "absolute") or not _LITERAL.match(operand):
        return None
    return range(step.operand, step.operand + 2) if step.operand < 0x1F00 else None


# -- registers --------------------------------------------------------------------------------------

_OTHER: Final = {
    "ldx": "ldy", "stx": "sty", "cpx": "cpy", "inx": "iny", "dex": "dey", "phx": "phy", "plx": "ply",
    "tax": "tay", "txa": "tya", "txy": "tyx",
}  # fmt: skip
_EXCHANGED: Final = _OTHER | {other: name for name, other in _OTHER.items()}
_BOUND: Final = names("txs tsx mvn mvp")
_INDEX: Final = re.compile(r"(?<=,)[xyXY](?=\)?\Z)")


def exchange(view: View) -> Iterator[Edit]:
    """X and Y in each other's place, from the first instruction to the last."""
    if any(row.statement is None and not row.empty for row in view.rows):
        return
    for at, row in enumerate(view.rows):
        if not row.instruction:
            continue
        statement = view.statement(at)
        if statement.name in _BOUND:
            return
        operand = _INDEX.sub(lambda match: _turned(match[0]), statement.operand)
        name = _EXCHANGED.get(statement.name, statement.name)
        if (name, operand) != (statement.name, statement.operand):
            if row.comment:
                return
            yield Edit("x and y", at, 1, (view.like(at, name, operand),))


def _turned(letter: str) -> str:
    return {"x": "y", "y": "x", "X": "Y", "Y": "X"}[letter]


REGISTERS: Final = (exchange,)


# -- addresses --------------------------------------------------------------------------------------


def width(view: View, at: int) -> Iterator[Edit]:
    """``$10`` as ``$0010`` or ``$7E0010``, and back: the same byte with D zero and low RAM in the bank."""
    steps = view.steps(at, 1)
    statement = view.rows[at].statement
    match = _LITERAL.match(statement.operand) if steps and statement else None
    if not steps or not match or steps[0].op.mnemonic in ("jmp", "jsr", "jml", "jsl", "pea", "per"):
        return
    number, index = int(match[1], 16), match[2] or ""
    if number >> 16 in (0x00, 0x7E) and number & 0xFFFF < 0x1F00:
        low = number & 0xFFFF
        for size, text in ((1, f"${low:02X}"), (2, f"${low:04X}"), (3, f"$7E{low:04X}")):
            if len(text) != len(match[1]) + 1 and (size > 1 or low < 0xF0):
                yield Edit("width", at, 1, (view.written(view.statement(at).name, "", text + index),))


ADDRESSING: Final[tuple[Rule, ...]] = (width,)
INSTRUCTIONS: Final[tuple[Rule, ...]] = (
    clear, load_and_store, step_by_one, add_one, count_in_memory, count_through_a, compare_with_zero, invert,
    jump, carry_first, loads, stores,
)  # fmt: skip
