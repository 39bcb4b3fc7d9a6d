"""The trainer ``peft``: reads the data, and makes a plan or an adapter of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afs.peft.base import base_folder
from afs.peft.planning import longest_allowed, make_plan
from afs.peft.rows import RowReader
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
        tokenizer = ChatTokenizer(folder)
        train, val = self._reader(tokenizer, folder), self._reader(tokenizer, folder)
        for reader, paths in ((train, job.data), (val, job.validation)):
            with self._run.progress("plan") as bar:
                for _ in reader.read(paths):
                    bar.advance()
        return make_plan(job, self._settings, folder, train, val)

    def train(self, job: TrainJob) -> Artifact:
        """The adapter in ``job.output``, with ``training.log`` beside it.

        A training that was interrupted goes on from its last checkpoint if ``job.resume``. The same
        job and seed give the same bytes on one machine with one CPU thread. Raises GateRefused
        where the plan has problems, and what :meth:`plan` raises.
        """
        folder = base_folder(job.base_model, self._run)
        tokenizer = ChatTokenizer(folder)
        train = self._reader(tokenizer, folder, counted=True)
        val = self._reader(tokenizer, folder, counted=True)
        with self._run.progress("tokens") as bar:
            rows = [row for row in train.read(job.data) if bar.advance() is None]
            held_out = list(val.read(job.validation))
        _refuse([*train.problems, *(val.problems if job.validation else [])])
        from afs.peft.training import Training

        return Training(job, self._settings, self._run, folder).adapter(rows, held_out)

    def _reader(self, tokenizer: ChatTokenizer, folder: Path, *, counted: bool = False) -> RowReader:
        return RowReader(
            tokenizer,
            self._run,
            max_length=longest_allowed(self._settings, folder),
            drop_too_long=self._settings.too_long == "drop",
            thinking=self._settings.thinking,
            on_drop=self._run.drop if counted else None,
        )


def _refuse(problems: list[str]) -> None:
    if problems:
        raise GateRefused(
            f"not trained: {'; '.join(dict.fromkeys(problems))}", hint="mend the data, then train again"
        )
