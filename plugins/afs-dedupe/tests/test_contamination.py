from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from afs.dedupe import Contamination
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
