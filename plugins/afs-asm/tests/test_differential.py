"""Random programs leave the same RAM as on bsnes-mercury, an emulator that is not ours.

``programs.tsv`` holds programs on which both agreed (seed, code, SHA-256 of RAM); they run always. With the
emulator at hand, ``pytest --slow`` compares new programs, each in a process of its own.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from afs.asm import instruction_set

HERE = Path(__file__).parent
FIRST_NEW = 100_000
NEW = 40


def beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


programs, reference = beside("random_programs"), beside("reference_emulator")
LINES = [line.split("\t") for line in (HERE / "programs.tsv").read_text().splitlines() if line[0] != "#"]


def test_the_committed_programs_leave_what_the_reference_left() -> None:
    assert len(LINES) >= 20
    seen: set[int] = set()
    for seed, code, digest in LINES:
        ram = programs.final_ram(programs.rom_of(int(seed), code), seen=seen)
        assert hashlib.sha256(ram).hexdigest() == digest, f"program {seed}"
    never = {entry.mnemonic for entry in instruction_set() if entry.opcode not in seen}
    assert len(seen) >= 240 and not never & {"brk", "cop", "rti", "mvn", "mvp", "sed", "xce", "adc", "sbc"}, (
        never
    )


def test_a_program_is_the_same_for_the_same_seed() -> None:
    one, other = programs.made(4), programs.made(4)
    assert one is not None and other is not None
    assert one[0].code == other[0].code and one[1] == other[1]


@pytest.mark.slow
def test_new_programs_leave_what_the_reference_leaves() -> None:
    reason = reference.missing()
    if reason:
        pytest.skip(reason)
    compared = 0
    for seed in range(FIRST_NEW, FIRST_NEW + NEW):
        found = programs.made(seed)
        if found is not None:
            program, ram = found
            assert reference.work_ram(bytes(program.rom)) == ram, f"program {seed}"
            compared += 1
    assert compared > NEW // 2
