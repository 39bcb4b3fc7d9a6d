"""Assembled code, step by step: which widths it runs in, and what is still needed after each step.

Registers and flags are bits of a mask. What is not known counts as needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from afs.asm import AssembleLimits, Assembly, Instruction, assemble, instruction_set
from afs.augment.listing import Row
from afs.augment.names import names
from afs.augment.refusal import Refused
from afs.augment.surroundings import CALLED, Surroundings

__all__ = [
    "ALL",
    "LOW",
    "ORIGIN",
    "A",
    "C",
    "N",
    "Program",
    "Step",
    "V",
    "Widths",
    "X",
    "Y",
    "Z",
    "assembled",
]

ORIGIN: Final = 0x008000
LOW, HIGH, X, Y, N, V, Z, C = 1, 2, 4, 8, 16, 32, 64, 128
A: Final = LOW | HIGH
ALL: Final = 0xFF
_LONGEST: Final = CALLED - ORIGIN
_STATES: Final = 20_000
_DEPTH: Final = 8

#: M and X, 1 for 8 bits.
Widths = tuple[int, int]
_WIDTHS: Final = ((1, 1), (1, 0), (0, 1), (0, 0))

_ENDS: Final = names("rts rtl rti brk cop wai stp")
_NEEDS_ALL: Final = _ENDS | names("jsr jsl xce wdm mvn mvp jmp jml brl")
_READS_A: Final = names("sta adc sbc and ora eor cmp bit tsb trb pha tax tay tcd tcs xba")
_READS_X: Final = names("stx cpx inx dex phx txa txy txs")
_READS_Y: Final = names("sty cpy iny dey phy tya tyx")
_READS_FLAGS: Final = {
    **dict.fromkeys(("adc", "sbc", "rol", "ror", "bcc", "bcs"), C),
    **dict.fromkeys(("beq", "bne"), Z),
    **dict.fromkeys(("bpl", "bmi"), N),
    **dict.fromkeys(("bvc", "bvs"), V),
    "php": N | V | Z | C,
}
_SETS: Final = {
    **dict.fromkeys(("tdc", "tsc"), A),
    **dict.fromkeys(("ldx", "plx", "tax", "tsx", "tyx"), X),
    **dict.fromkeys(("ldy", "ply", "tay", "txy"), Y),
}
_LOADS_A: Final = frozenset(("lda", "pla", "txa", "tya"))
_FLAGS: Final = {"n": N, "v": V, "z": Z, "c": C}
_UNSURE: Final = frozenset(("rep", "sep", "plp", "rti"))


class Step(NamedTuple):
    """One instruction of the code. ``row`` counts from 0; -1 where the row holds several."""

    row: int
    address: int
    op: Instruction
    operand: int
    widths: frozenset[Widths]
    followers: frozenset[int]


def assembled(text: str, around: Surroundings) -> Assembly:
    """``text`` at the origin, within its surroundings. Raises Refused."""
    limits = AssembleLimits(statements=20_000, loops=2_000, bytes=0x8000, depth=20)
    assembly = assemble(
        text + around.behind, ORIGIN, symbols=around.symbols, defines=around.defines, limits=limits
    )
    if not assembly.ok or not assembly.blocks:
        raise Refused("does not assemble by itself")
    if assembly.blocks[0].address != ORIGIN or len(assembly.blocks[0].data) > _LONGEST:
        raise Refused("sets its own place")
    if len(assembly.blocks) > 2 or (assembly.blocks[1:] and assembly.blocks[1].address != CALLED):
        raise Refused("sets its own place")
    return assembly


def flags(op: Instruction) -> int:
    """The arithmetic flags that ``op`` sets whatever its operand is."""
    if op.mnemonic in _UNSURE:
        return 0
    return sum(_FLAGS.get(flag, 0) for flag in op.flags)


class Program:
    """The steps of an assembly that can be reached from its first byte.

    ``entries`` are the widths with which it can be entered so that it reads as it is written.
    Raises Refused where there are none.
    """

    def __init__(self, assembly: Assembly, rows: Sequence[Row]) -> None:
        self.data = assembly.blocks[0].data
        self.end = ORIGIN + len(self.data)
        self.rows = rows
        self._lines = {line.address: line.line - 1 for line in assembly.lines if line.address < self.end}
        self._starts = frozenset(self._lines)
        walks = {entry: found for entry in _WIDTHS if (found := self._walk(entry)) is not None}
        if not walks:
            raise Refused("widths of registers are not known")
        self.entries = tuple(walks)
        self.steps = self._merged(walks.values())
        self.at_row = {step.row: step for step in self.steps.values() if step.row >= 0}

    # -- what is reached, and in which widths ----------------------------------------------------

    def _walk(self, entry: Widths) -> dict[int, tuple[set[Widths], set[int]]] | None:
        found: dict[int, tuple[set[Widths], set[int]]] = {}
        waiting: list[tuple[int, Widths, tuple[Widths, ...]]] = [(ORIGIN, entry, ())]
        seen: set[object] = set()
        while waiting:
            state = waiting.pop()
            address, widths, saved = state
            if state in seen or not ORIGIN <= address < self.end:
                continue
            seen.add(state)
            op, operand, after = self._decoded(address, widths)
            if op is None or len(seen) > _STATES:
                return None
            goes = self._goes(op, operand, after)
            visit = found.setdefault(address, (set(), set()))
            visit[0].add(widths)
            visit[1].update(goes)
            then = _then(op, operand, widths, saved)
            if then is None:
                return None
            waiting += [(target, *then) for target in goes]
        return found

    def _decoded(self, address: int, widths: Widths) -> tuple[Instruction | None, int, int]:
        """The instruction at ``address``; None where it does not read as it is written."""
        at = address - ORIGIN
        op = instruction_set()[self.data[at]]
        after = address + op.length(bool(widths[0]), bool(widths[1]))
        written = self._lines.get(address)
        row = self.rows[written] if written is not None else None
        data = row is not None and row.statement is not None and not row.instruction
        if after > self.end or data or any(place in self._starts for place in range(address + 1, after)):
            return None, 0, 0
        names = {op.mnemonic, "jmp" if op.mnemonic == "jml" else op.mnemonic}
        if row is not None and row.instruction and row.statement and row.statement.name not in names:
            return None, 0, 0
        return op, int.from_bytes(self.data[at + 1 : after - ORIGIN], "little"), after

    def _goes(self, op: Instruction, operand: int, after: int) -> list[int]:
        name = op.mnemonic
        if op.mode == "relative":
            target = after + (operand ^ 0x80) - 0x80
            return [target] if name == "bra" else [after, target]
        if op.mode == "relative long" and name == "brl":
            return [after + (operand ^ 0x8000) - 0x8000]
        if name in ("jmp", "jml"):
            return [operand] if op.mode in ("absolute", "long") else []
        if name in ("jsr", "jsl") and op.mode in ("absolute", "long"):
            return [after, operand]
        return [] if name in _ENDS else [after]

    def _merged(self, walks: Iterable[dict[int, tuple[set[Widths], set[int]]]]) -> dict[int, Step]:
        widths: dict[int, set[Widths]] = {}
        goes: dict[int, set[int]] = {}
        for walk in walks:
            for address, (found, targets) in walk.items():
                widths.setdefault(address, set()).update(found)
                goes.setdefault(address, set()).update(targets)
        return {address: self._step(address, widths[address], goes[address]) for address in sorted(widths)}

    def _step(self, address: int, widths: set[Widths], goes: set[int]) -> Step:
        op, operand, _ = self._decoded(address, next(iter(widths)))
        assert op is not None
        row = self._lines.get(address, -1)
        if row >= 0 and not self.rows[row].instruction:
            row = -1
        return Step(row, address, op, operand, frozenset(widths), frozenset(goes))

    # -- what is needed --------------------------------------------------------------------------

    @cached_property
    def _needed(self) -> dict[int, int]:
        """What is needed before each step."""
        needed = dict.fromkeys(self.steps, 0)
        changed = True
        while changed:
            changed = False
            for address in reversed(needed):
                before = self._before(self.steps[address], needed)
                if before != needed[address]:
                    needed[address], changed = before, True
        return needed

    def _before(self, step: Step, needed: dict[int, int]) -> int:
        return _reads(step.op) | self._after(step, needed) & ~_sets(step)

    def _after(self, step: Step, needed: dict[int, int]) -> int:
        if step.op.mnemonic in _NEEDS_ALL and not (step.followers <= needed.keys() and _is_jump(step.op)):
            return ALL
        after = 0
        for address in step.followers:
            after |= needed.get(address, ALL)
        return after if step.followers else ALL

    def needed_after(self, step: Step) -> int:
        """Registers and flags whose values after ``step`` may still be read."""
        return self._after(step, self._needed)


def _is_jump(op: Instruction) -> bool:
    return op.mnemonic in ("jmp", "jml", "brl")


def _then(
    op: Instruction, operand: int, widths: Widths, saved: tuple[Widths, ...]
) -> tuple[Widths, tuple[Widths, ...]] | None:
    """Widths and saved widths after ``op``, None where nobody knows."""
    m, x = widths
    name = op.mnemonic
    if name in ("rep", "sep"):
        bit = int(name == "sep")
        return (bit if operand & 0x20 else m, bit if operand & 0x10 else x), saved
    if name == "php":
        return (widths, (*saved, widths)) if len(saved) < _DEPTH else None
    if name == "plp":
        return (saved[-1], saved[:-1]) if saved else None
    return None if name == "xce" else (widths, saved)


def _reads(op: Instruction) -> int:
    name = op.mnemonic
    if name in _NEEDS_ALL and not _is_jump(op):
        return ALL
    found = _READS_FLAGS.get(name, 0)
    if name in _READS_A or op.mode == "accumulator":
        found |= A
    if name in _READS_X or ",x" in op.mode:
        found |= X
    if name in _READS_Y or ",y" in op.mode:
        found |= Y
    return found


def _sets(step: Step) -> int:
    """What ``step`` sets whole, in every width that it runs in."""
    name = step.op.mnemonic
    found = _SETS.get(name, 0) | flags(step.op)
    if name in _LOADS_A:
        found |= A if all(not m for m, _ in step.widths) else LOW
    return found
