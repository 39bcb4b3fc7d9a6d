"""What goes wrong on the ways through a routine: the stack, the widths of registers, and where ways end.

Each statement is visited once, by the first way that leads to it, through branches and jumps to labels of
the text. Where another way meets it with another stack or other widths, that is counted: code that runs has
one of each at every place. Calls are taken to leave both as they were.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from afs.discriminator.asm_line import BRANCHES, Op
from afs.discriminator.asm_ways import JUMPS, RETURNS, Ways
from afs.discriminator.words import words

__all__ = ["PATHS", "paths_of"]

#: The figures, in the order of :func:`paths_of`.
PATHS: Final = words(
    """path_underflow path_wrong_pull path_left_pushed path_stack_conflict path_width_conflict path_left_wide
    path_wrong_width path_unreached path_open_carry path_falls_off path_lost path_unset_branch
    path_loose_carry path_mixed_carry path_idle_width path_first_narrow path_wide_call path_wide_entry"""
)
_PUSHES: Final = {
    "pha": "a",
    "phx": "x",
    "phy": "y",
    "phb": "b",
    "phk": "b",
    "phd": "d",
    "pea": "aw",
    "pei": "aw",
}
_PULLS: Final = {"pla": "a", "plx": "x", "ply": "y", "plb": "b", "pld": "d"}
_SIZED: Final = {
    **dict.fromkeys(words("adc and bit cmp eor lda ora sbc"), 0),
    **dict.fromkeys(words("cpx cpy ldx ldy"), 1),
}
_SETS_CARRY: Final = frozenset(
    words("clc sec cmp cpx cpy asl lsr rol ror adc sbc plp xce rep sep jsr jsl bcc bcs")
)
_STATED_CARRY: Final = frozenset(words("clc sec"))
#: What leaves a carry that nobody adds on purpose: nothing, a call, a compare without a branch on it.
_LOOSE_CARRY: Final = frozenset(("", "jsr", "jsl", "cmp", "cpx", "cpy"))
_FREE: Final = frozenset(words("sta stx sty stz php pha phx phy phb phk phd rep sep clc sec"))
_STORES: Final = frozenset(words("sta stx sty stz"))
_ON_STACK: Final = frozenset((*_PUSHES, *_PULLS, "php", "plp"))
_ON_WIDTHS: Final = frozenset(words("rep sep plp"))
#: What leads elsewhere than to the next statement alone.
_TURNS: Final = BRANCHES | JUMPS | RETURNS | {"stp"}
#: What tells nothing but by its immediate operand, and leaves flags.
_PLAIN: Final = frozenset(
    words(
        """lda ldx ldy and ora eor bit inx iny dex dey inc dec tax tay txa tya txy tyx tcd tdc tcs tsc tsx txs
        tsb trb xba nop bra brl jmp jml beq bne bmi bpl bvc bvs rts rtl rti"""
    )
)


class _State(NamedTuple):
    """``widths`` of A and of X and Y: bytes, 0 as on entry. ``carry`` is whether something has set it,
    ``flags`` whether the last instruction says anything to a branch; ``setter`` what set the carry."""

    stack: tuple[str, ...] = ()
    widths: tuple[int, int] = (0, 0)
    carry: bool = False
    flags: bool = True
    setter: str = ""


_ENTRY: Final = _State()


class _Paths:
    def __init__(self, ways: Ways) -> None:
        self.ops, self.ways = ways.ops, ways
        self.count = dict.fromkeys(PATHS, 0)
        self.seen: dict[int, _State] = {}
        self.entry: list[int] = [0, 0]
        self.exits: set[bool] = set()

    def walk(self) -> None:
        ways = [(0, _ENTRY)]
        while ways:
            place, state = self._straight(*ways.pop())
            if place >= len(self.ops):
                self.count["path_falls_off"] += 1
            elif place in self.seen:
                self._meet(self.seen[place], state)
            else:
                self.seen[place] = state
                ways += self._turn(place, self.ops[place], state)
        self.count["path_mixed_carry"] = len(self.exits) > 1
        self.count["path_wide_entry"] = sum(size == 2 for size in self.entry)
        self.count["path_unreached"] = sum(
            op.kind == "instruction" and place not in self.seen for place, op in enumerate(self.ops)
        )

    def _straight(self, place: int, state: _State) -> tuple[int, _State]:
        """Along instructions that lead to the next alone, to the first other one or one that was seen."""
        ops, seen, end = self.ops, self.seen, len(self.ops)
        while place < end and place not in seen:
            op = ops[place]
            if op.kind != "instruction" or op.name in _TURNS:
                break
            seen[place] = state
            state = self._after(op, state)
            place += 1
        return place, state

    def _meet(self, before: _State, state: _State) -> None:
        self.count["path_stack_conflict"] += before.stack != state.stack
        self.count["path_width_conflict"] += self._known(before) != self._known(state)

    def _turn(self, place: int, op: Op, state: _State) -> list[tuple[int, _State]]:
        """Where the ways lead on behind a statement that may not lead to the next, which comes last."""
        if op.kind == "data":
            self.count["path_falls_off"] += 1
            return []
        if op.kind == "label":
            return [(place + 1, state)]
        if op.kind != "instruction":
            return [(place + 1, state._replace(carry=True, flags=True, setter=op.kind))]
        after = self._after(op, state)
        if op.name in RETURNS:
            self.count["path_left_pushed"] += bool(after.stack)
            self.count["path_left_wide"] += self._known(after) != self._known(_ENTRY)
            self.exits.add(after.setter in _STATED_CARRY)
            return []
        if op.name in JUMPS:
            return self._target(op, place, after)
        if op.name not in BRANCHES:
            return []
        self.count["path_unset_branch"] += not state.flags
        after = after._replace(carry=after.carry or op.name in ("bcc", "bcs"))
        return [*self._target(op, place, after), (place + 1, after)]

    def _target(self, op: Op, place: int, state: _State) -> list[tuple[int, _State]]:
        target = self.ways.targets[place]
        if target is None:
            self.count["path_lost"] += (op.symbols[0] if op.symbols else op.operand)[:1] in ".+-"
            return []
        return [(target, state)]

    def _known(self, state: _State) -> tuple[int, int]:
        """Its widths; those of entry are what immediates have told, or one byte, as in most code."""
        m, x = state.widths
        return m or self.entry[0] or 1, x or self.entry[1] or 1

    def _after(self, op: Op, state: _State) -> _State:
        name = op.name
        if name in _PLAIN and op.form != "#e":
            return state if state.flags else state._replace(flags=True)
        flags = name not in _FREE
        carry = state.carry or name in _SETS_CARRY
        if name in ("adc", "sbc"):
            self.count["path_open_carry"] += not state.carry
            self.count["path_loose_carry"] += state.setter in _LOOSE_CARRY
        elif name in _STORES:
            flags = state.flags
        if op.form == "#e" and op.size and name in _SIZED:
            self._immediate(_SIZED[name], op.size, state)
        if name in ("jsr", "jsl"):
            self.count["path_wide_call"] += 2 in state.widths
        setter = name if name in _SETS_CARRY else state.setter
        stack = self._stack(name, state) if name in _ON_STACK else state.stack
        widths = self._widths(op, state) if name in _ON_WIDTHS else state.widths
        return _State(stack, widths, carry, flags, setter)

    def _immediate(self, register: int, size: int, state: _State) -> None:
        known = state.widths[register] or self.entry[register]
        if not known:
            self.entry[register] = size
        self.count["path_wrong_width"] += bool(known) and known != size

    def _stack(self, name: str, state: _State) -> tuple[str, ...]:
        stack = state.stack
        if name in _PUSHES:
            return (*stack, _PUSHES[name])
        if name == "php":
            return (*stack, f"p{state.widths[0]}{state.widths[1]}")
        if name in _PULLS or name == "plp":
            if not stack:
                self.count["path_underflow"] += 1
            elif stack[-1][0] != _PULLS.get(name, "p"):
                self.count["path_wrong_pull"] += 1
            return stack[:-1]
        return stack

    def _widths(self, op: Op, state: _State) -> tuple[int, int]:
        m, x = state.widths
        if op.name in ("rep", "sep") and op.value >= 0:
            size = 2 if op.name == "rep" else 1
            for bit, before in ((0x20, m), (0x10, x)):
                if op.value & bit:
                    self.count["path_idle_width"] += before == size
                    self.count["path_first_narrow"] += not before and size == 1
            return (size if op.value & 0x20 else m), (size if op.value & 0x10 else x)
        if op.name == "plp" and state.stack and state.stack[-1][0] == "p":
            return int(state.stack[-1][1]), int(state.stack[-1][2])
        return m, x


def paths_of(ways: Ways) -> list[float]:
    """The figures of :data:`PATHS`."""
    paths = _Paths(ways)
    if ways.ops:
        paths.walk()
    return [float(paths.count[name]) for name in PATHS]
