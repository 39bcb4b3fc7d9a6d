"""The ``contamination`` evaluator: does the training data hold the test?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from afs.dedupe.key import question
from afs.dedupe.overlap import Grams, words
from afs_core import Artifact, EvalJob, Finding, Report, Run, TrainingSample, UsageError, read_samples
from afs_core.jsonl import Writer, atomic_write
from afs_core.stream import sample_files

__all__ = ["Contamination", "Verdict", "is_recall"]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the training data holds of one item of the suite.

    ``overlap`` is the largest share of the item's n-grams that one training sample holds;
    ``partner`` is the ``sample_id`` of that sample, or of the one that asks the same question.
    """

    item: str
    instruction: str
    recall: bool
    same_question: bool
    overlap: float
    partner: str
    contaminated: bool


class Contamination:
    """Compares ``job.data`` (training samples) with every item of ``job.suite``.

    An item is contaminated if a training sample asks its normalised question, or if one shares
    a run of ``ngram`` words with its question and reference answer. Recall items ask facts
    that were trained on purpose, so for them only the question counts. The report has passed
    if the share of contaminated items is at most ``threshold``; ``contamination.jsonl`` in
    ``job.output`` holds one :class:`Verdict` a line.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        ngram: Annotated[int, Meta(description="Words in a row that count as a copy", ge=2)] = 8
        overlap: Annotated[
            float,
            Meta(description="An item's n-grams in one sample: more than this share is a copy", ge=0, le=1),
        ] = 0.0
        threshold: Annotated[
            float, Meta(description="Largest share of contaminated items that passes", ge=0, le=1)
        ] = 0.0

    def __init__(self, config: Config, run: Run) -> None:
        self._config = config
        self._run = run

    def evaluate(self, job: EvalJob, /) -> Report:
        if job.suite is None or not job.data:
            raise UsageError(
                "contamination compares training data with a suite; one of them was not given",
                hint="name the training samples as data and the test as suite",
            )
        items = chain.from_iterable(map(read_samples, sample_files(job.suite)))
        suite = _Suite(islice(items, job.limit), self._config.ngram)
        compared = 0
        with self._run.progress("contamination") as progress:
            for sample in _training(job.data):
                suite.compare(sample)
                compared += 1
                progress.advance()
        verdicts = suite.verdicts(self._config.overlap)
        return self._report(verdicts, compared, _write(verdicts, job.output))

    def _report(self, verdicts: list[Verdict], compared: int, artifact: Artifact) -> Report:
        bad = [verdict for verdict in verdicts if verdict.contaminated]
        share = len(bad) / len(verdicts) if verdicts else 0.0
        passed = share <= self._config.threshold
        finding = Finding(
            name="contaminated items",
            passed=passed,
            value=share,
            limit=f"at most {self._config.threshold:g}",
            message=f"{len(bad)} of {len(verdicts)} items are held by {compared} training samples",
        )
        summary = {
            "items": len(verdicts),
            "recall_items": sum(verdict.recall for verdict in verdicts),
            "training_samples": compared,
            "contaminated": len(bad),
            "share": share,
            "threshold": self._config.threshold,
        }
        return Report(
            title="Contamination",
            passed=passed,
            summary=summary,
            findings=(finding,),
            tables={"contaminated": [msgspec.to_builtins(verdict) for verdict in bad]},
            notes=() if verdicts else ("The suite is empty, so nothing was compared.",),
            artifacts=(artifact,),
        )


def is_recall(item: TrainingSample) -> bool:
    """Whether a suite item asks a fact that was trained on purpose."""
    check = item.metadata.get("check")
    marks: list[Any] = [item.metadata.get("kind"), item.prov.kind if item.prov else ""]
    if isinstance(check, dict):
        marks += [check.get("kind"), check.get("scorer")]
    return any(isinstance(mark, str) and mark.startswith("recall") for mark in marks)


class _Suite:
    """The items of a suite, and the closest training sample of each so far."""

    def __init__(self, items: Iterable[TrainingSample], ngram: int) -> None:
        self._items = list(items)
        self._grams = Grams(ngram)
        self._questions: dict[str, list[int]] = {}
        self._askers: dict[int, str] = {}
        self._overlaps: dict[int, tuple[float, str]] = {}
        for place, item in enumerate(self._items):
            self._questions.setdefault(question(item), []).append(place)
            if not is_recall(item):
                self._grams.add(place, _words(item))

    def compare(self, sample: TrainingSample) -> None:
        for place in self._questions.get(question(sample), ()):
            self._askers.setdefault(place, sample.sample_id)
        for place, share in self._grams.shares(_words(sample)):
            if share > self._overlaps.get(place, (0.0, ""))[0]:
                self._overlaps[place] = (share, sample.sample_id)

    def verdicts(self, overlap: float) -> list[Verdict]:
        return [self._verdict(place, item, overlap) for place, item in enumerate(self._items)]

    def _verdict(self, place: int, item: TrainingSample, overlap: float) -> Verdict:
        asker = self._askers.get(place, "")
        share, partner = self._overlaps.get(place, (0.0, ""))
        return Verdict(
            item=item.sample_id,
            instruction=item.instruction,
            recall=is_recall(item),
            same_question=bool(asker),
            overlap=share,
            partner=asker or partner,
            contaminated=bool(asker) or share > overlap,
        )


def _words(sample: TrainingSample) -> list[list[str]]:
    """The words of each text of a sample."""
    if sample.messages:
        return [words(turn.content) for turn in sample.messages]
    return [words(text) for text in (sample.instruction, sample.input, sample.output)]


def _training(paths: Iterable[Path]) -> Iterator[TrainingSample]:
    """The samples of files, and of the ``train.jsonl`` of folders."""
    for path in paths:
        yield from read_samples(path / "train.jsonl" if path.is_dir() else path)


def _write(verdicts: list[Verdict], folder: Path) -> Artifact:
    path = folder / "contamination.jsonl"
    with atomic_write(path) as stream:
        writer = Writer(stream)
        for verdict in verdicts:
            writer.write_row(verdict)
        writer.flush()
    return Artifact(path=path, kind="rows", details={"items": len(verdicts)})
