"""One instruction after the other does what `rules.tsv` says: where data lies, what registers keep, what is
pushed, and in which order. The memory of these tests keeps every write."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from afs.asm import Cpu, Memory

FLAGS = "NVMXDIZC"


class _Page:
    def __init__(self, ledger: Ledger, base: int) -> None:
        self._ledger, self._base = ledger, base

    def __getitem__(self, offset: int) -> int:
        return self._ledger.cells.get(self._base + offset, 0)

    def __setitem__(self, offset: int, value: int) -> None:
        self._ledger.cells[self._base + offset] = value
        self._ledger.written.append((self._base + offset, value))


class Ledger(Memory):
    """Memory that is zero where nothing was put, and keeps what is ``written`` in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[int, int] = {}
        self.written: list[tuple[int, int]] = []
        self.pages = [_Page(self, number << 13) for number in range(len(self.pages))]
        self.writes = list(self.pages)

    def fresh(self, contents: dict[int, int]) -> None:
        self.cells.clear()
        self.cells.update(contents)
        self.written.clear()


class Rule(NamedTuple):
    says: str
    code: bytes
    before: dict[str, int]
    after: dict[str, int]
    memory: dict[int, int]
    written: list[tuple[int, int]]


def registers(text: str) -> dict[str, int]:
    pairs = (pair.split("=") for pair in text.split() if pair != "-")
    return {name: flags(value) if name == "p" else int(value, 16) for name, value in pairs}


def flags(letters: str) -> int:
    return sum(0x80 >> FLAGS.index(letter) for letter in letters if letter != "0")


def cells(text: str) -> list[tuple[int, int]]:
    pairs = (pair.split(":") for pair in text.split() if pair != "-")
    return [(int(address, 16), int(value, 16)) for address, value in pairs]


def read(line: str) -> Rule:
    says, code, before, after, memory, written = line.split("\t")
    return Rule(
        says, bytes.fromhex(code), registers(before), registers(after), dict(cells(memory)), cells(written)
    )


LINES = (Path(__file__).parent / "rules.tsv").read_text("utf-8").splitlines()
RULES = [read(line) for line in LINES if not line.startswith("#")]
MEMORY = Ledger()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_one_instruction(rule: Rule) -> None:
    emulated = {"p": flags("M")} if rule.before.get("e") else {}
    before = RULES[0].before | emulated | rule.before
    bank = before["pbr"] << 16
    code = {bank | before["pc"] + at & 0xFFFF: value for at, value in enumerate(rule.code)}
    MEMORY.fresh(rule.memory | code)
    cpu = Cpu(MEMORY)
    for name, value in before.items():
        setattr(cpu, name, value)
    cpu.step()
    behind = before | {"pc": before["pc"] + len(rule.code) & 0xFFFF}
    assert {name: getattr(cpu, name) for name in before} == behind | rule.after
    assert MEMORY.written == rule.written
