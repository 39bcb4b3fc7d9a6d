"""Values that nobody uses, and uses of what nobody has set, along all ways through a routine.

Registers and flags are followed by the equations of live variables and of reaching definitions (Aho, Lam,
Sethi and Ullman, Compilers, second edition, section 9.2). A call may use and set everything, unless the
routine is known; behind a return the caller may use everything, which is told from a use in the text itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from afs.discriminator.asm_line import BRANCHES, Op
from afs.discriminator.asm_ways import JUMPS, RETURNS, Ways
from afs.discriminator.words import words

__all__ = ["LIVENESS", "LONG", "SHORT", "UNKNOWN_CALL", "Called", "asked", "called", "liveness_of"]

#: ``dead``: set, and set again before any use. ``idle``: set, and used by nothing in the text. ``entry``:
#: used as the caller left it. ``half_set``: used where only some ways have set it.
LIVENESS: Final = words(
    """dead_a dead_x dead_y dead_c dead_compare idle_a idle_x idle_y idle_c
    entry_a entry_x entry_y entry_c entry_f half_set dead_store"""
)
_A, _X, _Y, _C, _F = (1 << bit for bit in range(5))
_REGISTERS: Final = _A | _X | _Y
_ALL: Final = _REGISTERS | _C | _F
#: Beside the bits of what is used: how a routine is called.
SHORT: Final = 1 << 5
LONG: Final = 1 << 6
_LEAVING: Final = 5  # bits by which a use behind a return is shifted

#: What a routine uses as the caller left it, and what it may set.
Called = tuple[int, int]
#: Of a routine that nobody knows.
UNKNOWN_CALL: Final[Called] = (_REGISTERS | _C, _ALL)
_Effects = tuple[int, int, int]

#: What instructions use, and what they set.
_USES: Final = {
    **dict.fromkeys(words("adc sbc"), _A | _C),
    **dict.fromkeys(words("and ora eor cmp bit sta pha tax tay tcd tcs xba tsb trb"), _A),
    **dict.fromkeys(words("stx phx txa txy txs inx dex cpx"), _X),
    **dict.fromkeys(words("sty phy tya tyx iny dey cpy"), _Y),
    **dict.fromkeys(words("bcc bcs rol ror xce"), _C),
    **dict.fromkeys(words("beq bne bmi bpl bvc bvs"), _F),
    **dict.fromkeys(words("mvn mvp"), _REGISTERS),
    **dict.fromkeys(words("jsr jsl brk cop"), _REGISTERS | _C),
    "php": _C | _F,
}
_SETS: Final = {
    **dict.fromkeys(words("adc sbc"), _A | _C | _F),
    **dict.fromkeys(words("lda and ora eor txa tya pla tdc tsc xba"), _A | _F),
    **dict.fromkeys(words("ldx tax tyx plx tsx inx dex"), _X | _F),
    **dict.fromkeys(words("ldy tay txy ply iny dey"), _Y | _F),
    **dict.fromkeys(words("cmp cpx cpy asl lsr rol ror plp"), _C | _F),
    **dict.fromkeys(words("bit tsb trb inc dec"), _F),
    **dict.fromkeys(words("clc sec xce"), _C),
    **dict.fromkeys(words("mvn mvp"), _REGISTERS),
    **dict.fromkeys(words("jsr jsl brk cop"), _ALL),
}
_CHANGES: Final = frozenset(words("asl lsr rol ror inc dec"))
_COMPARES: Final = frozenset(words("cmp cpx cpy"))
_STORES: Final = frozenset(words("sta stx sty stz"))
_NAMES: Final = ((_A, "a"), (_X, "x"), (_Y, "y"), (_C, "c"))


def _unknown(name: str) -> Called:
    return UNKNOWN_CALL


def _effects(ops: Sequence[Op], find: Callable[[str], Called]) -> list[_Effects]:
    """What each statement uses, sets, and surely overwrites."""
    return [
        _call(find(op.symbols[0])) if _is_call(op) else _plain(op.kind, op.name, op.form, _on_carry(op))
        for op in ops
    ]


def _on_carry(op: Op) -> bool:
    return op.value > 0 and op.value & 1 > 0 and op.name in ("rep", "sep")


def _is_call(op: Op) -> bool:
    return op.name in ("jsr", "jsl") and op.form == "e" and len(op.symbols) == 1


def _call(known: Called) -> _Effects:
    uses, sets = known
    return uses, _ALL, _ALL if known == UNKNOWN_CALL else sets & ~uses | _C | _F


@lru_cache(maxsize=1 << 14)
def _plain(kind: str, name: str, form: str, on_carry: bool) -> _Effects:
    """What a statement that is no call of a routine by its name uses and sets."""
    if kind != "instruction":
        return (0, 0, 0) if kind == "label" else (_REGISTERS, _ALL, _ALL)
    uses, sets = _USES.get(name, 0), _SETS.get(name, 0)
    if name in _CHANGES and form in ("", "a"):
        uses, sets = uses | _A, sets | _A
    if on_carry:
        sets |= _C
    if form[-2:] == ",x" or form[-3:] == ",x)":
        uses |= _X
    elif form[-2:] == ",y":
        uses |= _Y
    return uses, sets, sets


def called(ops: Sequence[Op], find: Callable[[str], Called] = _unknown) -> Called:
    """What the routine of ``ops`` is to those that call it."""
    effects = _effects(ops, find)
    later = _used_later(Ways(ops), effects, find)
    uses, _, kills = effects[0]
    sets = 0
    for op, effect in zip(ops, effects, strict=True):
        sets |= find(op.symbols[0])[1] if _is_call(op) else effect[1]
    return (later[0] & ~kills | uses) & (_REGISTERS | _C), sets


def asked(ops: Sequence[Op], find: Callable[[str], Called]) -> Iterator[tuple[str, int]]:
    """The routines that ``ops`` call by name, each with what is used of what it leaves, and how it is
    called: :data:`SHORT` or :data:`LONG`."""
    later = _used_later(Ways(ops), _effects(ops, find), find)
    for op, used in zip(ops, later, strict=True):
        if _is_call(op):
            yield op.symbols[0], used & _ALL | (SHORT if op.name == "jsr" else LONG)


def liveness_of(ways: Ways, find: Callable[[str], Called] = _unknown) -> list[float]:
    """The figures of :data:`LIVENESS`; ``find`` tells of the routines that are called by their names."""
    count = dict.fromkeys(LIVENESS, 0)
    effects = _effects(ways.ops, find)
    _count_unused(ways.ops, effects, _used_later(ways, effects, find), count)
    _count_unset(effects, _unset_before(effects, ways.behind), count)
    count["dead_store"] = _dead_stores(ways.ops)
    return [float(count[name]) for name in LIVENESS]


def _used_later(ways: Ways, effects: Sequence[_Effects], find: Callable[[str], Called]) -> list[int]:
    """For each statement what is used behind it: by the text, and shifted, by the caller."""
    ops, behind, end = ways.ops, ways.behind, len(ways.ops)
    before, later = [0] * end, [0] * end
    kept = [~(kills | kills << _LEAVING) for _, _, kills in effects]
    changed = True
    while changed:
        changed = False
        for place in range(end - 1, -1, -1):
            found = 0
            for there in behind[place]:
                found |= before[there] if there < end else _outside(ops[place], find)
            later[place] = found
            found = found & kept[place] | effects[place][0]
            if found != before[place]:
                before[place], changed = found, ways.loops
    return later


def _outside(op: Op, find: Callable[[str], Called]) -> int:
    """What is used where the text is left: by the caller behind a return, by the code that is jumped to."""
    if op.name in JUMPS or op.name in BRANCHES:
        named = op.form == "e" and len(op.symbols) == 1
        return (find(op.symbols[0]) if named else UNKNOWN_CALL)[0] | (_REGISTERS | _C) << _LEAVING
    return (_REGISTERS | _C) << _LEAVING if op.name in RETURNS else _ALL


def _count_unused(
    ops: Sequence[Op], effects: Sequence[_Effects], later: Sequence[int], count: dict[str, int]
) -> None:
    for op, (_, sets, _), used in zip(ops, effects, later, strict=True):
        if op.kind != "instruction" or sets == _ALL or not sets & ~used:
            continue
        if sets & _F & used:  # for its flags alone, as before a branch
            continue
        if op.name in _COMPARES:
            count["dead_compare"] += not used & (_C | _F)
            continue
        if op.name in ("adc", "sbc") or op.name in _CHANGES:
            sets &= ~_C
        for bit, name in _NAMES:
            if sets & bit and not used & bit:
                count[("idle_" if used >> _LEAVING & bit else "dead_") + name] += 1


def _unset_before(effects: Sequence[_Effects], behind: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """For each statement what no way, and what not every way, from the beginning has set."""
    end = len(effects)
    found: list[tuple[int, int] | None] = [None] * end
    waiting = [(0, _ALL, _ALL)] if effects else []
    while waiting:
        place, none, some = waiting.pop()
        while place < end:
            known = found[place]
            if known is not None:
                none, some = none & known[0], some | known[1]
                if (none, some) == known:
                    break
            found[place] = none, some
            sets = effects[place][1]
            none, some = none & ~sets, some & ~sets
            first, *others = behind[place]
            waiting += [(other, none, some) for other in others]
            place = first
    return [state or (0, 0) for state in found]


def _count_unset(
    effects: Sequence[_Effects], unset: Sequence[tuple[int, int]], count: dict[str, int]
) -> None:
    for (uses, sets, _), (none, some) in zip(effects, unset, strict=True):
        if sets == _ALL or not uses & (none | some):
            continue
        count["half_set"] += (uses & some & ~none).bit_count()
        for bit, name in (*_NAMES, (_F, "f")):
            if uses & none & bit:
                count["entry_" + name] += 1


def _dead_stores(ops: Sequence[Op]) -> int:
    """Stores to a place that is stored to again, with no use of it and no branch or label in between."""
    stored: dict[str, str] = {}
    dead = 0
    for op in ops:
        if op.labels or op.kind != "instruction" or not op.form or op.name[0] in "bj":
            stored.clear()
        elif op.name in _STORES:
            dead += op.operand in stored
            stored[op.operand] = op.operand.partition(",")[0]
        elif stored:
            used = [place for place, name in stored.items() if name in op.operand]
            for place in used:
                del stored[place]
    return dead
