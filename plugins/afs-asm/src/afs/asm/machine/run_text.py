"""The text of a run as one function: its lines, where it leaves, its flags and what it loads and stores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import indent
from typing import TYPE_CHECKING, Final, NamedTuple

from .composition import FLAGS

if TYPE_CHECKING:
    from .runs import Step

__all__ = ["HIGH", "LOW", "WHOLE", "RunText", "State", "Way", "plus", "word"]

#: A in one where M is clear, in two where it is set.
WHOLE, HIGH, LOW = "a = high | a", "high = a & 0xFF00", "a = a & 0xFF"
_SPLITS: Final = frozenset((WHOLE, HIGH, LOW))


class Way(NamedTuple):
    """How code is run. ``watched``: S is compared with its limits, and a trace kept; ``fenced``: pages may
    have fences."""

    watched: bool
    fenced: bool


class State(NamedTuple):
    """What a run is compiled for: the flags M and X, the registers D and DBR; ``constant``: nobody can change
    its bytes."""

    m: bool
    x: bool
    d: int
    dbr: int
    constant: bool


class RunText:
    """Written line by line; ``number`` and ``step`` say which instruction the lines are of."""

    def __init__(self, steps: tuple[Step, ...], state: State, way: Way) -> None:
        self.steps, self.state, self.way = steps, state, way
        self.m, self.x = state.m, state.x
        self.widths_change = False
        self.lines: list[str] = []
        self.indent = ""
        self.pages: dict[str, str] = {}  # local names of pages: where they are found
        self.checked: set[str] = set()  # those that are known to be plain here
        self.pending: dict[str, int] = {}  # flags that are not in P yet, and the bits of their results
        self.number = self.cycles = 0
        self.step = steps[0]

    def function(self) -> str:
        """All of it."""
        work = "\n".join(line for line in self.lines if line.strip() not in _SPLITS)
        used = [name for name in "axysp" if re.search(rf"(?<![.\w]){name}\b", work)]
        changed = [name for name in used if re.search(rf"(?<![.\w]){name} = ", work)]
        split = [HIGH, LOW] if self.state.m and "a" in used else []
        lines = [
            f"if cpu.d != {self.state.d} or cpu.dbr != {self.state.dbr}: return 0, 0",
            "pages, writes = cpu.pages, cpu.writes",
            *(f"{name} = cpu.{name}" for name in used),
            *split,
            *self._hoisted(),
            "spent = done = 0",
            "while True:",
            *("    " + line for line in (self.lines if "a" in used else work.split("\n"))),
            *(f"cpu.{name} = {name}" for name in changed),
            "cpu.cycles += spent",
            "cpu.pc = pc",
            "cpu.bus.value = last",
            *(["cpu.settle()"] if self.widths_change else []),
            "return number, done",
        ]
        more = ", keep, floor, ceiling" if self.way.watched else ""
        return f"def run(cpu, most{more}):\n" + indent("\n".join(lines), "    ")

    def emit(self, *texts: str) -> None:
        self.lines += [self.indent + line for text in texts for line in text.split("\n")]

    # -- leaving it

    def exit(self, number: int, pc: int, last: str, again: bool = False) -> None:
        """Go on at ``pc``, ``number`` steps done; ``again``: it is the start of the run."""
        self._gone(number)
        if again:
            self.emit("if done <= most: continue")
        self._left(len(self.steps), pc, last)

    def leave(self, condition: str) -> None:
        """Leave before this step, if ``condition`` holds or is empty."""
        if condition:
            self.emit(f"if {condition}:")
            self.indent += "    "
        self._gone(self.number)
        self._left(self.number, self.step[5][0] & 0xFFFF, "0")
        if condition:
            self.indent = self.indent[4:]

    def _gone(self, number: int) -> None:
        """Flags and counts are what they are before step ``number``."""
        if self.pending:
            self.emit(f"p = {self.flags()}")
        self.emit(f"spent += {self.cycles}", f"done += {number}")

    def _left(self, number: int, pc: int, last: str) -> None:
        if self.m:
            self.emit(WHOLE)
        self.emit(f"number, pc, last = {number}, {pc}, {last}", "break")

    # -- flags

    def flags(self) -> str:
        """P with the flags that are not in it yet."""
        flags = [(FLAGS[name][0], FLAGS[name][1][bits]) for name, bits in self.pending.items()]
        kept = 0xFF - sum(mask for mask, _ in flags)
        return " | ".join([f"p & 0x{kept:02X}", *(becomes for _, becomes in flags)]) if flags else "p"

    def fold(self) -> None:
        if self.pending:
            self.emit(f"p = {self.flags()}")
            self.pending.clear()

    # -- memory

    def _hoisted(self) -> Iterator[str]:
        for name, where in self.pages.items():
            yield f"{name} = {where}"
            yield from self.behind_fence(name)
            only = f" or {name}.readonly" if name[0] == "w" else ""
            yield f"if type({name}) is not memoryview{only}: {name} = None"

    def behind_fence(self, page: str) -> Iterator[str]:
        """The page for writing that a fence is before, and what is allowed there."""
        if self.way.fenced and page[0] != "r" and page != "page":
            yield f"open_{page} = None"
            yield f"if type({page}) is Fence: open_{page}, {page} = {page}.allowed, {page}.page"

    def refused(self, page: str, at: str, size: int) -> str:
        """Whether there is a fence that refuses ``size`` bytes at ``at``."""
        bytes_ = " and ".join(f"open_{page}[{plus(at, index)}]" for index in range(size))
        return f"open_{page} and not ({bytes_})"

    def located(self, where: str, size: int, sources: list[str]) -> tuple[str, ...]:
        """Local names of the pages that hold ``size`` bytes at ``where``, and the offset there; leaves where
        they are no plain pages."""
        at = self._near(where, size)
        if at is None:
            return self._far(where, size, sources)
        first, offset = at
        names = [f"{source[0].replace('p', 'r')}{first >> 13}" for source in sources]
        for name, source in zip(names, sources, strict=True):
            self.pages[name] = f"{source}[{first >> 13}]"
            if name not in self.checked:
                self.leave(f"{name} is None")
                self.checked.add(name)
            if source == "writes" and self.way.fenced:
                self.leave(self.refused(name, offset, size))
        return *names, offset

    def _near(self, where: str, size: int) -> tuple[int, str] | None:
        """The lowest address, and the offset in its page, if all that ``where`` can be lies there."""
        index = next((name for name in "xy" if re.search(rf"\b{name}\b", where)), "")
        if re.search(r"\b(base|s)\b", where) or (index and not self.x):
            return None
        first, last = (int(eval(where, {"x": value, "y": value})) for value in (0, 0xFF))
        if last - first != (0xFF if index else 0) or last + size - 1 >> 13 != first >> 13:
            return None
        offset = first & 0x1FFF
        return first, (f"{offset} + {index}" if offset else index) if index else str(offset)

    def _far(self, where: str, size: int, sources: list[str]) -> tuple[str, ...]:
        self.emit(f"where = {where}", "at = where & 0x1FFF")
        beyond = f" or at > 0x{0x2000 - size:X}" if size > 1 else ""
        names = ["page" if source == "pages" else "into" for source in sources]
        for name, source in zip(names, sources, strict=True):
            self.emit(f"{name} = {source}[where >> 13]", *self.behind_fence(name))
            only = f" or {name}.readonly" if source == "writes" else ""
            self.leave(f"type({name}) is not memoryview{beyond}{only}")
            if source == "writes" and self.way.fenced:
                self.leave(self.refused(name, "at", size))
        return *names, "at"


def word(page: str, at: str, size: int) -> str:
    """The bytes at ``at``, low byte first."""
    parts = [f"{page}[{plus(at, index)}] << {8 * index}" for index in range(1, size)]
    return " | ".join([f"{page}[{at}]", *parts])


def plus(at: str, more: int) -> str:
    return str(int(at) + more) if at.isdigit() else f"{at} + {more}"
