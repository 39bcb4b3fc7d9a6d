from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.dedupe import Contamination, normalise
from afs.dedupe.suite import SuiteIndex, plain
from afs_core import EvalJob, Report, Run, TrainingSample, UsageError
from afs_core.jsonl import write_samples

COPY = (
    "the frame counter is increased once in every non maskable interrupt and wraps at two hundred fifty six"
)


def judged(
    tmp_path: Path, train: list[TrainingSample], suite: list[TrainingSample], **settings: Any
) -> Report:
    write_samples(tmp_path / "data" / "train.jsonl", train)
    write_samples(tmp_path / "suite.jsonl", suite)
    job = EvalJob(output=tmp_path / "out", data=(tmp_path / "data",), suite=tmp_path / "suite.jsonl")
    return Contamination(Contamination.Config(**settings), Run.open(workdir=tmp_path / "scratch")).evaluate(
        job
    )


def item(instruction: str, output: str, **check: str) -> TrainingSample:
    return TrainingSample(instruction, output, _metadata={"check": {"scorer": "exact", **check}})


def test_a_clean_suite_passes(tmp_path: Path) -> None:
    report = judged(
        tmp_path,
        [TrainingSample("What is A?", "The accumulator.")],
        [item("What is X?", "An index register.")],
    )
    assert report.passed
    assert report.summary["contaminated"] == 0
    assert report.summary["items"] == report.summary["training_samples"] == 1


def test_eight_words_in_a_row_are_found_whatever_case_and_punctuation(tmp_path: Path) -> None:
    train = [
        TrainingSample(
            "Say something.",
            "It says: THE frame-counter is increased, once, in every (non maskable) interrupt!",
        )
    ]
    report = judged(tmp_path, train, [item("What is it?", COPY), item("What is X?", "An index register.")])
    assert not report.passed
    (row,) = report.tables["contaminated"]
    assert row["partner"] == train[0].sample_id
    assert not row["same_question"]
    assert report.summary["share"] == 0.5


def test_seven_words_in_a_row_are_not(tmp_path: Path) -> None:
    seven = " ".join(COPY.split()[:7])
    report = judged(tmp_path, [TrainingSample("Say it.", f"{seven} slowly")], [item("What is it?", COPY)])
    assert report.passed


def test_the_same_question_is_found_in_other_case_and_spacing(tmp_path: Path) -> None:
    report = judged(tmp_path, [TrainingSample("what  IS\ta?", "one")], [item("What is A?", "two")])
    assert report.tables["contaminated"][0]["same_question"]


@pytest.mark.parametrize("mark", [{"kind": "recall"}, {"scorer": "recall"}])
def test_recall_items_may_share_their_facts_but_not_their_question(
    tmp_path: Path, mark: dict[str, str]
) -> None:
    train = [TrainingSample("What does the frame counter do?", COPY)]
    assert judged(tmp_path, train, [item("Describe the counter of frames.", COPY, **mark)]).passed
    assert not judged(tmp_path, train, [item("What does the FRAME counter do?", COPY, **mark)]).passed


def test_threshold_and_overlap_are_what_they_say(tmp_path: Path) -> None:
    train = [TrainingSample("Say it.", " ".join(COPY.split()[:8]))]
    suite = [item("What is it?", COPY), *(item(f"Number {n}?", str(n)) for n in range(9))]
    assert not judged(tmp_path, train, suite).passed
    assert judged(tmp_path, train, suite, threshold=0.1).passed
    assert judged(tmp_path, train, suite, overlap=0.5).passed


def test_every_item_gets_a_verdict_on_disk(tmp_path: Path) -> None:
    suite = [item("What is A?", "one"), item("What is B?", "two")]
    report = judged(tmp_path, [TrainingSample("What is B?", "x")], suite)
    rows = [json.loads(line) for line in report.artifacts[0].path.read_text().splitlines()]
    assert [row["item"] for row in rows] == [row.sample_id for row in suite]
    assert [row["contaminated"] for row in rows] == [False, True]


def test_only_the_train_split_of_a_folder_is_compared(tmp_path: Path) -> None:
    write_samples(tmp_path / "data" / "test.jsonl", [TrainingSample("What is A?", "x")])
    assert judged(tmp_path, [TrainingSample("What is B?", "x")], [item("What is A?", "one")]).passed


def test_without_a_suite_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="suite"):
        Contamination(Contamination.Config(), Run.open(workdir=tmp_path)).evaluate(EvalJob(output=tmp_path))


LONG = "how do i read the second controller in the vertical blank routine of this game"


def test_a_near_duplicate_of_a_question_is_found_and_its_line_named(tmp_path: Path) -> None:
    train = [TrainingSample("Something else.", "x"), TrainingSample(f"{LONG} please", "y")]
    suite = [item(LONG, "z")]
    (row,) = judged(tmp_path, train, suite, ngram=99).tables["contaminated"]
    assert row["similarity"] == pytest.approx(11 / 12)
    assert (row["where"], row["partner"]) == ("train.jsonl:2", train[1].sample_id)
    assert row["how"] == "similarity 0.92"
    assert judged(tmp_path, train, suite, ngram=99, similarity=0.95).passed


def test_lines_are_counted_in_the_file_blank_ones_and_other_files_too(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "one.jsonl", tmp_path / "b" / "other.jsonl"
    write_samples(one, [TrainingSample("What is A?", "x")])
    write_samples(other, [TrainingSample("What is B?", "x")])
    other.write_bytes(b"\xef\xbb\xbf\n\n" + other.read_bytes())
    write_samples(tmp_path / "suite.jsonl", [item("what is b?", "y"), item("What is A?", "y")])
    job = EvalJob(output=tmp_path / "out", data=(one, other), suite=tmp_path / "suite.jsonl")
    with Run.open() as run:
        report = Contamination(Contamination.Config(), run).evaluate(job)
    assert [row["where"] for row in report.tables["contaminated"]] == ["b/other.jsonl:3", "a/one.jsonl:1"]


def test_each_suite_is_judged_by_itself_and_items_keep_their_own_id(tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    named = TrainingSample("What is A?", "x", extra={"id": "q-17"})
    write_samples(more, [named, item("What is Y?", "x")])
    report = judged(
        tmp_path, [TrainingSample("What is A?", "x")], [item("What is X?", "x")], suites=[more], threshold=0.3
    )
    assert not report.passed
    passed = {finding.name: finding.passed for finding in report.findings}
    assert passed["contaminated items of suite.jsonl"]
    assert not passed["contaminated items of more.jsonl"]
    assert [(row["suite"], row["item"]) for row in report.tables["contaminated"]] == [("more.jsonl", "q-17")]


def test_the_user_reads_the_first_items_and_how_many_more(tmp_path: Path) -> None:
    questions = [f"What is number {number}?" for number in range(14)]
    write_samples(tmp_path / "train.jsonl", [TrainingSample(text, "x") for text in questions])
    write_samples(tmp_path / "suite.jsonl", [item(text, "y") for text in questions])
    job = EvalJob(output=tmp_path / "out", data=(tmp_path / "train.jsonl",), suite=tmp_path / "suite.jsonl")
    with Run.open() as run:
        Contamination(Contamination.Config(), run).evaluate(job)
        assert run.warnings[0] == 'train.jsonl:1: same question as suite.jsonl "What is number 0?"'
        assert run.warnings[10:] == ["and 4 more items, which contamination.jsonl names"]
        run.warnings.clear()
        Contamination(Contamination.Config(threshold=1), run).evaluate(job)
        assert run.warnings == []


@given(st.text(st.sampled_from([*"aB_1 -.\t\0", "é", "\u2014", "ß", "\u0661", "\x1c"])))
def test_plain_text_is_the_words_of_the_text(text: str) -> None:
    assert plain(text) == " ".join(re.findall(r"\w+", text.casefold()))


TEXT = st.lists(st.sampled_from(["a", "b", "c,", "D"]), max_size=9).map(" ".join)
SAMPLES = st.lists(st.builds(TrainingSample, TEXT, TEXT), max_size=6)


def grams(sample: TrainingSample, size: int) -> set[tuple[str, ...]]:
    found = set()
    for text in (sample.instruction, sample.output):
        words = re.findall(r"\w+", text.casefold())
        found |= {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}
    return found


def shingles(sample: TrainingSample) -> set[tuple[str, ...]]:
    words = normalise(sample.instruction).split(" ")
    return {tuple(words[start : start + 5]) for start in range(max(len(words) - 4, 1))}


@settings(max_examples=80, deadline=None)
@given(SAMPLES, SAMPLES, st.integers(2, 4), st.sampled_from([0.1, 0.5, 0.7, 1.0]), st.integers(1, 6))
def test_the_index_finds_what_comparing_all_pairs_finds(
    train: list[TrainingSample], suite: list[TrainingSample], size: int, threshold: float, batch: int
) -> None:
    index = SuiteIndex(suite, size, threshold)
    for start in range(0, len(train), batch):
        index.compare(train[start : start + batch])
    for place, own in enumerate(suite):
        shares = [len(grams(own, size) & grams(row, size)) / max(len(grams(own, size)), 1) for row in train]
        alike = [len(shingles(own) & shingles(row)) / len(shingles(own) | shingles(row)) for row in train]
        alike = [value if value >= threshold else 0.0 for value in alike]
        for found, values in ((index.overlap, shares), (index.similarity, alike)):
            best = max(values, default=0.0)
            assert (found[place].value if place in found else 0.0) == best
            if best:
                assert found[place].row == values.index(best)
                assert found[place].sample_id == train[values.index(best)].sample_id
