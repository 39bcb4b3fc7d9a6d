"""Runs that are entered often, each as one Python function.

Instructions of a run, executed one by one, each load and store the processor's registers, and put P together
from its flags. Here their source texts, those of which `composition` makes opcodes, follow one another in a
single function: registers and flags are local variables, operands, D and DBR constants, a branch back to the
start of the run a loop.

Nobody can look on while only plain memory is touched. So a compiled run leaves, with every register as it was
before the instruction, as soon as one comes that does more: at pages that are no plain bytes (registers, the
open bus), where a fence refuses a write, at an access across pages, at a jump or return, at a change of D or
DBR. That instruction is then executed as ever. Native mode only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from afs.asm.language.instructions import Instruction, instruction_set

from .addressing import ADDRESSES, INDEXED
from .composition import ASSIGNED, FLAGS, USED, sized
from .control import CONTROL
from .fences import Fence
from .operations import BRANCHES, HELPERS, MODIFIES, READS, REGISTERS, WRITES
from .run_text import HIGH, LOW, WHOLE, RunText, State, Way, plus, word

if TYPE_CHECKING:
    from .runs import Step

__all__ = ["Compiled", "compiled"]

#: Takes the processor, how many steps may have been done when the run begins anew, and if it is watched, what
#: keeps a trace, and the lowest and highest S allowed. Returns the number, from 0, of the step that is next
#: (the count of all where a branch or the end of the run was reached), and how many steps were done.
Compiled = Callable[..., tuple[int, int]]

_SELDOM: Final = {"pei", "plb", "pld", "tcd", "tcs", "txs"}
_LEFT_TO_HANDLERS: Final = {key.split()[0] for key in CONTROL} - {"rep", "sep"} | _SELDOM
_LEAST: Final = 2  # steps that are worth a function
_POINTER: Final = re.compile(r"(.*?)(long_)?pointer\(cpu, (.*)\)( \+ cpu\.y & 0xFFFFFF)?")
_DIRECT: Final = re.compile(r"\(direct\(cpu, ([^()]*)\) if cpu\.d else [^()]*\)")
_PUSH: Final = re.compile(r"(?:cpu\.)?push(?:16_new)?\((.*?)\)(?:; cpu\.come_back\(\))?")
_CONDITION: Final = re.compile(r"(not )?cpu\.p & 0x(\d\d)")
#: What is constant in a run, and the registers that are not.
_NAMED: Final = re.compile(r"(?<![.\w])(operand|d|cpu\.(?:d|dbr|pbr|pc|([xys])))\b")
_A: Final = re.compile(r"(?<![.\w])a\b")
_NAMES: Final[dict[str, object]] = {**HELPERS, "memoryview": memoryview, "Fence": Fence}


@lru_cache(0x1000)
def compiled(steps: tuple[Step, ...], state: State, way: Way) -> Compiled | None:
    """The function of ``steps``; None where it is not worth one."""
    translation = _Translation(steps, state, way)
    text = translation.source()
    if text is None:
        return None
    found: dict[str, Any] = {}
    exec(compile(text, f"<65816 run at ${steps[0][5][0]:06X}>", "exec"), _NAMES, found)
    function: Compiled = found["run"]
    return function


class _Translation(RunText):
    def __init__(self, steps: tuple[Step, ...], state: State, way: Way) -> None:
        super().__init__(steps, state, way)
        self.widths = list(_widths(steps, state))
        #: The numbers of the steps to which enclosing branches lead, and what was checked before them.
        self.joins: list[tuple[int, set[str]]] = []
        names = [instruction_set()[number].mnemonic for *_, (_, number), _ in steps]
        #: The number of the step that is left to its handler.
        self.end = next((at for at, name in enumerate(names) if name in _LEFT_TO_HANDLERS), len(steps))

    # -- the function

    def source(self) -> str | None:
        if self.end < _LEAST:
            return None
        for number, step in enumerate(self.steps[: self.end]):
            self.number, self.step = number, step
            self._join()
            entry = instruction_set()[self.step[5][1]]
            self._instruction(entry)
            self.cycles += self._cycles(step)
        self.number = self.end
        self._join()
        if self.end < len(self.steps):
            self.step = self.steps[self.end]
            self.leave("")
        elif entry.mnemonic != "bra":
            self.exit(self.end, self.step[2], self._last_byte(entry))
        return self.function()

    def _cycles(self, step: Step) -> int:
        """Those known beforehand, D among what is known."""
        entry = instruction_set()[step[5][1]]
        return step[3] + ("d" in entry.conditions and self.state.d & 0xFF != 0)

    def _last_byte(self, entry: Instruction) -> str:
        """What the bus held last: the operand, or the pointer that it led to."""
        shift = {"(": 8, "[": 16}.get(entry.mode[0])
        return str(self.step[4]) if shift is None else f"base >> {shift}"

    # -- instructions

    def _instruction(self, entry: Instruction) -> None:
        name, mode = entry.mnemonic, entry.mode
        bits = {"m": 8 if self.m else 16, "x": 8 if self.x else 16, "8": 8, "16": 16}
        if name in BRANCHES:
            self._watch()
            self._branch(entry)
        elif name in ("rep", "sep"):
            self._watch()
            self._widths_change(name == "sep", self.step[1])
        elif name in REGISTERS:
            width, work = REGISTERS[name]
            self._registers(name, work, bits[width])
        elif mode == "accumulator":
            self._watch()
            self._operation(name, f"value = a; {MODIFIES[name]}; a = value", bits["m"])
        elif mode == "immediate":
            width, work = READS["bit #" if name == "bit" else name]
            self._watch()
            self._operation(name, f"value = operand\n{work}", bits[width])
        elif name in WRITES:
            width, work = WRITES[name]
            self._access(entry, work, bits[width], reads=False, writes=True)
        elif name in MODIFIES:
            self._access(entry, MODIFIES[name], bits["m"], reads=True, writes=True)
        else:
            width, work = READS[name]
            self._access(entry, work, bits[width], reads=True, writes=False)

    def _watch(self) -> None:
        if self.way.watched:
            self.fold()
            a = "high | a" if self.m else "a"
            registers = f"{a}, x, y, s, {self.state.d}, {self.state.dbr}, p, 0"
            self.emit(f"keep(({self.step[5]}, {registers}))")

    def _branch(self, entry: Instruction) -> None:
        _, operand, after, cycles, last, _, number = self.step
        target = after + (operand ^ 0x80) - 0x80 & 0xFFFF
        cycles += "t" in entry.conditions
        self.emit(f"if {self._condition(entry)}:")
        self.indent += "    "
        join = self._inside(target)
        if join is None:
            self.cycles += cycles
            start = self.steps[0][5][0] & 0xFFFF
            self.exit(number, target, str(last), target == start and self._as_at(0))
            self.cycles -= cycles
            self.indent = self.indent[4:]
        else:
            self._skip(join, cycles - self.step[3])

    def _inside(self, target: int) -> int | None:
        """The number of the step at ``target``, if it lies ahead and within where enclosing branches lead."""
        last = self.joins[-1][0] if self.joins else min(self.end, len(self.steps) - 1)
        ahead = range(self.number + 1, last + 1) if self.state.constant else ()
        found = (number for number in ahead if self.steps[number][5][0] & 0xFFFF == target)
        join = next(found, None)
        return None if join is None or not self._as_at(join) else join

    def _as_at(self, number: int) -> bool:
        """Whether M and X are what they are before step ``number``."""
        return self.widths[number] == (self.m, self.x)

    def _skip(self, join: int, cycles: int) -> None:
        """The branch leads to step ``join``; what is between is not done, but will be counted."""
        skipped = self.steps[self.number + 1 : join]
        if self.pending:
            self.emit(f"p = {self.flags()}")
        self.emit(f"done -= {len(skipped)}")
        self.emit(f"spent -= {sum(map(self._cycles, skipped)) - cycles}")
        self.indent = self.indent[4:]
        self.emit("else:")
        self.indent += "    "
        self.emit("pass")
        self.joins.append((join, set(self.checked)))

    def _join(self) -> None:
        """Where branches lead to this step, its state is the same whether they were taken or not."""
        while self.joins and self.joins[-1][0] == self.number:
            self.fold()
            _, self.checked = self.joins.pop()
            self.indent = self.indent[4:]

    def _widths_change(self, new: bool, operand: int) -> None:
        """REP or SEP."""
        if operand & 0xC3:
            self.fold()
        self.emit(f"p = p | {operand}" if new else f"p = p & {operand ^ 0xFF}")
        if operand & 0x20 and new != self.m:
            self.emit(*([HIGH, LOW] if new else [WHOLE]))
        if operand & 0x10 and new:
            self.emit("x = x & 0xFF", "y = y & 0xFF")
        before = self.m, self.x
        self.m, self.x = (new if operand & 0x20 else self.m), (new if operand & 0x10 else self.x)
        self.widths_change |= (self.m, self.x) != before

    def _condition(self, entry: Instruction) -> str:
        text = BRANCHES[entry.mnemonic]
        found = _CONDITION.fullmatch(text)
        if found is None:
            return text
        negated, mask = found[1] or "", int(found[2], 16)
        for flag, bits in self.pending.items():
            if FLAGS[flag][0] & mask:
                held = {0x80: f"nz >= 0x{1 << bits - 1:X}", 0x02: f"not {flag}"}.get(mask, flag)
                return f"{negated}({held})"
        return f"{negated}p & 0x{mask:02X}"

    def _registers(self, name: str, work: str, bits: int) -> None:
        pushed = _PUSH.fullmatch(work)
        if pushed:
            self._push(pushed[1], bits)
        elif work.endswith(" = pull()"):
            self._pull(name, work.removesuffix("pull()"), bits)
        else:
            self._watch()
            self._operation(name, work, bits)

    def _operation(self, name: str, work: str, bits: int) -> None:
        """``work``, its flags left in local variables."""
        work = {"clc": "c = 0", "sec": "c = 1"}.get(name, work)
        used, assigned = set(USED.findall(work)), set(ASSIGNED.findall(work))
        whole_p = "p" in used | assigned and name not in ("adc", "sbc")  # these look at D alone
        if whole_p or ("z" in assigned and "nz" in self.pending):
            self.fold()
        if "c" in used and "c" not in self.pending:
            self.emit("c = p & 0x01")
        text = sized(self._plain(work), bits).strip()
        if "a" in used | assigned:
            text = self._wide_or_narrow(text, bits, "a" in assigned)
        self.emit(text)
        for flag in FLAGS:
            if flag in assigned:
                self.pending[flag] = bits
        if "nz" in assigned:
            self.pending.pop("z", None)

    def _wide_or_narrow(self, text: str, bits: int, assigned: bool) -> str:
        """``text`` on A as wide as it is there."""
        if bits == (8 if self.m else 16):
            return text
        if bits == 8:
            return _A.sub("(a & 0xFF)", text)
        if not assigned:
            return _A.sub("(high | a)", text)
        return f"a |= high\n{text}\nhigh = a & 0xFF00\na &= 0xFF"

    def _plain(self, text: str) -> str:
        """``text`` with constants and local variables."""
        _, operand, after, _, _, (where, _), _ = self.step
        values = {
            "operand": operand,
            "d": self.state.d,
            "cpu.d": self.state.d,
            "cpu.dbr": self.state.dbr,
            "cpu.pbr": where >> 16,
            "cpu.pc": after,
        }
        text = _DIRECT.sub(r"(cpu.d + \1 & 0xFFFF)", text)
        return _NAMED.sub(lambda found: found[2] or str(values[found[1]]), text)

    # -- stack

    def _push(self, value: str, bits: int) -> None:
        if value == "p":
            self.fold()
        self._stack("writes", bits // 8, f"s < floor + {bits // 8}")
        text = self._plain(value)
        if value == "a":
            text = self._wide_or_narrow(text, bits, False)
        if bits == 8:
            self.emit(f"into[s & 0x1FFF] = {text}", "s = s - 1")
        else:
            self.emit(f"value = {text}", "at = s & 0x1FFF", "into[at] = value >> 8")
            self.emit("into[at - 1] = value & 0xFF", "s = s - 2")

    def _pull(self, name: str, into: str, bits: int) -> None:
        self._stack("pages", bits // 8, f"s > ceiling - {bits // 8}")
        self.emit("at = s & 0x1FFF", f"s = s + {bits // 8}")
        pulled = "page[at + 1]" + (" | page[at + 2] << 8" if bits == 16 else "")
        self._operation(name, into + pulled, bits)

    def _stack(self, pages: str, size: int, beyond: str) -> None:
        """Leave unless S is in the midst of a plain page and within its limits."""
        limits = f" or {beyond}" if self.way.watched else ""
        page = "into" if pages == "writes" else "page"
        self.emit(f"{page} = {pages}[s >> 13]", *self.behind_fence(page))
        only = f" or {page}.readonly" if pages == "writes" else ""
        self.leave(f"type({page}) is not memoryview or not 0x10 < s & 0x1FFF < 0x1FF0{only}{limits}")
        if pages == "writes" and self.way.fenced:
            self.leave(self.refused(page, "(s & 0x1FFF)" if size == 1 else "(s & 0x1FFF) - 1", size))
        self._watch()

    # -- memory

    def _access(self, entry: Instruction, work: str, bits: int, *, reads: bool, writes: bool) -> None:
        where, crossed = self._address(entry)
        sources = [pages for pages, wanted in (("pages", reads), ("writes", writes)) if wanted]
        *names, at = self.located(where, bits // 8, sources)
        self._watch()
        if crossed and "p" in entry.conditions and self.x:
            self.emit(crossed)
        if reads:
            self.emit(f"value = {word(names[0], at, bits // 8)}")
        self._operation(entry.mnemonic, work, bits)
        if writes and bits == 8:
            self.emit(f"{names[-1]}[{at}] = value")
        elif writes:
            self.emit(f"{names[-1]}[{at}] = value & 0xFF", f"{names[-1]}[{plus(at, 1)}] = value >> 8")

    def _address(self, entry: Instruction) -> tuple[str, str]:
        """The address of the data, and what counts the cycle if indexing leaves a page."""
        mode = entry.mode
        if mode not in INDEXED:
            return self._behind_pointer(ADDRESSES[mode]), ""
        base, index = INDEXED[mode]
        text, index = self._behind_pointer(base), self._plain(index)
        where = self._plain(f"(cpu.dbr << 16) + {text} + {index} & 0xFFFFFF")
        return where, f"if ({text} & 0xFF) + {index} > 0xFF: spent += 1"

    def _behind_pointer(self, text: str) -> str:
        text = _DIRECT.sub(r"(cpu.d + \1 & 0xFFFF)", text)
        found = _POINTER.fullmatch(text) if "pointer" in text else None
        if found is None:
            return self._plain(text)
        size = 3 if found[2] else 2
        page, at = self.located(self._plain(found[3]), size, ["pages"])
        self.emit(f"base = {word(page, at, size)}")
        return self._plain(f"{found[1]}base{found[4] or ''}")


def _widths(steps: tuple[Step, ...], state: State) -> Iterator[tuple[bool, bool]]:
    """M and X before each step, and behind the last."""
    m, x = state.m, state.x
    for _, operand, _, _, _, (_, number), _ in steps:
        yield m, x
        name = instruction_set()[number].mnemonic
        if name in ("rep", "sep"):
            m, x = (name == "sep" if operand & bit else old for bit, old in ((0x20, m), (0x10, x)))
    yield m, x
