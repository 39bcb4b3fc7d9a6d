"""How many steps a job takes."""

from __future__ import annotations

import math

from afs_core import TrainJob

__all__ = ["total_steps"]


def total_steps(job: TrainJob, samples: int, max_steps: int = 0) -> int:
    """Steps of the optimizer; ``max_steps`` counts before epochs where it is set."""
    if max_steps:
        return max_steps
    batches = math.ceil(samples / job.batch_size)
    return math.ceil(job.epochs * max(1, math.ceil(batches / job.gradient_accumulation_steps)))
