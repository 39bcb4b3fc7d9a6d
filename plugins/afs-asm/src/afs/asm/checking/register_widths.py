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

import msgspec

from afs.asm.language.findings import WARNING, Finding

if TYPE_CHECKING:
    from .context import Context, Flow

_ROUNDS: Final = 6
_BITS: Final = {"m": 0x20, "x": 0x10}
_INSTRUCTION = re.compile(r"(\w+)(?:\.\w)? #(\$?)([0-9A-Fa-f]+)\Z")


class Widths(msgspec.Struct, frozen=True, gc=False):
    """Bits of A and of the index registers, 0 unknown; and the lines that set them."""

    m: int = 0
    x: int = 0
    m_line: int = 0
    x_line: int = 0

    def joined(self, other: Widths) -> Widths:
        """What both agree on."""
        m, x = self.m if self.m == other.m else 0, self.x if self.x == other.x else 0
        return Widths(m, x, self.m_line if m else 0, self.x_line if x else 0)

    def changed(self, bits: int, width: int, line: int) -> Widths:
        if bits < 0:
            return Widths()
        m, m_line = (width, line) if bits & 0x20 else (self.m, self.m_line)
        x, x_line = (width, line) if bits & 0x10 else (self.x, self.x_line)
        return Widths(m, x, m_line, x_line)


_UNKNOWN: Final = Widths()


def width_findings(context: Context) -> list[Finding]:
    """The immediates whose width is not that of their register."""
    if not any(flow.step and flow.step.kind in _BITS for flow in context.flow):
        return []
    return _Tracker(context).findings()


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
        names = {flow.targets[0] for flow in self.flow if flow.step is None and len(flow.targets) == 2}
        if not names:
            return names
        jumps = (flow for flow in self.flow if flow.step and flow.step.kind in ("go", "end"))
        jumped = Counter(name for flow in jumps for name in flow.targets)
        uses = context.uses()
        return {name for name in names if 0 < uses[name] <= jumped[name]}

    @cached_property
    def setters(self) -> set[str]:
        """Routines in which a width is set and no PHP keeps the old ones."""
        setters: set[str] = set()
        name, sets, keeps = "", False, False
        for flow in [*self.flow, None]:
            if flow is None or (flow.step is None and flow.targets[0] not in self.inner):
                if sets and not keeps:
                    setters.add(name)
                name, sets, keeps = flow.targets[0] if flow else "", False, False
            elif flow.step:
                sets = sets or flow.step.kind in ("rep", "sep", "plp", "lost")
                keeps = keeps or flow.step.kind == "php"
        return setters

    def _pass(self) -> list[Finding]:
        found: list[Finding] = []
        state: Widths | None = _UNKNOWN  # None: not reached
        saved: list[Widths] = []
        carry = ""
        for flow in self.flow:
            if flow.step is None:
                state = self._at_label(flow.targets[0], state)
                saved = saved if flow.targets[0] in self.inner else []
                continue
            kind = flow.step.kind
            if kind in ("m", "x"):
                found += self._immediate(flow, state or _UNKNOWN)
            elif kind == "php":
                saved.append(state or _UNKNOWN)
            elif kind == "plp":
                state = saved.pop() if saved else _UNKNOWN
            elif kind == "xce":
                state = Widths(8, 8, flow.line, flow.line) if carry == "sec" else state
            else:
                state = self._after(flow, state or _UNKNOWN)
            carry = kind
        return found

    def _at_label(self, name: str, state: Widths | None) -> Widths:
        if name not in self.inner:
            return _UNKNOWN
        entry = self.entries.get(name)
        if state is None:
            return entry or _UNKNOWN
        return state if entry is None else state.joined(entry)

    def _after(self, flow: Flow, state: Widths) -> Widths | None:
        step = flow.step
        assert step
        if step.kind in ("rep", "sep"):
            return state.changed(step.value, 16 if step.kind == "rep" else 8, flow.line)
        if step.kind in ("go", "end"):
            for name in flow.targets[:1]:
                if name in self.inner:
                    known = self.entries.get(name)
                    self.entries[name] = state if known is None else known.joined(state)
            return None if step.kind == "end" else state
        if step.kind == "call" and not self.setters.isdisjoint(flow.targets):
            return _UNKNOWN
        return _UNKNOWN if step.kind == "lost" else state

    def _immediate(self, flow: Flow, state: Widths) -> list[Finding]:
        step = flow.step
        assert step
        bits, line = (state.m, state.m_line) if step.kind == "m" else (state.x, state.x_line)
        if not bits or bits == 8 * step.value:
            return []
        register = "A is" if step.kind == "m" else "X and Y are"
        reason = f"{register} {bits} bits here (line {line}), the immediate has {8 * step.value}"
        fix = _fitted(step.name, bits)
        return [Finding(flow.line, step.at + 1, WARNING, "register-width", reason, fix)]


def _fitted(text: str, bits: int) -> str:
    """The instruction with its number in `bits` bits, if it fits."""
    match = _INSTRUCTION.match(text)
    if not match:
        return ""
    value = int(match[3], 16 if match[2] else 10) if match[2] or match[3].isdigit() else -1
    if not 0 <= value < 1 << bits:
        return ""
    return f"{match[1]}.{'b' if bits == 8 else 'w'} #${value:0{bits // 4}X}"
