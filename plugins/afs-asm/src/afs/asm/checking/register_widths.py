"""The widths of A and of X and Y along the code, as far as the text alone tells, and the immediates that
do not go with them.

REP, SEP, XCE, PHP and PLP are followed along the code and its branches. Where ways meet, only what all of
them agree on is known; a label that anyone may reach makes all unknown. A call keeps the widths unless
its target, in the same text, sets them.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

from afs.asm.language.findings import WARNING, Finding

from .facts import Step
from .name_uses import times_used

if TYPE_CHECKING:
    from .context import Context

_ROUNDS: Final = 6
_BITS: Final = {"m": 0x20, "x": 0x10}
_INSTRUCTION = re.compile(r"(\w+)(?:\.\w)? #(\$?)([0-9A-Fa-f]+)\Z")


#: Bits of A and of the index registers, 0 unknown; and the lines that set them.
Widths = tuple[int, int, int, int]

_UNKNOWN: Final = (0, 0, 0, 0)


def _joined(one: Widths, other: Widths) -> Widths:
    """What both agree on."""
    m, x = one[0] if one[0] == other[0] else 0, one[1] if one[1] == other[1] else 0
    return m, x, one[2] if m else 0, one[3] if x else 0


def _changed(widths: Widths, bits: int, width: int, line: int) -> Widths:
    """The widths after REP or SEP of `bits`, -1 unknown."""
    if bits < 0:
        return _UNKNOWN
    m, x, m_line, x_line = widths
    if bits & 0x20:
        m, m_line = width, line
    if bits & 0x10:
        x, x_line = width, line
    return m, x, m_line, x_line


def width_findings(context: Context) -> list[Finding]:
    """The immediates whose width is not that of their register."""
    for _, step, _, _ in context.flow:
        if step and step.kind in _BITS:
            return _Tracker(context).findings()
    return []


class _Tracker:
    def __init__(self, context: Context) -> None:
        self.flow = context.flow
        self.entries: dict[str, Widths] = {}
        #: Labels that only branches of this text reach.
        self.inner = self._inner(context)

    def findings(self) -> list[Finding]:
        for _ in range(_ROUNDS):
            before = dict(self.entries)
            found = self._pass()
            if self.entries == before:
                return found
        return []  # it does not settle: nothing is certain

    def _inner(self, context: Context) -> set[str]:
        """Sub-labels and nearby labels that are used by branches and jumps alone."""
        names = {targets[0] for _, _, targets, inner in self.flow if inner}
        if not names:
            return names
        jumped = Counter(
            [
                name
                for _, step, targets, _ in self.flow
                if targets and step and step.kind in ("go", "end")
                for name in targets
            ]
        )
        used = times_used(context)
        return {name for name in names if 0 < used[name] <= jumped[name]}

    @cached_property
    def setters(self) -> set[str]:
        """Routines in which a width is set and no PHP keeps the old ones."""
        setters: set[str] = set()
        name, sets, keeps = "", False, False
        for _, step, targets, _ in self.flow:
            if step:
                sets = sets or step.kind in ("rep", "sep", "plp", "lost")
                keeps = keeps or step.kind == "php"
            elif targets[0] not in self.inner:
                if sets and not keeps:
                    setters.add(name)
                name, sets, keeps = targets[0], False, False
        if sets and not keeps:
            setters.add(name)
        return setters

    def _pass(self) -> list[Finding]:
        found: list[Finding] = []
        state: Widths | None = _UNKNOWN  # None: not reached
        saved: list[Widths] = []
        carry = ""
        for line, step, targets, _ in self.flow:
            if step is None:
                if targets[0] in self.inner:
                    state = self._at_label(targets[0], state)
                else:
                    state, saved = _UNKNOWN, []
                continue
            kind = step.kind
            if kind in _BITS:
                if state is not None and state is not _UNKNOWN:
                    found += _immediate(line, step, state)
            elif kind == "php":
                saved.append(state or _UNKNOWN)
            elif kind == "plp":
                state = saved.pop() if saved else _UNKNOWN
            elif kind == "xce":
                state = (8, 8, line, line) if carry == "sec" else state
            else:
                state = self._after(line, step, targets, state or _UNKNOWN)
            carry = kind
        return found

    def _at_label(self, name: str, state: Widths | None) -> Widths:
        entry = self.entries.get(name)
        if state is None:
            return entry or _UNKNOWN
        return state if entry is None else _joined(state, entry)

    def _after(self, line: int, step: Step, targets: tuple[str, ...], state: Widths) -> Widths | None:
        if step.kind in ("rep", "sep"):
            return _changed(state, step.value, 16 if step.kind == "rep" else 8, line)
        if step.kind in ("go", "end"):
            for name in targets[:1]:
                if name in self.inner:
                    known = self.entries.get(name)
                    self.entries[name] = state if known is None else _joined(known, state)
            return None if step.kind == "end" else state
        if step.kind == "call" and not self.setters.isdisjoint(targets):
            return _UNKNOWN
        return _UNKNOWN if step.kind == "lost" else state


def _immediate(line: int, step: Step, state: Widths) -> list[Finding]:
    which = step.kind == "x"
    bits, set_at = state[which], state[2 + which]
    if not bits or bits == 8 * step.value:
        return []
    register = "A is" if step.kind == "m" else "X and Y are"
    reason = f"{register} {bits} bits here (line {set_at}), the immediate has {8 * step.value}"
    fix = _fitted(step.name, bits)
    return [Finding(line, step.at + 1, WARNING, "register-width", reason, fix)]


def _fitted(text: str, bits: int) -> str:
    """The instruction with its number in `bits` bits, if it fits."""
    match = _INSTRUCTION.match(text)
    if not match:
        return ""
    value = int(match[3], 16 if match[2] else 10) if match[2] or match[3].isdigit() else -1
    if not 0 <= value < 1 << bits:
        return ""
    return f"{match[1]}.{'b' if bits == 8 else 'w'} #${value:0{bits // 4}X}"
