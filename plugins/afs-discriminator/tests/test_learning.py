"""The arithmetic behind the n-gram backend, held against other ways to the same numbers."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.discriminator.asm_flow import FLOW, flow_of
from afs.discriminator.asm_habits import HABITS, Habits, choices_of
from afs.discriminator.asm_line import ops_of
from afs.discriminator.asm_liveness import LIVENESS, UNKNOWN_CALL, liveness_of
from afs.discriminator.asm_paths import PATHS, paths_of
from afs.discriminator.asm_values import VALUES, values_of
from afs.discriminator.asm_ways import Ways
from afs.discriminator.calibration import Calibration, Prior, calibration_error, fit_calibration
from afs.discriminator.definitions import ASKED, USED, Definitions, uses_of
from afs.discriminator.features import NAMES, Models, matrix, prepared
from afs.discriminator.language_model import LanguageModel, joined
from afs.discriminator.linear import Linear
from afs.discriminator.rarity import Rarity
from afs.discriminator.trees import Trees
from afs.reports import auc

texts = st.lists(st.lists(st.integers(1, 2**32), max_size=12), min_size=1, max_size=8)


@pytest.mark.parametrize("seed", range(4))
def test_our_trees_give_what_scikit_learns_give(seed: int) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(400, 6)).round(1)
    rows[rng.random(rows.shape) < 0.2] = np.nan
    labels = (np.nan_to_num(rows[:, 0], nan=1.0) * np.nan_to_num(rows[:, 1]) + np.isnan(rows[:, 2])) > 0.3
    classifier = HistGradientBoostingClassifier(max_iter=25, max_leaf_nodes=9, random_state=seed).fit(
        rows, labels
    )
    other = rng.normal(size=(500, 6)).round(1)
    other[rng.random(other.shape) < 0.3] = np.nan
    other[0], other[1], other[2] = np.inf, -np.inf, np.nan
    expected = classifier.decision_function(other)
    assert np.abs(Trees.of(classifier).margins(other) - expected).max() < 1e-9
    assert expected.std() > 0.1


@settings(max_examples=15)
@given(texts, texts)
def test_a_model_without_some_texts_is_one_that_never_saw_them(
    seen: list[list[int]], others: list[list[int]]
) -> None:
    both = LanguageModel.fit([*seen, *others]).without(LanguageModel.fit(others))
    alone = LanguageModel.fit(seen)
    assert np.array_equal(both.counts, alone.counts) and both.total == alone.total


@settings(max_examples=15)
@given(texts)
def test_what_was_seen_more_surprises_less(some: list[list[int]]) -> None:
    ids, bounds = joined(some)
    known, _, _ = LanguageModel.fit(some * 3).surprise(ids)
    unknown, _, _ = LanguageModel.fit([[7, 8, 9]]).surprise(ids)
    inside = [place for first, last in bounds for place in range(first, last)]
    assert np.isfinite(known[inside]).all() and (known[inside] > 0).all()
    assert not inside or known[inside].mean() < unknown[inside].mean()


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.4, 1.0), (2.5, -1.0)])
def test_calibration_finds_the_curve_that_the_labels_follow(slope: float, intercept: float) -> None:
    rng, truth = Random(1), Calibration(slope, intercept)
    margins = [rng.gauss(0, 2) for _ in range(6000)]
    real = [rng.random() < truth.probability(margin) for margin in margins]
    found = fit_calibration(margins, real)
    assert found.slope == pytest.approx(slope, rel=0.12) and found.intercept == pytest.approx(
        intercept, abs=0.12
    )
    assert calibration_error([found.probability(m) for m in margins], real) < 0.02
    assert calibration_error([1 - found.probability(m) for m in margins], real) > 0.1


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-50, 50), st.booleans()), max_size=40))
def test_calibration_keeps_the_order_of_margins(rows: list[tuple[float, bool]]) -> None:
    margins = sorted(margin for margin, _ in rows)
    found = fit_calibration(margins, [real for _, real in rows])
    scores = [found.probability(margin) for margin in margins]
    assert scores == sorted(scores) and all(0 <= score <= 1 and math.isfinite(score) for score in scores)


def test_few_texts_move_a_calibration_little_and_many_do() -> None:
    rng, truth, prior = Random(1), Calibration(0.4, 1.0), Prior(1.0, 0.0, 0.1, 0.3)
    margins = [rng.gauss(0, 2) for _ in range(20_000)]
    real = [rng.random() < truth.probability(margin) for margin in margins]
    few = fit_calibration(margins[:12], real[:12], prior)
    assert abs(few.slope - 1) < 0.2 and abs(few.intercept) < 0.4
    many = fit_calibration(margins, real, prior)
    assert many.slope == pytest.approx(0.4, abs=0.03) and many.intercept == pytest.approx(1, abs=0.05)
    assert fit_calibration([1.0, 2.0], [True, True], prior) == Calibration(1.0, 0.0)


def violations(code: str) -> dict[str, float]:
    ops = [op for line in code.split("\n") for op in ops_of(line)]
    return {name: value for name, value in zip(PATHS, paths_of(Ways(ops)), strict=True) if value}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("A:\n PHA\n LDA $10\n BEQ .b\n INC A\n.b\n PLA\n RTS", {}),
        ("A:\n PHP\n REP #$20\n LDA #$1234\n BNE .b\n INC A\n.b\n PLP\n LDA #$12\n RTS", {}),
        ("A:\n-\n DEX\n BNE -\n LDA #$01\n BRA +\n INC A\n+\n RTS", {"path_unreached": 1}),
        ("A:\n BEQ .b\n PHA\n.b\n RTS", {"path_stack_conflict": 1, "path_left_pushed": 1}),
        ("A:\n PLA\n RTS", {"path_underflow": 1}),
        ("A:\n PHX\n PLY\n RTS", {"path_wrong_pull": 1}),
        ("A:\n LDA #$12\n REP #$20\n LDA #$12\n RTS", {"path_wrong_width": 1, "path_left_wide": 1}),
        ("A:\n LDA $10\n ADC #$01\n RTS", {"path_open_carry": 1, "path_loose_carry": 1}),
        ("A:\n LDA $10\n CMP #$05\n BEQ .b\n SBC #$01\n.b\n RTS", {"path_loose_carry": 1}),
        ("A:\n LDA $10\n CMP #$05\n BCC .b\n SBC #$05\n.b\n RTS", {}),
        ("A:\n %add()\n ADC #$05\n RTS", {}),
        ("A:\n LDA $10\n BEQ .b\n SEC\n RTS\n.b\n LDA $12\n RTS", {"path_mixed_carry": 1}),
        ("A:\n SEP #$20\n LDA #$12\n RTS", {"path_first_narrow": 1}),
        ("A:\n SEP #$20\n SEP #$20\n RTS", {"path_first_narrow": 1, "path_idle_width": 1}),
        ("A:\n REP #$20\n JSR B\n SEP #$20\n RTS", {"path_wide_call": 1}),
        ("A:\n AND #$0003\n STA $10\n RTS", {"path_wide_entry": 1}),
        ("A:\n LDA $10\n STA $12", {"path_falls_off": 1}),
        ("A:\n LDA $10\n BEQ .gone\n RTS", {"path_lost": 1}),
    ],
)
def test_the_ways_through_a_routine(code: str, found: dict[str, float]) -> None:
    assert violations(code) == found


def unused(code: str) -> dict[str, float]:
    ops = [op for line in code.split("\n") for op in ops_of(line)]
    return {name: value for name, value in zip(LIVENESS, liveness_of(Ways(ops)), strict=True) if value}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("A:\n LDA $10\n STA $12\n LDX #$00\n STX $14\n RTS", {}),
        ("A:\n LDX $10\n STA $12\n LDX #$00\n STX $14\n RTS", {"dead_x": 1, "entry_a": 1}),
        ("A:\n LDA $10\n RTS", {"idle_a": 1}),
        ("A:\n LDA $10\n JSR Other\n RTS", {}),
        ("A:\n LDA $10\n JMP Other", {}),
        ("A:\n LDY #$03\n-\n LDA $10,Y\n STA $20,Y\n DEY\n BPL -\n RTS", {}),
        ("A:\n LDY #$03\n-\n LDA $10,X\n STA $20,Y\n DEY\n BPL -\n RTS", {"entry_x": 1}),
        ("A:\n LDA $10\n BEQ .b\n LDY #$01\n.b\n STY $12\n RTS", {"half_set": 1}),
        ("A:\n LDA $10\n CMP #$05\n LDA $11\n STA $12\n RTS", {"dead_compare": 1}),
        ("A:\n LDA $10\n CMP #$05\n LDA $11\n BCC .b\n STA $12\n.b\n RTS", {}),
        ("A:\n CLC\n LDA $10\n ASL A\n STA $12\n RTS", {"dead_c": 1}),
        ("A:\n LDA $10\n STZ $12\n STA $12\n RTS", {"dead_store": 1}),
        ("A:\n LDA $10\n STA $12\n LDX $12\n STX $14\n STA $12\n RTS", {}),
    ],
)
def test_values_that_nobody_uses_or_sets(code: str, found: dict[str, float]) -> None:
    assert unused(code) == found


def senseless(code: str) -> dict[str, float]:
    ops = [op for line in code.split("\n") for op in ops_of(line)]
    figures = values_of(Ways(ops), lambda name: UNKNOWN_CALL)
    return {name: value for name, value in zip(VALUES, figures, strict=True) if value and name[:4] != "exit"}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("A:\n CMP #$01\n BEQ .b\n CMP #$02\n BEQ .b\n INC A\n.b\n STA $10\n RTS", {}),
        (
            "A:\n CMP #$01\n BNE .b\n CMP #$02\n BEQ .b\n.b\n RTS",
            {"decided": 1, "known_compare": 1, "next_branch": 1},
        ),
        ("A:\n LDA $10\n ORA #$02\n BEQ .b\n INC $11\n.b\n RTS", {"decided": 1}),
        ("A:\n LDA $10\n AND #$02\n BEQ .b\n INC $11\n.b\n RTS", {}),
        ("A:\n LDA #$00\n BNE .b\n INC $11\n.b\n RTS", {"decided": 1}),
        ("A:\n LDA $10\n BEQ .b\n BEQ .c\n.b\n INC $11\n.c\n RTS", {"decided": 1}),
        ("A:\n LDA $10\n BEQ .b\n LDA $11\n.b\n BEQ .c\n INC $12\n.c\n RTS", {}),
        ("A:\n CMP #$05\n BCS .b\n ADC $10\n.b\n RTS", {}),
        ("A:\n CMP #$05\n BCC .b\n ADC $10\n.b\n RTS", {"added_set": 1}),
        ("A:\n CMP #$05\n BCS .b\n SBC $10\n.b\n RTS", {"taken_clear": 1}),
        ("A:\n CMP $10\n BNE .b\n BCC .b\n INC $11\n.b\n RTS", {"decided": 1}),
        ("A:\n LSR A\n LDA $10\n SBC $11\n RTS", {"taken_shifted": 1}),
        ("A:\n INX\n DEX\n RTS", {"undone": 1}),
        ("A:\n INC $10\n DEC $12\n RTS", {}),
        ("A:\n LDX #$05\n.b\n STZ $10,X\n DEX\n BPL .b\n RTS", {}),
        ("A:\n LDX #$05\n.b\n STZ $10,X\n INX\n BPL .b\n RTS", {"loop_sign": 1, "loop_start": 1}),
        ("A:\n LDX #$00\n.b\n STZ $10,X\n INX\n CPX #$05\n BNE .b\n RTS", {}),
        ("A:\n LDX #$00\n.b\n STZ $10,X\n INY\n CPX #$05\n BNE .b\n RTS", {"loop_stuck": 1}),
        ("A:\n LDX #$00\n.b\n STZ $10,X\n DEX\n BPL .b\n RTS", {"loop_start": 1}),
        ("A:\n.b\n LDA $10\n BEQ .b\n RTS", {"loop_odd": 1}),
        ("A:\n LDA $10\n STA $11\n CLC\n ADC #$01\n STA $10\n RTS", {}),
        ("A:\n LDA $10\n STA $10\n LDA $10\n RTS", {"stored_back": 1, "loaded_back": 1}),
        ("A:\n LDA $10,X\n INX\n STA $10,X\n RTS", {}),
        ("A:\n JSL B\n BNE .b\n INC $10\n.b\n RTS", {"branch_after_call": 1}),
        ("A:\n LDX #$02\n JSL B\n CPX #$02\n BEQ .b\n INC $10\n.b\n RTS", {}),
        ("A:\n LDA #$01\n %macro()\n BEQ .b\n INC $10\n.b\n RTS", {}),
    ],
)
def test_statements_that_make_no_sense_in_the_light_of_those_before(
    code: str, found: dict[str, float]
) -> None:
    assert senseless(code) == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("A:\n BEQ .b\n SEC\n RTL\n.b\n CLC\n RTL", {"exit_known", "exit_both"}),
        ("A:\n BEQ .b\n CLC\n RTL\n.b\n CLC\n RTL", {"exit_known", "exit_alike"}),
        (
            "A:\n LDA $10\n BEQ .b\n SEC\n RTL\n.b\n RTL",
            {"exit_known", "exit_loose", "exit_mixed", "exit_torn"},
        ),
        ("A:\n BEQ .b\n SEC\n RTL\n.b\n CMP #$05\n RTL", {"exit_known", "exit_mixed"}),
        ("A:\n BCC .b\n INC $10\n.b\n RTL", {"exit_loose"}),
        ("A:\n BCC .b\n INC $10\n RTL\n.b\n RTL", {"exit_known", "exit_both"}),
    ],
)
def test_what_is_known_of_the_carry_at_returns(code: str, found: set[str]) -> None:
    ops = [op for line in code.split("\n") for op in ops_of(line)]
    figures = zip(VALUES, values_of(Ways(ops), lambda name: UNKNOWN_CALL), strict=True)
    assert {name for name, value in figures if value and name[:4] == "exit"} == found


@pytest.mark.parametrize(("between", "known"), [("", 1), (" LDA #$05\n", 1), (" LDA #$07\n", 0)])
def test_at_a_label_only_what_all_ways_to_it_agree_on_is_known(between: str, known: int) -> None:
    code = f"A:\n LDA #$05\n BRA .b\n{between}.b\n CMP #$05\n RTL"
    ops = [op for line in code.split("\n") for op in ops_of(line)]
    figures = dict(zip(VALUES, values_of(Ways(ops), lambda name: UNKNOWN_CALL), strict=True))
    assert figures["known_compare"] == known


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("A:\n LDA.l .table,X\n RTS\n.table\n db 1, 2", {}),
        ("A:\n STA.l .table,X\n RTS\n.table\n db 1, 2", {"to_rom": 1}),
        ("A:\n LDA.b .table,X\n RTS\n.table\n db 1, 2", {"short_label": 1}),
        ("A:\n LDA.b #.table\n RTS\n.table\n db 1, 2", {}),
        ("A:\n BEQ .b\n LDA.w .b\n.b\n RTS", {"data_of_label": 1}),
    ],
)
def test_labels_of_the_text_used_as_what_they_are_not(code: str, found: dict[str, float]) -> None:
    ops = [op for line in code.split("\n") for op in ops_of(line)]
    figures = dict(zip(FLOW, flow_of(ops), strict=True))
    names = ("to_rom", "short_label", "data_of_label")
    assert {name: figures[name] for name in names if figures[name]} == found


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Definitions:
    folder = tmp_path_factory.mktemp("base")
    (folder / "ram.asm").write_text("Level = $7E0A00\nFast = $7E0010\nSlow = $7E0012\nFar = $7F1000\n")
    (folder / "code.asm").write_text(
        "Near:\n STA.w Level\n RTS\n\nAway:\n LDX.b Fast\n RTL\n\n"
        "Through:\n JSR Near\n RTS\n\nTable:\n db 1, 2\n"
    )
    (folder / "callers.asm").write_text(
        "Caller:\n JSR Near\n BCC .b\n JSL Away\n STY.w Level\n.b\n RTS\n\nInside:\n JSR Caller\n RTS\n"
    )
    return Definitions.read([folder])


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("JSR Near\n JSL Away\n STA.w Level\n LDA.l Far\n LDX.b Fast\n LDA.l Table,X", {}),
        ("JSL Near\n JSR Away", {"wrong_calls": 2}),
        ("LDA.b Table,X", {"too_short": 1}),
        ("LDX.w Fast,Y\n LDA.w Level,X\n LDA.b (Fast),Y", {"indexed_single": 1}),
        ("JSR Table\n JSL Level", {"called_data": 2}),
        ("LDA.w Near\n STA.w Away", {"data_of_code": 2}),
        ("LDA.w #Near\n JSR Near", {}),
        ("LDA.b Level\n STA.w Far\n STA.l Fast", {"too_short": 1, "too_long": 1}),
        ("JSR Near\n LDA.w Level\n JSR Naer", {"undefined_names": 1}),
        ("JSR Own\n LDA.w Level\n.b\n BRA .b\nOwn:\n RTS", {}),
    ],
)
def test_uses_that_do_not_go_with_the_definitions(
    definitions: Definitions, code: str, found: dict[str, float]
) -> None:
    figures = definitions.figures(uses_of([op for line in code.split("\n") for op in ops_of(line)]))
    assert {name: value for name, value in zip(USED, figures, strict=True) if value} == found
    kept = Definitions.of(definitions.arrays()["definitions"].tolist())
    assert kept == definitions


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("Near:\n RTS", {}),
        ("Near:\n RTL", {"wrong_return": 1}),
        ("Away:\n BEQ .b\n RTS\n.b\n RTS", {"wrong_return": 2}),
        ("Away:\n LDY $10\n RTL", {}),
        ("Away:\n LDX $10\n RTL", {"unasked_value": 1}),
        ("Caller:\n RTL", None),  # called from its own file alone
        ("New:\n RTS", None),
    ],
)
def test_a_routine_is_held_against_its_callers_in_other_files(
    definitions: Definitions, code: str, found: dict[str, float] | None
) -> None:
    row = matrix([prepared(code, definitions)], Models.fit([], definitions))[0]
    figures = {name: row[NAMES.index(name)] for name in ASKED}
    if found is None:
        assert all(math.isnan(value) for value in figures.values())
    else:
        assert {name: value for name, value in figures.items() if value} == found


def test_of_another_code_base_nothing_is_said(definitions: Definitions) -> None:
    ops = [op for line in ("JSR Theirs", "LDA.w Other", "STA.w Level") for op in ops_of(line)]
    assert all(math.isnan(value) for value in definitions.figures(uses_of(ops)))
    assert all(math.isnan(value) for value in Definitions().figures(uses_of(ops[:1])))


def test_what_a_known_routine_takes_is_used_and_nothing_else(definitions: Definitions) -> None:
    def idle(code: str) -> dict[str, float]:
        ops = [op for line in code.split("\n") for op in ops_of(line)]
        figures = liveness_of(Ways(ops), definitions.called)
        return {name: value for name, value in zip(LIVENESS, figures, strict=True) if value}

    assert idle("A:\n LDA #$01\n JSR Near\n RTS") == {}
    assert idle("A:\n LDY #$01\n JSR Near\n RTS") == {"idle_y": 1}
    assert idle("A:\n LDY #$01\n JSR Through\n RTS") == {"idle_y": 1}
    assert idle("A:\n LDX #$01\n JSL Away\n RTS") == {"dead_x": 1}
    assert idle("A:\n LDY #$01\n JSR Elsewhere\n RTS") == {}


HABIT = """{n}:
 LDX #$0{d}
.next
 LDA.w {n}Tab,X
 CLC
 ADC #$0{d}
 STA.w {n}Out,X ; store it
 DEX
 BPL .next
 RTS"""


@pytest.mark.parametrize(
    ("old", "new"),
    [("BPL", "BMI"), ("DEX", "INX"), ("CLC", "SEC"), (" LDA.w", " STA.w"), (" STA.w", " LDA.w")],
)
def test_what_stands_where_another_instruction_does_is_told(old: str, new: str) -> None:
    texts = [
        HABIT.format(n=name, d=digit) for digit, name in enumerate(("Oar", "Mast", "Keel", "Reef", "Buoy"))
    ]
    habits = Habits.fit([choices_of(text.split("\n")) for text in texts])
    real = HABIT.format(n="Lamp", d=7)
    rows = habits.figures([choices_of(text.split("\n")) for text in (real, real.replace(old, new), "db $00")])
    first = rows[:, HABITS.index("other_first")]
    assert first[0] < 0 < first[1] and math.isnan(first[2])


@settings(max_examples=15)
@given(
    st.lists(st.sampled_from([HABIT, "A:\n PHA\n PLA\n RTS", "LDA $10 ; load", "", "db 1"]), max_size=6),
    st.data(),
)
def test_habits_without_some_texts_are_of_those_that_never_saw_them(
    some: list[str], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(some)))
    read = [choices_of(text.split("\n")) for text in some]
    rest = Habits.fit(read).without(Habits.fit(read[:cut]))
    assert (rest.counts == Habits.fit(read[cut:]).counts).all()
    alone = [rest.figures([choices])[0] for choices in read]
    assert np.array_equal(rest.figures(read), np.reshape(alone, (len(some), len(HABITS))), equal_nan=True)


def test_what_no_real_text_has_is_rarest() -> None:
    def rows(*codes: str) -> Any:
        return matrix([prepared(code) for code in codes], Models.fit([]))

    real = rows(*[f"A:\n LDA $1{n}\n STA $1{n}\n RTS" for n in range(40)], "A sentence of prose, as it is.")
    rarity = Rarity.fit(real)
    assert len(rarity.values) == 40
    usual, odd, prose = rarity.figures(rows("A:\n LDA $20\n STA $12\n RTS", "A:\n PLA\n RTS", "Only words."))
    assert odd[0] == pytest.approx(-math.log(0.5 / 41)) and odd[0] > usual[0] and np.isnan(prose).all()


@pytest.mark.parametrize("seed", range(3))
def test_logistic_regression_of_each_domain_finds_its_own_signs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.zeros((600, len(NAMES)))
    rows[:, :4] = rng.normal(size=(600, 4))
    rows[:, 0] = rng.integers(0, 3, 600)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    rows[:, 0] = np.nan_to_num(rows[:, 0])
    signs = np.where(rows[:, 0] == 0, np.nan_to_num(rows[:, 1]), -np.nan_to_num(rows[:, 2]))
    fake = (signs > 0) & (rows[:, 0] < 2)  # all of the third domain are real
    kinds = np.where(fake, np.where(rows[:, 0] == 0, "swap", rng.choice(["drop", "cut"], 600)), "").tolist()
    margins = Linear.fit(rows[:400], kinds[:400]).margins(rows[400:])
    known = rows[400:, 0] < 2
    assert auc(margins[known].tolist(), fake[400:][known].tolist()).value > 0.95
    assert not margins[~known].any()


@settings(max_examples=40)
@given(st.text(max_size=300))
def test_any_text_has_a_row_of_figures(text: str) -> None:
    rows = matrix(
        [prepared(text), prepared(f"A:\n{text}\n RTS"), prepared(f"def f():\n{text}")], Models.fit([])
    )
    assert rows.shape == (3, len(NAMES)) and not np.isinf(rows).any()


def test_a_text_gets_the_same_row_alone_and_among_others() -> None:
    some = [
        "A:\n LDA $10\n STA $12\n RTS",
        "A gate holds the sea. It opens twice.",
        "",
        "def f(x):\n    return x",
    ]
    models = Models.fit([prepared(text) for text in some])
    together = matrix([prepared(text) for text in some], models)
    alone = np.concatenate([matrix([prepared(text)], models) for text in some])
    assert np.allclose(together, alone, equal_nan=True, rtol=1e-12)
