"""Random programs that fill a ROM of 32 KiB, made so that two emulators must agree on what they leave in RAM.

The lower half of the ROM is code, the upper half random data. A program copies the data all over work RAM,
runs random instructions, stores its registers at $7FFFF0 and stops in a loop. Our own processor leads the
way while a program is written: an instruction is taken only if it reads and writes RAM or data alone, and
goes on to room that is still free.

As a script: `random_programs.py FIRST LAST` writes lines for `programs.tsv` (seed, code, SHA-256 of
RAM) of the programs on which the reference emulator agrees; see ``reference_emulator.py``.
"""

from __future__ import annotations

import base64
import hashlib
import random
import sys
import zlib
from typing import Any

from afs.asm import Cpu, Instruction, LoRom, instruction_set

CODE = 0x4000
HANDLER = CODE - 0x10
LENGTH = 400
_TITLE = b"AFS DIFFERENTIAL     " + bytes([0x20, 0, 8, 0, 1, 0, 0, 0xFF, 0xFF, 0, 0])
_REGISTERS = ("a", "x", "y", "s", "d", "dbr", "pbr", "pc", "p", "e", "waiting", "stopped")
_MOVES = (0x44, 0x54)
#: Stores A X Y S D, bank and flags, and loops.
_TAIL = bytes.fromhex("08c2308ff0ff7f8a8ff2ff7f988ff4ff7f3b8ff6ff7f7b8ff8ff7f8be220688ffaff7f688ffbff7f80fe")
_BANKS = (0x7E, 0x7F)


class Outside(Exception):
    """Something was touched whose contents are not known."""


class _Trap:
    def __getitem__(self, offset: int) -> int:
        raise Outside

    def __setitem__(self, offset: int, value: int) -> None:
        raise Outside


def blank_rom(seed: int) -> bytearray:
    """The ROM without its code: data from the seed, header, vectors, and the handler of BRK and COP."""
    rom = bytearray(random.Random(f"data:{seed}").randbytes(0x8000))
    rom[:CODE] = bytes(CODE)
    rom[0x7FC0:0x7FE0] = _TITLE
    for vector in range(0x7FE0, 0x8000, 2):
        target = HANDLER if vector in (0x7FE4, 0x7FE6, 0x7FF4, 0x7FFE) else 0
        rom[vector : vector + 2] = (0x8000 + target).to_bytes(2, "little")
    rom[HANDLER : HANDLER + 3] = bytes.fromhex("e61040")  # INC $10 : RTI
    return rom


class Program:
    """One program of about ``length`` random instructions; even seeds may switch to emulation mode."""

    def __init__(self, seed: int, length: int = LENGTH) -> None:
        self.rng = random.Random(f"code:{seed}")
        self.rom = blank_rom(seed)
        self.free = [True] * HANDLER + [False] * (0x8000 - HANDLER)
        self.emulation = seed % 2 == 0
        self.memory = _memory(self.rom)
        self.cpu = Cpu(self.memory)
        self._set_up()
        for _ in range(length):
            if not self._one():
                break
        self._finish()

    @property
    def code(self) -> str:
        """The code half as text."""
        return base64.b85encode(zlib.compress(bytes(self.rom[:CODE]), 9)).decode()

    def _room(self, at: int, size: int) -> bool:
        return 0 <= at <= HANDLER - size and all(self.free[at : at + size])

    def _write(self, at: int, data: bytes) -> None:
        self.rom[at : at + len(data)] = data
        self.free[at : at + len(data)] = [False] * len(data)

    def _run(self, data: bytes) -> None:
        at = self.cpu.pc - 0x8000
        self._write(at, data)
        step(self.cpu, self.memory)

    def _set_up(self) -> None:
        cpu, rng = self.cpu, self.rng
        cpu.reset()
        for text in ("78", "18", "fb", "c230"):
            self._run(bytes.fromhex(text))
        for bank in _BANKS:
            for target in range(0, 0x10000, 0x4000):
                for data in (b"\xa2\x00\xc0", b"\xa0" + target.to_bytes(2, "little"), b"\xa9\xff\x3f"):
                    self._run(data)
                self._run(bytes([0x54, bank, 0x00]))
        self._run(b"\xa2\xff\x1e")
        self._run(b"\x9a")
        self._run(b"\xa9" + rng.randrange(0x1C00).to_bytes(2, "little"))
        self._run(b"\x5b")

    def _one(self) -> bool:
        """Write and run one more instruction; False where there is no way on."""
        at = self.cpu.pc - 0x8000
        if not self._room(at, 16):
            spot = self._spot()
            if spot is None or not self._room(at, 4):
                return False
            bank = self.rng.choice((0, 0x80, self.rng.randrange(0x40)))
            self._run(b"\x5c" + (0x8000 + spot).to_bytes(2, "little") + bytes([bank]))
            return True
        for _ in range(200):
            entry = instruction_set()[self.rng.randrange(256)]
            if entry.mnemonic in ("wai", "stp") or (entry.mnemonic == "xce" and not self.emulation):
                continue
            data = self._encoded(entry)
            if self._room(at, len(data)) and self._fits(at, data):
                self._write(at, data)
                return True
        return False

    def _fits(self, at: int, data: bytes) -> bool:
        """Run ``data``; whether all went well. What it did is taken back where not."""
        cpu = self.cpu
        saved, ram = [getattr(cpu, name) for name in _REGISTERS], bytes(self.memory.wram)
        before = bytes(self.rom[at : at + len(data)])
        self.rom[at : at + len(data)] = data
        try:
            good = self._followed(at, data)
        except (Outside, IndexError):
            good = False
        if good:
            return True
        for name, value in zip(_REGISTERS, saved, strict=True):
            setattr(cpu, name, value)
        self.memory.wram[:] = ram
        self.rom[at : at + len(data)] = before
        cpu.settle()
        return False

    def _followed(self, at: int, data: bytes) -> bool:
        cpu = self.cpu
        cpu.step()
        for _ in range(300):
            inside = data[0] in _MOVES and cpu.pc == 0x8000 + at
            handled = HANDLER <= cpu.pc - 0x8000 < CODE
            if not inside and not handled:
                break
            cpu.step()
        else:
            return False
        own = range(at, at + len(data))
        to = cpu.pc - 0x8000
        return (
            cpu.pbr & 0x7F < 0x40
            and 0x20 < cpu.s < 0x1F00
            and self._room(to, 8)
            and not (to < own.stop and to + 8 > own.start)
        )

    def _spot(self) -> int | None:
        spots = (self.rng.randrange(0x200, HANDLER - 64) for _ in range(100))
        return next((spot for spot in spots if self._room(spot, 64)), None)

    def _encoded(self, entry: Instruction) -> bytes:
        rng, cpu = self.rng, self.cpu
        size = entry.length(cpu.p & 0x20 != 0, cpu.p & 0x10 != 0) - 1
        operand = bytearray(rng.randbytes(size))
        if entry.mnemonic in ("jsr", "jmp", "jsl", "jml") and entry.mode in ("absolute", "long"):
            operand[:2] = (0x8000 + (self._spot() or 0x300)).to_bytes(2, "little")
            operand[2:] = bytes([rng.choice((0, 0x80, 0x12, 0xA3))])[: size - 2]
        elif entry.mode == "relative":
            operand[0] = rng.choice((0, 1, 2, 5, 9))
        elif entry.mode == "relative long":
            operand[:] = rng.choice((0, 3, 11)).to_bytes(2, "little")
        elif entry.mode.startswith("long"):
            operand[2] = rng.choice((*_BANKS, *_BANKS, 0x00, 0x80))
        elif entry.mode == "block move":
            operand[:] = bytes(rng.choice(_BANKS) for _ in range(2))
        elif entry.mnemonic in ("ldx", "ldy") and size == 2 and rng.random() < 0.7:
            operand[1] &= 0x0F
        return bytes([entry.opcode, *operand])

    def _finish(self) -> None:
        cpu = self.cpu
        spots = (at for at in range(HANDLER - 0x100, 0x200, -64) if self._room(at, len(_TAIL) + 8))
        at = next(spots, None)
        if at is None or not self._room(cpu.pc - 0x8000, 4):
            raise Outside
        self._run(b"\x5c" + (0x8000 + at).to_bytes(2, "little") + b"\x00")
        if cpu.e:
            self._run(b"\x18")
            self._run(b"\xfb")
        end = cpu.pc + len(_TAIL) - 2
        self._write(cpu.pc - 0x8000, _TAIL)
        while cpu.pc != end:
            cpu.step()
        self.ram = bytes(self.memory.wram)


def _memory(rom: bytearray) -> LoRom:
    """A console that shows ``rom`` as it changes, and traps all but RAM and reading its data."""
    memory = LoRom(bytes(rom), 0)
    view, trap = memoryview(rom), _Trap()
    for bank in (*range(0x7E), *range(0x80, 0x100)):
        for start in range(0, 0x10000, 0x2000):
            number = (bank << 16 | start) >> 13
            if start >= 0x8000:
                memory.pages[number] = view[start - 0x8000 : start - 0x6000]
                memory.writes[number] = trap
            elif not (bank & 0x7F < 0x40 and start == 0):
                memory.pages[number] = memory.writes[number] = trap
    return memory


def step(cpu: Cpu, memory: LoRom) -> None:
    """One instruction; the long moves that set RAM up in one go."""
    if memory[cpu.pbr << 16 | cpu.pc] == 0x54 and cpu.a == 0x3FFF and cpu.x == 0xC000 and not cpu.e:
        bank = memory[cpu.pbr << 16 | cpu.pc + 1]
        target = (bank & 1) << 16 | cpu.y
        memory.wram[target : target + 0x4000] = memory.dump(0x00C000, 0x4000)
        cpu.x, cpu.y, cpu.a, cpu.dbr = 0, cpu.y + 0x4000 & 0xFFFF, 0xFFFF, bank
        cpu.pc += 3
        return
    cpu.step()


def rom_of(seed: int, code: str) -> bytes:
    """The ROM of a line of ``programs.tsv``."""
    rom = blank_rom(seed)
    rom[:CODE] = zlib.decompress(base64.b85decode(code))
    return bytes(rom)


def final_ram(rom: bytes, most: int = 100_000, seen: set[int] | None = None) -> bytes:
    """Work RAM after the program has come to its end; ``seen`` takes the opcodes that were run."""
    memory = LoRom(rom, 0)
    cpu = Cpu(memory)
    cpu.reset()
    for _ in range(most):
        where = cpu.pbr << 16 | cpu.pc
        opcode = memory[where]
        if opcode == 0x80 and memory[where + 1] == 0xFE:
            return bytes(memory.wram)
        if seen is not None:
            seen.add(opcode)
        step(cpu, memory)
    raise Outside


def made(seed: int) -> tuple[Program, bytes] | None:
    """A program and what it leaves; None where none could be finished, or where it reads later code."""
    try:
        program = Program(seed)
        ram = final_ram(bytes(program.rom))
    except (Outside, IndexError):
        return None
    return (program, ram) if ram == program.ram else None


def main() -> None:
    import importlib.util
    from pathlib import Path

    path = Path(__file__).with_name("reference_emulator.py")
    spec = importlib.util.spec_from_file_location("reference_emulator", path)
    assert spec and spec.loader
    reference: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        found = made(seed)
        if found is None:
            print(seed, "not finished", file=sys.stderr)
            continue
        program, ram = found
        other = reference.work_ram(bytes(program.rom))
        if other == ram:
            print(seed, program.code, hashlib.sha256(ram).hexdigest(), sep="\t", flush=True)
        else:
            differs = [at for at in range(len(ram)) if ram[at] != other[at]]
            shown = [f"{at:05x}: {ram[at]:02x} here, {other[at]:02x} there" for at in differs[:8]]
            print(seed, "differs at", len(differs), "bytes:", *shown, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
