"""The 65816: registers, one instruction at a time, and the call of a routine.

>>> from afs.asm import Cpu, FlatMemory
>>> memory = FlatMemory()
>>> memory.load(0x008000, bytes.fromhex("a90518690360"))     # LDA #$05 : CLC : ADC #$03 : RTS
>>> cpu = Cpu(memory)
>>> cpu.call(0x008000).reason, cpu.a, cpu.cycles
('returned', 8, 12)
"""

from __future__ import annotations

from typing import Final

from .calls import Limits, Outcome, call
from .handlers import opcodes
from .memory import Memory
from .runs import Run, fetched

__all__ = ["Cpu"]

_RESET: Final = 0xFFFC
_NMI: Final = (0xFFEA, 0xFFFA)
_IRQ: Final = (0xFFEE, 0xFFFE)
#: By M and X as the bits of a number; the last ones are those of emulation mode.
_OPCODES: Final = (*(opcodes(bool(n & 2), bool(n & 1), False) for n in range(4)), opcodes(True, True, True))
_EMULATION: Final = 4


class Cpu:
    """A processor on ``memory``, in native mode with M and X set and the stack at $01FF.

    Registers are integers to read and assign: ``a`` has 16 bits whatever M says, ``x`` and ``y``
    a high byte of zero while X is set, ``e`` is 1 in emulation mode. There ``p`` has M set and bit 4
    clear: it is the break flag, which is seen only where P is pushed. ``cycles`` counts processor
    cycles, without the wait states of slow memory. ``waiting`` is set by WAI, ``stopped`` by STP:
    nothing happens until an interrupt or a reset, or until the program counter is set elsewhere.
    """

    __slots__ = (
        "a",
        "bus",
        "cycles",
        "d",
        "dbr",
        "e",
        "frame",
        "halted",
        "known",
        "memory",
        "opcodes",
        "p",
        "pages",
        "pbr",
        "pc",
        "runs",
        "s",
        "stopped",
        "waiting",
        "writes",
        "x",
        "y",
    )

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.bus, self.pages, self.writes = memory.bus, memory.pages, memory.writes
        self.a = self.x = self.y = self.d = self.dbr = self.pbr = self.pc = self.e = self.cycles = 0
        self.s, self.p = 0x01FF, 0x34
        self.waiting = self.stopped = False
        #: Where the processor waits or is stopped: program bank and counter.
        self.halted = 0, 0
        self.frame = -1
        #: The runs of code met so far, of each state; `runs` are those of this one.
        self.known: tuple[dict[int, Run], ...] = tuple({} for _ in _OPCODES)
        self.settle()

    # -- running

    def step(self) -> None:
        """One instruction, or one byte of a block move. Nothing happens while stopped or waiting.

        Registers may have been set in any order, and in emulation mode with any M, X and high byte of S.
        """
        if self.stopped or self.waiting:
            if self.halted == (self.pbr, self.pc):
                return
            self.stopped = self.waiting = False
        self.settle()
        handler, operand, _, cycles, *_ = fetched(self)
        self.cycles += cycles
        handler(self, operand)

    def call(self, address: int, limits: Limits = Limits()) -> Outcome:  # noqa: B008  (frozen)
        """Run the routine at ``address`` until it returns with RTS, RTL or RTI to whoever called it.

        Registers are as they were set before, and as the routine left them afterwards; the
        stack pointer counts from where the call was made. See :class:`~afs.asm.Limits` for what
        ends a call earlier; nothing is raised for what the routine does.
        """
        self.settle()
        return call(self, address, limits)

    def reset(self) -> None:
        """What the reset line does: emulation mode, and the program at the reset vector."""
        self.d = self.dbr = self.pbr = 0
        self.s = 0x0100 | self.s & 0xFF
        self.waiting = self.stopped = False
        self.e, self.p = 1, self.p & 0xF7 | 0x24
        self.settle()
        self.pc = self.read16_bank0(_RESET)

    def nmi(self) -> None:
        """A non-maskable interrupt, taken before the next instruction unless ``stopped``."""
        if not self.stopped:
            self._interrupted(_NMI)

    def irq(self) -> None:
        """An interrupt request: it ends WAI, and is taken unless I is set or the processor ``stopped``."""
        self.waiting = False
        if not (self.stopped or self.p & 0x04):
            self._interrupted(_IRQ)

    def _interrupted(self, vectors: tuple[int, int]) -> None:
        self.waiting = False
        self.settle()
        self.cycles += 7 if self.e else 8
        self.interrupt(vectors[self.e], self.p)

    def interrupt(self, vector: int, pushed: int) -> None:
        """Push the place and ``pushed`` as flags, and go where ``vector`` in bank 0 points."""
        if not self.e:
            self.push8(self.pbr)
        self.push16(self.pc)
        self.push8(pushed)
        self.p = self.p & 0xF7 | 0x04
        self.pbr = 0
        self.pc = self.read16_bank0(vector)

    # -- the flags that decide what opcodes mean

    def settle(self) -> None:
        """Bring registers in line with ``e``, M and X, and choose the table of opcodes."""
        if self.e:
            self.p = self.p & 0xEF | 0x20
            self.s = 0x0100 | self.s & 0xFF
            state = _EMULATION
        else:
            state = self.p >> 4 & 3
        if state & 1 or self.e:
            self.x &= 0xFF
            self.y &= 0xFF
        self.opcodes = _OPCODES[state]
        self.runs = self.known[state]

    def set_p(self, value: int) -> None:
        self.p = value
        self.settle()

    def set_e(self, value: int) -> None:
        self.e = value
        self.settle()

    # -- memory and stack

    def read8(self, address: int) -> int:
        value: int = self.pages[address >> 13][address & 0x1FFF]
        return value

    def read16_bank0(self, address: int) -> int:
        """A word of bank 0, within which it wraps."""
        return self.read8(address) | self.read8(address + 1 & 0xFFFF) << 8

    def write8(self, address: int, value: int) -> None:
        self.writes[address >> 13][address & 0x1FFF] = value

    def push8(self, value: int) -> None:
        s = self.s
        self.writes[s >> 13][s & 0x1FFF] = value
        self.s = 0x0100 | s - 1 & 0xFF if self.e else s - 1 & 0xFFFF

    def push16(self, value: int) -> None:
        s = self.s
        at = s & 0x1FFF
        if self.e or not at:
            self.push8(value >> 8)
            self.push8(value & 0xFF)
            return
        page = self.writes[s >> 13]
        page[at] = value >> 8
        self.s = s - 1
        page[at - 1] = value & 0xFF
        self.s = s - 2 & 0xFFFF

    def pull8(self) -> int:
        s = self.s
        self.s = s = 0x0100 | s + 1 & 0xFF if self.e else s + 1 & 0xFFFF
        value: int = self.pages[s >> 13][s & 0x1FFF]
        return value

    def pull16(self) -> int:
        return self.pull8() | self.pull8() << 8

    # Instructions that the 6502 did not have leave page 1 while they work, and come back after.

    def push8_new(self, value: int) -> None:
        s = self.s
        self.writes[s >> 13][s & 0x1FFF] = value
        self.s = s - 1 & 0xFFFF

    def push16_new(self, value: int) -> None:
        self.push8_new(value >> 8)
        self.push8_new(value & 0xFF)

    def pull8_new(self) -> int:
        self.s = s = self.s + 1 & 0xFFFF
        value: int = self.pages[s >> 13][s & 0x1FFF]
        return value

    def pull16_new(self) -> int:
        return self.pull8_new() | self.pull8_new() << 8

    def come_back(self) -> None:
        if self.e:
            self.s = 0x0100 | self.s & 0xFF
