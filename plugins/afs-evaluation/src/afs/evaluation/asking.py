"""Answers of one model to a suite, journalled so that a broken run goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afs.evaluation.suite import Question
from afs.models import ChatModel
from afs_core.jsonl import Journal

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Answer", "ask"]

_BATCH = 32


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``loss`` is nats a token of the reference answer, None where the provider cannot tell."""

    question: str
    text: str
    loss: float | None = None
    seconds: float = 0.0
    tokens: int = 0
    stopped: str = "stop"


def ask(
    model: ChatModel,
    questions: Sequence[Question],
    run: Run,
    *,
    journal: Path,
    max_tokens: int,
    temperature: float = 0.0,
) -> list[Answer]:
    """One answer a question, in order. What ``journal`` already holds for the same model,
    question and settings is not asked again."""
    settings = f"{model.reference} {max_tokens} {temperature} {run.seed}"
    keys = [_key(settings, question) for question in questions]
    with Journal(journal) as written:
        known = {key: msgspec.convert(answer, Answer) for key, answer in written.entries}
        waiting = [number for number, key in enumerate(keys) if key not in known]
        with run.progress(f"asking {model.reference}", len(waiting)) as bar:
            for start in range(0, len(waiting), _BATCH):
                run.check_cancelled()
                batch = waiting[start : start + _BATCH]
                answers = _answers(model, [questions[n] for n in batch], max_tokens, temperature, run.seed)
                for number, answer in zip(batch, answers, strict=True):
                    known[keys[number]] = answer
                written.append_many([[keys[n], known[keys[n]]] for n in batch])
                bar.advance(len(batch))
    return [known[key] for key in keys]


def _key(settings: str, question: Question) -> str:
    return hashlib.sha256(f"{settings} {question.sample.sample_id}".encode()).hexdigest()[:24]


def _answers(
    model: ChatModel, questions: Sequence[Question], max_tokens: int, temperature: float, seed: int
) -> list[Answer]:
    replies = model.chat_many(
        [question.asked for question in questions], max_tokens=max_tokens, temperature=temperature, seed=seed
    )
    losses = model.losses([question.answered for question in questions])
    return [
        Answer(
            question=question.sample.sample_id,
            text=reply.text,
            loss=None if loss != loss else loss,
            seconds=reply.seconds,
            tokens=reply.completion_tokens,
            stopped=reply.stopped,
        )
        for question, reply, loss in zip(questions, replies, losses, strict=True)
    ]
