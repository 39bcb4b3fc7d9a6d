"""What does not go together along the statements of a routine: the stack, the carry, widths, flags, labels.

All is read from the text alone, from top to bottom; each figure counts places that are unusual in code
that somebody wrote and ran.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from afs.asm.sources.outline import ENDS
from afs.discriminator.asm_line import BRANCHES, Op
from afs.discriminator.words import words

__all__ = ["FLOW", "flow_of"]

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
_TRANSFERS: Final = frozenset(words("tdc txa tya"))
_ALL: Final = frozenset("axy")
#: What takes a place in code for its operand.
_LEADS: Final = BRANCHES | frozenset(words("jmp jml jsr jsl bra brl pea per"))

#: The figures, in the order of :func:`flow_of`.
FLOW: Final = words(
    """instructions faulty unknown ends unreachable returns mixed_returns mixed_calls underflow unbalanced
    wrong_pull left_pushed no_carry wrong_carry idle_carry idle_compare branch_without_flags twice_loaded
    stored_twice reloaded stored_unset unset_x unset_y wrong_width open_widths idle_width left_wide
    undefined_labels unused_labels repeated_ops longest_repeat suffix_misfit labels directives global_branch
    mixed_sizes first_is_label leading_zero to_rom short_label data_of_label rts rtl"""
)


class _Flow:
    def __init__(self) -> None:
        self.count = dict.fromkeys((*FLOW, "rti", "jsr", "jsl"), 0)
        self.stack: list[str] = []
        self.before: Op | None = None
        self.second: Op | None = None
        self.widths = {"m": 0, "x": 0}
        self.changed = {"m": 0, "x": 0}
        self.open: dict[str, set[int]] = {"m": set(), "x": set()}
        self.set: set[str] = set()
        self.sizes: dict[str, set[str]] = {}
        self.defined: set[str] = set()
        self.used: set[str] = set()
        self.waiting: list[str] = []
        self.code: set[str] = set()
        self.read: set[str] = set()
        self.run = 0
        self.ended = False

    def take(self, op: Op) -> None:
        if op.labels:
            for label in op.labels:
                self._label(label)
            self.waiting += op.labels
        if self.waiting and op.kind != "label":
            if op.kind == "instruction":
                self.code.update(self.waiting)
            self.waiting.clear()
        for mark in op.marks:
            self.count[mark] += 1
        if op.kind == "instruction":
            self._instruction(op)
        elif op.kind == "unknown":
            self.before = None
        elif op.kind != "label":
            self.count["directives"] += 1
            self.before, self.ended = None, False
            if op.kind == "macro-call":
                self.set |= _ALL

    def _label(self, name: str) -> None:
        self.count["labels"] += 1
        self.defined.add(name)
        self.ended, self.before, self.second = False, None, None
        self.set.add("a")

    def _instruction(self, op: Op) -> None:
        count, name = self.count, op.name
        count["instructions"] += 1
        if self.ended:
            count["unreachable"] += 1
        if self.before is not None:
            self._beside(op, self.before)
        else:
            self.run = 0
        role = _ROLES.get(name)
        if role is not None:
            role(self, op)
        form, symbols = op.form, op.symbols
        if form[-2:] in (",x", ",y") and form[-1] not in self.set:
            count["unset_" + form[-1]] += 1
        if form == "#e" and op.size and name in _SIZED:
            self._immediate(op)
        if symbols:
            self.used.update(symbols)
            if form != "#e" and name not in _LEADS:
                self.read.update(symbols)
            if len(symbols) == 1:
                self.sizes.setdefault(symbols[0], set()).add(op.suffix)
        self.ended = name in ENDS
        self.second, self.before = self.before, op

    def _beside(self, op: Op, before: Op) -> None:
        """What does not go with the instruction before."""
        count, name, last = self.count, op.name, before.name
        if op.operand == before.operand:
            if op.shape == before.shape:
                self.run += 1
                count["repeated_ops"] += 1
                count["longest_repeat"] = max(count["longest_repeat"], self.run)
            if op.operand:
                if name == last and name in _STORES:
                    count["stored_twice"] += 1
                elif name[:2] == "ld" and last[:2] == "st":
                    count["reloaded"] += 1
        else:
            self.run = 0
        if name in BRANCHES:
            if last in _KEEP_FLAGS:
                count["branch_without_flags"] += 1
        elif last in _COMPARES:
            count["idle_compare"] += 1
        if name in _LEAVE_CARRY and last in ("clc", "sec"):
            count["idle_carry"] += 1

    def push(self, op: Op) -> None:
        self.stack.append(_PUSHES[op.name])

    def pull(self, op: Op) -> None:
        if not self.stack:
            self.count["underflow"] += 1
        elif self.stack.pop() != _PULLS[op.name]:
            self.count["wrong_pull"] += 1
        if op.name == "plp":
            self.widths, self.changed = {"m": 0, "x": 0}, {"m": 0, "x": 0}
        self.load(op)

    def back(self, op: Op) -> None:
        """A return."""
        self.count["returns"] += 1
        self.count[op.name] += 1
        self.count["unbalanced"] += bool(self.stack)
        self.count["left_wide"] += sum(map(bool, self.changed.values()))

    def call(self, op: Op) -> None:
        self.count[op.name] += 1
        self.set |= _ALL

    def add(self, op: Op) -> None:
        """An addition or subtraction, which takes the carry in."""
        last = self.before.name if self.before is not None else ""
        second = self.second.name if self.second is not None else ""
        self.count["no_carry"] += last not in _SETS_CARRY and second not in _SETS_CARRY
        self.count["wrong_carry"] += last == ("sec" if op.name == "adc" else "clc")

    def load(self, op: Op) -> None:
        target = _LOADS.get(op.name)
        if target is None:
            return
        before = self.before
        if before is not None and _LOADS.get(before.name) == target and op.name not in _TRANSFERS:
            self.count["twice_loaded"] += 1
        self.set.add(target)

    def store(self, op: Op) -> None:
        self.count["stored_unset"] += _STORES[op.name] not in self.set

    def switch(self, op: Op) -> None:
        """A change of widths."""
        if op.name == "xce":
            self.widths, self.changed = {"m": 0, "x": 0}, {"m": 0, "x": 0}
            return
        size = 2 if op.name == "rep" else 1
        for flag, bit in _BITS.items():
            if op.value >= 0 and op.value & bit:
                self.count["idle_width"] += self.widths[flag] == size
                opened = self.changed[flag]
                self.widths[flag] = size
                self.changed[flag] = size if not opened else 0 if opened != size else opened

    def _immediate(self, op: Op) -> None:
        flag = _SIZED[op.name]
        known = self.widths[flag]
        if not known:
            self.open[flag].add(op.size)
        elif known != op.size:
            self.count["wrong_width"] += 1

    def finish(self) -> None:
        count = self.count
        count["ends"] = self.ended
        count["left_pushed"] = len(self.stack)
        count["mixed_returns"] = min(count["rts"], count["rtl"])
        count["mixed_calls"] = min(count["jsr"], count["jsl"])
        count["open_widths"] = sum(len(sizes) > 1 for sizes in self.open.values())
        count["undefined_labels"] = sum(name[0] in ".+-" for name in self.used - self.defined)
        count["data_of_label"] = sum(name in self.code for name in self.read)
        count["unused_labels"] = sum(name[0] in ".+-" for name in self.defined - self.used)
        count["mixed_sizes"] = sum(len(sizes) > 1 for sizes in self.sizes.values())


_ROLES: Final[dict[str, Callable[[_Flow, Op], None]]] = {
    **dict.fromkeys(_LOADS, _Flow.load),
    **dict.fromkeys(_PUSHES, _Flow.push),
    **dict.fromkeys(_PULLS, _Flow.pull),
    **dict.fromkeys(_STORES, _Flow.store),
    **dict.fromkeys(("rts", "rtl", "rti"), _Flow.back),
    **dict.fromkeys(("jsr", "jsl"), _Flow.call),
    **dict.fromkeys(("adc", "sbc"), _Flow.add),
    **dict.fromkeys(("rep", "sep", "xce"), _Flow.switch),
}


def flow_of(ops: Sequence[Op]) -> list[float]:
    """The figures of :data:`FLOW`."""
    flow = _Flow()
    for op in ops:
        flow.take(op)
    flow.finish()
    flow.count["first_is_label"] = bool(ops and ops[0].labels)
    return [float(flow.count[name]) for name in FLOW]
