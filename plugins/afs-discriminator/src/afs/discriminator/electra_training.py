"""The training of an ELECTRA: seeded step by step, stopped early, and gone on with after a kill."""

from __future__ import annotations

import hashlib
import math
import random
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import torch
from torch.nn.functional import cross_entropy

from afs.discriminator.backend import REAL, Example
from afs.discriminator.electra_device import chosen_device, chosen_precision
from afs.discriminator.electra_model import Electra, weights_digest
from afs.discriminator.electra_progress import Checkpoint, Course
from afs.discriminator.electra_rows import Rows
from afs.discriminator.electra_scoring import ElectraScorer, TorchEngine
from afs.reports import auc
from afs_core import AfsError, Cancelled, UsageError, atomic_write

if TYPE_CHECKING:
    from afs.discriminator.electra_settings import ElectraSettings
    from afs_core import Run
    from afs_core.run import Progress

__all__ = ["CHECKPOINT", "LOG", "ElectraTraining"]

CHECKPOINT, LOG = "checkpoint.safetensors", "training.log"
_RATES = {"checkpoint": 5e-5, "scratch": 5e-4}


class ElectraTraining:
    """One training in ``folder``, of ``electra``, which holds the best weights in the end.

    Raises UsageError where there is nothing to learn from.
    """

    def __init__(
        self,
        electra: Electra,
        examples: Sequence[Example],
        val: Sequence[Example],
        folder: Path,
        settings: ElectraSettings,
        run: Run,
    ) -> None:
        self._settings, self._run, self._log = settings, run, folder / LOG
        self._device = chosen_device(settings.device)
        self._half = chosen_precision(settings.precision, self._device) == "bf16"
        self._model = electra.model.to(self._device)
        self._rows = Rows(examples, electra.windows(), settings.batch_size, run.seed)
        self._val = val if len({example.label for example in val}) == 2 else ()
        self._check(len(examples))
        self._scorer = ElectraScorer(electra.windows(), TorchEngine(self._model))
        self._optimizer = _optimizer(self._model, settings.weight_decay)
        self._rate = settings.learning_rate or _RATES["checkpoint" if settings.base_model else "scratch"]
        self._total = settings.epochs * self._rows.batches
        self._checkpoint = Checkpoint(folder / CHECKPOINT, self._seal())
        self._course, self._best = self._checkpoint.restore(self._model, self._optimizer)

    def train(self) -> Course:
        """Raises AfsError where the loss is not finite, Cancelled (after a checkpoint) on request."""
        course, saved = self._course, time.monotonic()
        with self._run.progress("training", self._total) as bar:
            bar.advance(course.step)
            while course.step < self._total and not self._stale():
                stop = self._asked_to_stop()
                if stop or time.monotonic() - saved >= self._settings.checkpoint_seconds:
                    self._checkpoint.write(self._model, self._optimizer, self._best, course)
                    saved = time.monotonic()
                if stop:
                    raise stop
                self._step()
                if self._due():
                    self._evaluate(bar)
                bar.advance()
        if self._best:
            self._model.load_state_dict(self._best)
        self._model.eval()
        self._checkpoint.remove()
        return course

    def _stale(self) -> bool:
        return 0 < self._settings.patience <= self._course.stale

    def _asked_to_stop(self) -> Cancelled | None:
        try:
            self._run.check_cancelled()
        except Cancelled as cancelled:
            return cancelled
        return None

    def _due(self) -> bool:
        every = -(-self._rows.batches // self._settings.evaluations)
        return self._course.step % every == 0 or self._course.step == self._total

    def _step(self) -> None:
        step = self._course.step
        torch.manual_seed(random.Random(f"{self._run.seed}:{step}").getrandbits(63))
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * _slope(step, self._total, self._settings.warmup_ratio)
        self._model.train()
        loss = self._loss(step)
        if not math.isfinite(value := float(loss.detach())):
            raise AfsError(f"the loss is {value} at step {step + 1}", hint="lower the learning rate")
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), self._settings.max_grad_norm)
        self._optimizer.step()
        self._course.step += 1
        self._course.losses.append(value)

    def _loss(self, step: int) -> torch.Tensor:
        ids, mask, labels = (tensor.to(self._device) for tensor in self._rows.batch(step))
        with self._arithmetic():
            logits = self._model(input_ids=ids, attention_mask=mask).logits
        return cross_entropy(logits.float(), labels)

    def _arithmetic(self) -> AbstractContextManager[Any]:
        return torch.autocast(self._device, torch.bfloat16, enabled=self._half)

    def _evaluate(self, bar: Progress) -> None:
        """A line of the log, and the weights kept where they are better than all before."""
        course = self._course
        entry: dict[str, Any] = {
            "step": course.step,
            "epoch": round(course.step / self._rows.batches, 4),
            "loss": round(sum(course.losses) / len(course.losses), 6),
        }
        course.losses.clear()
        if self._val:
            entry["validation_auc"] = round(area := self._area(), 6)
            course.stale += 1
            if area > course.best_auc:
                course.best_auc, course.best_step, course.stale = area, course.step, 0
                self._best = {name: value.cpu().clone() for name, value in self._model.state_dict().items()}
        bar.note(
            ", ".join(f"{name} {entry[name]:.3f}" for name in ("loss", "validation_auc") if name in entry)
        )
        course.log.append(entry)
        with atomic_write(self._log) as stream:
            stream.write(b"".join(msgspec.json.encode(line) + b"\n" for line in course.log))

    def _area(self) -> float:
        self._model.eval()
        with self._arithmetic():
            margins = self._scorer.margins([example.text for example in self._val])
        return auc(margins, [example.label == REAL for example in self._val]).value

    def _check(self, given: int) -> None:
        rows = self._rows
        if len({row.label for row in rows.rows}) < 2:
            raise UsageError(
                "expected real and fake texts to learn from, each within one window; "
                f"got {len(rows.rows):,} texts of one label, and {rows.too_long:,} that are longer",
                hint="make the data first: afs discriminator data",
            )
        if rows.too_long:
            self._run.warn(f"not learned from, longer than a window: {rows.too_long:,} of {given:,} texts")
        if not self._val:
            self._run.warn("no early stopping: the validation split does not hold both real and fake texts")

    def _seal(self) -> str:
        """Digest of all that the weights depend on."""
        settings = msgspec.structs.replace(self._settings, base_model="", checkpoint_seconds=0.0)
        told = [settings, self._run.seed, self._device, self._half, self._rate, torch.__version__]
        sealed = hashlib.sha256(msgspec.json.encode([*told, weights_digest(self._model)], enc_hook=str))
        for row in self._rows.rows:
            sealed.update(b"%d:%d:" % (row.label, len(row.tokens)) + row.tokens.tobytes())
        for example in self._val:
            text = example.text.encode("utf-8", "surrogatepass")
            sealed.update(b"%d:%d:" % (example.label, len(text)) + text)
        return sealed.hexdigest()


def _slope(step: int, total: int, warmup: float) -> float:
    """Share of the highest rate: up in a line, and down in a line."""
    rising = math.ceil(warmup * total)
    return (step + 1) / rising if step < rising else (total - step) / max(1, total - rising)


def _optimizer(model: Any, decay: float) -> torch.optim.Optimizer:
    matrices = [value for value in model.parameters() if value.ndim > 1]
    others = [value for value in model.parameters() if value.ndim < 2]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups)
