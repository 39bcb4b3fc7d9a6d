"""The dialect of asar 1.91: what it takes and what it refuses, statement by statement."""

from __future__ import annotations

import pytest

from afs.asm import check

TAKEN = [
    "lda Struct[2].field,x",
    "lda.w Struct[!i].field",
    "struct S $7E0000\n.a: skip 2\n.b: skip 1\nendstruct\n lda.l S[2].b",
    "struct P\n.a: skip 2\nendstruct\nstruct Q extends P\n.c: skip 1\nendstruct align 4\n lda.w P.Q.c",
    'macro m(a,b)\n lda <a>\n sta <b>\nendmacro\n%m($10, "$12,x")',
    "macro v(a, ...)\n db <a>, <...[0]>\n!i = 0\nwhile !i < sizeof(...)\n db <...[!i]>\n"
    "!i #= !i+1\nendwhile\nendmacro\n%v(1,2,3)",
    "macro m()\n?loop:\n bra ?loop\nendmacro\n%m()\n%m()",
    "if 0\n lda [$12],x\nendif",
    "!a = 1\nif !a == 2 : lda [$1],x",
    'if defined("x") == 0\n!x = 5\nendif\n lda #!x',
    "if 1+1 == 2 && 3 > 2\nendif",
    "while 0\n lda [$1],x\nendwhile",
    "for i = 0..4\n db !i\nendfor",
    "rep 3 : nop",
    "lda #1<<2",
    "lda #'''",
    "db 'a','b'",
    'db "a""b"',
    "lda #max(1,2)",
    'lda #defined("x")',
    "rep #Label>>16",
    "rep.b #Label",
    "lda.b (Label),y",
    "ldx Label,y",
    "Timer = $7E0010\nldx.w Timer",
    "Timer = $7E0010\nlda Timer",
    "optimize address mirrors\nTimer = $7E0010\nldx Timer",
    "org $7E8000\nTimer = $7E0010\nldx Timer",
    "a:\njsr a",
    ";@xkas",
    ";@whatever this is",
    "@asar 1.91",
    "asar 1.91\nlorom",
    "function foo(a) = a+1\n lda #foo(2)",
    "pushpc\norg $008000\nnop\npullpc",
    "namespace nested on\nnamespace a\nnamespace b\nx:\nnamespace off\nnamespace off\nbra a_b_x",
    "namespace a\nX = $10\nnamespace off\nlda a_X",
    "freespace ram,align",
    "freecode cleaned",
    "autoclean jsl Label",
    'print "a ", pc, " ", hex(Label,4), dec(3)',
    "check bankcross off",
    "warnings disable W1001",
    "skip align 8",
    "fill align 8 offset 2",
    'incbin "a.bin":0..10',
    "incbin a.bin:0-100",
    "incbin a.bin -> Label",
    "includefrom main.asm",
    "includeonce",
    "spcblock $500 nspc\nmov a,#$12\nendspcblock execute $500",
    "base off",
    "warnpc $008100",
    'assert pc() <= $008100, "too long"',
    "math pri on",
    'error "no"',
    "'a' = $61\ndb \"a\"",
    "A = 1\nB = A+1",
    "!{a} = 5\nlda #!{a}",
    "!ab = 5\n!b = b\nlda #!{a!b}",
    "lda #!assembler_ver",
    '!x = ""',
    'db "100\\!"',
    'db "Hi!"',
    "lda $12 ; it's",
    "global foo:",
    ".x\n bra .x",
    "db 1,\n\n 2",
    "lda \\\n $12",
    "{\nnop\n}",
    'table "a.tbl",ltr',
    "LDA.w #$10",
    "%foo (1)",
    "Foo.bar:",
    "+:\nbra -",
    "dl Label : dd 1",
    "lda.w #!x : sta.b (!y),y",
    "ldy.w #Table : lda [$00],y",
    "org Start\nStart:",
    "db sizeof(Foo), objectsize(Foo)",
    "bank noassume\nTimer = $7E0010\nldx Timer",
    "macro a()\nendmacro\n%a()",
    'if not(defined("a"))\nnop\nendif',
    "if !foo : nop",
    "if !foo == 1\nlda #1\nelseif !foo == 2\nlda #2\nelse\nlda #3\nendif",
    "reset bytes",
    "LoRom\nORG $008000\nDB $01",
    "Lda #$10 : Sta $10",
    "lda.B #$10",
    "mvn $7E,$7F",
    "mvn <:A1,<:B1",
    "pea.w Foo",
    "per Foo-1",
    "brl Foo",
    "bra.b Foo",
    "jmp (Foo) : jmp [Foo] : jmp (Foo,x) : jsr (Foo,x)",
    "jml [Foo]",
    "wdm #$12 : cop #$00 : brk #$00",
    "wdm",
    "dl $123456 : dd $12345678",
    "lda $12+Foo,x : lda.b #Foo>>8 : lda.b #Foo&$FF",
    "lda #<:Foo",
    "lda #bank(Foo)",
    "lda.l Foo+3,x",
    "lda -1,x",
    "sta.w +",
    "db +,-",
    "dw .a-.b, $100*2, %1010",
]

REFUSED = [
    "lda Struct[2.field",
    "struct S\nfoo: skip 2\nendstruct",
    'macro m(a,b)\n lda <a>\n sta <b>\nendmacro\n%m($10, "[$12],x")',
    "macro m(a,b)\n nop\nendmacro\n%m($10)",
    "macro v(a, ...)\n db <...[3]>\nendmacro\n%v(1,2,3)",
    "macro m()\nloop:\n bra loop\nendmacro\n%m()\n%m()",
    "macro m()\n %m()\nendmacro\n%m()",
    "if 1\n lda [$12],x\nendif",
    "!a = 1\nif !a == 1 : lda [$1],x",
    "if 1 + 1 == 2\nendif",
    "if 1 == 1 && 2 == 2 || 3 == 3\nendif",
    "while 1 : nop",
    "for i = 0\n db !i\nendfor",
    "lda #1 == 1",
    "lda #1 < 2",
    "lda ''",
    'db "a"b',
    "lda #max(1)",
    "lda #max(1,2,3)",
    "lda #defined(x)",
    "rep #max(1,2)",
    "rep #Label",
    "lda (Label),y",
    "stx Label,y",
    "Timer = $7E0010\nldx Timer",
    "Timer = $7E0010\nlda Timer,y",
    "jsr a",
    "nop : : lda [$1],x",
    ": nop",
    "nop\nasar 1.91",
    "asar 1.9.1.2",
    "function foo(a)=a",
    "function foo(a) = a+1\n lda #foo(2,3)",
    "function foo() = 1",
    "pullpc",
    "pushpc",
    "namespace",
    "namespace a b",
    "freespace",
    "freecode ram",
    "autoclean jsr Label",
    "print foo",
    "check foo",
    'include "foo.asm"',
    "assert",
    "math foo on",
    "error\nlda [$1],x",
    "L:\nB = L+1",
    "B = C\nC = 1",
    "L:\nskip L",
    "A = 1\nA = 2",
    "!assembler = 3",
    '!x = "a"b',
    "lda $12 ; it's\nlda 'a ; x",
    "global foo",
    "endif",
    "else",
    'loadtable "a"',
    "dw $12 , $34",
    "%foo(1) nop",
    "%foo",
    "+foo:",
    "macro a(\nendmacro",
    "macro a(1)\nendmacro",
    "endmacro",
    "reset foo",
    "mvn $7E",
    "jml (Foo)",
]


@pytest.mark.parametrize("code", TAKEN)
def test_taken(code: str) -> None:
    assert check(code).syntax_ok, check(code).findings


@pytest.mark.parametrize("code", REFUSED)
def test_refused(code: str) -> None:
    result = check(code)
    assert not result.syntax_ok and not result.assembles


def found(code: str) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in check(code).findings]


def test_a_macro_is_judged_by_what_its_calls_make_of_it() -> None:
    body = "macro put(where)\n stz <where>\nendmacro\n"
    assert check(body + "%put($10)\n%put(Label,x)".replace("Label,x", "Label")).syntax_ok
    result = check(body + '%put("$10,y")')
    assert [(finding.line, finding.severity) for finding in result.findings] == [(2, "error")]
    assert "called from line 4" in result.findings[0].reason


def test_conditions_that_the_text_decides_leave_lines_out() -> None:
    code = "!mode = {}\nif !mode == 1\n lda [$1],x\nelseif !mode == 2\n stz $1,y\nelse\n ldaa $1\nendif"
    assert [found(code.format(mode)) for mode in (1, 2, 3)] == [
        [(3, "no-such-form")],
        [(5, "no-such-form")],
        [(7, "unknown-command")],
    ]
    assert len(found(code.replace("!mode = {}", ""))) == 3  # nobody knows: all of them


def test_a_define_that_is_set_under_a_condition_may_have_any_value_afterwards() -> None:
    code = "if !unknown\n!a = 1\nendif\nif !a == 1\n lda [$1],x\nelse\n lda $1\nendif"
    assert found(code) == [(5, "no-such-form")]


def test_a_text_that_stops_the_assembler_does_not_assemble() -> None:
    result = check('if 1\nerror "no"\nendif')
    assert result.syntax_ok and not result.assembles
    assert check('if 0\nerror "no"\nendif').assembles


def test_names_that_other_files_define() -> None:
    code = "lda !flag : jsl Far : %draw(1)"
    assert not check(code).assembles
    assert check(code, known=("!flag", "Far", "%draw")).assembles


WIDTHS = [
    ("sep #$20\nlda #$1234", [2]),
    ("sep #$20\nlda #$12\nrep #$20\nlda #$12", [4]),
    ("rep #$30\nlda #$1234\nldx #$12", [3]),
    ("lda #$1234\nlda #$12", []),
    ("sep #$20\njsr Far\nlda.w #$12", [3]),
    ("sep #$20\njsr Wide\nlda.w #$12\nrts\nWide:\nrep #$20\nrts", []),
    ("sep #$20\njsr Same\nlda.w #$12\nrts\nSame:\nphp\nrep #$20\nplp\nrts", [3]),
    ("sep #$20\nbeq .skip\nrep #$20\n.skip\nlda #$12\nlda #$1234", []),
    ("sep #$20\nbeq .skip\nnop\n.skip\nlda #$1234", [5]),
    ("sep #$20\nRoutine:\nlda #$1234", []),
    ("rep #$20\n-\nlda #$12\nsep #$20\nbra -", []),
    ("rep #$20\nphp\nsep #$20\nplp\nlda #$12", [5]),
    ("rep #$20\nplp\nlda #$12", []),
    ("rep #$30\nsec\nxce\nlda #$1234", [4]),
    ("rep #$20\n%unknown()\nlda #$12", []),
    ("rep #!bits\nlda #$12", []),
    ("rep #$20 ; A is 8 bits, says this comment\nlda #$12", [2]),
    ("rep #$20\nrts\nsep #$20\n.dead\nlda #$1234", []),
    ("sep #$20\nlda #$12 : cmp.w #$34", [2]),
    ("rep #$20\ndw .case\n.case\nlda #$12", []),
]


@pytest.mark.parametrize(("code", "lines"), WIDTHS)
def test_immediates_are_held_to_the_widths_of_the_registers(code: str, lines: list[int]) -> None:
    result = check(code)
    assert result.syntax_ok
    assert [finding.line for finding in result.findings if finding.code == "register-width"] == lines


def test_the_right_width_is_written_out() -> None:
    finding = check("rep #$20\nlda #$12").findings[0]
    assert (finding.line, finding.column, finding.severity) == (2, 5, "warning")
    assert finding.fix == "lda.w #$0012"
