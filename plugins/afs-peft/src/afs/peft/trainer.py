"""The trainer ``peft``: reads the data, and makes a plan or an adapter of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from afs.peft.base import base_folder
from afs.peft.planning import longest_allowed, make_plan, refusals
from afs.peft.rows import OnDrop, Row, RowReader
from afs.peft.settings import Settings
from afs.peft.template import ChatTokenizer
from afs_core import Artifact, GateRefused, TrainJob, TrainPlan

if TYPE_CHECKING:
    from pathlib import Path

    from afs_core import Run

__all__ = ["LoraTrainer"]


class LoraTrainer:
    """Trains a LoRA adapter on what the assistant says in samples.

    ``with run: LoraTrainer(Settings(rank=8), run).train(TrainJob(base_model="models/base", ...))``
    """

    Config = Settings

    def __init__(self, config: Settings, run: Run) -> None:
        self._settings, self._run = config, run

    def plan(self, job: TrainJob) -> TrainPlan:
        """Exact tokens and steps, estimated memory, and every reason to refuse; loads no torch.

        Raises UnknownName, Missing, DataError for a base that cannot be read.
        """
        folder = base_folder(job.base_model, self._run)
        train, val = self._readers(folder)
        for reader, paths in ((train, job.data), (val, job.validation)):
            for _ in self._progress(reader.read(paths)):
                pass
        return make_plan(job, self._settings, folder, train, val)

    def train(self, job: TrainJob) -> Artifact:
        """The adapter in ``job.output``, with ``training.log`` beside it.

        A training that was interrupted goes on from its last checkpoint if ``job.resume``. The same
        job and seed give the same bytes on one machine with one CPU thread. Raises GateRefused
        where the plan has problems, and what :meth:`plan` raises.
        """
        folder = base_folder(job.base_model, self._run)
        train, val = self._readers(folder, on_drop=self._run.drop)
        rows = list(self._progress(train.read(job.data)))
        held_out = list(self._progress(val.read(job.validation)))
        if problems := refusals(train, val):
            raise GateRefused(f"not trained: {'; '.join(problems)}", hint="mend the data, then train again")
        from afs.peft.training import Training

        return Training(job, self._settings, self._run, folder).adapter(rows, held_out)

    def _readers(self, folder: Path, on_drop: OnDrop | None = None) -> tuple[RowReader, RowReader]:
        """One for training data, one for validation data."""
        tokenizer, settings = ChatTokenizer(folder), self._settings
        options: dict[str, Any] = {
            "max_length": longest_allowed(settings, folder),
            "drop_too_long": settings.too_long == "drop",
            "thinking": settings.thinking,
            "on_drop": on_drop,
        }
        return RowReader(tokenizer, self._run, **options), RowReader(tokenizer, self._run, **options)

    def _progress(self, rows: Iterable[Row]) -> Iterator[Row]:
        with self._run.progress("reading samples") as bar:
            for row in rows:
                bar.advance()
                yield row
