"""What does not go together along the statements of a routine: the stack, the carry, widths, flags, labels.

All is read from the text alone, from top to bottom; each figure counts places that are unusual in code
that somebody wrote and ran.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from afs.asm.outline import ENDS
from afs.discriminator.asm_line import Op
from afs.discriminator.words import words

__all__ = ["FLOW", "flow_of"]

_BRANCHES: Final = frozenset(("bcc", "bcs", "beq", "bmi", "bne", "bpl", "bvc", "bvs"))
_COMPARES: Final = frozenset(("cmp", "cpx", "cpy", "bit"))
_KEEP_FLAGS: Final = frozenset(("sta", "stx", "sty", "stz", "pha", "phx", "phy", "php", "phb", "phk", "phd"))
_SETS_CARRY: Final = frozenset(
    words("clc sec cmp cpx cpy asl lsr rol ror adc sbc plp bcc bcs rep sep xce jsr jsl")
)
_LEAVE_CARRY: Final = frozenset(words("lda ldx ldy sta stx sty clc sec beq bne cmp cpx cpy inc dec"))
_PUSHES: Final = {"pha": "a", "phx": "x", "phy": "y", "php": "p", "phb": "b", "phk": "b", "phd": "d"}
_PULLS: Final = {"pla": "a", "plx": "x", "ply": "y", "plp": "p", "plb": "b", "pld": "d"}
_LOADS: Final = {
    **dict.fromkeys(("lda", "pla", "txa", "tya", "tdc", "tsc"), "a"),
    **dict.fromkeys(("ldx", "plx", "tax", "tsx", "tyx"), "x"),
    **dict.fromkeys(("ldy", "ply", "tay", "txy"), "y"),
}
_STORES: Final = {"sta": "a", "stx": "x", "sty": "y"}
_SIZED: Final = {
    **dict.fromkeys(("adc", "and", "bit", "cmp", "eor", "lda", "ora", "sbc"), "m"),
    **dict.fromkeys(("cpx", "cpy", "ldx", "ldy"), "x"),
}
_BITS: Final = {"m": 0x20, "x": 0x10}

#: The figures, in the order of :func:`flow_of`.
FLOW: Final = words(
    """instructions faulty unknown ends unreachable returns mixed_returns mixed_calls underflow unbalanced
    wrong_pull left_pushed no_carry wrong_carry idle_carry idle_compare branch_without_flags twice_loaded
    stored_twice reloaded stored_unset unset_x unset_y wrong_width open_widths idle_width left_wide
    undefined_labels unused_labels repeated_ops longest_repeat suffix_misfit labels directives global_branch
    mixed_sizes first_is_label leading_zero to_rom"""
)


class _Flow:
    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.stack: list[str] = []
        self.before: Op | None = None
        self.second: Op | None = None
        self.widths: dict[str, int] = {"m": 0, "x": 0}
        self.changed: dict[str, int] = {"m": 0, "x": 0}
        self.open: dict[str, set[int]] = {"m": set(), "x": set()}
        self.set: set[str] = set()
        self.sizes: dict[str, set[str]] = {}
        self.defined: set[str] = set()
        self.used: Counter[str] = Counter()
        self.run = self.longest = 0
        self.ended = False

    def take(self, op: Op) -> None:
        for label in op.labels:
            self._label(label)
        if op.kind == "instruction":
            self._instruction(op)
        elif op.kind == "unknown":
            self.count["unknown"] += 1
            self.before = None
        elif op.kind != "label":
            self.count["directives"] += 1
            self.set |= {"a", "x", "y"} if op.kind == "macro-call" else set()
            self.before, self.ended = None, False

    def _label(self, name: str) -> None:
        self.count["labels"] += 1
        self.defined.add(name)
        self.ended, self.before, self.second = False, None, None
        self.set |= {"a"}

    def _instruction(self, op: Op) -> None:
        count, before = self.count, self.before
        count["instructions"] += 1
        count["faulty"] += op.faulty
        count["unreachable"] += self.ended
        self._repeat(op)
        self._stack(op)
        self._carry(op)
        self._registers(op)
        self._sizes(op)
        if before is not None:
            count["idle_compare"] += before.name in _COMPARES and op.name not in _BRANCHES
            count["branch_without_flags"] += op.name in _BRANCHES and before.name in _KEEP_FLAGS
            same = bool(op.operand) and op.operand == before.operand
            count["stored_twice"] += same and op.name == before.name and op.name in _STORES
            count["reloaded"] += same and op.name[:2] == "ld" and before.name[:2] == "st"
        for name in op.symbols:
            self.used[name] += 1
            count["global_branch"] += op.name in _BRANCHES and name[0] not in ".+-?"
        self.ended = op.name in ENDS
        self.second, self.before = before, op

    def _repeat(self, op: Op) -> None:
        before = self.before
        same = before is not None and before.shape == op.shape and before.operand == op.operand
        self.run = self.run + 1 if same else 0
        self.longest = max(self.longest, self.run)
        self.count["repeated_ops"] += same

    def _stack(self, op: Op) -> None:
        count = self.count
        if op.name in _PUSHES:
            self.stack.append(_PUSHES[op.name])
        elif op.name in _PULLS:
            if not self.stack:
                count["underflow"] += 1
            elif self.stack.pop() != _PULLS[op.name]:
                count["wrong_pull"] += 1
        elif op.name in ("rts", "rtl", "rti"):
            count["returns"] += 1
            count[op.name] += 1
            count["unbalanced"] += bool(self.stack)
            count["left_wide"] += sum(bool(value) for value in self.changed.values())
        elif op.name in ("jsr", "jsl"):
            count[op.name] += 1

    def _carry(self, op: Op) -> None:
        count = self.count
        names = [past.name for past in (self.before, self.second) if past is not None]
        if op.name in ("adc", "sbc"):
            count["no_carry"] += not any(name in _SETS_CARRY for name in names)
            count["wrong_carry"] += names[:1] == ["sec" if op.name == "adc" else "clc"]
        count["idle_carry"] += names[:1] in (["clc"], ["sec"]) and op.name in _LEAVE_CARRY

    def _registers(self, op: Op) -> None:
        count, before = self.count, self.before
        target = _LOADS.get(op.name)
        if target and before is not None and _LOADS.get(before.name) == target:
            count["twice_loaded"] += op.name not in _transfers(target)
        if op.name in _STORES:
            count["stored_unset"] += _STORES[op.name] not in self.set
        count["unset_x"] += ",x" in op.form and "x" not in self.set
        count["unset_y"] += ",y" in op.form and "y" not in self.set
        if target:
            self.set.add(target)
        elif op.name in ("jsr", "jsl"):
            self.set |= {"a", "x", "y"}

    def _sizes(self, op: Op) -> None:
        count = self.count
        if op.name in ("rep", "sep"):
            self._set_widths(op)
        elif op.name in ("plp", "xce"):
            self.widths, self.changed = {"m": 0, "x": 0}, {"m": 0, "x": 0}
        elif op.form == "#e" and op.name in _SIZED and op.size:
            flag = _SIZED[op.name]
            known = self.widths[flag]
            count["wrong_width"] += bool(known) and known != op.size
            if not known:
                self.open[flag].add(op.size)
        stated = {"b": 1, "w": 2, "l": 3}.get(op.suffix, 0)
        written = (op.digits + 1) // 2
        count["suffix_misfit"] += bool(stated and written and stated != written)
        count["leading_zero"] += op.digits > 2 and op.value < 1 << 4 * (op.digits - 2)
        count["to_rom"] += op.name in ("sta", "stx", "sty", "stz", "inc", "dec") and _in_rom(op)
        if len(op.symbols) == 1:
            self.sizes.setdefault(op.symbols[0], set()).add(op.suffix)

    def _set_widths(self, op: Op) -> None:
        size = 2 if op.name == "rep" else 1
        for flag, bit in _BITS.items():
            if op.value >= 0 and op.value & bit:
                self.count["idle_width"] += self.widths[flag] == size
                opened = self.changed[flag]
                self.widths[flag] = size
                self.changed[flag] = size if not opened else 0 if opened != size else opened

    def finish(self) -> None:
        count = self.count
        count["ends"] = self.ended
        count["left_pushed"] = len(self.stack)
        count["mixed_returns"] = min(count["rts"], count["rtl"])
        count["mixed_calls"] = min(count["jsr"], count["jsl"])
        count["open_widths"] = sum(len(sizes) > 1 for sizes in self.open.values())
        local = [name for name in self.used if name[0] in ".+-"]
        count["undefined_labels"] = sum(name not in self.defined for name in local)
        count["unused_labels"] = sum(name[0] in ".+-" and name not in self.used for name in self.defined)
        count["longest_repeat"] = self.longest
        count["mixed_sizes"] = sum(len(sizes) > 1 for sizes in self.sizes.values())


def _transfers(target: str) -> tuple[str, ...]:
    return {"a": ("tdc",), "x": ("txa",), "y": ("tya",)}[target]


def _in_rom(op: Op) -> bool:
    if op.digits == 4:
        return op.value >= 0x8000
    return op.digits == 6 and op.value >> 16 & 0x7F < 0x70 and op.value & 0x8000 > 0


def flow_of(ops: Sequence[Op]) -> list[float]:
    """The figures of :data:`FLOW`."""
    flow = _Flow()
    for op in ops:
        flow.take(op)
    flow.finish()
    flow.count["first_is_label"] = bool(ops and ops[0].labels)
    return [float(flow.count[name]) for name in FLOW]


def references(ops: Iterable[Op]) -> list[str]:
    """The names of other places that are used, each once."""
    own = {label for op in ops for label in op.labels}
    return [
        name
        for name in dict.fromkeys(n for op in ops for n in op.symbols)
        if name[0] not in ".+-?" and name not in own
    ]
