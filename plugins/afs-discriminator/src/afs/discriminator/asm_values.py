"""What a text itself tells of values, and statements that make no sense in the light of it.

Constants and flags are followed from top to bottom (constant propagation with what branches tell: Wegman and
Zadeck, ACM Transactions on Programming Languages and Systems 13 (1991) 181). Where ways meet only what all
agree on is known, and nothing where a loop begins. A branch that always goes one way, an addition with a
carry that is surely set, a loop whose counter stands still: nobody writes these on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from afs.discriminator.asm_line import BRANCHES, Op
from afs.discriminator.asm_liveness import UNKNOWN_CALL, Called
from afs.discriminator.asm_ways import JUMPS, RETURNS, Ways
from afs.discriminator.words import words

__all__ = ["VALUES", "values_of"]

#: The figures, in the order of :func:`values_of`. ``exit``: what is known of the carry at returns, ``torn``
#: where one sets it and another leaves it to chance. ``added`` and ``taken``: by ``ADC`` and ``SBC``, with
#: a carry that is not the usual one, or comes from something else.
VALUES: Final = words(
    """decided known_compare known_arithmetic same_load undone next_branch loop_odd loop_sign loop_stuck
    loop_start exit_known exit_loose exit_mixed exit_both exit_alike exit_torn loaded_back stored_back
    branch_after_call added_set taken_clear added_shifted taken_shifted added_compared added_added"""
)
_BRANCHED: Final = {
    **{"beq": ("z", 1), "bne": ("z", 0), "bmi": ("n", 1), "bpl": ("n", 0)},
    **{"bcs": ("c", 1), "bcc": ("c", 0)},
}
_ODD_LOOPS: Final = frozenset(("beq", "bmi", "bcs"))
_LOADS: Final = {"lda": "a", "ldx": "x", "ldy": "y"}
_PULLS: Final = {"pla": "a", "plx": "x", "ply": "y", "xba": "a", "tdc": "a", "tsc": "a", "tsx": "x"}
_TRANSFERS: Final = {
    **{"tax": ("a", "x"), "tay": ("a", "y"), "txa": ("x", "a"), "tya": ("y", "a")},
    **{"txy": ("x", "y"), "tyx": ("y", "x")},
}
_COMPARES: Final = {"cmp": "a", "cpx": "x", "cpy": "y"}
_STEPS: Final = {"inx": ("x", 1), "dex": ("x", -1), "iny": ("y", 1), "dey": ("y", -1)}
_LOGIC: Final = {"and": int.__and__, "ora": int.__or__, "eor": int.__xor__}
_CONTRARY: Final = frozenset(
    tuple(order)
    for pair in words(
        "asl-lsr rol-ror inx-dex iny-dey inc-dec pha-pla phx-plx phy-ply clc-sec tax-txa tay-tya"
    )
    for order in (pair.split("-"), pair.split("-")[::-1])
)
_CALLS: Final = frozenset(("jsr", "jsl"))
_CHANGES: Final = {
    "a": frozenset(words("lda pla txa tya tdc tsc xba adc sbc and ora eor asl lsr rol ror inc dec")) | _CALLS,
    "x": frozenset(words("ldx inx dex tax tyx plx tsx")) | _CALLS,
    "y": frozenset(words("ldy iny dey tay txy ply")) | _CALLS,
}
_ADDED: Final = {
    **dict.fromkeys(words("asl lsr rol ror"), ("added_shifted", "taken_shifted")),
    **dict.fromkeys(words("cmp cpx cpy"), ("added_compared", "added_compared")),
    **dict.fromkeys(words("adc sbc"), ("added_added", "added_added")),
}
#: What leaves a carry that says nothing to a caller.
_BY_CHANCE: Final = frozenset(words("adc sbc asl rol ror plp")) | {""}
_BITS: Final = {"a": 1, "x": 2, "y": 4}
#: What a register is where a value in it has set Z.
_ZERO: Final = {register: (register, 0) for register in _BITS}
_INDEXED: Final = {register: (f",{register}", f",{register})") for register in _BITS}

#: A constant: a number, or the text of one; None is unknown.
Value = int | str | None


class _Known:
    """Of registers and flags. ``told`` is the register and what it is where Z is set, ``compared`` whether a
    compare set it; ``flags_by`` and ``carry_by`` are the instructions that set them."""

    __slots__ = ("a", "c", "carry_by", "compared", "flags_by", "n", "told", "x", "y", "z")

    def __init__(self, flags_by: str = "", carry_by: str = "") -> None:
        self.a: Value = None
        self.x: Value = None
        self.y: Value = None
        self.z: int | None = None
        self.n: int | None = None
        self.c: int | None = None
        self.told: tuple[str, Value] | None = None
        self.compared = False
        self.flags_by, self.carry_by = flags_by, carry_by

    def copy(self) -> _Known:
        new = _Known(self.flags_by, self.carry_by)
        new.a, new.x, new.y = self.a, self.x, self.y
        new.z, new.n, new.c = self.z, self.n, self.c
        new.told, new.compared = self.told, self.compared
        return new

    def join(self, other: _Known) -> None:
        """Keep what both agree on."""
        for name in self.__slots__:
            if getattr(self, name) != getattr(other, name):
                setattr(self, name, getattr(_NOTHING, name))

    def take(self, flag: str, value: int) -> _Known:
        """With what is known where a flag has a value."""
        setattr(self, flag, value)
        if flag == "z" and value:
            self.n = 0
            if self.compared:
                self.c = 1
            if self.told is not None and getattr(self, self.told[0]) is None:
                setattr(self, *self.told)
        elif (flag == "n" and value) or (flag == "c" and not value and self.compared):
            self.z = 0
        return self


_NOTHING: Final = _Known()


class _Values:
    def __init__(self, ways: Ways, find: Callable[[str], Called]) -> None:
        self.ops, self.find = ways.ops, find
        self.count = dict.fromkeys(VALUES, 0)
        self.known = _Known()
        self.held: set[str] = set()  # what lies in A and in these places is the same
        self.exits: list[int | None] = []
        self.coming: dict[int, _Known] = {}
        self.starts: dict[int, _Known] = {}
        self.targets = ways.targets
        self.heads = {there for place, there in self.targets.items() if there is not None and there <= place}

    def walk(self) -> None:
        alive, before = True, None
        for place, op in enumerate(self.ops):
            if op.labels:
                self._arrive(place, alive)
                alive, before = True, None
            if op.kind == "instruction":
                if before is not None and before.operand == op.operand:
                    self.count["undone"] += (before.name, op.name) in _CONTRARY
                alive, before = self._instruction(op, place), op
            elif op.kind != "label":
                self.known, alive, before = _Known(), op.kind != "data", None
                self.held.clear()

    def _instruction(self, op: Op, place: int) -> bool:
        """Whether the next statement may come after it."""
        role = _ROLES.get(op.name)
        if role is not None:
            role(self, op)
        elif op.name in BRANCHES:
            self._branch(op, place)
        elif op.name in JUMPS:
            target = self.targets[place]
            if target is not None and target > place:
                self._go(place, target, self.known.copy())
            return False
        elif op.name in RETURNS:
            self.exits.append(self.known.c)
            self.count["exit_loose"] += self.known.c is None and self.known.carry_by in _BY_CHANCE
            return False
        return True

    def _arrive(self, place: int, alive: bool) -> None:
        """At a label: what all ways to it agree on."""
        coming = self.coming.pop(place, None)
        if place in self.heads:
            if alive:
                self.starts[place] = self.known
            self.known = _Known()
        elif coming is not None:
            if alive:
                coming.join(self.known)
            self.known = coming
        elif alive and self.ops[place].labels[0][0] in ".+-":
            return  # a label that nothing in the text leads to
        else:
            self.known = _Known()
        self.held.clear()

    def _branch(self, op: Op, place: int) -> None:
        if op.name not in _BRANCHED:
            return
        flag, taken = _BRANCHED[op.name]
        known = self.known
        self.count["decided"] += getattr(known, flag) is not None
        self.count["branch_after_call"] += flag != "c" and known.flags_by in _CALLS
        target = self.targets[place]
        if target is not None and target <= place:
            self._loop(op, place, target, known.carry_by if flag == "c" else known.flags_by)
        if target is not None and target > place:
            self._go(place, target, known.copy().take(flag, taken))
        known.take(flag, 1 - taken)

    def _go(self, place: int, target: int, known: _Known) -> None:
        """To a label below."""
        there = self.coming.get(target)
        if there is None:
            self.coming[target] = known
        else:
            there.join(known)
        self.count["next_branch"] += all([op.kind == "label" for op in self.ops[place + 1 : target]])

    def _loop(self, op: Op, place: int, target: int, by: str) -> None:
        """A branch back, on flags that the instruction ``by`` has set."""
        up = by in ("inx", "iny")
        self.count["loop_odd"] += op.name in _ODD_LOOPS
        self.count["loop_sign"] += up and op.name in ("bpl", "bmi")
        if by in _COMPARES:
            self.count["loop_stuck"] += self._stuck(_COMPARES[by], self.ops[target : place + 1])
        if by in _STEPS and target in self.starts:
            start = getattr(self.starts[target], _STEPS[by][0])
            self.count["loop_start"] += (
                (start == 0) != up if isinstance(start, int) else up and start is not None
            )

    def _stuck(self, register: str, body: Sequence[Op]) -> bool:
        """Whether nothing in a loop changes what its end compares."""
        changes = _CHANGES[register]
        if register == "a" and any(op.name == "cmp" and op.form[-2:] in (",x", ",y") for op in body):
            changes = changes | _CHANGES["x"] | _CHANGES["y"]
        return not any(op.name in changes or op.kind == "macro-call" for op in body)

    def _put(self, register: str, value: Value, digits: int, by: str) -> None:
        """A register, and the flags that go with it."""
        known = self.known
        setattr(known, register, value)
        known.z = known.n = None
        if isinstance(value, int):
            known.z, known.n = int(value == 0), value >> (15 if digits > 2 else 7) & 1
        known.told, known.compared, known.flags_by = _ZERO[register], False, by
        if register == "a":
            self.held.clear()
        elif self.held:
            self.held = {place for place in self.held if not place.endswith(_INDEXED[register])}

    def _flags(self, op: Op) -> None:
        """Flags of which nothing is known."""
        known = self.known
        known.z = known.n = known.told = None
        known.compared, known.flags_by = False, op.name

    def load(self, op: Op) -> None:
        register, value = _LOADS[op.name], _constant(op)
        if value is not None:
            self.count["same_load"] += getattr(self.known, register) == value
        elif register == "a":
            self.count["loaded_back"] += op.operand in self.held
        self._put(register, value, op.digits, op.name)
        if register == "a" and value is None:
            self.held.add(op.operand)

    def store(self, op: Op) -> None:
        if op.name == "sta":
            self.count["stored_back"] += op.operand in self.held
            self.held.add(op.operand)
        else:
            self.held.discard(op.operand)

    def pull(self, op: Op) -> None:
        self._put(_PULLS[op.name], None, 0, op.name)

    def transfer(self, op: Op) -> None:
        source, target = _TRANSFERS[op.name]
        self._put(target, getattr(self.known, source), 0, op.name)

    def step(self, op: Op) -> None:
        register, by = _STEPS[op.name]
        value = getattr(self.known, register)
        self.count["known_arithmetic"] += isinstance(value, int)
        value = value + by if isinstance(value, int) and value + by >= 0 else None
        self._put(register, value, 0, op.name)

    def logic(self, op: Op) -> None:
        value, mask = self.known.a, _constant(op)
        self.count["known_arithmetic"] += value is not None and mask is not None
        result = None
        if isinstance(value, int) and isinstance(mask, int):
            result = _LOGIC[op.name](value, mask)
        self._put("a", result, op.digits, op.name)
        if op.name == "ora" and isinstance(mask, int) and mask:
            self.known.z = 0

    def change(self, op: Op) -> None:
        """A or a place in memory, shifted or counted."""
        if op.form in ("", "a"):
            self.count["known_arithmetic"] += self.known.a is not None and op.name not in ("inc", "dec")
            self._put("a", None, 0, op.name)
        else:
            self._flags(op)
            self.held.discard(op.operand)
        if op.name not in ("inc", "dec"):
            self.known.n = 0 if op.name == "lsr" else None
            self._carry(None, op)

    def add(self, op: Op) -> None:
        carry, adds = self.known.c, op.name == "adc"
        if carry is not None:
            self.count["added_set" if adds else "taken_clear"] += carry == adds
        elif self.known.carry_by in _ADDED:
            self.count[_ADDED[self.known.carry_by][not adds]] += 1
        self._put("a", None, 0, op.name)
        self._carry(None, op)

    def compare(self, op: Op) -> None:
        register, other = _COMPARES[op.name], _constant(op)
        value = getattr(self.known, register)
        z, c, told = None, 1 if other == 0 else None, None
        if value is not None and other is not None:
            self.count["known_compare"] += 1
            if isinstance(value, int) and isinstance(other, int):
                z, c = int(value == other), int(value >= other)
        elif other is not None:
            told = register, other
        known = self.known
        known.z, known.n, known.told, known.compared, known.flags_by = z, None, told, True, op.name
        self._carry(c, op)

    def carry(self, op: Op) -> None:
        self._carry(int(op.name == "sec"), op)
        self.known.compared = False

    def _carry(self, value: int | None, op: Op) -> None:
        self.known.c, self.known.carry_by = value, op.name

    def call(self, op: Op) -> None:
        sets = (self.find(op.symbols[0]) if op.form == "e" and len(op.symbols) == 1 else UNKNOWN_CALL)[1]
        before, self.known = self.known, _Known(op.name, op.name)
        for name, bit in _BITS.items():
            if not sets & bit:
                setattr(self.known, name, getattr(before, name))
        self.held.clear()

    def lose(self, op: Op) -> None:
        """All that is known."""
        self.known = _Known(op.name, op.name)
        self.held.clear()

    def flags(self, op: Op) -> None:
        """Widths or flags that are set or pulled."""
        self.held.clear()
        if op.name == "plp" or op.value < 0 or op.value & 0xC3:
            value = None if op.name == "plp" or op.value < 0 or not op.value & 1 else int(op.name == "sep")
            self._flags(op)
            self._carry(value, op)


_ROLES: Final[dict[str, Callable[[_Values, Op], None]]] = {
    **dict.fromkeys(_LOADS, _Values.load),
    **dict.fromkeys(_PULLS, _Values.pull),
    **dict.fromkeys(_TRANSFERS, _Values.transfer),
    **dict.fromkeys(_COMPARES, _Values.compare),
    **dict.fromkeys(_STEPS, _Values.step),
    **dict.fromkeys(_LOGIC, _Values.logic),
    **dict.fromkeys(words("asl lsr rol ror inc dec"), _Values.change),
    **dict.fromkeys(words("sta stx sty stz"), _Values.store),
    **dict.fromkeys(words("adc sbc"), _Values.add),
    **dict.fromkeys(words("bit tsb trb"), _Values._flags),
    **dict.fromkeys(words("clc sec"), _Values.carry),
    **dict.fromkeys(words("jsr jsl"), _Values.call),
    **dict.fromkeys(words("rep sep plp"), _Values.flags),
    **dict.fromkeys(words("xce mvn mvp cop brk"), _Values.lose),
}


def _constant(op: Op) -> Value:
    """The value of an immediate operand: a number, the text of what is none, None for other operands."""
    if op.form != "#e":
        return None
    return op.value if op.digits and len(op.operand) == op.digits + 2 else op.operand


def values_of(ways: Ways, find: Callable[[str], Called]) -> list[float]:
    """The figures of :data:`VALUES`; ``find`` tells of the routines that are called by their names."""
    values = _Values(ways, find)
    values.walk()
    count, exits = values.count, values.exits
    known = [carry for carry in exits if carry is not None]
    count["exit_known"] = len(known)
    count["exit_mixed"] = 0 < len(known) < len(exits)
    count["exit_both"] = len(set(known)) == 2
    count["exit_alike"] = len(known) == len(exits) > 1 and len(set(known)) == 1
    count["exit_torn"] = bool(known) and count["exit_loose"] > 0
    return [float(count[name]) for name in VALUES]
