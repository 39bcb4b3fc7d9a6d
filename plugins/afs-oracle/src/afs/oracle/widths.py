"""The widths of A and of X and Y: what a routine takes for granted, and how it leaves them.

Nothing is said where it is not sure: behind macros and calls of unknown routines, where ways meet
with different widths, and in code that is assembled under a condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from afs.asm import Placed, Routine

__all__ = ["KEPT", "State", "Widths"]

KEPT: Final = "kept"
_UNKNOWN: Final = ""
_BITS = {"m": 0x20, "x": 0x10}
_IMMEDIATE_M = frozenset(["lda", "adc", "sbc", "and", "ora", "eor", "cmp", "bit"])
_IMMEDIATE_X = frozenset(["ldx", "ldy", "cpx", "cpy"])
_BRANCHES = frozenset(["bcc", "bcs", "beq", "bmi", "bne", "bpl", "bvc", "bvs"])
_LEAVES = frozenset(["rts", "rtl"])
_PUSHED = {
    "pha": "m",
    "phx": "x",
    "phy": "x",
    "phb": "1",
    "phk": "1",
    "phd": "2",
    "pea": "2",
    "pei": "2",
    "per": "2",
}
_PULLED = {"pla": "m", "plx": "x", "ply": "x", "plb": "1", "pld": "2"}
_DIGITS = re.compile(r"#\$([0-9A-Fa-f]+)")
_NUMBER = re.compile(r"#\$([0-9A-Fa-f]{1,4})\Z")
_MOST_STEPS = 20_000
_DEEPEST = 40


class State(NamedTuple):
    """Widths: ``8``, ``16``, ``kept`` (as on entry) or empty (not known); and what lies on the stack."""

    m: str
    x: str
    stack: tuple[tuple[str, str, str], ...] | None = ()

    def meet(self, other: State) -> State:
        return State(
            self.m if self.m == other.m else _UNKNOWN,
            self.x if self.x == other.x else _UNKNOWN,
            self.stack if self.stack == other.stack else None,
        )


class Flow(NamedTuple):
    """``needs`` are the widths that immediates show before anything changed them; ``leaves`` those at
    every return."""

    needs: State
    leaves: State


_NOTHING = Flow(State("", ""), State("", ""))


class Widths:
    """The flow of each routine, by name; ``resolve`` gives the routine that a name means."""

    def __init__(self, routines: Mapping[str, Routine], resolve: Callable[[str, Routine], str]) -> None:
        self._routines, self._resolve = routines, resolve
        self._known: dict[str, Flow] = {}
        self._open: list[str] = []

    def of(self, name: str) -> Flow:
        if name not in self._known:
            if name in self._open or len(self._open) > _DEEPEST or name not in self._routines:
                return _NOTHING
            self._open.append(name)
            self._known[name] = _Walk(self._routines[name], self._after_call).flow()
            self._open.pop()
        return self._known[name]

    def _after_call(self, target: str, routine: Routine, state: State) -> State:
        leaves = self.of(self._resolve(target, routine)).leaves
        return State(
            state.m if leaves.m == KEPT else leaves.m,
            state.x if leaves.x == KEPT else leaves.x,
            state.stack,
        )


class _Walk:
    """Follows every way through one routine."""

    def __init__(self, routine: Routine, after_call: Callable[[str, Routine, State], State]) -> None:
        self._routine, self._after_call = routine, after_call
        self._body = routine.body
        self._labels = _labels(self._body)
        self._needs: dict[str, set[str]] = {"m": set(), "x": set()}
        self._exits: list[State] = []
        self._work: list[tuple[int, State]] = []

    def flow(self) -> Flow:
        if self._labels is None or _is_conditional(self._body):
            return _NOTHING
        seen: dict[int, State] = {}
        self._work = [(0, State(KEPT, KEPT))]
        for _ in range(_MOST_STEPS):
            if not self._work:
                return Flow(State(self._need("m"), self._need("x")), self._left())
            at, state = self._work.pop()
            known = seen.get(at)
            met = state if known is None else known.meet(state)
            if met != known:
                seen[at] = met
                self._step(at, met)
        return _NOTHING

    def _need(self, flag: str) -> str:
        needs = self._needs[flag]
        return next(iter(needs)) if len(needs) == 1 else _UNKNOWN

    def _left(self) -> State:
        if not self._exits:
            return State(_UNKNOWN, _UNKNOWN)
        first, *others = self._exits
        for other in others:
            first = first.meet(other)
        return first

    def _step(self, at: int, state: State) -> None:
        if at >= len(self._body):
            self._exits.append(State(_UNKNOWN, _UNKNOWN))  # goes on in what follows
            return
        statement = self._body[at].statement
        if statement.kind == "macro-call":
            self._work.append((at + 1, State(_UNKNOWN, _UNKNOWN, None)))
        elif statement.kind == "data":
            self._exits.append(State(_UNKNOWN, _UNKNOWN))  # read by what was called, or never reached
        elif statement.kind != "instruction":
            self._work.append((at + 1, state))
        else:
            self._instruction(at, statement.name, statement.suffix, statement.operand, state)

    def _instruction(self, at: int, name: str, suffix: str, operand: str, state: State) -> None:
        if name in _LEAVES:
            self._exits.append(state)
        elif name in ("rti", "stp"):
            return
        elif name in ("jmp", "jml", "bra", "brl"):
            self._jump(at, operand, state)
        elif name in _BRANCHES:
            self._jump(at, operand, state)
            self._work.append((at + 1, state))
        else:
            self._work.append((at + 1, self._changed(name, suffix, operand, state)))

    def _jump(self, at: int, operand: str, state: State) -> None:
        assert self._labels is not None
        target = _target(self._labels, operand, at)
        if target is None:
            self._exits.append(State(_UNKNOWN, _UNKNOWN))
        else:
            self._work.append((target, state))

    def _changed(self, name: str, suffix: str, operand: str, state: State) -> State:
        if name in ("rep", "sep"):
            return _flags_set(name, operand, state)
        if name == "php":
            return state._replace(stack=_pushed(state.stack, ("p", state.m, state.x)))
        if name == "plp":
            top = state.stack[-1] if state.stack else None
            if top is None or top[0] != "p":
                return State(_UNKNOWN, _UNKNOWN, None)
            return State(top[1], top[2], state.stack[:-1] if state.stack else None)
        if name in ("xce", "txs", "tcs"):
            return State(_UNKNOWN, _UNKNOWN, None) if name == "xce" else state._replace(stack=None)
        if name in ("jsr", "jsl"):
            return self._after_call(operand, self._routine, state)
        if name in _PUSHED or name in _PULLED:
            return state._replace(stack=_moved(name, state))
        if operand[:1] == "#":
            self._note(name, suffix, operand, state)
        return state

    def _note(self, name: str, suffix: str, operand: str, state: State) -> None:
        flag = "m" if name in _IMMEDIATE_M else "x" if name in _IMMEDIATE_X else ""
        if not flag or getattr(state, flag) != KEPT:
            return
        match = _DIGITS.fullmatch(operand)
        written = {"b": "8", "w": "16"}.get(suffix, "")
        digits = {1: "8", 2: "8", 3: "16", 4: "16"}.get(len(match[1]), "") if match and not suffix else ""
        if width := written or digits:
            self._needs[flag].add(width)


def _flags_set(name: str, operand: str, state: State) -> State:
    match = _NUMBER.match(operand)
    if not match:
        return State(_UNKNOWN, _UNKNOWN, state.stack)
    value, width = int(match[1], 16), "16" if name == "rep" else "8"
    m = width if value & _BITS["m"] else state.m
    return State(m, width if value & _BITS["x"] else state.x, state.stack)


def _pushed(
    stack: tuple[tuple[str, str, str], ...] | None, item: tuple[str, str, str]
) -> tuple[tuple[str, str, str], ...] | None:
    return None if stack is None or len(stack) > 32 else (*stack, item)


def _moved(name: str, state: State) -> tuple[tuple[str, str, str], ...] | None:
    """The stack after a push or pull; unknown where sizes do not match."""
    kind = _PUSHED.get(name) or _PULLED[name]
    size = {"m": state.m, "x": state.x}.get(kind, kind)
    if name in _PUSHED:
        return _pushed(state.stack, ("s", size, "")) if size else None
    if not state.stack or state.stack[-1] != ("s", size, ""):
        return None
    return state.stack[:-1]


def _is_conditional(body: Sequence[Placed]) -> bool:
    """Whether the assembler may leave out a part that sets widths."""
    names = {p.statement.name for p in body}
    choice = {"if", "while", "for", "rep", "else", "elseif", "endif"}
    held = {p.statement.name for p in body if p.statement.kind == "directive"} & choice
    return bool(held) and bool(names & {"rep", "sep", "plp", "php", "xce"})


def _labels(body: Sequence[Placed]) -> dict[str, list[int]] | None:
    """Where each label stands, by how it is written; None where a name means two places."""
    found: dict[str, list[int]] = {}
    for at, placed in enumerate(body):
        for label in placed.statement.labels:
            places = found.setdefault(label.name, [])
            if places and label.kind not in ("plus", "minus"):
                return None
            places.append(at)
    return found


def _target(labels: Mapping[str, Sequence[int]], operand: str, at: int) -> int | None:
    places = labels.get(operand, ())
    if operand[:1] == "+":
        return next((place for place in places if place > at), None)
    if operand[:1] == "-":
        return next((place for place in reversed(places) if place <= at), None)
    return places[0] if places else None
