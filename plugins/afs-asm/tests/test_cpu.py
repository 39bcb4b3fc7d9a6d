"""The processor: registers, flags, wrap rules, cycles, and the call of a routine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.asm import Cpu, FlatMemory, Limits, instruction_set
from afs.asm.machine.handlers import Opcodes

MEMORY = FlatMemory()
BANKS = (0x00, 0x05, 0x12, 0x13, 0x7E)  # those that the tests use


def cpu_with(code: str, at: int = 0x008000, **registers: int) -> Cpu:
    """A processor at ``at``, where ``code`` (hexadecimal) stands in empty memory."""
    for bank in BANKS:
        MEMORY.bytes[bank << 16 : bank + 1 << 16] = bytes(0x10000)
    MEMORY.load(at, bytes.fromhex(code))
    cpu = Cpu(MEMORY)
    cpu.pbr, cpu.pc = at >> 16, at & 0xFFFF
    for name, value in registers.items():
        setattr(cpu, name, value)
    return cpu


def stepped(code: str, steps: int = 1, at: int = 0x008000, **registers: int) -> Cpu:
    cpu = cpu_with(code, at, **registers)
    for _ in range(steps):
        cpu.step()
    return cpu


def test_every_opcode_has_a_handler_in_every_state() -> None:
    for m, x, e in [(True, True, True), *((m, x, False) for m in (True, False) for x in (True, False))]:
        opcodes = Opcodes(m, x, e)
        assert all(callable(opcodes[number].handler) for number in range(256))


@pytest.mark.parametrize(("p", "e"), [(0x30, 1), (0x30, 0), (0x20, 0), (0x10, 0), (0x00, 0)])
def test_an_instruction_goes_on_behind_itself(p: int, e: int) -> None:
    jumps = {"jmp", "jml", "jsr", "jsl", "rts", "rtl", "rti", "brk", "cop"}
    for entry in instruction_set():
        cpu = stepped(f"{entry.opcode:02x}", p=p, e=e, s=0x01F0)
        length = entry.length(p & 0x20 != 0, p & 0x10 != 0)
        assert cpu.pc == 0x8000 + length or entry.mnemonic in jumps, entry.mnemonic
        assert cpu.cycles >= 2, entry.mnemonic


def adc(a: int, value: int, carry: int, p: int) -> Cpu:
    wide = not p & 0x20
    operand = f"{value & 0xFF:02x}{value >> 8:02x}" if wide else f"{value:02x}"
    return stepped(f"69{operand}", a=a, p=p | carry)


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 1))
def test_decimal_sums_of_two_digits(a: int, b: int, carry: int) -> None:
    cpu = adc(int(str(a), 16), int(str(b), 16), carry, 0x38)
    total = a + b + carry
    assert (cpu.a, cpu.p & 1) == (int(str(total % 100), 16), total // 100)


@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 1))
def test_decimal_differences_of_four_digits(a: int, b: int, carry: int) -> None:
    value = int(str(b), 16)
    cpu = stepped(f"e9{value & 0xFF:02x}{value >> 8:02x}", a=int(str(a), 16), p=0x08 | carry)
    total = a - b - (1 - carry)
    assert (cpu.a, cpu.p & 1) == (int(str(total % 10000), 16), int(total >= 0))


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 1))
def test_binary_sums_set_carry_and_overflow(a: int, b: int, carry: int) -> None:
    cpu = adc(a, b, carry, 0x00)
    signed = (a ^ 0x8000) - 0x8000 + (b ^ 0x8000) - 0x8000 + carry
    assert cpu.a == (a + b + carry) % 0x10000
    assert cpu.p & 0x01 == (a + b + carry) >> 16
    assert bool(cpu.p & 0x40) == (not -0x8000 <= signed < 0x8000)
    assert bool(cpu.p & 0x80) == (cpu.a >= 0x8000) and bool(cpu.p & 0x02) == (cpu.a == 0)


def test_eight_bits_leave_the_high_byte_of_a() -> None:
    assert stepped("a905", a=0x1234, p=0x30).a == 0x1205
    assert stepped("eb", a=0x1280, p=0x30).a == 0x8012
    assert stepped("8a", a=0x1234, x=0x56, p=0x30).a == 0x1256
    assert stepped("aa", a=0x1234, p=0x20).x == 0x1234


def test_setting_x_clears_the_high_bytes_of_the_index_registers() -> None:
    cpu = stepped("e210", p=0x00, x=0x1234, y=0xFFFF)
    assert (cpu.x, cpu.y) == (0x34, 0xFF)


def test_emulation_mode_forces_widths_and_page_one() -> None:
    cpu = stepped("fb", p=0x01, x=0x1234, y=0x5678, s=0x1FF0, a=0xABCD)
    assert (cpu.e, cpu.p & 0x31, cpu.x, cpu.y, cpu.s, cpu.a) == (1, 0x20, 0x34, 0x78, 0x01F0, 0xABCD)
    cpu = stepped("c230", e=1)
    assert cpu.p & 0x30 == 0x20
    cpu = stepped("fb", e=1, p=0x30)
    assert (cpu.e, cpu.p & 0x31) == (0, 0x31)


@given(st.permutations(("a", "x", "y", "s", "d", "dbr", "pbr", "pc", "p", "e")))
def test_registers_are_set_in_any_order(names: list[str]) -> None:
    state = dict(a=0xBEEF, x=0x1234, y=0x5678, s=0x8800, d=0x0300, dbr=0x05, pbr=0x00, pc=0x8000, p=0x01, e=1)
    cpu = stepped("48", **{name: state[name] for name in names})
    changed = dict(x=0x34, y=0x78, s=0x01FF, p=0x21, pc=0x8001)
    assert {name: getattr(cpu, name) for name in names} == state | changed


def test_a_block_move_is_a_byte_a_step() -> None:
    cpu = cpu_with("547e12", a=2, x=0x1000, y=0x2000, p=0x00)
    MEMORY.load(0x121000, b"abc")
    for _ in range(3):
        assert cpu.pc == 0x8000
        cpu.step()
    assert (cpu.pc, cpu.a, cpu.x, cpu.y, cpu.dbr, cpu.cycles) == (0x8003, 0xFFFF, 0x1003, 0x2003, 0x7E, 21)
    assert MEMORY.dump(0x7E2000, 3) == b"abc"


#: Code, registers, and the cycles of its first instruction, from the tables of the data sheet.
CYCLES = [
    ("a905", {"p": 0x30}, 2),
    ("a90500", {"p": 0x00}, 3),
    ("a510", {"p": 0x30}, 3),
    ("a510", {"p": 0x30, "d": 1}, 4),
    ("a510", {"p": 0x00, "d": 1}, 5),
    ("bd0010", {"p": 0x30, "x": 1}, 4),
    ("bdff10", {"p": 0x30, "x": 1}, 5),
    ("bd0010", {"p": 0x20, "x": 1}, 5),
    ("9d0010", {"p": 0x30, "x": 1}, 5),
    ("9d0010", {"p": 0x10, "x": 1}, 6),
    ("fe0010", {"p": 0x30}, 7),
    ("fe0010", {"p": 0x10}, 9),
    ("b110", {"p": 0x30}, 5),
    ("b110", {"p": 0x30, "d": 3}, 6),
    ("b710", {"p": 0x30}, 6),
    ("a303", {"p": 0x30}, 4),
    ("b303", {"p": 0x30}, 7),
    ("9110", {"p": 0x30}, 6),
    ("d005", {"p": 0x32}, 2),
    ("d005", {"p": 0x30}, 3),
    ("d080", {"p": 0x30}, 3),
    ("d080", {"p": 0x30, "e": 1}, 4),
    ("8005", {"p": 0x30}, 3),
    ("8080", {"p": 0x30, "e": 1}, 4),
    ("820010", {"p": 0x30}, 4),
    ("200090", {"p": 0x30}, 6),
    ("22009002", {"p": 0x30}, 8),
    ("fc0090", {"p": 0x30}, 8),
    ("60", {"p": 0x30}, 6),
    ("6b", {"p": 0x30}, 6),
    ("40", {"p": 0x30}, 7),
    ("40", {"p": 0x30, "e": 1}, 6),
    ("00", {"p": 0x30}, 8),
    ("00", {"p": 0x30, "e": 1}, 7),
    ("d410", {"p": 0x30}, 6),
    ("48", {"p": 0x30}, 3),
    ("48", {"p": 0x10}, 4),
    ("68", {"p": 0x30}, 4),
    ("da", {"p": 0x20}, 4),
    ("ab", {"p": 0x30}, 4),
    ("2b", {"p": 0x30}, 5),
    ("eb", {"p": 0x30}, 3),
    ("c230", {"p": 0x30}, 3),
]


@pytest.mark.parametrize(("code", "registers", "cycles"), CYCLES)
def test_cycles(code: str, registers: dict[str, int], cycles: int) -> None:
    assert stepped(code, **registers).cycles == cycles


def test_interrupts_and_waiting() -> None:
    cpu = cpu_with("cbea")
    MEMORY.load(0x00FFEA, bytes([0x00, 0x90]))
    MEMORY.load(0x00FFEE, bytes([0x00, 0xA0]))
    cpu.p |= 0x04
    cpu.step()
    cpu.step()
    assert cpu.waiting and cpu.pc == 0x8001
    cpu.irq()
    assert not cpu.waiting and cpu.pc == 0x8001  # masked, it only wakes
    cpu.nmi()
    assert (cpu.pc, cpu.p & 0x0C, cpu.s) == (0x9000, 0x04, 0x01FB)
    cpu.p &= 0xFB
    cpu.irq()
    assert cpu.pc == 0xA000


@pytest.mark.parametrize("code", ["cb", "db"])
def test_a_processor_that_halted_goes_on_where_its_counter_is_set(code: str) -> None:
    cpu = stepped(code + "ea", steps=3)
    assert (cpu.pc, cpu.cycles) == (0x8001, 3)
    MEMORY[0x009000] = 0xEA
    cpu.pc = 0x9000
    cpu.step()
    assert (cpu.pc, cpu.waiting, cpu.stopped) == (0x9001, False, False)


def test_a_stopped_processor_hears_the_reset_alone() -> None:
    cpu = stepped("dbea")
    before = cpu.pc, cpu.s, cpu.p
    cpu.p &= 0xFB
    cpu.nmi()
    cpu.irq()
    cpu.p |= 0x04
    assert cpu.stopped and (cpu.pc, cpu.s, cpu.p) == before
    cpu.reset()
    assert not cpu.stopped


def test_reset_starts_in_emulation_mode_at_the_vector() -> None:
    cpu = cpu_with("ea")
    MEMORY.load(0x00FFFC, bytes([0x00, 0x80]))
    cpu.reset()
    assert (cpu.pc, cpu.pbr, cpu.e, cpu.p & 0x3C) == (0x8000, 0, 1, 0x24)


# -- calls


def test_a_call_returns_with_registers_and_the_stack_as_it_was() -> None:
    cpu = cpu_with("489818683a60", y=9, s=0x1FF0)
    outcome = cpu.call(0x008000)
    assert (outcome.reason, outcome.by, outcome.steps) == ("returned", "rts", 6)
    assert (cpu.s, cpu.a) == (0x1FF0, 0xFF)
    assert outcome.cycles == cpu.cycles


def test_inner_returns_do_not_end_a_call() -> None:
    cpu = cpu_with("200680a9076b" + "a90160")
    outcome = cpu.call(0x008000)
    assert (outcome.by, cpu.a) == ("rtl", 7)


def test_endless_loops_stop_at_the_limit() -> None:
    outcome = cpu_with("80fe").call(0x008000, Limits(steps=1000))
    assert (outcome.reason, outcome.steps, outcome.address) == ("steps", 1000, 0x008000)


def test_a_trap_is_no_return() -> None:
    assert cpu_with("00").call(0x008000).by == "brk"
    assert cpu_with("db").call(0x008000).reason == "stopped"


def test_fences_for_writes_and_stack() -> None:
    allowed = Limits(writes=((0x7E0010, 0x7E0010),))
    assert cpu_with("8f10007e60").call(0x008000, allowed).returned
    outcome = cpu_with("8f11007e60").call(0x008000, allowed)
    assert (outcome.reason, outcome.address) == ("write", 0x7E0011)
    assert MEMORY[0x7E0011] == 0
    assert cpu_with("4880fd").call(0x008000, Limits(stack=16)).reason == "stack"
    assert cpu_with("6868686880fa").call(0x008000, Limits(stack=16)).reason == "stack"
    cpu = cpu_with("4880fd")
    cpu.call(0x008000, Limits(stack=16))
    assert cpu.call(0x009000, Limits(steps=3)).reason == "stopped"  # usable again


def test_the_trace_keeps_the_last_instructions() -> None:
    outcome = cpu_with("a901a902a90360").call(0x008000, Limits(trace=2))
    assert [(entry.pc, entry.opcode, entry.a) for entry in outcome.trace] == [
        (0x008004, 0xA9, 2),
        (0x008006, 0x60, 3),
    ]
