"""Decoded runs of code do what the processor does that fetches every instruction anew."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.asm import Cpu, FlatMemory, HiRom, Limits, LoRom, Memory, TraceEntry, assemble, instruction_set
from afs.asm.machine import runs
from afs.asm.machine.composition import source

FIELDS = TraceEntry._fields[2:]
KINDS = ("flat", "ram", "rom", "changing rom")
HALTS = {"brk", "cop", "wai", "stp"}
PLAIN = [entry for entry in instruction_set() if entry.mnemonic not in HALTS]
JUMPS = {"brl", "jml", "jmp", "jsl", "jsr", "mvn", "mvp", "plp", "rti", "rtl", "rts", "xce"}
STRAIGHT = [entry for entry in PLAIN if entry.mnemonic not in JUMPS]
BRANCHES = [entry for entry in STRAIGHT if entry.mode == "relative"]


@pytest.fixture(scope="module", params=[1, runs.OFTEN], autouse=True, ids=["compiled", "stepped"])
def often(request: pytest.FixtureRequest) -> Iterator[None]:
    """Runs become functions when they are entered again, or as seldom as ever."""
    with patch.object(runs, "OFTEN", request.param):
        yield


def registers(cpu: Cpu) -> tuple[int, ...]:
    return (cpu.pbr << 16 | cpu.pc, *(getattr(cpu, name) for name in FIELDS))


def random_code(rng: random.Random, size: int, base: int) -> bytes:
    """Instructions that run into one another, go back and forth, and often write where code is."""
    code = bytearray()
    while len(code) < size:
        entry = rng.choice(PLAIN)
        operand = bytearray(rng.randbytes(entry.length(rng.random() < 0.5, rng.random() < 0.5) - 1))
        if entry.mode == "relative":
            operand[0] = rng.choice((0, 1, 2, 5, 0xF0, 0xFA))
        elif len(operand) > 1 and rng.random() < 0.5:
            operand[:2] = (base + rng.randrange(size) & 0xFFFF).to_bytes(2, "little")
        code += bytes((entry.opcode, *operand))
    return bytes(code[:size])


def machine(kind: str, code: bytes, base: int) -> Cpu:
    if kind == "flat":
        memory: Memory = FlatMemory(0x10000)
    else:
        rom = code.ljust(0x8000, b"\xea")
        memory = LoRom(rom if kind == "rom" else bytearray(rom))
    if kind in ("flat", "ram"):
        memory.load(base, code)
    return Cpu(memory)


def contents(cpu: Cpu) -> tuple[object, ...]:
    memory = cpu.memory
    if isinstance(memory, LoRom):
        return bytes(memory.wram), bytes(memory.sram), tuple(memory.log), memory.bus.value
    assert isinstance(memory, FlatMemory)
    return bytes(memory.bytes), memory.bus.value


def prepare(cpu: Cpu, rng: random.Random, base: int) -> None:
    cpu.a, cpu.x, cpu.y = (rng.randrange(0x10000) for _ in range(3))
    cpu.d, cpu.dbr = rng.choice((0, 0, 0x0101, base & 0xFFFF)), rng.choice((0, base >> 16))
    cpu.s = rng.choice((0x01F0, 0x1FF0, base + 30 & 0xFFFF))
    cpu.p, cpu.e = rng.randrange(0x100), int(rng.random() < 0.15)
    cpu.settle()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), steps=st.integers(0, 80))
def test_a_call_does_what_single_steps_do(kind: str, seed: int, steps: int) -> None:
    rng = random.Random(seed)
    base = {"flat": 0x8000, "ram": 0x7E0040}.get(kind, 0x008000)
    code = random_code(rng, 120, base)
    whole, single = machine(kind, code, base), machine(kind, code, base)
    for entry in (base, base + rng.randrange(100)):  # the second call finds runs of the first
        state = rng.random()
        for cpu in (whole, single):
            prepare(cpu, random.Random(state), base)
        outcome = whole.call(entry, Limits(steps=steps, trace=steps))
        for _ in range(3):
            single.push8(0)
        single.pbr, single.pc = entry >> 16, entry & 0xFFFF
        for kept in outcome.trace:
            single.settle()
            assert (kept.pc, *kept[2:]) == registers(single)
            if outcome.reason == "steps" or kept is not outcome.trace[-1]:
                single.step()
        if outcome.reason == "returned":  # the return itself is not made; S is what it was before
            whole.s = single.s
        if outcome.reason == "steps":
            assert registers(whole) == registers(single) and contents(whole) == contents(single)
        single.s, single.cycles = whole.s, whole.cycles


def looping_code(rng: random.Random, count: int, base: int) -> tuple[bytes, int]:
    """Whole instructions for M and X as they are there, branches among them; and the flags to begin with."""
    flags = p = rng.choice((0x00, 0x10, 0x20, 0x30))
    code, starts, branches = bytearray(), [0], []
    for _ in range(count):
        entry = rng.choice(BRANCHES if rng.random() < 0.2 else STRAIGHT)
        operand = bytearray(rng.randbytes(entry.length(p & 0x20 != 0, p & 0x10 != 0) - 1))
        if entry.mnemonic in ("rep", "sep"):
            operand[0] = rng.choice((0x10, 0x20, 0x30, 0x31, 0xCB))
            p = p | operand[0] & 0x30 if entry.mnemonic == "sep" else p & ~operand[0]
        elif entry.mode == "relative":
            branches.append((len(starts), rng.choice((0, 0, 1, 2, 3, 5))))
        elif len(operand) > 1 and entry.mode != "immediate":
            place = rng.choice((0x0000, 0x0100, 0x1FFE, 0x2180, 0x4202, base & 0xFFFF)) + rng.randrange(8)
            operand[:2] = place.to_bytes(2, "little")
            operand[2:] = bytes([rng.choice((0x00, 0x7E, 0x80))])[: len(operand) - 2]
        code += bytes((entry.opcode, *operand))
        starts.append(len(code))
    for number, ahead in branches:
        target = starts[min(number + ahead, count)] if ahead else 0
        code[starts[number] - 1] = max(target - starts[number], -0x80) & 0xFF
    return bytes(code + b"\x60"), flags


def random_limits(rng: random.Random) -> Limits:
    return Limits(
        steps=rng.choice((rng.randrange(20), rng.randrange(90), 400)),
        stack=rng.choice((None, None, 1, 3, 0x40)),
        writes=rng.choice((None, None, (), ((0x7E0000, 0x7E0103),), ((0x000000, 0xFFFFFF),))),
        trace=rng.choice((0, 0, 5, 1000)),
    )


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), count=st.integers(2, 30))
def test_a_run_as_a_function_does_what_its_steps_do(kind: str, seed: int, count: int) -> None:
    rng = random.Random(seed)
    base = {"flat": 0x8000, "ram": 0x7E0040}.get(kind, 0x008000)
    code, flags = looping_code(rng, count, base)
    cpus = [machine(kind, code, base) for _ in range(2)]
    d, dbr, s = rng.choice((0, 0, 0x0101, 0x2100)), rng.choice((0x00, 0x7E)), rng.choice((0x01F0, 0x0011))
    for _ in range(6):
        state, limits = rng.random(), random_limits(rng)
        outcomes = []
        for cpu, often in zip(cpus, (1, 10**9), strict=True):
            prepare(cpu, random.Random(state), base)
            cpu.d, cpu.dbr, cpu.s, cpu.e, cpu.p = d, dbr, s, 0, cpu.p & 0xC7 | flags
            with patch.object(runs, "OFTEN", often):
                outcomes.append((cpu.call(base, limits), cpu.cycles, registers(cpu), contents(cpu)))
        assert outcomes[0] == outcomes[1]


LOOPS = {
    "pointers": "loop: lda ($10),y : sta $20 : lda [$14] : eor ($10) : inx : cpx #$0040 : bne loop",
    "flags": "loop: lda $10 : bit #$40 : beq + : adc #$21 : + bit $11 : bvs + : sec : + inx : bpl loop",
    "widths": "loop: rep #$20 : lda $10 : adc #$1235 : sta $10 : sep #$21 : sbc $11 : xba : inx : bne loop",
    "stack": "loop: php : pha : phx : lda $03,s : plx : pla : plp : inc $12 : inx : cpx #$0030 : bne loop",
    "pages": "rep #$20 : loop: lda $1FC0,x : sta $7E1FF8,x : inx : cpx #$0050 : bcc loop",
    "stores": "loop: inc a : sta ($10),y : inc a : sta [$14] : bra loop",
    "indexes": "loop: rep #$10 : inx : txy : sep #$10 : tya : sta $20 : stx $22 : inc a : bne loop",
    "decimal": "loop: sed : adc #$19 : cld : sta $10 : inx : cpx #$0040 : bne loop",
}


@pytest.mark.parametrize("kind", ("rom", "ram"))
@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_as_a_function_leaves_what_its_steps_leave(kind: str, loop: str) -> None:
    base = 0x7E0040 if kind == "ram" else 0x008000
    code = assemble(f"org $008000 : rep #$10 : {LOOPS[loop]} : rts").blocks[0].data
    cpus = [machine(kind, code, base) for _ in range(2)]
    for steps in range(150, 190):
        left = []
        for cpu, often in zip(cpus, (1, 10**9), strict=True):
            prepare(cpu, random.Random(steps), base)
            cpu.p, cpu.e, cpu.x, cpu.d, cpu.s = 0x24, 0, 0x01FE, 0, 0x01F0
            cpu.memory.load(0x000010, bytes.fromhex("34120000 56307E00"))
            with patch.object(runs, "OFTEN", often):
                cpu.call(base, Limits(steps=steps))
            left.append((registers(cpu), cpu.cycles, contents(cpu)))
        assert left[0] == left[1]


def test_code_that_changes_its_next_instruction() -> None:
    #                LDA #$E8 : STA $7E2006 : NOP, which becomes INX : RTL
    for kind in ("flat", "ram"):
        cpu = machine(kind, bytes.fromhex("a9e88f06207eea6b"), 0x7E2000)
        for expected in (1, 2):
            cpu.x = expected - 1
            assert cpu.call(0x7E2000).returned and cpu.x == expected
            cpu.memory[0x7E2006] = 0xEA


def test_a_loop_that_counts_in_its_own_operand() -> None:
    #              INC $2004 : LDA #$00 : CMP #$05 : BNE back : RTL, all of it in RAM
    cpu = machine("ram", bytes.fromhex("ee0420a900c905d0f76b"), 0x7E2000)
    cpu.dbr = 0x7E
    outcome = cpu.call(0x7E2000)
    assert (outcome.returned, outcome.steps, cpu.a & 0xFF) == (True, 4 * 5 + 1, 5)


def test_a_push_that_changes_the_bytes_it_is_read_from() -> None:
    cpu = Cpu(FlatMemory(0x10000))
    cpu.memory.load(0x8000, bytes.fromhex("22009012"))  # JSL $129000, S at its own bank byte
    cpu.pbr, cpu.pc, cpu.s = 0x34, 0x8000, 0x8003
    cpu.step()
    assert (cpu.pbr, cpu.pc) == (0x34, 0x9000)


@pytest.mark.parametrize("rom", [bytes(0x8000), bytearray(0x8000)], ids=["constant", "changing"])
def test_memory_that_changes_between_calls(rom: bytes) -> None:
    memory = LoRom(rom)
    cpu = Cpu(memory)
    memory.load(0x7E0100, bytes.fromhex("a2016b"))
    assert cpu.call(0x7E0100).returned and cpu.x == 1
    memory.wram[0x101] = 2
    assert cpu.call(0x7E0100).returned and cpu.x == 2
    if isinstance(rom, bytearray):
        memory.rom[:3] = bytes.fromhex("a2036b")
        cpu.call(0x008000)
        memory.rom[1] = 4
        assert cpu.call(0x008000).returned and cpu.x == 4


def test_another_page_at_the_same_place() -> None:
    memory = HiRom(bytes.fromhex("a2016b").ljust(0x2000, b"\0") + bytes.fromhex("a2026b"))
    cpu = Cpu(memory)
    assert cpu.call(0xC00000).returned and cpu.x == 1
    memory.map((0xC0,), 0x0000, 0x2000, memory.pages[0xC02000 >> 13], memory.bus)
    assert cpu.call(0xC00000).returned and cpu.x == 2


def test_code_across_pages_and_on_the_open_bus() -> None:
    memory = LoRom(bytes(0x1FFE) + bytes.fromhex("a23412a2561260") + bytes(0x4000))
    cpu = Cpu(memory)
    cpu.p &= 0xCF
    outcome = cpu.call(0x009FFE, Limits(trace=9))
    assert outcome.returned and cpu.x == 0x1256
    assert [kept.pc for kept in outcome.trace] == [0x9FFE, 0xA001, 0xA004]
    cpu.memory.bus.value = 0xEA
    outcome = cpu.call(0x005000, Limits(steps=3))
    assert (outcome.steps, outcome.address) == (3, 0x005003)


STORES = bytes.fromhex("a20185108511a20260")  # LDX STA STA LDX RTS


@pytest.mark.parametrize("limits", [{}, {"trace": 8}, {"stack": 16}], ids=["bare", "trace", "stack"])
def test_a_fence_within_a_run_leaves_what_was_before(limits: dict[str, int]) -> None:
    cpu = Cpu(LoRom(STORES.ljust(0x8000, b"\0")))
    cpu.a = 0x77
    for _ in range(3):
        cpu.x, cpu.memory[0x10], cpu.s = 0, 0, 0x01FF
        outcome = cpu.call(0x008000, Limits(writes=((0x7E0010, 0x7E0010),), **limits))
        found = outcome.reason, outcome.address, outcome.steps, outcome.cycles
        assert found == ("write", 0x11, 3, 2 + 3 + 3)
        assert (cpu.pc, cpu.x, cpu.memory[0x10], cpu.memory[0x11]) == (0x8006, 1, 0x77, 0)


@pytest.mark.parametrize("code", ["686860", "f460ea484860"], ids=["pulls its return", "pushes"])
def test_a_trace_changes_nothing(code: str) -> None:
    def called(trace: int) -> tuple[object, ...]:
        cpu = Cpu(LoRom(bytes.fromhex(code).ljust(0x8000, b"\xea")))
        cpu.s = 0x0002
        outcome = cpu.call(0x008000, Limits(steps=9, trace=trace))
        return outcome.reason, outcome.steps, outcome.address, registers(cpu)

    assert called(3) == called(0)


@given(steps=st.integers(0, 7), trace=st.integers(0, 3))
def test_a_limit_within_a_run(steps: int, trace: int) -> None:
    cpu = Cpu(LoRom(STORES.ljust(0x8000, b"\0")))
    for _ in range(3):
        cpu.s = 0x01FF
        outcome = cpu.call(0x008000, Limits(steps=steps, trace=trace))
        ended = steps >= 5
        assert (outcome.reason, outcome.steps) == ("returned" if ended else "steps", min(steps, 5))
        assert outcome.cycles == sum((2, 3, 3, 2, 6)[:steps])
        assert len(outcome.trace) == min(trace, steps, 5)


class Interrupter:
    """A page where a write interrupts, and a read tells what the processor is about."""

    def __init__(self) -> None:
        self.cpu: Cpu | None = None
        self.seen: list[tuple[int, int]] = []

    def __getitem__(self, offset: int) -> int:
        assert self.cpu
        self.seen.append((self.cpu.pc, self.cpu.cycles))
        return 0

    def __setitem__(self, offset: int, value: int) -> None:
        assert self.cpu
        self.cpu.nmi() if offset else self.cpu.irq()


@pytest.mark.parametrize(("offset", "masked", "handled"), [(1, 4, 1), (1, 0, 1), (0, 0, 1), (0, 4, 0)])
def test_an_interrupt_within_a_run_comes_before_the_next_instruction(
    offset: int, masked: int, handled: int
) -> None:
    rom = bytearray(0x8000)
    rom[:9] = bytes([0x8D, offset, 0x60, 0xAD, 0x00, 0x60, 0xE8, 0xE8, 0x60])  # STA LDA INX INX RTS
    rom[0x100:0x102] = b"\xc8\x40"  # INY : RTI
    rom[0x7FEA:0x7FEC] = rom[0x7FEE:0x7FF0] = b"\x00\x81"
    memory, page = LoRom(bytes(rom)), Interrupter()
    memory.map((0,), 0x6000, 0x8000, page)
    cpu = page.cpu = Cpu(memory)
    places = [0x8000, *([0x8100, 0x8101] * handled), 0x8003, 0x8006, 0x8007, 0x8008]
    for _ in range(3):
        cpu.p, cpu.x, cpu.y, cpu.cycles, page.seen = 0x30 | masked, 0, 0, 0, []
        outcome = cpu.call(0x008000, Limits(trace=9))
        assert [kept.pc for kept in outcome.trace] == places
        assert (cpu.x, cpu.y, cpu.p & 4) == (2, handled, masked)
        assert page.seen == [(0x8006, 4 + handled * (8 + 2 + 7) + 4)]


def test_the_source_that_the_documentation_shows() -> None:
    from afs.asm.machine import composition

    shown = str(composition.__doc__).split("native mode:\n\n")[1]
    entry = next(entry for entry in instruction_set() if (entry.mnemonic, entry.mode) == ("lda", "direct,x"))
    lines: Sequence[str] = source(entry, True, True, False).splitlines()
    assert [line.strip() for line in shown.split("\n") if line] == [line.strip() for line in lines]
