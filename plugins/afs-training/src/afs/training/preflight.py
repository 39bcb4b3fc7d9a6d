"""What can be known to go wrong before a trainer is started: nothing is loaded, nothing written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from afs.dedupe import digest64, exchange, question
from afs.training.memory import estimated_memory, machine_memory, model_shape
from afs.training.rows import format_of, read_rows_as_samples
from afs.training.statistics import estimated_tokens
from afs_core import Run, TrainingSample, TrainJob

__all__ = ["Preflight", "preflight"]

_FEW = 20


class Preflight(msgspec.Struct, frozen=True, kw_only=True):
    """Findings on the data of a job. Tokens are estimated from characters, memory from the
    model's shape (None where it is not known); the trainer's plan says both exactly.

    ``problems`` are reasons to refuse, ``warnings`` are not.
    """

    formats: dict[str, str]
    samples: int
    validation: int
    tokens: int
    longest_tokens: int
    empty_questions: int
    empty_answers: int
    duplicates: int
    leaked: int
    cut: int
    memory_bytes: int | None
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


class _Tally:
    """What one look at the samples of one side leaves behind: counts and keys."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._exchanges: set[int] = set()
        self.questions: set[int] = set()
        self.samples = self.tokens = self.longest = self.cut = 0
        self.empty_questions = self.empty_answers = self.duplicates = 0

    def add(self, sample: TrainingSample) -> None:
        tokens = estimated_tokens(sample)
        self.samples += 1
        self.tokens += tokens
        self.longest = max(self.longest, tokens)
        self.cut += self._limit is not None and tokens > self._limit
        self.empty_questions += not (sample.instruction.strip() or sample.input.strip())
        self.empty_answers += not _answers(sample)
        key = digest64(exchange(sample))
        self.duplicates += key in self._exchanges
        self._exchanges.add(key)
        self.questions.add(digest64(question(sample)))


def preflight(job: TrainJob, run: Run, *, max_tokens: int | None = None) -> Preflight:
    """Look at all data of ``job``. ``max_tokens`` is where the trainer would cut a sample.

    Raises DataError for a row that no known format explains.
    """
    formats = {str(path): format_of(path, run) for path in (*job.data, *job.validation)}
    train, val = _look(job.data, run, max_tokens), _look(job.validation, run, max_tokens)
    leaked = len(train.questions & val.questions)
    memory = _memory(job, min(train.longest, max_tokens or train.longest))
    return Preflight(
        formats=formats,
        samples=train.samples,
        validation=val.samples,
        tokens=train.tokens,
        longest_tokens=train.longest,
        empty_questions=train.empty_questions,
        empty_answers=train.empty_answers,
        duplicates=train.duplicates,
        leaked=leaked,
        cut=train.cut,
        memory_bytes=memory,
        problems=tuple(_problems(train)),
        warnings=tuple(_warnings(train, leaked, memory, max_tokens)),
    )


def _look(paths: Iterable[Path], run: Run, limit: int | None) -> _Tally:
    tally = _Tally(limit)
    with run.progress("pre-flight") as progress:
        for path in paths:
            for sample in read_rows_as_samples(path, run):
                tally.add(sample)
                progress.advance()
                if not tally.samples & 255:
                    run.check_cancelled()
    return tally


def _answers(sample: TrainingSample) -> bool:
    last = sample.messages[-1] if sample.messages else None
    return bool(sample.output.strip() or (last and (last.content.strip() or last.tool_calls)))


def _memory(job: TrainJob, tokens: int) -> int | None:
    shape = model_shape(job.base_model)
    if shape is None:
        return None
    return estimated_memory(
        shape, tokens=tokens, batch_size=job.batch_size, checkpointing=job.gradient_checkpointing
    )


def _problems(train: _Tally) -> Iterable[str]:
    if not train.samples:
        yield "the data holds no sample"
    if train.empty_answers:
        yield f"samples with an empty answer, which teaches nothing: {train.empty_answers:,}"
    if train.empty_questions:
        yield f"samples with an empty instruction: {train.empty_questions:,}"


def _warnings(train: _Tally, leaked: int, memory: int | None, max_tokens: int | None) -> Iterable[str]:
    if 0 < train.samples < _FEW:
        yield f"only {train.samples} samples: a model can repeat them, hardly learn from them"
    if train.duplicates:
        yield f"samples that repeat another word for word: {train.duplicates:,}; afs dedupe removes them"
    if leaked:
        yield f"questions of the validation data that are in the training data too: {leaked:,}"
    if train.cut:
        yield f"samples longer than {max_tokens:,} tokens: about {train.cut:,}"
    have = machine_memory()
    if memory is not None and have is not None and memory > have:
        yield (
            f"training takes about {memory / 1e9:.0f} GB, this machine has {have / 1e9:.0f} GB; "
            "a smaller batch or gradient checkpointing takes less"
        )
