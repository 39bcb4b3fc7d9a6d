"""Answers of one model to a suite, journalled so that a broken run goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afs.evaluation.suite import Question
from afs.models.chat import ChatModel, SequentialChat
from afs_core import DataError
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
    fingerprint: str = "",
) -> list[Answer]:
    """One answer a question, in order. What ``journal`` already holds for the same model with the
    same ``fingerprint``, question and settings is not asked again."""
    settings = f"{model.reference} {fingerprint} {max_tokens} {temperature} {run.seed}"
    keys = [_key(settings, question) for question in questions]
    with Journal(journal) as written:
        known = _known(written)
        waiting = [number for number, key in enumerate(keys) if key not in known]
        size = _batch_size(model)
        with run.progress(f"asking {model.reference}", len(waiting)) as bar:
            for start in range(0, len(waiting), size):
                run.check_cancelled()
                batch = waiting[start : start + size]
                answers = _answers(model, [questions[n] for n in batch], max_tokens, temperature, run.seed)
                for number, answer in zip(batch, answers, strict=True):
                    known[keys[number]] = answer
                written.append_many([[keys[n], known[keys[n]]] for n in batch])
                bar.advance(len(batch))
    return [known[key] for key in keys]


def _known(journal: Journal) -> dict[str, Answer]:
    try:
        return dict(msgspec.convert(journal.entries, list[tuple[str, Answer]]))
    except msgspec.ValidationError as fault:
        raise DataError(
            f"damaged journal: {fault}", path=journal.path, hint="delete it to ask again"
        ) from None


def _batch_size(model: ChatModel) -> int:
    """One, so that a broken run loses one answer, where a batch would save no time."""
    return 1 if type(model).chat_many is SequentialChat.chat_many else _BATCH


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
            text=_writable(reply.text),
            loss=None if loss != loss else loss,
            seconds=reply.seconds,
            tokens=reply.completion_tokens,
            stopped=reply.stopped,
        )
        for question, reply, loss in zip(questions, replies, losses, strict=True)
    ]


def _writable(text: str) -> str:
    """Half a surrogate pair, which a server can escape into its JSON, is no text that can be kept."""
    return text.encode("utf-8", "replace").decode()
