"""The arithmetic behind the n-gram backend, held against other ways to the same numbers."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.discriminator.asm_line import ops_of
from afs.discriminator.asm_liveness import LIVENESS, liveness_of
from afs.discriminator.asm_paths import PATHS, paths_of
from afs.discriminator.calibration import Calibration, calibration_error, fit_calibration
from afs.discriminator.features import NAMES, Models, matrix, prepared
from afs.discriminator.language_model import LanguageModel, joined
from afs.discriminator.trees import Trees

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


def violations(code: str) -> dict[str, float]:
    ops = [op for line in code.split("\n") for op in ops_of(line)]
    return {name: value for name, value in zip(PATHS, paths_of(ops), strict=True) if value}


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
        ("A:\n LDA $10\n ADC #$01\n RTS", {"path_open_carry": 1}),
        ("A:\n LDA $10\n STA $12", {"path_falls_off": 1}),
        ("A:\n LDA $10\n BEQ .gone\n RTS", {"path_lost": 1}),
    ],
)
def test_the_ways_through_a_routine(code: str, found: dict[str, float]) -> None:
    assert violations(code) == found


def unused(code: str) -> dict[str, float]:
    ops = [op for line in code.split("\n") for op in ops_of(line)]
    return {name: value for name, value in zip(LIVENESS, liveness_of(ops), strict=True) if value}


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
