"""Variants of code: what is taken, what is refused, and that nothing hangs."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.asm import Contract, check, equivalent
from afs.augment import rules, workshop
from afs.augment.listing import Edit, rows_of
from afs.augment.refusal import Refused
from afs.augment.rules import View
from afs.augment.workshop import BEHAVIOUR, SPELLING, Workshop

BLINK = """Actor_Blink:
  LDA.w ActorTimer,X
  CMP #$1C
  BNE .skip
  LDA #$00
  STA $10
  STZ $12
  LDA $14
  CLC
  ADC #$01
  BEQ .done
  JSL Sound_Queue
.done
  LDA.w HeroX
  RTS
.skip
  LDA $7E0020
  RTL"""


def shop(text: str, spoken: tuple[str, ...] = ()) -> Workshop:
    return Workshop(text, random.Random(1), spoken)


def texts(text: str, *kinds: str, count: int = 12) -> set[str]:
    work = shop(text)
    found = (work.variant(kinds, random.Random(seed)) for seed in range(count))
    return {variant.text for variant in found if variant}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("LDA #$00\nSTA $10\nLDA $11", "STZ $10\nLDA $11"),
        ("LDX #$00\nSTX $10\nLDX $11\nLDA #$05", "STZ $10\nLDX $11\nLDA #$05"),
        ("LDX #$00\nSTX $10\nLDX $11", None),
        ("STZ $10\nLDA #$01", "LDA #$00\nSTA $10\nLDA #$01"),
        ("CLC\nADC #$01\nCMP $10\nCLV", "INC A\nCMP $10\nCLV"),
        ("CLC\nADC #$01", None),
        ("LDA $10\nINC A\nSTA $10\nLDA #$02", "INC $10\nLDA #$02"),
        ("LDA $10\nCMP #$00\nBEQ .x\nCLC\n.x\nCLC", "LDA $10\nBEQ .x\nCLC\n.x\nCLC"),
        ("LDA $10\nCLC\nADC #$20", "CLC\nLDA $10\nADC #$20"),
        ("BEQ .a\nBRA .b\n.a\nLDA #$01\n.b", "BNE .b\n.a\nLDA #$01\n.b"),
        ("LDA #$01\nLDX $10\nBRA .x\nNOP\n.x", "LDA #$01\nLDX $10\nJMP .x\nNOP\n.x"),
    ],
)
def test_other_instructions_for_the_same_work(before: str, after: str | None) -> None:
    found = texts(f"{before}\nRTS", "instructions")
    assert f"{after}\nRTS" in found if after else not found


def test_what_is_taken_is_equal_by_the_measure_of_afs_asm_too() -> None:
    for text in texts("LDA #$00\nSTA $10\nSTA $12\nLDA $14\nINC A\nINC $16\nCMP #$00\nCLC\nRTS", *BEHAVIOUR):
        first = "LDA #$00\nSTA $10\nSTA $12\nLDA $14\nINC A\nINC $16\nCMP #$00\nCLC\nRTS"
        assert equivalent(first, text, Contract(), n=40).equal, text


def _wrong(name: str, codes: tuple[str, ...], mnemonic: str) -> rules.Rule:
    def rule(view: View, at: int) -> Iterator[Edit]:
        if (statement := view.rows[at].statement) and statement.name == mnemonic:
            yield Edit(name, at, 1, codes)

    return rule


@pytest.mark.parametrize(
    ("mnemonic", "codes"),
    [
        ("adc", ("ADC #$02",)),
        ("sta", ("STA $11",)),
        ("stz", ()),
        ("beq", ("BNE .done",)),
        ("clc", ("SEC",)),
        ("clc", ()),
        ("jsl", ("NOP",)),
        ("jsl", ("JSL Sound_Queue", "JSL Sound_Queue")),
        ("rts", ("RTL",)),
        ("rts", ("SEC", "RTS")),
        ("bne", ("BCS .skip",)),
        ("cmp", ("CMP #$1D",)),
        ("rts", ("STA $2100", "RTS")),
        ("rts", ("REP #$10", "RTS")),
    ],
)
def test_a_broken_rule_is_found_out(
    mnemonic: str, codes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "INSTRUCTIONS", (_wrong("broken", codes, mnemonic),))
    work = shop(BLINK)
    assert work.variant(["instructions"], random.Random(0)) is None
    assert sum(work.notes.values()) == 1


def test_what_never_runs_is_not_taken_for_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = "".join(f"LDA ${place:02X}\nCMP ${place + 1:02X}\nBNE .a\n" for place in range(0x20, 0x40, 2))
    code = f"{tests}LDY #$01\n.a\nNOP\nRTS"
    monkeypatch.setattr(workshop, "INSTRUCTIONS", (_wrong("unseen", ("LDY #$03",), "ldy"),))
    work = shop(code)
    assert work.variant(["instructions"], random.Random(0)) is None
    assert work.notes == {"a variant that was not reached often enough": 1}


def test_widths_and_assumptions() -> None:
    found = [
        shop("LDA $10\nSTA $7E0020\nRTS").variant(["addressing"], random.Random(seed)) for seed in range(8)
    ]
    assert {variant.assumes for variant in found if variant} == {"D = 0 and a data bank that shows low RAM"}
    assert any(variant and "STA $0020" in variant.text for variant in found)
    for moved in ("PHK\nPLB\nLDA $10\nRTS", "TCD\nLDA $10\nRTS"):
        assert not texts(moved, "addressing")


def test_x_and_y_change_places_only_where_nobody_sees_it() -> None:
    assert texts("PHX\nPHY\nLDX #$05\nLDA $0300,X\nPLY\nPLX\nRTS", "registers") == set()
    assert texts("PHX\nLDX #$05\nLDA $0300,X\nPLX\nCMP #$00\nRTS", "registers") == {
        "PHY\nLDY #$05\nLDA $0300,Y\nPLY\nCMP #$00\nRTS"
    }
    assert not texts("LDX #$05\nLDA $0300,X\nRTS", "registers")


def test_spelling_keeps_every_byte_and_every_public_name() -> None:
    code = BLINK.replace("STZ $12", "STZ $12 ; gone").replace("  LDA $14", "  AND #$0F : LDA $14")
    whole = shop(code)
    found = texts(code, *SPELLING, count=25)
    assert len(found) > 10
    for text in found:
        other = shop(text)
        assert other.assembly.blocks == whole.assembly.blocks
        assert "Actor_Blink:" in text and "gone" in text
    assert any(".past" in text or ".not" in text for text in found)
    assert any("#28" in text for text in found)


def test_what_is_spoken_of_stays() -> None:
    made = 0
    for seed in range(10):
        variant = shop(BLINK, ("skip", "done", "$1c", "stz")).variant(
            [*SPELLING, "instructions"], random.Random(seed)
        )
        if variant is None:
            continue
        made += 1
        assert ".skip" in variant.text and ".done" in variant.text
        assert "#$1C" in variant.text.upper() and "stz" in variant.text.lower()
    assert made > 3


def test_names_in_quotes_and_comments_stay() -> None:
    for text in texts('Foo:\n.loop\n  DEX ; back to .loop\n  BNE .loop\n  RTS\n.t\n  db ".loop"', "labels"):
        assert '".loop"' in text and "back to .loop" in text and "BNE .loop" not in text


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ('incsrc "/etc/passwd"\nNOP\nRTS', "unknown macros"),
        ("%draw()\nNOP\nRTS", "unknown macros"),
        ("NOP\nBRA Elsewhere", "branches to labels elsewhere"),
        ("JSR Foo\nLDA Foo\nRTS", "both a routine and something else"),
        ("LDA $10,Q\nRTS", "does not assemble"),
        ("org $018000\nNOP\nRTS", "its own place"),
        ("NOP\n" * 5_000, "too long"),
        ("; nothing\n", "no instructions"),
        ("NOP\r\nRTS", "line ends"),
        ("macro m()\n%m()\nendmacro\n%m()\nNOP\nRTS", "does not assemble"),
        ("while 1 = 1\nNOP\nendwhile\nRTS", "does not assemble"),
        ("fill $7FFFFFFF\nNOP\nRTS", "does not assemble"),
    ],
)
def test_what_cannot_be_assembled_by_itself_is_refused(code: str, reason: str) -> None:
    started = time.process_time()
    with pytest.raises(Refused, match=reason):
        shop(code)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "code",
    [
        ".x\nBRA .x\nSTZ $10\nLDA #$01\nRTS",
        ".x\nLDA $10\nBPL .x\nJMP .x",
        "PLA\nPLA\nPLA\nLDA #$00\nSTA $10\nLDA #$01\nRTS",
        "LDA #$00\nSTA $10\nLDA #$01\nSTP",
        "LDA #$00\nSTA $10\nLDA #$01\nJMP ($0010)",
        "LDX #$00\nTXS\nSTZ $10\nLDA #$01\nRTS",
        "XCE\nSTZ $10\nLDA #$01\nRTS",
        "PLP\nSTZ $10\nLDA #$01\nRTS",
        "db $A9\nSTZ $10\nLDA #$01\nRTS",
    ],
)
def test_what_does_not_return_gets_no_other_instructions(code: str) -> None:
    work = shop(code)
    started = time.process_time()
    assert work.variant(["instructions"], random.Random(0)) is None
    assert time.process_time() - started < 20


INSTRUCTIONS = """LDA #$00:STA $10:STZ $12:CLC:SEC:ADC #$01:INC A:DEC A:INX:TAX:TXA:LDX #$00:LDY $14:PHA:PLA
CMP #$00:CMP $15:INC $16:ASL A:LDA $0300,X:REP #$20:SEP #$20:BNE .end:BCC .end:ROL A:SBC #$01:STA $10,X
AND #$0F
LDA #$0000"""


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(INSTRUCTIONS.replace("\n", ":").split(":")), min_size=2, max_size=12),
    st.integers(0, 99),
)
def test_any_variant_of_any_code_is_equal_by_another_measure(codes: list[str], seed: int) -> None:
    text = "\n".join([*codes, ".end", "RTS"])
    try:
        work = shop(text)
    except Refused:
        return
    variant = work.variant(["instructions", "registers", *SPELLING], random.Random(seed))
    if variant is None:
        return
    assert check(variant.text).syntax_ok
    assert rows_of(variant.text)
    view = work.view
    assert isinstance(view, View) or not variant.tested
    for m, x in view.program.entries if isinstance(view, View) else ():
        contract = Contract(m=8 if m else 16, x=8 if x else 16)
        verdict = equivalent(text, variant.text, contract, seed=seed, n=25)
        assert verdict.equal or not verdict.conclusive, (text, variant)
