"""What a file defines, on text laid out as ROM hacks lay theirs out."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs.asm import Source, SymbolTable, code_blocks

RAM = """
; =========================================================
; Player state
; =========================================================
PlayerX = $7E0022       ; horizontal position
PlayerY = $7E0020
; Hearts left, in eighths
Health    = $7EF36D
!MaxHealth = $A0 ; twenty hearts
!Message = "two words" ; quoted
struct Actor $7E0D00
.x: skip 2  ; left edge
.y: skip 2
.kind: skip 1
endstruct
"""

CODE = """
namespace Player
; Hurts the player.
; In: A damage, M=1
; ---------------------------------------------------------
Hurt:
    STA.b $00           ; keep it
    LDA.l Health : SEC : SBC.b $00
    BCS .alive
    JSL Die
.alive
    STA.l Health
    LDX.w .frames,Y
    INC.w Actor.kind,X
    LDA.b #!MaxHealth
    %sound($12)
    RTL
.frames
    db $01, $02
    db $03              ; last

Alias:
Die:
{
    JMP Hurt_alive
}
namespace off

; values by level
Levels:
    dw $0010, Player_Hurt, PlayerX

macro sound(id)
Inner:
    LDA.b #<id>
endmacro

org $008123
    JSL Player_Hurt
FallsThrough:
    NOP
Next:
    RTS
incsrc "more/file.asm"
incbin gfx.bin
"""


@pytest.fixture(scope="module")
def table() -> SymbolTable:
    return SymbolTable([Source.parse(RAM, "ram.asm"), Source.parse(CODE, "player.asm")])


def test_symbols_and_defines(table: SymbolTable) -> None:
    ram = table.sources[0]
    first, second, third, *fields = ram.symbols
    assert (first.name, first.value, first.comment) == ("PlayerX", 0x7E0022, "horizontal position")
    assert first.above == "Player state" and first.line == 5
    assert (second.name, second.comment, second.above) == ("PlayerY", "", "")
    assert (third.value, third.above) == (0x7EF36D, "Hearts left, in eighths")
    assert [(field.name, field.value) for field in fields] == [
        ("Actor.x", 0x7E0D00),
        ("Actor.y", 0x7E0D02),
        ("Actor.kind", 0x7E0D04),
    ]
    assert fields[0].comment == "left edge"
    assert [(define.name, define.value, define.comment) for define in ram.defines] == [
        ("MaxHealth", "$A0", "twenty hearts"),
        ("Message", "two words", "quoted"),
    ]


def test_labels_routines_and_tables(table: SymbolTable) -> None:
    code = table.sources[1]
    assert [label.name for label in code.labels] == [
        "Player_Hurt", "Player_Hurt_alive", "Player_Hurt_frames", "Player_Alias", "Player_Die", "Levels",
        "FallsThrough", "Next",
    ]  # fmt: skip
    assert code.labels[1].parent == "Player_Hurt"
    hurt, die, falls, last = code.routines
    assert (hurt.name, hurt.line, hurt.end_line) == ("Player_Hurt", 6, 20)
    assert hurt.above == "Hurts the player.\nIn: A damage, M=1"
    assert [comment.text for comment in hurt.comments] == ["keep it", "last"]
    assert hurt.labels == ("Player_Hurt_alive", "Player_Hurt_frames")
    assert hurt.text.startswith("Hurt:\n") and hurt.text.endswith("; last")
    assert not hurt.falls_through and falls.falls_through
    assert (die.name, falls.name, last.name) == ("Player_Die", "FallsThrough", "Next")
    frames, levels = code.tables
    assert (frames.name, frames.directive, frames.values) == (
        "Player_Hurt_frames",
        "db",
        ("$01", "$02", "$03"),
    )
    assert (levels.name, levels.above) == ("Levels", "values by level")


def test_includes_and_macros(table: SymbolTable) -> None:
    code = table.sources[1]
    assert [(include.directive, include.path) for include in code.includes] == [
        ("incsrc", "more/file.asm"),
        ("incbin", "gfx.bin"),
    ]
    (macro,) = code.macros
    assert (macro.name, macro.parameters) == ("sound", ("id",))
    assert macro.text.endswith("endmacro")


def test_references(table: SymbolTable) -> None:
    uses = [(use.name, use.address, use.access) for use in table.references["Player_Hurt"]]
    assert uses == [
        ("", 0, "write"),
        ("Health", None, "read"),
        ("", 0, "read"),
        ("Player_Hurt_alive", None, "branch"),
        ("Player_Die", None, "call"),
        ("Health", None, "write"),
        ("Player_Hurt_frames", None, "read"),
        ("Actor.kind", None, "modify"),
        ("!MaxHealth", None, "address"),
        ("sound", None, "macro"),
    ]
    assert [name for name, _ in table.users("Health", "write")] == ["Player_Hurt"]
    assert table.unresolved() == ()
    assert table.resolve("Die", "Player")[0].line == 23
    assert table.resolve("Health")[0].value == 0x7EF36D


def test_unresolved_names_are_listed() -> None:
    table = SymbolTable([Source.parse("A:\n  JSR Missing\n  LDA !gone\n  %lost()\n  BRA +\n+ RTS", "a.asm")])
    assert [use.name for use in table.unresolved()] == ["Missing", "!gone", "lost"]


def test_files_are_read_whatever_their_bytes(tmp_path: Path) -> None:
    path = tmp_path / "odd.asm"
    path.write_bytes(b"Name = $10 ; caf\xe9\r\n\x00\xff\r\n")
    source = Source.read(path)
    assert source.symbols[0].value == 0x10
    assert source.symbols[0].comment == "café"


def test_code_blocks() -> None:
    text = "prose\n```asm\nlda $12\n```\n~~~65816\nrts\n~~~\n```python\nx\n```\n"
    text += "```\nnop\n```\n````asm\n```\n````\n"
    assert code_blocks(text) == ("lda $12", "rts", "nop", "```")
    assert code_blocks("no fence") == ()
    assert code_blocks("```asm\nopen\nend") == ("open\nend",)


def test_fields_behind_a_base_lie_where_it_says() -> None:
    text = "struct Port $7E2100\n.a: skip 2\nbase $4200\n.b: skip 1\n.c skip 1\nendstruct\n"
    found = {symbol.name: symbol.value for symbol in Source.parse(text).symbols}
    assert found == {"Port.a": 0x7E2100, "Port.b": 0x4200, "Port.c": 0x4201}
