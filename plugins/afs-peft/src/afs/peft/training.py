"""One training, from rows to an adapter on disk."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, set_seed
from transformers.utils import logging as transformers_logging

from afs.peft.adapter import forget_adapter, with_lora, write_adapter
from afs.peft.checkpoints import Checkpoints
from afs.peft.device import chosen_device, uses_bfloat16
from afs.peft.loop import AnswerTrainer, Conduct, arguments
from afs.peft.rows import Row
from afs.peft.schedule import total_steps
from afs.peft.settings import Settings
from afs.peft.training_log import NAME, TrainingLog
from afs_core import Artifact, DataError, TrainJob
from afs_core.manifest import digest

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Training"]

CHECKPOINTS = "checkpoints"


class Training:
    """A job with its settings, on the checkpoint in ``base``."""

    def __init__(self, job: TrainJob, settings: Settings, run: Run, base: Path) -> None:
        self._job, self._settings, self._run, self._base = job, settings, run, base
        self._device = chosen_device(settings.device)
        self._half = uses_bfloat16(settings.dtype, self._device)

    def adapter(self, rows: Sequence[Row], held_out: Sequence[Row]) -> Artifact:
        job = self._job
        job.output.mkdir(parents=True, exist_ok=True)
        forget_adapter(job.output)
        checkpoints = Checkpoints(job.output / CHECKPOINTS, self._seal(rows))
        with _quiet(), _threads(self._settings.threads):
            set_seed(job.seed)
            model = with_lora(self._model(), self._settings)
            log = self._train(model, rows, held_out, checkpoints)
            write_adapter(model, job.output, job.base_model.removeprefix("hf:"))
        checkpoints.remove()
        return Artifact(path=job.output, kind="adapter", details=self._details(log, rows))

    def _train(
        self, model: Any, rows: Sequence[Row], held_out: Sequence[Row], checkpoints: Checkpoints
    ) -> TrainingLog:
        job, settings = self._job, self._settings
        if not job.resume:
            checkpoints.remove()
        start = checkpoints.latest()
        steps = total_steps(job, len(rows), settings.max_steps)
        told = arguments(job, settings, checkpoints.folder, steps, device=self._device, half=self._half)
        trainer = AnswerTrainer(model, told, rows, settings.batching)
        done = int(start.name.rpartition("-")[2]) if start is not None else 0
        every = -(-steps // settings.validations) if settings.validations else 0
        with (
            TrainingLog(job.output / NAME, after=done) as log,
            self._run.progress("training", steps) as bar,
        ):
            conduct = Conduct(
                trainer,
                log,
                checkpoints,
                self._run,
                bar,
                validation=held_out,
                validate_every=every,
                checkpoint_seconds=settings.checkpoint_seconds,
            )
            trainer.add_callback(conduct)
            trainer.train(resume_from_checkpoint=str(start) if start is not None else None)
            conduct.raise_if_cancelled()
        return log

    def _model(self) -> Any:
        # On a CPU weights in bfloat16 are slower than float32 ones that are rounded on the way.
        half = self._half and self._device != "cpu"
        try:
            model = AutoModelForCausalLM.from_pretrained(
                self._base,
                dtype=torch.bfloat16 if half else torch.float32,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
            )
        except (OSError, ValueError, SafetensorError) as fault:
            raise DataError(f"expected a checkpoint in safetensors: {fault}", path=self._base) from None
        if self._job.gradient_checkpointing:  # the method's name in older transformers, and now
            enable = getattr(model, "activation_checkpointing_enable", None)
            (enable or model.gradient_checkpointing_enable)({"use_reentrant": False})
        return model

    def _seal(self, rows: Sequence[Row]) -> str:
        """Digest of all that the weights depend on."""
        told = [
            msgspec.structs.replace(self._job, data=(), validation=(), output=Path(), resume=True),
            msgspec.structs.replace(self._settings, checkpoint_seconds=0.0, validations=0),
            digest(self._base, self._run.cache("digests")),
        ]
        sealed = hashlib.sha256(msgspec.json.encode(told, enc_hook=str))
        for row in rows:
            sealed.update(row.ids.tobytes() + row.labels.tobytes())
        return sealed.hexdigest()

    def _details(self, log: TrainingLog, rows: Sequence[Row]) -> dict[str, Any]:
        last = log.entries[-1]
        curves = {"train": log.curve("loss"), "validation": log.curve("validation_loss")}
        return {
            "base_model": self._job.base_model,
            "steps": last["step"],
            "epochs": last["epoch"],
            "samples": len(rows),
            "tokens": sum(len(row.ids) for row in rows),
            "trained_tokens": sum(row.trained for row in rows),
            "loss": curves["train"][-1][1],
            "validation_loss": curves["validation"][-1][1] if curves["validation"] else None,
            "series": {"Training loss": {name: curve for name, curve in curves.items() if curve}},
        }


@contextmanager
def _threads(wanted: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(wanted or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """No bars, hints and deprecations of transformers: afs shows its own."""
    before = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        transformers_logging.set_verbosity(before)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
