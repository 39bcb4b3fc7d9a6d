"""Where an instruction's operand lies: the addressing modes and their wrap rules.

An address is source text, an expression of the processor ``cpu`` and the ``operand`` behind the opcode: the
24-bit address of the data's low byte. `composition` puts it into the function of an opcode. In emulation mode
with the low byte of D zero, what the 6502 knew wraps within the direct page; what is new does not.

Source of the rules: the data sheet of the W65C816S, and "65C816 opcodes" by Bruce Clark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["ADDRESSES", "EMULATED", "HELPERS", "INDEXED", "fetch", "fetch8"]


# -- the bytes behind the opcode


def fetch8(cpu: Cpu) -> int:
    """The byte at the program counter, which wraps within its bank."""
    pc = cpu.pc
    where = cpu.pbr << 16 | pc
    cpu.pc = pc + 1 & 0xFFFF
    value: int = cpu.pages[where >> 13][where & 0x1FFF]
    cpu.bus.value = value
    return value


def fetch(cpu: Cpu, length: int) -> int:
    """An operand of ``length`` bytes, low byte first."""
    value = 0
    for shift in range(0, 8 * length, 8):
        value |= fetch8(cpu) << shift
    return value


# -- the direct page, and pointers in bank 0


def _direct(cpu: Cpu, offset: int) -> int:
    """``offset`` into the direct page, which takes a cycle more where D is not the start of a page."""
    d = cpu.d
    if d & 0xFF:
        cpu.cycles += 1
    return d + offset & 0xFFFF


def _wrapped(cpu: Cpu, offset: int) -> int:
    """The same in emulation mode for what the 6502 had."""
    return _direct(cpu, offset) if cpu.d & 0xFF else cpu.d | offset & 0xFF


def _read(cpu: Cpu, address: int) -> int:
    value: int = cpu.pages[address >> 13][address & 0x1FFF]
    cpu.bus.value = value
    return value


def _pointer(cpu: Cpu, at: int) -> int:
    """The word at ``at`` of bank 0, within which it wraps."""
    offset = at & 0x1FFF
    if offset == 0x1FFF:
        return _read(cpu, at) | _read(cpu, at + 1 & 0xFFFF) << 8
    page = cpu.pages[at >> 13]
    cpu.bus.value = low = page[offset]
    cpu.bus.value = high = page[offset + 1]
    value: int = low | high << 8
    return value


def _paged_pointer(cpu: Cpu, at: int) -> int:
    """The same, its high byte in the same page."""
    return _read(cpu, at) | _read(cpu, at & 0xFF00 | at + 1 & 0xFF) << 8


def _aligned_pointer(cpu: Cpu, at: int) -> int:
    """The same, its high byte in the same page if D is the start of one."""
    return _pointer(cpu, at) if cpu.d & 0xFF else _paged_pointer(cpu, at)


def _indexed_pointer(cpu: Cpu, at: int) -> int:
    """The same, its high byte in page 0 if D is zero."""
    return _pointer(cpu, at) if cpu.d else _paged_pointer(cpu, at)


def _long_pointer(cpu: Cpu, at: int) -> int:
    return _pointer(cpu, at) | _read(cpu, at + 2 & 0xFFFF) << 16


#: The functions that addresses call.
HELPERS: Final[dict[str, object]] = {
    "direct": _direct,
    "wrapped": _wrapped,
    "pointer": _pointer,
    "aligned_pointer": _aligned_pointer,
    "indexed_pointer": _indexed_pointer,
    "long_pointer": _long_pointer,
}

# -- the modes

# D is zero in most code: the call is spared.
_DIRECT: Final = "(direct(cpu, operand) if cpu.d else operand)"
_DIRECT_X: Final = "(direct(cpu, operand + cpu.x) if cpu.d else operand + cpu.x & 0xFFFF)"
_DIRECT_Y: Final = "(direct(cpu, operand + cpu.y) if cpu.d else operand + cpu.y & 0xFFFF)"

#: Base and index of the modes that read a cycle longer where indexing leaves a page: within all memory from
#: the data bank on.
INDEXED: Final = {
    "absolute,x": ("operand", "cpu.x"),
    "absolute,y": ("operand", "cpu.y"),
    "(direct),y": (f"pointer(cpu, {_DIRECT})", "cpu.y"),
}

#: The addresses of the other modes.
ADDRESSES: Final = {
    "direct": _DIRECT,
    "direct,x": _DIRECT_X,
    "direct,y": _DIRECT_Y,
    "(direct)": f"cpu.dbr << 16 | pointer(cpu, {_DIRECT})",
    "(direct,x)": f"cpu.dbr << 16 | pointer(cpu, {_DIRECT_X})",
    "[direct]": f"long_pointer(cpu, {_DIRECT})",
    "[direct],y": f"long_pointer(cpu, {_DIRECT}) + cpu.y & 0xFFFFFF",
    "absolute": "cpu.dbr << 16 | operand",
    "long": "operand",
    "long,x": "operand + cpu.x & 0xFFFFFF",
    "stack,s": "operand + cpu.s & 0xFFFF",
    "(stack,s),y": "(cpu.dbr << 16) + pointer(cpu, operand + cpu.s & 0xFFFF) + cpu.y & 0xFFFFFF",
}

#: What differs in emulation mode.
EMULATED: Final = {
    "direct,x": "wrapped(cpu, operand + cpu.x)",
    "direct,y": "wrapped(cpu, operand + cpu.y)",
    "(direct)": f"cpu.dbr << 16 | aligned_pointer(cpu, {_DIRECT})",
    "(direct,x)": "cpu.dbr << 16 | indexed_pointer(cpu, wrapped(cpu, operand + cpu.x))",
    "(direct),y": f"aligned_pointer(cpu, {_DIRECT})",
}
