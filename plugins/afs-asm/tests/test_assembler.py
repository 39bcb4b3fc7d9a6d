"""Text into bytes: instructions and their sizes, data, expressions, labels, macros, blocks, placement."""

from __future__ import annotations

import pytest

from afs.asm import Assembly, assemble, instruction_set
from afs.asm.language.instructions import SYNTAX


def hexed(code: str, address: int = 0x008000, **options: object) -> str:
    result = assemble(code, address, **options)  # type: ignore[arg-type]
    assert result.ok, result.findings
    return result.code.hex()


def faults(code: str, **options: object) -> list[tuple[int, str]]:
    result: Assembly = assemble(code, **options)  # type: ignore[arg-type]
    return [(finding.line, finding.code) for finding in result.errors]


def test_every_opcode_comes_out_of_its_own_text() -> None:
    operands = {1: "$12", 2: "$1234", 3: "$123456"}
    for entry in instruction_set():
        form, width = SYNTAX[entry.mode], entry.length() - 1
        if entry.mode == "block move":
            assert hexed(f"{entry.mnemonic} $7E,$7F") == f"{entry.opcode:02x}7e7f"
            continue
        operand = form.replace("e", operands[width]) if width else form
        value = bytes.fromhex(operands[width][1:])[::-1].hex() if width else ""
        if entry.mnemonic in ("jml", "jsl") and width == 2:
            assert entry.mode == "[absolute]"
        assert hexed(f"{entry.mnemonic} {operand}") == f"{entry.opcode:02x}{value}", (entry, operand)


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("lda #$12", "a912"),
        ("lda #$0012", "a91200"),
        ("lda #18 : ldx #256", "a912a20001"),
        ("lda #%101 : ldy #%100000000", "a905a00001"),
        ("lda.w #$12 : lda.b #$1234", "a91200a934"),
        ("lda $12 : lda $0012 : lda $000012", "a512ad1200af120000"),
        ("lda.l $12,x : lda $12,y", "bf120000b91200"),
        ("stz $12,x : jmp $12 : jsl $1234", "74124c12002234 1200".replace(" ", "")),
        ("inc #3 : nop #2 : asl a : dec", "1a1a1aeaea0a3a"),
        ("brk : cop #$12", "00000212"),
        ("mvn $7E,$7F : pea $1234 : pei ($12)", "547e7ff43412d412"),
        ("jmp [$1234] : jmp ($1234) : jmp ($1234,x)", "dc34126c34127c3412"),
        ("lda ($12,s),y : lda $12,s : lda [$12],y", "b312a312b712"),
        ("lda #'A' : @nop", "a941ea"),
        ("lda.b #<:$123456 : lda #$7E1234>>16", "a912a97e"),
    ],
)
def test_operands_are_sized_by_their_digits(code: str, data: str) -> None:
    assert hexed(code) == data


def test_a_label_is_sized_by_where_it_lies() -> None:
    code = "Here:\n lda Here : lda Far : lda Near,x\n jmp Here\nNear:\n"
    far = {"Far": 0x7E1234}
    assert hexed(code, symbols=far) == "ad0080" + "af34127e" + "bd0d80" + "4c0080"
    assert hexed("lda Ram : sta.b Ram", 0x7E8000, symbols={"Ram": 0x7E0010}) == "ad10008510"
    assert hexed("optimize address ram\nlda Ram", symbols={"Ram": 0x7E1234}) == "ad3412"
    assert hexed("optimize dp always\nlda Ram", symbols={"Ram": 0x7E0034}) == "a534"
    assert (
        hexed("bank $7E\nlda Ram : bank auto : lda Ram", symbols=far | {"Ram": 0x7E0034}) == "ad3400af34007e"
    )
    assert faults("jsr Far", symbols=far) == [(1, "width")]
    assert faults("lda Far,y", symbols=far) == [(1, "width")]


def test_branches() -> None:
    assert hexed("- bne - : bra + : brl Far\n+ rts\nFar:") == "d0fe8003820100" + "60"
    assert hexed("bra $05 : per End\nEnd:") == "8005620000"
    assert faults("bra Far\nfill 130\nFar:") == [(1, "branch-range")]
    assert hexed("bra Far\nfill 127\nFar:")[:4] == "807f"


@pytest.mark.parametrize(
    ("code", "code_of_fault"),
    [
        ("lda ($12", "expression"),
        ("stz $12,y", "no-such-form"),
        ("lda ($1234)", "width"),
        ("lda.x $12", "suffix"),
        ("lda", "operand-missing"),
        ("nop $12", "no-such-form"),
        ("ldaa $12", "unknown-command"),
        ("lda $12 + 1", "operand-blank"),
        ("lda #$1G", "expression"),
        ("lda #1==2", "expression"),
        ("lda !nothing", "unknown-define"),
        ("%nothing()", "unknown-macro"),
        ("lda nothing", "unknown-label"),
        ("lda #nothing(1)", "unknown-function"),
        ("inc #Here\nHere:", "label-moves"),
        ("Twice:\nTwice:", "label-redefined"),
        ('db "open', "quotes"),
        ("if 1\nnop", "block"),
        ("endif", "block"),
        ("macro m()\nnop", "block"),
        ("db 1/0", "expression"),
        ("arch superfx", "not-supported"),
        ("org $7FFFFFFF", "place"),
        ("warnpc $7FFF", "warnpc"),
        ("assert 1 == 2", "assertion"),
        ('error "no"', "error-command"),
        ("pullpc", "unbalanced"),
        ("pushpc", "unbalanced"),
    ],
)
def test_what_is_refused(code: str, code_of_fault: str) -> None:
    result = assemble(code)
    assert not result.ok
    assert code_of_fault in [finding.code for finding in result.errors], result.findings


def test_faults_name_file_line_and_label(tmp_path: object) -> None:
    result = assemble("nop\n  jsr Missing : jsl Other\nmacro m()\n lda Third\nendmacro\n%m()\n")
    assert [(f.line, f.column, f.called) for f in result.errors] == [(2, 3, ""), (2, 17, ""), (4, 1, "6")]
    assert "`Other`" in result.errors[1].reason
    assert str(result.errors[0]) == "2:3: error: there is no label `Missing` [unknown-label]"


def test_data() -> None:
    assert hexed("db 1,$02,%11,'A',\"Hi\" : dw 1,$1234 : dl $123456 : dd -1") == (
        "01020341" + "4869" + "01003412" + "563412" + "ffffffff"
    )
    assert hexed('db "a""b"') == "612262"
    assert hexed("'a' = $1234\ndw \"ab\" : db 'a'") == "3412620034"
    assert hexed("pushtable : 'a' = 5 : db 'a' : pulltable : db 'a'") == "0561"
    assert hexed("db Here,Here>>8 : dl Here\nHere:") == "0580058000"
    assert hexed("fillword $1234\nfill 5\npadbyte 7 : pad $008008") == "3412341234070707"
    assert hexed("db 1 : fill align 4 : db 2 : skip align 4 offset 1 : db 3") == "0100000002" + "03"
    assert hexed("db 1 : skip 2 : db 2") == "0102"


def test_expressions_go_from_left_to_right_unless_told() -> None:
    result = assemble("db 1+2*3,(1+2)*3,7/2*2,-1+3,~$F0&$FF,1<<4|3,10%4,2**3")
    assert result.code == bytes([9, 9, 6, 2, 15, 19, 2, 8])
    assert {finding.code for finding in result.findings} == {"math-order"}
    assert hexed("math pri on\ndb 1+2*3,2*3+1") == "0707"
    assert hexed("asar 1.90\ndb 1+2*3,7/2*2") == "0707"
    assert hexed("math round off\ndb 7/2*2") == "07"
    assert (
        hexed("db max(3,5),min(3,5),clamp(9,1,4),select(0,1,2),bank($123456),round(2.5,0)") == "050304021202"
    )
    assert hexed("function f(a,b) = (a*b)+1\nfunction g(n) = f(n,n)\ndb f(2,3),g(3)") == "070a"
    assert hexed('db defined("x")\n!x = 1\ndb defined("x"),stringsequal("a","a")') == "000101"
    assert hexed("db snestopc($018000)>>8 : dl pctosnes($8000) : dw pc()") == "80008081" + "0480"


def test_labels_and_their_scopes() -> None:
    code = """
First:
.a
..b
    dw .a, ..b, First_a_b
Second:
.a
    dw .a, First_a
#Aside:
    dw .a
namespace Room
Door:
.knob
    dw Door, .knob, Room_Door_knob
namespace off
    dw Room_Door
    dw ++
+   dw -
++
-
"""
    result = assemble(code)
    assert [finding.code for finding in result.errors] == ["unknown-label"]
    result = assemble(code.replace("+   dw -", "-   dw -"))
    assert result.ok, result.findings
    assert result.labels == {
        "First": 0x8000, "First_a": 0x8000, "First_a_b": 0x8000, "Second": 0x8006, "Second_a": 0x8006,
        "Aside": 0x800A, "Room_Door": 0x800C, "Room_Door_knob": 0x800C,
    }  # fmt: skip
    assert (
        result.code.hex() == "008000800080" + "06800080" + "0680" + "0c800c800c80" + "0c80" + "1880" + "1680"
    )


def test_assigned_names_and_structs() -> None:
    assert hexed("Speed = $12\nNext = Speed+1\n lda.b #Next : sta.w Speed") == "a9138d1200"
    code = """
struct Actor $7E0D00
.x: skip 2
.y: skip 2
.kind: skip 1
endstruct align 8
struct Boss extends Actor
.rage: skip 2
endstruct
 lda.w Actor.y : lda.w Actor[2].kind : db sizeof(Actor),objectsize(Actor) : lda.w Actor.Boss.rage
"""
    assert hexed(code) == "ad020d" + "ad180d" + "080a" + "ad050d"


def test_defines() -> None:
    assert hexed('!a = 5 : !b = "lda #" : !b!a') == "a905"
    assert hexed("!n = 1\n!n += 2\n!m #= !n*2\n!k := !n\n!n ?= 9\ndb !n,!m,!k") == "0c180c"
    assert hexed("!x_1 = 7\n!i = 1\ndb !{x_!i}") == "07"
    assert hexed('!words = "db 1, 2" ; in quotes\n!words ; of them') == "0102"
    assert hexed("db !assembler_ver>>8") == "2a"
    assert hexed('db "Hey!",0') == "4865792100"
    assert faults("!a = !b\n!b = !a\ndb !a") == [(3, "limit")]
    assert hexed("db !given", defines={"given": "9"}) == "09"


def test_macros() -> None:
    code = """
macro put(value, name)
    lda #<value>
?again:
    sta <name>
    bne ?again
.sub
endmacro
Top:
%put($12, $34)
%put("$1234,", $0056)
"""
    result = assemble(code.replace('"$1234,"', '"$1234"').replace(".sub\n", ""))
    assert result.ok, result.findings
    assert result.code.hex() == "a9128534d0fc" + "a934128d5600d0fb"
    more = (
        "macro all(first, ...)\ndb <first>,sizeof(...)\n!i = 0\nwhile !i < sizeof(...)\n"
        "db <...[!i]>\n!i #= !i+1\nendwhile\nendmacro\n%all(9,1,2,3)\n%all(8)"
    )
    assert hexed(more) == "0903010203" + "0800"
    assert faults("macro one(a)\ndb <a>\nendmacro\n%one()") == [(4, "macro")]
    assert faults("macro one(a)\ndb <b>\nendmacro\n%one(1)") == [(2, "macro-parameter")]
    assert hexed("macro sh(a)\ndb 1<<<a>\nendmacro\n%sh(3)") == "08"


def test_conditions_and_loops() -> None:
    assert hexed("if 1 : db 1 : else : db 2") == "01"
    assert hexed("if 0 : db 1 : elseif 1 == 1 : db 2 : else : db 3 : endif") == "02"
    assert hexed("if 0\nif 1\ndb 1\nelse\ndb 2\nendif\nelse\ndb 3\nendif\ndb 4") == "0304"
    assert hexed("if 1 > 2 || 2 > 1\ndb 1\nendif\nif 1 && 0\ndb 2\nendif") == "01"
    assert hexed("!i = 0\nwhile !i < 3\ndb !i\n!i #= !i+1\nendwhile\ndb 9") == "00010209"
    assert hexed("for i = 2..5\ndb !i\nendfor\nfor j = 0..0\ndb 9\nendfor") == "020304"
    assert hexed("for i = 0..2\nfor j = 0..2\ndb !i*2+!j\nendfor\nendfor") == "00010203"
    assert hexed("rep 3 : nop") == "eaeaea"
    assert faults("if Here\nendif\nHere:") == [(1, "label-moves")]
    assert hexed('assert Here == $008001,"moved" : nop\nHere:') == "ea"


def test_placement() -> None:
    result = assemble("db 1\norg $018000\ndb 2\npushpc\norg $008010\ndb 3\npullpc\ndb 4\n")
    assert [(block.address, block.data.hex()) for block in result.blocks] == [
        (0x008000, "01"), (0x008010, "03"), (0x018000, "0204"),
    ]  # fmt: skip
    result = assemble(
        "base $7E2000\nHere:\ndw Here\npushbase\nbase $1234\ndw There\nThere:\npullbase\nbase off\ndw pc()"
    )
    assert result.code.hex() == "0020" + "3612" + "0480" and result.labels["There"] == 0x1236
    assert faults("org $00FFFE\ndw 1\n") == [] and faults("org $00FFFF\ndl 1\n") == [(2, "bank-border")]
    moved = assemble("check bankcross off\norg $00FFFF\ndw 1,2\n")
    assert [(block.address, len(block.data)) for block in moved.blocks] == [(0xFFFF, 1), (0x18000, 3)]


def test_one_line_may_go_on_in_the_next() -> None:
    assert hexed("db 1,\n   2 ; two\nlda \\\n  #$12") == "0102a912"
    result = assemble("db 1,\n   2\n  nop")
    assert [(place.address, place.line) for place in result.lines] == [(0x8000, 1), (0x8002, 3)]


def test_what_is_printed() -> None:
    result = assemble(
        'math round off\nprint "at ",pc," ",hex(255,4)," ",dec(-5)," ",bin(5)," ",double(1.5)," ",bytes\nnop'
    )
    assert result.printed == ("at 008000 00FF -5 101 1.5 0",)


def test_code_may_lie_in_ram_and_know_labels_elsewhere() -> None:
    result = assemble(
        "jsl Draw : sta Buffer : .loop : bra .loop", 0x7E8000, symbols={"Draw": 0x0DBA80, "Buffer": 0x7EC000}
    )
    assert result.ok and result.blocks[0].address == 0x7E8000
    assert result.code.hex() == "2280ba0d8d00c080fe" and "Draw" not in result.labels
    assert assemble("").ok and assemble("").blocks == ()
