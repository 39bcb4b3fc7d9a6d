"""Code for the sound chip: every opcode out of its own text, operands sized and ordered, blocks, findings."""

from __future__ import annotations

import re
from itertools import product

import pytest

from afs.asm import assemble, check
from afs.asm.language.spc700 import SoundOpcode, sound_set

SAMPLES = {"d": "$12", "w": "$1234", "b": "$56", "r": "$05", "m": "$1234"}


def hexed(code: str) -> str:
    result = assemble("arch spc700\n" + code, 0x208000)
    assert result.ok, result.findings
    return result.code.hex()


def found(code: str) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in check(code).findings]


def written(entry: SoundOpcode) -> str:
    """The opcode as a line, its bit words with bit 5."""
    operand = entry.operand.replace("m.b", "$1234.5")
    operand = re.sub(r"(?<![a-z$.0-9])[dwbr](?![a-z])", lambda kind: SAMPLES[kind[0]], operand)
    return f"{entry.mnemonic} {operand}".strip()


def test_every_opcode_comes_out_of_its_own_text() -> None:
    for entry in sound_set():
        line = written(entry)
        values = [value for value in re.findall(r"\$([0-9A-F]+)", line)]
        pieces = [bytes.fromhex(value)[::-1].hex() for value in values]
        if "m" in entry.parts:
            pieces = ["34b2"]  # $1234 with bit 5 in bits 13 to 15
        if entry.mnemonic in ("bbs", "bbc"):
            line = line.replace("$05", f"${0x8000 + 3 + 5:X}")
            pieces = ["12", "05"]
        if len(pieces) == 2 and "r" not in entry.parts:
            pieces.reverse()
        if entry.mnemonic == "tcall":
            pieces = []
        base = "org $208000\nbase $8000\n" if entry.mnemonic in ("bbs", "bbc") else ""
        assert hexed(base + line) == f"{entry.opcode:02x}" + "".join(pieces), (entry, line)
        assert entry.length == 1 + len("".join(pieces)) // 2
        assert not [fault for fault in check("arch spc700\n" + line).findings if fault.severity == "error"]


@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("mov $12,#$34", "8f3412"),
        ("or $12,$34", "093412"),
        ("MOV A, ($12+X)", "e712"),
        ("mov a,$12 : mov a,$0012 : mov.w a,$12 : mov.b a,$1234", "e412e51200e51200e434"),
        ("mov a,$12+$100 : mov a,Label+x", "e51201f50580"),
        ("set3 $12 : set1 $12.3 : set1 $12 : clr $12.7", "621262122212f212"),
        ("or1 c,!$1234.1 : not1 $12 : mov1 $12.0,c : and1 $0001.7", "2a3432ea1220ca12004a01e0"),
        ("- bbs1 $12.3,- : cbne $12+x,- : dbnz y,-", "6312fdde12fafef8"),
        ("- bbs3 $12,- : dbnz $12,- : bra -", "6312fd6e12fa2ff8"),
        ("tcall 2*4 : tcall 15 : xcn : xcn a : jmp ($1234+x)", "81f19f9f1f3412"),
        ("movw ya,$12 : movw $12,ya : div ya,x : mul ya", "ba12da129ecf"),
        ("mov.byte a,#1 : bra $FE : bra $7F", "e8012ffe2f7f"),
    ],
)
def test_operands(line: str, data: str) -> None:
    symbols = {"Label": 0x8005}
    result = assemble("arch spc700\n" + line, 0x8000, symbols=symbols)
    assert result.ok and result.code.hex() == data, result.findings


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("lda #$12", "unknown-command"),
        ("movv a,b", "unknown-command"),
        ("bogus", "unknown-command"),
        ("mov a,[$12]+y", "expression"),
        ("mov a,(x)+", "expression"),
        ("mov $12", "no-such-form"),
        ("cbne y,$12,$13", "no-such-form"),
        ("mov x,y", "no-such-form"),
        ("movw a,$12", "no-such-form"),
        ("set1 $12.8", "no-such-form"),
        ("bra .1", "no-such-form"),
        ("mov", "operand-missing"),
        ("nop.b", "suffix"),
        ("mov.l a,$12", "suffix"),
        ("mov a,$12 +x", "operand-blank"),
        ("tcall 16", "width"),
        ("set1 $100.1", "width"),
        ("and1 c,$2000.1", "width"),
        ("mov a,#", "expression"),
        ("rep #$20", "unknown-command"),
    ],
)
def test_what_is_refused_by_the_check_and_by_the_assembler(line: str, code: str) -> None:
    text = "arch spc700\n" + line
    assert found(text) == [(2, code)]
    assert not assemble(text).ok


def test_the_right_form_is_told() -> None:
    def fix(line: str) -> str:
        return check("arch spc700\n" + line).findings[0].fix

    assert fix("mov a,[$12]+y") == "mov a,($12)+y"
    assert fix("mov a,(x)+") == "mov a,(x+)"
    assert fix("MOV [$12+X],A").lower() == "mov ($12+x),a"
    assert "arch spc700" in check("mov a,#$12").findings[0].reason


def test_warnings() -> None:
    assert found("arch spc700\nmov a,#$123") == [(2, "cut-value")]
    assert found("arch spc700\nmov $1234,#1") == [(2, "cut-value")]
    assert found("arch spc700\nbra $05") == [(2, "numeric-branch")]
    assert check("arch spc700\nmov a,#-1 : mov a,#255").assembles


def test_check_and_assembler_agree_on_every_form() -> None:
    names = sorted({entry.mnemonic for entry in sound_set()} | {"set3", "bbs7", "lda"})
    operands = ("a", "x", "#$12", "$12", "$1234+y", "($12+x)", "Here", "$12.3")
    for number, name in enumerate(names):
        for operand in (
            *operands,
            *(",".join(pair) for pair in list(product(operands, repeat=2))[number % 5 :: 5]),
        ):
            text = f"arch spc700\nHere:\n{name} {operand}"
            result = assemble(text, 0x208000)
            assert check(text).syntax_ok == result.ok, (text, check(text).findings, result.findings)


def test_lengths_tell_how_far_branches_go() -> None:
    code = "arch spc700\nbne Far\nfill {}\nmov a,$12 : mov a,$1234 : nop\nFar: ret"
    assert check(code.format(121)).assembles
    assert found(code.format(122)) == [(2, "branch-range")]
    assert found("arch spc700\nbbs $12.1,Far\nfill 130\nFar:") == [(2, "branch-range")]


def test_a_block_begins_with_its_length_and_its_place() -> None:
    code = "spcblock $0500 nspc\nStart:\n mov a,#1\n bra Start\n jmp Start\nendspcblock{}"
    data = "0700" + "0005" + "e801" + "2ffc" + "5f0005"
    for end, tail in (("", ""), (" execute $0512", "00001205")):
        result = assemble(code.format(end), 0x208000)
        assert result.ok and result.code.hex() == data + tail, result.findings
    assert assemble("spcblock $500\nnop\nstartpos $507\nendspcblock").code.hex() == "010000050000000705"
    later = "arch spc700\nspcblock $5000\nstartpos Go\n nop\nGo:\n jmp Go\nendspcblock"
    assert assemble(later, 0x208000).code.hex() == "04000050" + "005f0150" + "00000150"


def test_labels_of_a_block_stay_in_it() -> None:
    code = "Foo:\nspcblock $500\nFoo:\n jmp Foo\n jmp Bar\nendspcblock\nBar:"
    assert check(code).assembles and assemble(code).ok
    assert check("spcblock $500\nFoo:\nendspcblock\n dw Foo").stubs == ("Foo",)
    assert not assemble("spcblock $500\nFoo:\nendspcblock\n dw Foo").ok
    assert check("spcblock $500\nFoo:\nFoo:\nendspcblock").findings[0].code == "label-redefined"


def test_inline_code_has_a_block_for_each_org() -> None:
    code = (
        "org $208000\narch spc700-inline\norg $0600\nnop : nop\nstartpos $0601\nskip 3\nret\narch 65816\nrts"
    )
    result = assemble(code)
    assert result.ok and result.code.hex() == "02000006" + "0000" + "01000506" + "6f" + "00000106" + "60"
    assert check(code).assembles
    assert found("arch spc700-inline\nbase $500") == [(2, "directive")]
    assert not assemble("arch spc700-inline\norg $12345").ok


def test_the_processor_counts_where_a_line_stands() -> None:
    assert check("arch spc700 : mov a,#1 : arch 65816 : lda #1").assembles
    assert found("arch spc700\nmov a,#1\narch 65816\nmov a,#1") == [(4, "unknown-command")]
    assert check("macro m(v)\n mov a,#<v>\nendmacro\narch spc700\n%m($12)").assembles
    assert check("arch spc700\nmacro m(v)\n mov a,#<v>\nendmacro").assembles
    assert check("arch spc700\n!v = $12\n mov a,#!v : mov !v,#1").assembles
    assert check("arch spc700\n mov a,!unknown : !op #1 : mov !x,!y").syntax_ok
    assert found("pushpc\narch spc700\npullpc") == [(3, "unbalanced")]


def test_code_of_the_superfx_is_named() -> None:
    result = check("arch superfx\n ibt r0,#5\narch 65816\n lda #$12")
    assert result.syntax_ok and [finding.code for finding in result.findings] == ["passed-over"]
