from __future__ import annotations

import math
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.dedupe import NearDedupe, digest64, normalise
from afs_core import Message, Provenance, Run, TrainingSample

THRESHOLDS = (0.05, 0.2, 1 / 3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0)
SHINGLES = (1, 2, 3, 5)
WORDS = st.lists(st.sampled_from(["a", "b", "b\0", "É"]), max_size=14).map(" ".join)


@st.composite
def datasets(draw: st.DrawFn) -> list[TrainingSample]:
    """Texts of few words, and some of them again with one word replaced."""
    texts = draw(st.lists(WORDS, max_size=14))
    for source, place in draw(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=10)):
        if texts:
            words = texts[source % len(texts)].split(" ")
            words[place % len(words)] = "z"
            texts.append(" ".join(words))
    scores = st.sampled_from([None, 0.1, 0.5, 0.9])
    groups = st.sampled_from([None, None, "one", "two"])
    return [
        TrainingSample(
            text, str(number), quality_score=draw(scores), prov=Provenance(group=group) if group else None
        )
        for number, (text, group) in enumerate(zip(texts, [draw(groups) for _ in texts], strict=True))
    ]


def shingles(text: str, size: int) -> frozenset[tuple[str, ...]]:
    words = normalise(text).split(" ")
    count = max(len(words) - size + 1, 1)
    return frozenset(tuple(words[start : start + size]) for start in range(count))


def jaccard(one: frozenset[Any], other: frozenset[Any]) -> float:
    return len(one & other) / len(one | other)


def transformed(
    rows: list[TrainingSample], **given: Any
) -> tuple[list[TrainingSample], list[TrainingSample]]:
    dropped: list[TrainingSample] = []
    with Run.open() as run:
        view = run.view("near-dedupe", on_drop=lambda sample, by, reason: dropped.append(sample))
        return list(NearDedupe(NearDedupe.Config(**given), view).apply(rows)), dropped


@settings(max_examples=60, deadline=None)
@given(datasets(), st.sampled_from(THRESHOLDS), st.sampled_from(SHINGLES), st.sampled_from(["best", "first"]))
def test_what_goes_is_what_going_through_all_pairs_says(
    rows: list[TrainingSample], threshold: float, size: int, keep: str
) -> None:
    kept, dropped = transformed(rows, threshold=threshold, shingle=size, keep=keep)
    sets = [shingles(row.instruction, size) for row in rows]
    scores = [-math.inf if math.isnan(row.score) or keep == "first" else row.score for row in rows]
    stay: list[int] = []
    gone: dict[str, tuple[str, float]] = {}
    for row in sorted(range(len(rows)), key=lambda number: (-scores[number], number)):
        alike = [other for other in stay if jaccard(sets[other], sets[row]) >= threshold]
        if alike:
            similarity = jaccard(sets[alike[0]], sets[row])
            gone[rows[row].output] = (rows[alike[0]].sample_id, pytest.approx(similarity, abs=1e-4))
        else:
            stay.append(row)
    assert [row.output for row in kept] == [rows[row].output for row in sorted(stay)]
    assert {row.output: (row.metadata["duplicate_of"], row.metadata["similarity"]) for row in dropped} == gone


@settings(max_examples=60, deadline=None)
@given(datasets(), st.sampled_from(THRESHOLDS), st.sampled_from(SHINGLES))
def test_groups_are_what_similarity_and_earlier_groups_connect(
    rows: list[TrainingSample], threshold: float, size: int
) -> None:
    kept, dropped = transformed(rows, threshold=threshold, shingle=size, action="group")
    assert not dropped
    assert [row.output for row in kept] == [row.output for row in rows]
    sets = [shingles(row.instruction, size) for row in rows]
    first = list(range(len(rows)))
    for _ in rows:
        for row in range(len(rows)):
            for other in range(row):
                alike = jaccard(sets[row], sets[other]) >= threshold
                if alike or rows[row].group == rows[other].group:
                    first[row] = first[other] = min(first[row], first[other])
    assert [row.group for row in kept] == [rows[number].group for number in first]


@settings(max_examples=30, deadline=None)
@given(datasets(), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_order(rows: list[TrainingSample], rng: Any) -> None:
    def together(samples: list[TrainingSample]) -> set[frozenset[str]]:
        found: dict[str, set[str]] = {}
        for sample in transformed(samples, shingle=2, threshold=0.5, action="group")[0]:
            found.setdefault(sample.group, set()).add(sample.output)
        return {frozenset(members) for members in found.values()}

    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert together(shuffled) == together(rows)


LONG = "how do i read the second controller in the vertical blank routine of this game"


def test_the_kept_one_is_the_best_scored_and_an_unscored_one_comes_last() -> None:
    rows = [
        TrainingSample(LONG + " a", "unscored"),
        TrainingSample(LONG + " b", "good", quality_score=0.4),
        TrainingSample(LONG + " c", "best", quality_score=0.9),
    ]
    kept, dropped = transformed(rows)
    assert [row.output for row in kept] == ["best"]
    assert {row.metadata["duplicate_of"] for row in dropped} == {rows[2].sample_id}
    assert [row.output for row in transformed(rows, keep="first")[0]] == ["unscored"]


def test_a_text_shorter_than_a_run_equals_only_itself() -> None:
    rows = [
        TrainingSample(text, text)
        for text in ("Where is $7E0010?", "Where is $7E0011?", "where  IS $7e0010?", "", "")
    ]
    assert [row.output for row in transformed(rows)[0]] == ["Where is $7E0010?", "Where is $7E0011?", ""]


def test_the_field_says_what_is_compared() -> None:
    code = (
        "lda #$01 sta $2100 rts nop nop clc adc #$02",
        "jsr reset jsl main bra loop php plp sei xce rep #$30",
    )
    rows = [TrainingSample("Explain this code.", f"{LONG} {n}", input=text) for n, text in enumerate(code)]
    assert len(transformed(rows)[0]) == 2
    assert len(transformed(rows, field="instruction")[0]) == 1
    assert len(transformed(rows, field="output")[0]) == 1
    assert len(transformed(rows, field="pair")[0]) == 2


def test_a_system_prompt_makes_no_questions_alike() -> None:
    def asked(question: str) -> TrainingSample:
        turns = (Message("system", "word " * 300), Message("user", question), Message("assistant", "x"))
        return TrainingSample(question, "x", messages=turns)

    assert (
        len(transformed([asked("What does the accumulator hold?"), asked("Who wrote this game at all?")])[0])
        == 2
    )


def test_samples_that_stay_are_handed_on_as_they_are() -> None:
    rows = [TrainingSample(LONG, "x"), TrainingSample("Something else entirely, with words.", "y")]
    assert [id(row) for row in transformed(rows)[0]] == [id(row) for row in rows]
    assert [id(row) for row in transformed(rows, action="group")[0]] == [id(row) for row in rows]


def test_a_group_keeps_provenance_and_names_the_transform() -> None:
    rows = [
        TrainingSample(LONG, "x", prov=Provenance(source="a.md", group="g")),
        TrainingSample(LONG + " now", "y", prov=Provenance(source="b.md", start=3)),
    ]
    kept, _ = transformed(rows, action="group")
    assert kept[1].prov == Provenance(source="b.md", start=3, group="g", transforms=("near-dedupe",))


@pytest.mark.parametrize("threshold", [0, 1.01, -1])
def test_a_threshold_that_cannot_be_is_refused(threshold: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"threshold": threshold}, NearDedupe.Config)


@pytest.mark.parametrize("action", ["drop", "group"])
def test_many_copies_of_one_template_cost_no_square(tmp_path: Path, action: str) -> None:
    rows = [TrainingSample(f"{LONG} {LONG[::-1]} {number}", str(number)) for number in range(6000)]
    kept, dropped = transformed(rows, action=action)
    if action == "drop":
        assert [row.output for row in kept] == ["0"]
        assert len(dropped) == 5999
    else:
        assert {row.group for row in kept} == {rows[0].group}


def test_memory_grows_by_numbers_not_by_rows() -> None:
    class Rows:
        def __iter__(self) -> Iterator[TrainingSample]:
            for number in range(2000):
                yield TrainingSample(f"Question {number}?", "x" * 20_000, input=str(digest64(str(number))))

    with Run.open() as run:
        transform = NearDedupe(NearDedupe.Config(), run)
        sum(1 for _ in transform.apply([TrainingSample("a", "b")]))
        tracemalloc.start()
        count = sum(1 for _ in transform.apply(Rows()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 2000
    assert peak < 8_000_000  # the outputs alone are 40 MB


def test_nothing_in_nothing_out() -> None:
    assert transformed([]) == ([], [])
    assert transformed([], action="group") == ([], [])
    assert len(transformed([TrainingSample("", "")])[0]) == 1
