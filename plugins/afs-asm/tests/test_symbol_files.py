"""Symbols out of files of emulators and assemblers."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs.asm import check, known_names, read_symbols
from afs.asm.sources.symbol_files import SymbolEntry, parse_symbols
from afs_core import DataError

WLA = """; wla symbolic information file
[labels]
00:8000 Reset
7E:0010 GameMode ; main module
[source files]
0000 1a2b3c4d main.asm
[addr-to-line mapping]
00:8000 0000:00000001
[labels]
80:FFD0 Late
"""
MESEN = """SnesPrgRom:0:Reset
PRG:8000-8003:Second:four bytes\\nof two lines
WORK:F36D:Health
SnesWorkRam:10000:Bank7F
SAVE:3C5:Progress:saved
REG:2100:INIDISP
SnesPrgRom:10::only a comment
SPCRAM:200:Music
nonsense
"""
SOURCE = """namespace Player
X = $7E0022 ; left
namespace off
!Max = $A0
!text = "words"
Later = X+1
struct Actor $7E0D00 ; sixteen of them
.x: skip 2 ; left edge
.kind: skip $01
endstruct
"""


def names(text: str, suffix: str, layout: str = "lorom") -> list[tuple[str, int, int]]:
    return [(entry.name, entry.address, entry.size) for entry in parse_symbols(text, suffix, layout)]


def test_sym_files_of_wla_and_asar() -> None:
    assert names(WLA, ".sym") == [("Reset", 0x8000, 0), ("GameMode", 0x7E0010, 0), ("Late", 0x80FFD0, 0)]
    second = parse_symbols(WLA, ".sym", file="a.sym")[1]
    assert second == SymbolEntry("GameMode", 0x7E0010, 0, "label", "main module", "a.sym", 4)


def test_sym_files_of_other_tools() -> None:
    assert names(";no$sns\n\n00008000 Reset\n007E0010 Mode\n", ".sym") == [
        ("Reset", 0x8000, 0),
        ("Mode", 0x7E0010, 0),
    ]
    assert names("al 008000 .Reset\nal C:7E0010 .Mode\n", ".sym") == [
        ("Reset", 0x8000, 0),
        ("Mode", 0x7E0010, 0),
    ]


def test_mlb_files_of_mesen() -> None:
    assert names(MESEN, ".mlb") == [
        ("Reset", 0x8000, 0),
        ("Second", 0x18000, 4),
        ("Health", 0x7EF36D, 0),
        ("Bank7F", 0x7F0000, 0),
        ("Progress", 0x7003C5, 0),
        ("INIDISP", 0x2100, 0),
    ]
    assert parse_symbols(MESEN, ".mlb")[1].comment == "four bytes\nof two lines"
    assert names(MESEN, ".mlb", "hirom")[0] == ("Reset", 0xC00000, 0)


def test_asar_sources() -> None:
    found = parse_symbols(SOURCE, ".asm", file="ram.asm")
    assert [(entry.name, entry.address, entry.size, entry.kind, entry.line) for entry in found] == [
        ("Player_X", 0x7E0022, 0, "symbol", 2),
        ("!Max", 0xA0, 0, "define", 4),
        ("Actor.x", 0x7E0D00, 2, "field", 8),
        ("Actor.kind", 0x7E0D02, 1, "field", 9),
    ]
    assert found[0].comment == "left" and found[0].file == "ram.asm"


def test_a_file_without_addresses_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.sym"
    path.write_text("nothing here\n")
    with pytest.raises(DataError, match="no line names an address"):
        read_symbols(path)
    path.write_bytes(b"00:8000 Caf\xe9\n")
    assert read_symbols(str(path))[0].address == 0x8000


def test_names_of_a_code_base_are_known(tmp_path: Path) -> None:
    (tmp_path / "Core").mkdir()
    (tmp_path / "Core" / "ram.asm").write_text(SOURCE + "macro put(a)\nendmacro\nfunction twice(a) = a*2\n")
    (tmp_path / "game.mlb").write_text("REG:2100:INIDISP\n")
    (tmp_path / "gfx.bin").write_bytes(b"\0")
    known = known_names([tmp_path], [tmp_path / "game.mlb"])
    code = "lda Player_X : lda #!Max : %put(1) : db twice(2) : lda.w INIDISP\n"
    code += 'incsrc "Core/ram.asm" : incbin gfx.bin'
    assert not check(code).assembles and check(code, known).assembles
    assert check("lda.w Actor.kind,x", known).assembles
    with pytest.raises(DataError, match=r"gone\.sym: cannot be read"):
        known_names([tmp_path], [tmp_path / "gone.sym"])
