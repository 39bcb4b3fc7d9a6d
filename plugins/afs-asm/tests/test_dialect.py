"""The dialect of asar 1.91: what it takes and what it refuses, statement by statement."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs.asm import assemble, check

LINES = Path(__file__).with_name("dialect.txt").read_text("utf-8").splitlines()
CASES = [line.replace("\\n", "\n").split("|", 1) for line in LINES if line[0] != "#"]


@pytest.mark.parametrize("code", [code for sign, code in CASES if sign in "+~"])
def test_taken(code: str) -> None:
    assert check(code).syntax_ok, check(code).findings


@pytest.mark.parametrize("code", [code for sign, code in CASES if sign == "-"])
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


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\x0b", "\x0c"])
def test_what_only_looks_blank_is_none(blank: str) -> None:
    for judged in (check, assemble):
        result = judged(f"lda{blank}#$12")
        assert [finding.code for finding in result.findings] == ["unknown-command"]
    assert check(f'db "a{blank}b" ; c{blank}d').assembles


def test_a_carriage_return_is_no_end_of_a_line() -> None:
    assert check("nop\r\nrts\r\n").assembles and assemble("no\rp").code == b"\xea"
    assert found("nop\rrts") == [(1, "unknown-command")]


NEEDS_A_ROM = [
    "freecode\nnop",
    "freedata align\nnop",
    "Here:\nautoclean jsl Here",
    'check title "SOMETHING"',
    "lda #read1($008000)",
    "if read2($00FFDC) == $1234\nnop\nendif",
    "function near(a) = read1(a)+1\ndb near($8000)",
    "org $7E8000\nnop",
    "hirom\norg $002000\nnop",
    "org $00FFFE\ndl 1",
    "org $008000\nfill 10\nwarnpc $008005",
    "org $018000\ndb 1,2,3\nassert pc() <= $018002",
    "skip 5",
    "skip align 4",
    "Speed = 5\nwarnpc $009000",
    "pad $009000",
    "nop : rep 3",
    'db filesize("a.bin")',
]


@pytest.mark.parametrize("code", NEEDS_A_ROM)
def test_a_text_that_stops_for_its_place_or_without_a_rom(code: str) -> None:
    result = check(code)
    assert result.syntax_ok and not result.assembles and not result.stubs
    assert [finding.code for finding in result.findings] == ["stops"]


@pytest.mark.parametrize(
    "code",
    [
        "freecode",
        "lda #read1($008000,3)",
        "org $7E0000\nHere: skip 2",
        "org $00FFFD\ndl 1",
        "check bankcross off\norg $00FFFE\ndl 1",
        "norom\norg $000000\nnop",
        "org $008000\nfill 10\nwarnpc $00800A",
        "org $018000\ndb 1,2\nassert pc() <= $018002",
        "function f(a) = a+Nowhere",
        "skip 0",
        "rep 3\n",
        "rep 1",
        "Here: skip 5",
        "nop : warnpc $009000 : pad $009000",
        "struct S $10\n.x: skip 5\nendstruct",
    ],
)
def test_a_text_that_asar_puts_where_it_says(code: str) -> None:
    assert check(code).assembles, check(code).findings


def test_loops_are_judged_by_what_their_turns_make_of_them() -> None:
    code = "for i = 0..3\nif !i == {}\nlda [$1],x\nendif\nendfor"
    assert check(code.format(9)).assembles
    assert found(code.format(1)) == [(3, "no-such-form")]
    assert found("!i = 0\nwhile !i < 2\nHere:\n!i #= !i+1\nendwhile") == [(3, "label-redefined")]
    assert check(code.format("!unknown")).stubs == ("!unknown",)
    assert check("for i = 0..3\nendfor\ndb !i").stubs == ("!i",)
    result = check("for i = 0..3\nfill $4000\nendfor")
    assert (
        result.syntax_ok
        and not result.assembles
        and found("for i = 0..3\nfill $4000\nendfor") == [(2, "stops")]
    )
    assert check("!i = 5\nfor i = 0..3\nendfor\nif !i != 5\nlda [$1],x\nendif").assembles


def test_stubs_can_be_read() -> None:
    assert check("for i = 0..3\n.loop!i\nendfor").stubs == (".loop…",)


def test_a_function_is_known_below_its_declaration_only() -> None:
    result = check("db f(1)\nfunction f(x) = x")
    assert result.syntax_ok and result.stubs == ("f()",)
    assert check("function f(x) = x+Nowhere\ndb f(1)").stubs == ("Nowhere",)


def test_a_line_that_is_left_out_still_needs_its_defines() -> None:
    assert check("if 0 : lda !nothing : endif").stubs == ("!nothing",)
    assert check("if 0\nlda !nothing\nendif").assembles


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
    result = check('assert 1 == 2, "no"')
    assert result.syntax_ok and not result.assembles
    assert check("assert pc() < $008000").assembles  # who knows


def test_what_stands_outside_of_its_macro() -> None:
    assert check('db "<value>"').assembles  # asar leaves quoted text alone there
    assert check('db <value>,"<other>"').stubs == ("<value>",)
    assert check("?-:\nbra ?-").stubs == ("?-",)
    assert check("macro wait()\n?-:\nbra ?-\nendmacro\n%wait()").assembles


def test_a_backslash_that_is_itself_marked_hides_no_define() -> None:
    assert check(r'db "\!name"').assembles
    assert check(r'db "\\!name"').stubs == ("!name",)
    assert check('!name = x\ndb "' + r'\\!name"').assembles


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
