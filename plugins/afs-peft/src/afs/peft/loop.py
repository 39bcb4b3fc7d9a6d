"""The training loop: transformers' Trainer with batches and loss of our own."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from afs.peft.batches import BucketedOrder, Feed, flattened, padded
from afs.peft.checkpoints import Checkpoints
from afs.peft.rows import IGNORED, Row
from afs.peft.training_log import TrainingLog
from afs_core import AfsError, Cancelled, TrainJob

if TYPE_CHECKING:
    from afs.peft.settings import Settings
    from afs_core import Run
    from afs_core.run import Progress

__all__ = ["AnswerTrainer", "Conduct", "answer_loss", "arguments", "validation_loss"]


def arguments(
    job: TrainJob, settings: Settings, folder: Path, steps: int, *, device: str, half: bool
) -> TrainingArguments:
    """What Trainer is told: all that it would log, save or measure by itself is off."""
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=job.batch_size,
        gradient_accumulation_steps=job.gradient_accumulation_steps,
        learning_rate=job.learning_rate,
        lr_scheduler_type=settings.scheduler,
        warmup_steps=math.ceil(settings.warmup_ratio * steps),
        weight_decay=settings.weight_decay,
        adam_beta2=settings.adam_beta2,
        max_grad_norm=settings.max_grad_norm,
        optim="adamw_torch_fused",
        seed=job.seed,
        use_cpu=device == "cpu",
        bf16=half,
        save_total_limit=2,
        save_strategy="no",
        eval_strategy="no",
        logging_strategy="no",
        logging_nan_inf_filter=False,
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=device == "cuda",
    )


def answer_loss(model: Any, feed: Feed) -> torch.Tensor:
    """Summed negative log-likelihood, in nats, of the labels; logits of no other place are made."""
    feed = dict(feed)
    labels = feed.pop("labels")[:, 1:]
    trained = labels != IGNORED
    places = trained.any(0).nonzero()[:, 0]
    logits = model(**feed, use_cache=False, logits_to_keep=places).logits
    chosen = trained[:, places]
    return cross_entropy(logits[chosen].float(), labels[:, places][chosen], reduction="sum")


def validation_loss(model: Any, rows: Sequence[Row], batch: int) -> float:
    """Mean negative log-likelihood of a trained token of ``rows``, in nats."""
    ordered = sorted(rows, key=lambda row: len(row.ids))
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        total = 0.0
        for start in range(0, len(ordered), batch):
            feed = padded(ordered[start : start + batch])
            total += float(answer_loss(model, {name: value.to(model.device) for name, value in feed.items()}))
    model.train(was_training)
    return total / sum(row.trained for row in rows)


class AnswerTrainer(Trainer):
    """Trainer on :class:`Row`; ``losses`` holds what the current step measured."""

    def __init__(self, model: Any, args: TrainingArguments, rows: Sequence[Row], batching: str) -> None:
        collate = flattened if batching == "flattened" else padded
        super().__init__(model=model, args=args, train_dataset=rows, data_collator=collate)
        self.remove_callback(PrinterCallback)
        self._rows = rows
        self.losses: list[torch.Tensor] = []
        self.tokens = 0
        # The loss below is a mean over the trained tokens of all batches that share a step.
        self.model_accepts_loss_kwargs = self.loss_is_scaled_for_ga = True

    def _get_train_sampler(self, train_dataset: Any = None) -> BucketedOrder:
        lengths = [len(row.ids) for row in self._rows]
        return BucketedOrder(lengths, self.args.per_device_train_batch_size, self.args.seed)

    def compute_loss(
        self, model: Any, inputs: Feed, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        loss: torch.Tensor = answer_loss(model, inputs) / num_items_in_batch
        self.losses.append(loss.detach())
        self.tokens += inputs["labels"].numel()
        return loss

    def floating_point_ops(self, inputs: Feed) -> int:
        return 0  # counting them walks over all parameters at every step


class Conduct(TrainerCallback):
    """What happens between steps: log, validation, checkpoints, progress, and cancelling."""

    def __init__(
        self,
        trainer: AnswerTrainer,
        log: TrainingLog,
        checkpoints: Checkpoints,
        run: Run,
        bar: Progress,
        *,
        validation: Sequence[Row] = (),
        validate_every: int = 0,
        checkpoint_seconds: float = 30.0,
    ) -> None:
        self._trainer, self._log, self._checkpoints = trainer, log, checkpoints
        self._run, self._bar = run, bar
        self._validation, self._every = validation, validate_every
        self._pause = checkpoint_seconds
        self._saved = self._clock = time.monotonic()
        self._rate = 0.0
        self._cancelled: Cancelled | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._bar.advance(state.global_step)

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._rate = kwargs["lr_scheduler"].get_last_lr()[0]

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        loss = float(torch.stack(self._trainer.losses).sum())
        if not math.isfinite(loss):
            raise AfsError(
                f"the loss is {loss} at step {state.global_step}",
                hint="lower the learning rate, or look for damaged samples",
            )
        self._record(state, loss)
        self._bar.advance()
        self._bar.note(f"loss {loss:.3f}")
        if state.global_step < state.max_steps:
            self._pause_or_go_on(control)

    def _pause_or_go_on(self, control: Any) -> None:
        try:
            self._run.check_cancelled()
        except Cancelled as cancelled:
            self._cancelled = cancelled
            control.should_training_stop = True
        control.should_save = self._cancelled is not None or time.monotonic() - self._saved >= self._pause

    def raise_if_cancelled(self) -> None:
        """Raises Cancelled where the run was asked to stop, after a checkpoint was written."""
        if self._cancelled is not None:
            raise self._cancelled

    def _record(self, state: Any, loss: float) -> None:
        now = time.monotonic()
        entry: dict[str, Any] = {
            "step": state.global_step,
            "epoch": round(state.epoch, 4),
            "loss": round(loss, 6),
            "learning_rate": self._rate,
            "tokens_per_second": round(self._trainer.tokens / max(now - self._clock, 1e-9)),
        }
        if self._due(state):
            value = validation_loss(
                self._trainer.model, self._validation, self._trainer.args.train_batch_size
            )
            entry["validation_loss"] = round(value, 6)
        self._log.append(**entry)
        self._trainer.losses.clear()
        self._trainer.tokens, self._clock = 0, time.monotonic()

    def _due(self, state: Any) -> bool:
        if not self._validation or not self._every:
            return False
        step: int = state.global_step
        return step % self._every == 0 or step == state.max_steps

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._checkpoints.seal(state.global_step)
        self._saved = time.monotonic()
