"""A suite is read whole, and what is wrong with it is told before a model is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afs.evaluation import Answer, grade, read_suite
from afs.evaluation.grading import graders
from afs_core import DataError, Message, Missing, PluginError, Run, TrainingSample, UnknownName, write_samples

Numbers = Callable[..., list[TrainingSample]]

SCORERS = """
    from afs_core import Capability, Score, hookimpl

    class Length:
        fingerprint = "length"
        def __init__(self, config, run): pass
        def score_batch(self, samples):
            assert all(s.to_messages()[-1] == {"role": "assistant", "content": s.output} for s in samples)
            return [self.score(s.output, s.metadata["reference"]) for s in samples]
        def score(self, answer, reference):
            return Score(min(1.0, len(answer) / len(reference))) if answer else Score(None, "empty")

    class Short(Length):
        def score_batch(self, samples): return [Score(1.0)]

    class Wild(Length):
        def score_batch(self, samples): return [Score(7.0) for _ in samples]

    @hookimpl
    def afs_scorers():
        return [
            Capability(name="length", target="tested:Length"),
            Capability(name="short", target="tested:Short"),
            Capability(name="wild", target="tested:Wild"),
            Capability(name="dear", target="tested:Length", requires=("no_such_engine",)),
        ]
"""


def suite_of(folder: Path, *samples: TrainingSample) -> Path:
    write_samples(folder / "suite.jsonl", samples)
    return folder / "suite.jsonl"


def answers(*texts: str) -> list[Answer]:
    return [Answer(question="", text=text) for text in texts]


def test_a_question_knows_its_chat_its_grader_and_its_group(tmp_path: Path, numbers: Numbers) -> None:
    plain, checked = read_suite(
        suite_of(
            tmp_path, numbers(1)[0], TrainingSample("a", "b", input="c", _metadata={"check": {"scorer": "x"}})
        )
    )
    assert (plain.scorer, plain.group, plain.asked) == (
        "exact-match",
        "group 0",
        [{"role": "user", "content": "What is number 0?"}],
    )
    assert checked.scorer == "x"
    assert checked.answered == [{"role": "user", "content": "a\n\nc"}, {"role": "assistant", "content": "b"}]


def test_a_conversation_is_asked_up_to_its_last_answer(tmp_path: Path) -> None:
    turns = [
        Message("system", "Be brief."),
        Message("user", "1?"),
        Message("assistant", "1"),
        Message("user", "2?"),
    ]
    (asked,) = read_suite(
        suite_of(tmp_path, TrainingSample("2?", "2", messages=(*turns, Message("assistant", "2"))))
    )
    assert [turn["role"] for turn in asked.asked] == ["system", "user", "assistant", "user"]


def test_rows_may_ask_by_prompt(tmp_path: Path) -> None:
    path = tmp_path / "suite.jsonl"
    path.write_text(
        '\ufeff{"prompt": "What does LDA do?", "expected": "Loads A.", "check": {"scorer": "x"}, "id": 7}\n\n'
        '{"prompt": "Name a register.", "instruction": "Name one.", "output": "X"}\n'
        '{"prompt": "Free?", "check": {"scorer": "judge"}}\n'
    )
    first, second, third = read_suite(path)
    assert (first.sample.instruction, first.sample.output) == ("What does LDA do?", "Loads A.")
    assert (first.scorer, first.sample.extra) == ("x", {"id": 7})
    assert (second.sample.instruction, second.sample.output) == ("Name one.", "X")
    assert (third.sample.instruction, third.sample.output) == ("Free?", "")
    path.write_text('{"prompt": "Fine?", "answer": "yes"}\n{"prompt": 3}\n')
    with pytest.raises(DataError, match=r"suite\.jsonl:2: "):
        read_suite(path)


def test_the_limit_is_that_of_questions_read(tmp_path: Path, numbers: Numbers) -> None:
    path = suite_of(tmp_path, *numbers(5))
    with path.open("a") as stream:
        stream.write("broken\n")
    assert len(read_suite(path, 3)) == 3
    with pytest.raises(DataError, match=r"suite\.jsonl:6: "):
        read_suite(path)


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([], "expected questions, found none"),
        (
            [TrainingSample("a", "b"), TrainingSample("c", "d"), TrainingSample("a", "b")],
            "question 3 is question 1 again",
        ),
        (
            [TrainingSample("a", "b", messages=(Message("user", "a"),))],
            "question 1: .*ends with the reference",
        ),
        ([TrainingSample("a", "b", _metadata={"check": "exact"})], "question 1: expected a check such as"),
        (
            [TrainingSample("a", "b", _metadata={"check": {"scorer": 3}})],
            "question 1: expected a check such as",
        ),
    ],
)
def test_a_faulty_suite_is_told(tmp_path: Path, samples: list[TrainingSample], said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        read_suite(suite_of(tmp_path, *samples))
    assert "suite.jsonl" in str(caught.value)


def test_a_suite_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_suite(tmp_path / "none.jsonl")


def test_a_scorer_of_a_plugin_folder_grades(
    tmp_path: Path, afs_plugin: Callable[..., Any], numbers: Numbers
) -> None:
    run = Run.open(registry=afs_plugin(SCORERS))
    turns = (Message("user", "a"), Message("assistant", "four"))
    samples = [
        TrainingSample("a", "four", _metadata={"check": {"scorer": "length"}}),
        TrainingSample("b", "four", _metadata={"check": {"scorer": "tested/length"}}, messages=turns),
        *numbers(1),
        TrainingSample("c", "four", _metadata={"check": {"scorer": "length"}}),
    ]
    questions = read_suite(suite_of(tmp_path, *samples))
    marks = grade(questions, answers("xx", "xxxx", "0", ""), graders(questions, run))
    assert marks[:3] == [0.5, 1.0, 1.0]
    assert marks[3] != marks[3]  # NaN


@pytest.mark.parametrize(("scorer", "kind"), [("nobody", UnknownName), ("dear", Missing)])
def test_a_scorer_that_is_not_there_is_told_at_once(
    tmp_path: Path, afs_plugin: Callable[..., Any], scorer: str, kind: type[Exception]
) -> None:
    run = Run.open(registry=afs_plugin(SCORERS))
    questions = read_suite(
        suite_of(tmp_path, TrainingSample("a", "b", _metadata={"check": {"scorer": scorer}}))
    )
    with pytest.raises(kind):
        graders(questions, run)


@pytest.mark.parametrize(
    ("scorer", "said"), [("short", "expected 2 scores, got 1"), ("wild", "from 0 to 1, got 7")]
)
def test_a_scorer_that_breaks_its_promise_is_named(
    tmp_path: Path, afs_plugin: Callable[..., Any], numbers: Numbers, scorer: str, said: str
) -> None:
    run = Run.open(registry=afs_plugin(SCORERS))
    questions = read_suite(suite_of(tmp_path, *numbers(2, check={"scorer": scorer})))
    with pytest.raises(PluginError, match=f"scorers/{scorer}: .*{said}"):
        grade(questions, answers("a", "b"), graders(questions, run))
