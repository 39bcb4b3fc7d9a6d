"""Whole texts: both verdicts, stubs, scope, blocks, places."""

from __future__ import annotations

import re

import pytest

from afs.asm import check


def found(code: str) -> list[tuple[int, int, str]]:
    return [(finding.line, finding.column, finding.code) for finding in check(code).findings]


def test_a_whole_program_assembles() -> None:
    code = """
lorom
!speed = $02
Timer = $7E0010 ; frames
org $008000
Start:
    SEI : CLC : XCE
    REP #$30
    LDA.w #$1FFF : TCS
    LDX.w #!speed
-   DEX : BNE -
    JSR Main
    BRA +
.data
    db $01, $02,
       $03
+   STA.l Timer
    RTS
Main:
.loop
    LDA.w .table,X
    BNE .loop
    JMP Start_data
.table
    dw Start, Main_loop
"""
    result = check(code)
    assert result.findings == () and result.stubs == ()
    assert result.assembles and result.syntax_ok


def test_a_fragment_names_what_it_lacks() -> None:
    result = check(
        "  LDA !flag : BEQ .done\n  JSL Elsewhere\n  %draw(1)\n  LDA #size(3)\n  incsrc rest.asm\n"
        ".done\n  BRA +\n  LDA <value>\n"
    )
    assert result.syntax_ok and not result.assembles
    assert set(result.stubs) == {"!flag", "Elsewhere", "%draw", "size()", "rest.asm", ".done", "+", "<value>"}


def test_a_wrong_form_beside_an_unknown_name_is_found() -> None:
    result = check("  LDA [!foo],X : STZ !bar,Y\n  JSR (Unknown)")
    assert [finding.code for finding in result.findings] == ["no-such-form"] * 3
    assert "!foo" in result.stubs


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("LDA [$12],X", (1, 5, "no-such-form")),
        ("\n   nop : LDA ($12", (2, 18, "expression")),
        ("Label: lda.b  #$1G ; no", (1, 16, "expression")),
        ("db 1,\n   300", (2, 4, "cut-value")),
        ("db 1, 2, $1G", (1, 10, "expression")),
        ("!x = 5\n  sta #!x", (2, 7, "no-such-form")),
        ("  ldaa  $12", (1, 3, "unknown-command")),
        ("lda\t$12,\t$1G,x", (1, 8, "expression")),
    ],
)
def test_findings_are_where_the_fault_is(code: str, place: tuple[int, int, str]) -> None:
    assert found(code) == [place]


def test_defines_are_resolved() -> None:
    assert check('!mode = ",x"\nlda $12!mode\nsta.w $12!mode').findings == ()
    assert found('!mode = ",x"\nstx $12!mode') == [(2, 5, "no-such-form")]
    assert check('!two = "lda #1 : sta $10"\n!two').assembles
    assert found('!two = "lda #1 : sta #1"\n  !two') == [(2, 3, "no-such-form")]
    assert check("!a = 1\n!a += 2\nlda #!a\n!b ?= 4\nlda #!{b}0").assembles
    assert check("!op = lda\n!op $12").assembles
    assert check("!n = 1\nLabel_!n:\n  bra Label_1").assembles


def test_defines_need_blanks_and_one_word() -> None:
    assert found("!x=5") == [(1, 1, "define-blanks")]
    assert found("!x = 5 + 6") == [(1, 1, "define-value")]


def test_names_have_scope() -> None:
    assert check("A:\n.x\n bra .x\nB:\n.x\n bra .x\n bra A_x").assembles
    assert check("A:\nB:\n bra .x").stubs == (".x",)
    assert check("A:\n.x\n#C:\n bra .x").assembles
    assert check("namespace N\nA:\n bra A\nnamespace off\n jmp N_A").assembles
    assert check(".x\n bra .x").stubs == (".x",)


def test_plus_and_minus_labels() -> None:
    assert check("- bra -\n bra +\n+ rts").assembles
    assert check("bra -").stubs == ("-",)
    assert check("+ bra +").stubs == ("+",)
    assert check("-- nop\n bra --\n bra ++\n++ rts").assembles


def test_a_label_twice_is_an_error_unless_conditional() -> None:
    assert found("A:\nA:") == [(2, 1, "label-redefined")]
    assert check("A = 1\nB = 2").assembles
    assert check("!x = 1\nif !x\nA:\nelse\nA:\nendif").syntax_ok


def test_branches_reach_so_far() -> None:
    near, far = "A:\n" + "nop\n" * 126 + "bra A", "A:\n" + "nop\n" * 127 + "bra A"
    assert check(near).assembles
    assert [finding.code for finding in check(far).findings] == ["branch-range"]
    assert check("bra A\n" + "nop\n" * 127 + "A:").assembles
    assert not check("bra A\n" + "nop\n" * 128 + "A:").syntax_ok
    assert not check("A:\n" + "lda Unknown\n" * 200 + "bra A").syntax_ok  # however wide that is
    assert check("A:\n" + "lda !unknown\n" * 200 + "bra A").syntax_ok
    assert check("A: nop : nop : bra A").assembles
    assert check("A:\n" + "nop\n" * 200 + "brl A").assembles
    assert not check("A:\norg $008200\nbra A").syntax_ok


@pytest.mark.parametrize(
    "code", ["endif", "else", "if 1\nnop", "macro m()\nnop", "endmacro", "while 1", "if 1\nendmacro"]
)
def test_blocks_must_match(code: str) -> None:
    assert "block" in {finding.code for finding in check(code).findings}


def test_blocks_that_match() -> None:
    assert check("if 1\n nop\nelseif 2 == 3\n nop\nelse\n rts\nendif").assembles
    assert check("if 1 : nop\nrts").assembles
    assert check("!a = 1\nif !a == 1 : nop\nif !a : rts : endif").assembles
    assert check("while 0\n nop\nendif").assembles
    assert check("struct S $7E0000\n.a: skip 2\n.b: skip 1\nendstruct\n lda S.a\n sta S.b,x").assembles


def test_macros() -> None:
    assert check("macro m(a, b)\n lda #<a>\n sta <b>,x\nendmacro\n%m($12, $34)").assembles
    bad = "macro m(a)\n stz <a>,y\nendmacro\n"
    assert check(bad).syntax_ok and check(bad).findings[0].severity == "warning"
    assert not check(bad + "%m($12)").syntax_ok
    assert check("macro broken\nendmacro").findings[0].code == "macro"


def test_functions() -> None:
    assert check("function twice(x) = x*2\n lda #twice(3)").assembles
    assert check("function broken = 3").findings[0].code == "function"


def test_line_ends_and_odd_characters_do_no_harm() -> None:
    assert check("lda $12\r\nrts\r\n").assembles
    for code in ("\0", "\x01", "lda \x01", "\udcff", "lda #\ufffd", "é:", "\ufefflda $12"):
        result = check(code)
        str(result)
        result.findings and str(result.findings[0]).encode()


def test_other_processors_are_left_alone() -> None:
    assert check("arch spc700\n mov a, #$12\narch 65816\n lda #$12").syntax_ok
    assert check("spcblock $0500 nspc\n mov a, #$12\nendspcblock").syntax_ok
    assert not check("arch spc700\n mov a, #$12\narch 65816\n mov a, #$12").syntax_ok


FAR = [
    "bra L\nskip 128\nL:",
    "bra L\nlda Y\nfill 200\nL:\nY:",
    "bra L\norg $009000\nL:",
    "org $008000\nbra L\npad $009000\nL:",
    "macro m()\nfill 200\nendmacro\nL:\n%m()\nbra L",
    "bra L\nif 1\nfill 200\nendif\nL:",
    "bra L\nrep 200 : nop\nL:",
    "bra L\nnop #200\nL:",
    "L:\nfor i = 0..100\nlda #$1234\nendfor\nbra L",
    "L:\n" + "sta Ram\n" * 43 + "bra L\nRam:",
    "L:\nfill 120\nbra L-9",
]


@pytest.mark.parametrize("code", FAR)
def test_a_branch_over_code_of_any_kind(code: str) -> None:
    assert [finding.code for finding in check(code).findings if finding.severity == "error"] == [
        "branch-range"
    ]
    assert check(code.replace("bra L", "brl L")).syntax_ok


@pytest.mark.parametrize(
    "code",
    [
        "bank $7E\nL = $7E0000\njsr L",
        "bank $7E\nL:\nldx L",
        "bank noassume\nL = $0000\nldx L",
        "optimize address ram\nL = $7E2000\nldx L",
        "optimize dp always\nL = $7E0112\nlda (L),y",
        "optimize dp ram\nL = $0012\nlda (L),y",
        "org $008000\nM:\nbase $7E2000\nldx M",
        "org $008000\nbase $7E2000\nL:\nbase off\nldx L",
        "struct S $7E0000\n.x: skip 2\nendstruct\nldx S.x",
        "optimize address default\nL = $7E0000\nldx L+1",
    ],
)
def test_labels_in_other_banks(code: str) -> None:
    assert not check(code).syntax_ok
    suffix = ".b" if "(" in code else ".w"
    assert check(re.sub(r"\n(ldx|jsr|lda) (?=[^\n]*\Z)", rf"\n\1{suffix} ", code)).assembles
