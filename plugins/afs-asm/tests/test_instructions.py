"""The instruction table against capstone, and its own laws."""

from __future__ import annotations

import capstone
import pytest

from afs.asm import instruction_set, mnemonics

MODES = {
    (True, True): capstone.CS_MODE_MOS65XX_65816 | 1 << 1,
    (False, True): capstone.CS_MODE_MOS65XX_65816_LONG_M,
    (True, False): capstone.CS_MODE_MOS65XX_65816_LONG_X,
    (False, False): capstone.CS_MODE_MOS65XX_65816_LONG_MX,
}
#: capstone's operand text, numbers replaced by `e`.
SHAPES = {"implied": "", "accumulator": "a", "immediate": "#e", "stack,s": "e,s", "(stack,s),y": "(e,s),y"}


def decode(opcode: int, m: bool, x: bool) -> capstone.CsInsn | None:
    try:
        engine = capstone.Cs(capstone.CS_ARCH_MOS65XX, MODES[m, x])
    except capstone.CsError:
        pytest.skip("this capstone has no such mode")
    return next(iter(engine.disasm(bytes([opcode, 0x12, 0x34, 0x56]), 0x8000)), None)


@pytest.mark.parametrize("opcode", range(256))
@pytest.mark.parametrize(("m", "x"), [(False, True), (True, False), (False, False)])
def test_mnemonic_and_length_agree_with_capstone(opcode: int, m: bool, x: bool) -> None:
    ours, theirs = instruction_set()[opcode], decode(opcode, m, x)
    assert theirs is not None
    assert ours.mnemonic == theirs.mnemonic
    assert ours.length(m, x) == theirs.size


@pytest.mark.parametrize("opcode", range(256))
def test_form_agrees_with_capstone(opcode: int) -> None:
    import re

    ours, theirs = instruction_set()[opcode], decode(opcode, False, False)
    assert theirs is not None
    shape = re.sub(r"0x[0-9a-f]+", "e", theirs.op_str).replace(" ", "")
    if ours.mnemonic in ("brk", "cop", "wdm"):
        shape = "#e"  # capstone leaves out the sign of a signature byte
    assert shape == ours.syntax


def test_table_is_complete_and_in_order() -> None:
    assert [entry.opcode for entry in instruction_set()] == list(range(256))
    assert len(mnemonics()) == 92
    assert sum(entry.operand == "m" for entry in instruction_set()) == 8
    assert sum(entry.operand == "x" for entry in instruction_set()) == 4


def test_cycles_and_conditions_are_plausible() -> None:
    known = {"m", "mm", "x", "d", "p", "t", "e", "n", "b", "w"}
    for entry in instruction_set():
        assert 2 <= entry.cycles <= 8, entry
        assert set(entry.conditions) <= known, entry
        assert ("d" in entry.conditions) == ("direct" in entry.mode), entry
        assert set(entry.flags) <= set("nvmxdizce"), entry
        if entry.operand in "mx":
            assert entry.operand in entry.conditions, entry


@pytest.mark.parametrize(
    ("opcode", "cycles", "conditions", "flags"),
    [
        (0xA9, 2, ("m",), "nz"),
        (0xB1, 5, ("m", "d", "p"), "nz"),
        (0x91, 6, ("m", "d"), ""),
        (0x9D, 5, ("m",), ""),
        (0x1E, 7, ("mm",), "nzc"),
        (0xFC, 8, (), ""),
        (0xD0, 2, ("t", "e"), ""),
        (0x00, 7, ("n",), "di"),
        (0x28, 4, (), "nvmxdizc"),
        (0xFB, 2, (), "mxce"),
        (0xD4, 6, ("d",), ""),
        (0x54, 7, ("b",), ""),
    ],
)
def test_facts_of_the_data_sheet(opcode: int, cycles: int, conditions: tuple[str, ...], flags: str) -> None:
    entry = instruction_set()[opcode]
    assert (entry.cycles, entry.conditions, entry.flags) == (cycles, conditions, flags)
