"""Answers to marks, by the scorers that the questions name."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from afs.evaluation.asking import Answer
from afs.evaluation.suite import Question
from afs_core import Message, PluginError, Score, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run
    from afs_core.protocols import Scorer

__all__ = ["grade", "graders"]


def graders(questions: Sequence[Question], run: Run) -> dict[str, Scorer]:
    """The scorers that the questions name. Raises UnknownName and Missing, before anything is asked."""
    return {name: run.use("scorers", name) for name in sorted({question.scorer for question in questions})}


def grade(
    questions: Sequence[Question], answers: Sequence[Answer], scorers: Mapping[str, Scorer]
) -> list[float]:
    """One mark in 0..1 a question, in order; NaN where its scorer does not apply."""
    marks = [math.nan] * len(questions)
    by_scorer: defaultdict[str, list[int]] = defaultdict(list)
    for number, question in enumerate(questions):
        by_scorer[question.scorer].append(number)
    for name, numbers in by_scorer.items():
        graded = [_answered(questions[n].sample, answers[n]) for n in numbers]
        for number, mark in zip(numbers, _marks(name, scorers[name], graded), strict=True):
            marks[number] = mark
    return marks


def _marks(name: str, scorer: Scorer, graded: Sequence[TrainingSample]) -> list[float]:
    """Raises PluginError where the scorer breaks its promise."""
    marks = [_mark(score) for score in scorer.score_batch(graded)]
    if len(marks) != len(graded):
        raise PluginError(f"scorers/{name}: expected {len(graded)} scores, got {len(marks)}")
    if wrong := [mark for mark in marks if not (0 <= mark <= 1 or math.isnan(mark))]:
        raise PluginError(f"scorers/{name}: expected scores from 0 to 1, got {wrong[0]:g}")
    return marks


def _mark(score: Score) -> float:
    return math.nan if score.value is None else score.value


def _answered(sample: TrainingSample, answer: Answer) -> TrainingSample:
    """The sample as a scorer wants it: ``output`` is the answer, the reference is metadata."""
    metadata = {**sample.metadata, "reference": sample.output}
    turns = sample.messages and (*sample.messages[:-1], Message("assistant", answer.text))
    return msgspec.structs.replace(sample, output=answer.text, _metadata=metadata, messages=turns)
