"""The plan: what a job would do, from the tokenizer and the model's shape alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs.peft.rows import RowReader
from afs.peft.schedule import total_steps
from afs.training.memory import ModelShape, estimated_memory, model_shape
from afs_core import TrainJob, TrainPlan

if TYPE_CHECKING:
    from afs.peft.settings import Settings

__all__ = ["longest_allowed", "make_plan", "refusals"]

_LARGE = 100_000_000  # parameters from which one thread is a poor choice


def make_plan(job: TrainJob, settings: Settings, folder: Path, train: RowReader, val: RowReader) -> TrainPlan:
    """The plan of a job whose data both readers have been through."""
    steps = total_steps(job, train.samples, settings.max_steps) if train.samples else 0
    return TrainPlan(
        samples=train.samples,
        tokens=train.tokens,
        trained_tokens=train.trained_tokens,
        cut_tokens=train.cut_tokens + val.cut_tokens,
        steps=steps,
        memory_bytes=_memory(job, settings, folder, train.longest),
        details={
            "longest_tokens": train.longest,
            "dropped": train.dropped,
            "validation_samples": val.samples,
            "max_length": longest_allowed(settings, folder),
        },
        problems=refusals(train, val),
        warnings=tuple(_warnings(settings, folder, train, val)),
    )


def refusals(train: RowReader, val: RowReader) -> tuple[str, ...]:
    """Why the job may not be trained; no validation data is fine, validation data with faults is not."""
    empty = () if train.samples else ("the data holds no sample to train on",)
    return (*empty, *train.faults, *val.faults)


def longest_allowed(settings: Settings, folder: Path) -> int:
    """Tokens of the longest sample: ``max_length``, or what the model has positions for."""
    positions = _config(folder).get("max_position_embeddings")
    return min(settings.max_length, positions) if isinstance(positions, int) else settings.max_length


def _memory(job: TrainJob, settings: Settings, folder: Path, longest: int) -> int:
    shape = model_shape(str(folder))
    if shape is None:
        return 0
    if settings.dtype == "float32" or settings.device == "cpu":
        shape = _in_float32(shape, folder)
    return estimated_memory(
        shape,
        tokens=longest,
        batch_size=job.batch_size,
        checkpointing=job.gradient_checkpointing,
        rank=settings.rank,
    )


def _in_float32(shape: ModelShape, folder: Path) -> ModelShape:
    config = _config(folder)
    stored = config.get("dtype", config.get("torch_dtype"))
    double = shape.weight_bytes * (2 if stored in ("bfloat16", "float16") else 1)
    return msgspec.structs.replace(shape, weight_bytes=double)


def _warnings(settings: Settings, folder: Path, train: RowReader, val: RowReader) -> Iterator[str]:
    for reader, what in ((train, "training"), (val, "validation")):
        if reader.dropped:
            yield f"{what} samples longer than max_length, left out: {reader.dropped:,}"
    shape = model_shape(str(folder))
    cores = os.cpu_count() or 1
    large = shape is not None and shape.weight_bytes > 2 * _LARGE
    if settings.device == "cpu" and settings.threads == 1 and cores > 1 and large:
        yield f"one thread of {cores} is used; threads = 0 is faster, and not the same to the last bit"


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = msgspec.json.decode((folder / "config.json").read_bytes())
    except (OSError, msgspec.DecodeError):
        return {}
    return config if isinstance(config, dict) else {}
