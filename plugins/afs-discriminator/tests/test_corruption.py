"""Corruptions: they change a text, keep its layout, and are shown to be wrong where a program can show it."""

from __future__ import annotations

import difflib
from random import Random

import pytest

from afs.discriminator.corruption import Corruption, corruptions
from afs.discriminator.evidence import ALIKE, FAULTY, UNKNOWN, Evidence
from afs.discriminator.python_names import unbound_names
from afs.discriminator.stand_ins import CodeBase

ASM = """Oil_Burn:
  LDA.l HasOil
  BEQ .none
  PHP
  REP #$20
  LDA   $0D10, X ; left
  CLC
  ADC #$0010
  STA.w OilLeft
  PLP
  LDX #$03
.loop
  STA.w OilTable,X
  DEX
  BPL .loop
  JSL Oil_Done
  AND #$73
  CMP #$23
  BCS .none
  SEC
  RTL
.none
  CLC
  RTL
"""
OTHER = ASM.replace("Oil", "Rope")
PROSE = (
    "The sluice keeps the water of the canal at level 4. It opens when the tide has fallen for two bells. "
    "After that it drains in 40 frames, and stays open until the keeper turns the wheel. "
    "The lever lies at $7EF36D, always in sight."
)
FERRY = "A ferry crosses the bay at noon, and nobody who missed it waits for less than four bells there."
PYTHON = """def total(rows, least):
    found = 0
    for row in rows:
        if row.count < least:
            continue
        share = row.count / len(rows)
        found += share
    result = round(found, 3)
    return result
"""
TEXTS = {
    "asm": (ASM, OTHER),
    "prose": (PROSE, FERRY),
    "python": (PYTHON, PYTHON.replace("row", "line").replace("found", "sum_of")),
}
every = pytest.mark.parametrize("kind", corruptions().values(), ids=list(corruptions()))


def evidence() -> Evidence:
    return Evidence(CodeBase(frozenset(), {}, {}, {}), 1)


@every
def test_every_kind_changes_its_text_the_same_way_for_the_same_seed(kind: Corruption) -> None:
    text, other = TEXTS[kind.domain]
    made = [kind.make(text, Random(seed), other) for seed in range(12)]
    assert any(one is not None and one != text for one in made)
    assert made == [kind.make(text, Random(seed), other) for seed in range(12)]


@every
def test_no_kind_fails_on_texts_that_have_nothing_to_corrupt(kind: Corruption) -> None:
    for text in (
        "",
        "\n",
        "x",
        "; only a comment",
        "Label:\n",
        "RTS",
        "\ud800",
        "LDA",
        "  ,,, #$",
        "def f(:",
    ):
        kind.make(text, Random(1), text)
        kind.make(text, Random(1), ASM)


@pytest.mark.parametrize("kind", ["asm-swapped-register", "asm-wrong-address", "asm-addressing-mode"])
def test_lines_that_are_not_corrupted_and_blanks_stay_as_they_were(kind: str) -> None:
    for seed in range(20):
        made = corruptions()[kind].make(ASM, Random(seed), OTHER)
        if made is None:
            continue
        assert len(made.split("\n")) == len(ASM.split("\n"))
        for old, new in zip(ASM.split("\n"), made.split("\n"), strict=True):
            assert old[: len(old) - len(old.lstrip())] == new[: len(new) - len(new.lstrip())]
            if ";" in old:
                assert new.endswith("; left") and "   " in new


def test_a_state_change_that_is_dropped_takes_its_line_along() -> None:
    made = corruptions()["asm-dropped-state-change"].make(ASM, Random(0), OTHER)
    assert made is not None
    gone = [line[2:].strip() for line in difflib.ndiff(ASM.split("\n"), made.split("\n")) if line[0] == "-"]
    assert set(gone) <= {"PHP", "REP #$20", "CLC", "PLP", "SEC"} and gone
    joined = corruptions()["asm-dropped-state-change"].make("  CLC : ADC #$10\n  RTS", Random(0), "")
    assert joined == "  ADC #$10\n  RTS"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (("; left", "; right"), ALIKE),
        (("LDX #$03\n", "LDX #$03\n  NOP\n"), ALIKE),
        (("ADC #$0010", "ADC #$0011"), FAULTY),
        (("  CLC\n  ADC", "  SEC\n  ADC"), FAULTY),
        (("DEX", "DEQ"), FAULTY),
        (("BPL .loop", "BPL .lop"), FAULTY),
        (("JSL Oil_Done\n", "JSL Oil_Gone\n"), FAULTY),
        (("  PLP\n", ""), FAULTY),
    ],
)
def test_a_fake_of_assembly_no_longer_assembles_or_does_something_else(
    change: tuple[str, str], verdict: str
) -> None:
    assert change[0] in ASM
    assert evidence().of(ASM, ASM.replace(*change, 1), "asm") == verdict


def test_code_that_cannot_be_run_is_of_unknown_effect_unless_it_is_illegal() -> None:
    text = "Draw:\n  %Unheard(1)\n  LDA #$10\n  STA $12\n  RTS"
    assert evidence().of(text, text.replace("#$10", "#$11"), "asm") == UNKNOWN
    assert evidence().of(text, text.replace("STA $12", "STA #$12"), "asm") == FAULTY


def test_what_the_code_base_defines_is_taken_from_it() -> None:
    base = CodeBase(
        frozenset({"Oil_Done", "HasOil", "%Set"}), {}, {}, {"Set": "macro Set(n)\n  LDA #<n>\nendmacro"}
    )
    text = "Draw:\n  %Set(1)\n  STA $12\n  JSL Oil_Done\n  RTS"
    judge = Evidence(base, 1)
    assert judge.of(text, text.replace("Set(1)", "Set(2)"), "asm") == FAULTY
    assert judge.of(text, text.replace("Oil_Done", "Oil_Dune"), "asm") == FAULTY
    assert judge.of(text, text + " ; done", "asm") == ALIKE


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("    found = 0\n", "", FAULTY),
        ("    for row in rows:\n", "", FAULTY),
        ("    found = 0\n", "    found = 0.0\n", UNKNOWN),
        ("    found = 0\n", "    found = 0  # sum\n", ALIKE),
    ],
)
def test_python_is_faulty_where_it_does_not_compile_or_misses_a_name(
    old: str, new: str, verdict: str
) -> None:
    assert evidence().of(PYTHON, PYTHON.replace(old, new), "python") == verdict


def test_names_bound_in_a_loop_may_be_read_above_in_it() -> None:
    import ast

    source = (
        "def f(xs):\n    for x in xs:\n        if x:\n            g(last)\n        last = x\n    return y\n"
    )
    assert unbound_names(ast.parse(source)) == {"g", "y"}
