"""Every mnemonic with every operand form, both ways."""

from __future__ import annotations

import pytest

from afs.asm import check, instruction_set, mnemonics
from afs.asm.language.legality import BRANCHES, REPEATABLE, judge

LITERAL = {1: "$12", 2: "$1234", 3: "$123456"}
FORMS = (
    "", "a", "#e", "e", "e,x", "e,y", "e,s", "(e)", "(e,x)", "(e),y", "(e),x", "(e,y)", "(e,s)",
    "(e,s),y", "[e]", "[e],y", "[e],x", "e,e",
)  # fmt: skip


def write(form: str, width: int) -> str:
    return form.replace("e", LITERAL.get(width, "$12"))


def errors(code: str) -> list[str]:
    return [finding.code for finding in check(code).findings if finding.severity == "error"]


@pytest.mark.parametrize("opcode", range(256))
def test_every_legal_form_is_accepted_with_its_length(opcode: int) -> None:
    entry = instruction_set()[opcode]
    for width in (1, 2) if entry.operand in "mx" else (int(entry.operand),):
        operand = "Target" if entry.mnemonic in BRANCHES else write(entry.syntax, width)
        if entry.syntax == "e,e":
            operand = "$12,$34"
        verdict = judge(entry.mnemonic, "", operand)
        assert verdict.faults == (), (entry, operand)
        assert verdict.form == entry.syntax
        assert verdict.length == 1 + width
        for text in (f"{entry.mnemonic} {operand}", f"{entry.mnemonic.upper()} {operand.upper()}  ; note"):
            assert check(text.replace("TARGET", "Target")).syntax_ok, text


@pytest.mark.parametrize("opcode", range(256))
def test_every_legal_form_is_accepted_with_its_size_stated(opcode: int) -> None:
    entry = instruction_set()[opcode]
    if entry.operand == "0" or entry.syntax == "e,e" or entry.mnemonic in BRANCHES:
        return
    for width in (1, 2) if entry.operand in "mx" else (int(entry.operand),):
        code = f"{entry.mnemonic}.{'bwl'[width - 1]} {write(entry.syntax, width)}"
        assert check(code).findings == (), code


def tolerated(mnemonic: str, form: str, width: int) -> bool:
    """What asar lets through although the processor has no such form, beyond the table."""
    forms = mnemonics()[mnemonic]
    if form == "":
        return "a" in forms or mnemonic in ("brk", "cop", "wdm")
    if form == "#e":
        return mnemonic in REPEATABLE or (len(forms.get(form, ())) > 1 and width == 3)
    if form == "e" and mnemonic in ("mvn", "mvp"):
        return width == 2
    if form == "a":
        return False
    if mnemonic in BRANCHES:
        return form == "e"
    if form == "(e),x":
        return tolerated(mnemonic, "e,x", width) or width in forms.get("e,x", ())
    widths = forms.get(form, {})
    if form == "e,y" and width == 1 and 2 in widths:
        return True
    return any(wider > width and wider >= 2 for wider in widths)


@pytest.mark.parametrize("mnemonic", sorted(mnemonics()))
def test_every_other_form_is_refused(mnemonic: str) -> None:
    forms = mnemonics()[mnemonic]
    for form in FORMS:
        for width in (1, 2, 3):
            operand = write(form, width)
            legal = width in forms.get(form, ()) or (form in ("", "a", "e,e") and form in forms)
            if form not in ("#e", "") and mnemonic == "rep":
                continue  # the directive that repeats a line
            expected = legal or tolerated(mnemonic, form, width)
            result = check(f"{mnemonic} {operand}".strip())
            assert result.syntax_ok is expected, (mnemonic, operand, result.findings)


@pytest.mark.parametrize("mnemonic", sorted(mnemonics()))
def test_an_unknown_name_never_hides_or_causes_a_wrong_form(mnemonic: str) -> None:
    if mnemonic == "rep":
        return  # but for its immediate, the directive
    forms = mnemonics()[mnemonic]
    for form in FORMS:
        if "e" not in form or (form == "e" and mnemonic in ("mvn", "mvp")):
            continue
        widths = forms.get(form, forms.get("e,x", {}) if form == "(e),x" else {})
        for name in ("Unknown", "!unknown", ".sub"):
            label = name != "!unknown"  # asar takes a label for two bytes or more
            accepted = bool(widths) and not (label and max(widths) == 1 and mnemonic not in BRANCHES)
            if form == "#e" and mnemonic in REPEATABLE:
                accepted = not label
            code = f"{mnemonic} {form.replace('e', name)}"
            if name == "!unknown" and form == "e" and any(known not in ("", "a") for known in forms):
                continue  # such a define may hold a whole operand
            assert check(code).syntax_ok is accepted, code


REFUSED = {
    "lda": "operand-missing",
    "lda a": "no-such-form",
    "lda [$12],x": "no-such-form",
    "lda $12,s,y": "expression",
    "lda ($12,s)": "no-such-form",
    "lda ($1234),y": "width",
    "lda ($12,y)": "no-such-form",
    "sta #$12": "no-such-form",
    "stx $1234,y": "width",
    "sty $1234,x": "width",
    "stx $12,x": "no-such-form",
    "ldx $12,x": "no-such-form",
    "ldy $12,y": "no-such-form",
    "stz $12,y": "no-such-form",
    "cpx $12,x": "no-such-form",
    "bit $12,y": "no-such-form",
    "tsb $12,x": "no-such-form",
    "jsr ($1234)": "no-such-form",
    "jsr $1234,x": "no-such-form",
    "jsl ($1234)": "no-such-form",
    "jmp $123456": "width",
    "jsr $123456": "width",
    "jmp $1234,x": "no-such-form",
    "pea #$1234": "no-such-form",
    "pea $123456": "width",
    "pei $12": "no-such-form",
    "pei ($1234)": "width",
    "rep #$1234": "width",
    "sep $30": "no-such-form",
    "brk $12": "no-such-form",
    "rts 1": "no-such-form",
    "xba a": "no-such-form",
    "nop 3": "no-such-form",
    "nop.b": "suffix",
    "asl.b a": "suffix",
    "lda.x $12": "suffix",
    "lda.bw $12": "unknown-command",
    "stx.l $12": "width",
    "jml.w Target": "width",
    "sta.l $12,y": "width",
    "mvn $7E": "no-such-form",
    "mvn #$7E,#$7F": "no-such-form",
    "beq #$12": "no-such-form",
    "lda #": "expression",
    "lda $": "expression",
    "lda #$1G": "expression",
    "lda 0x12": "expression",
    "lda $0x12": "expression",
    "lda 12h": "expression",
    "lda #%102": "expression",
    "lda #12A": "expression",
    "lda ($12": "expression",
    "lda $12)": "expression",
    "lda ($12),": "expression",
    "lda $12,": "expression",
    "lda ,x": "expression",
    "lda #<Label": "expression",
    "lda #^Label": "expression",
    'lda #"A"': "expression",
    "lda #'AB'": "expression",
    "lda #'A": "quotes",
    "lda $12 + 1": "operand-blank",
    "lda $12 ,x": "operand-blank",
    "lda ( $12 ),y": "operand-blank",
    "lda # $12": "operand-blank",
    "bra *+4": "expression",
    "dea": "unknown-command",
    "blt Label": "unknown-command",
    "ldaa $12": "unknown-command",
    "Label": "unknown-command",
    "nop :": "no-such-form",
    "lda #1: sta $10": "operand-blank",
    "nop #Label": "repeat-count",
}


@pytest.mark.parametrize(("code", "reason"), REFUSED.items())
def test_refused(code: str, reason: str) -> None:
    result = check(code)
    assert not result.syntax_ok and not result.assembles
    assert errors(code) == [reason]


WARNED = {
    "lda ($12),x": "no-such-form",
    "asl ($12),x": "no-such-form",
    "sta $12,y": "assumed-width",
    "sta.b $12,y": "assumed-width",
    "lda #$123456": "cut-value",
    "lda.b #$1234": "cut-value",
    "lda.b $123456": "cut-value",
    "lda.l #$12": "width",
    "bra $8005": "numeric-branch",
    "per $8005": "numeric-branch",
    "mvn $1234": "no-such-form",
    "mvn $123,$12": "cut-value",
    "jml $1234": "assumed-width",
    "rep $30 : nop": "rep-directive",
    "inc #$20": "repeat-count",
    "nop #0": "repeat-count",
    "db 300": "cut-value",
    "db -129": "cut-value",
    "dw $12345": "cut-value",
}


@pytest.mark.parametrize(("code", "reason"), WARNED.items())
def test_let_through_with_a_warning(code: str, reason: str) -> None:
    result = check(code)
    assert result.syntax_ok
    assert [(finding.severity, finding.code) for finding in result.findings] == [("warning", reason)]


ACCEPTED = (
    "nop #3", "asl #4", "lda #'A'", "lda #' '", "lda #-1", "lda #~$12&$FF", "lda #Label>>16",
    "lda #<:Label", "lda #$123456>>16",
    "lda.w #Label", "lda ($12), y", "lda\t$12,\tx", "LDA $12,X", "lda !ptr", "lda Table+1,x",
    "lda.l Table-1,x",
    "jmp [$1234]", "jml [$12]", "jmp $12", "pea $12", "brk", "cop #$12", "mvn $7E,$7F", "mvp Bank1,Bank2",
    "lda (1)+(2)", "lda ($10+2),y", "lda (($10+2)*2),y", "lda #max(1,2)", "lda #read1($008000,0)",
    "lda #sizeof(Thing)", "lda Thing.field,x", "lda.b (ptr),y", "lda $12 ; comment : lda [$1],x",
    "lda #';' ; a semicolon", "db 255, -128, \"text ; not a comment\", 'A'", "rep 3 : nop", "rep #$30",
    "sta $000000,x", "lda #$00:", "bra +", "+ rts", "bra ++", "lda ..deep", "%macro(a, \"b c\")",
    "dw Label, .sub, $1234", "nop : skip 2", "org $008000", "base off", "fill 16", "incbin \"file.bin\"",
    "incsrc file.asm", "print \"pc \", pc", "namespace nested on", "nop : warnpc $00FFFF", "{", "}", "",
)  # fmt: skip


@pytest.mark.parametrize("code", [code for code in ACCEPTED if code != "lda #$00:"])
def test_accepted_without_a_word(code: str) -> None:
    result = check(code)
    assert result.syntax_ok and result.findings == ()


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("LDA [$12],X", "LDA [$12],Y"),
        ("lda ($12,y)", "lda ($12),y"),
        ("ldx Table,x", "ldx Table,y"),
        ("pei $12", "pei ($12)"),
        ("pea #Label", "pea Label"),
        ("sep $30", "sep #$30"),
        ("STA.b $12,Y", "STA.w $12,Y"),
        ("lda #0x1F", "lda #$1F"),
        ("lda 1Fh", "lda $1F"),
        ("lda #0b101", "lda #%101"),
        ("lda #<Label", "lda #Label&$FF"),
        ("lda #>Label", "lda #Label>>8"),
        ("lda #^Label", "lda #<:Label"),
        ("lda $12 ,x", "lda $12,x"),
        ("jmp $123456", "jml $123456"),
        ("rep #$0030", "rep #$30"),
        ("lda ($0012),y", "lda ($12),y"),
        ("ina", "inc a"),
        ("LDA.b#$12", "LDA.b #$12"),
        ("ldaa $12", "lda $12"),
        ("dcb $12", ""),
        ("stz #$12", "stz $12"),
        ("Label", "Label:"),
        ("Name=$12", "Name = $12"),
        ("!name=$12", "!name = $12"),
        ("%call", "%call()"),
        ("org $8000 + 4", "org $8000+4"),
    ],
)
def test_the_right_form_is_named_and_passes(code: str, fix: str) -> None:
    finding = check(code).findings[0]
    assert finding.fix == fix
    if fix:
        assert check(fix).syntax_ok
