"""Which samples share a batch, and what the model is fed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import Sampler

from afs.peft.rows import IGNORED, Row

__all__ = ["BucketedOrder", "Feed", "flattened", "padded"]

#: What a model is fed: names of its arguments, and ``labels``.
Feed = dict[str, Any]
_POOL = 50  # batches whose samples are sorted by length together


class BucketedOrder(Sampler[int]):
    """An order of samples in which every ``batch`` neighbours are about equally long.

    It depends on seed and epoch alone, so that an interrupted epoch can be gone on with. Samples
    are shuffled, sorted by length within pools of 50 batches, and the batches shuffled again; the
    one that is not full comes last.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self._lengths, self._batch, self._seed, self._epoch = lengths, batch, seed, 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        rng = random.Random(f"{self._seed}:{self._epoch}")
        order = list(range(len(self)))
        rng.shuffle(order)
        whole = len(order) - len(order) % self._batch
        batches: list[list[int]] = []
        for start in range(0, whole, self._batch * _POOL):
            pool = order[start : min(whole, start + self._batch * _POOL)]
            pool.sort(key=self._lengths.__getitem__)
            batches += [pool[i : i + self._batch] for i in range(0, len(pool), self._batch)]
        rng.shuffle(batches)
        for batch in batches:
            yield from batch
        yield from order[whole:]


def padded(rows: Sequence[Row]) -> Feed:
    """Rows side by side, filled up on the right: tensors of shape ``(rows, longest)``."""
    shape = len(rows), max(len(row.ids) for row in rows)
    ids, labels, mask = (
        torch.zeros(shape, dtype=torch.long),
        torch.full(shape, IGNORED),
        torch.zeros(shape, dtype=torch.long),
    )
    for i, row in enumerate(rows):
        end = len(row.ids)
        ids[i, :end], labels[i, :end], mask[i, :end] = _tensor(row.ids), _tensor(row.labels), 1
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def flattened(rows: Sequence[Row]) -> Feed:
    """Rows one after another in one: shape ``(1, sum of lengths)``, no padding.

    Positions start again with each row; without an attention mask and without a cache the model
    keeps the rows apart by them. The first token of a row is never a label of the one before.
    """
    ids = torch.cat([_tensor(row.ids) for row in rows])[None]
    labels = torch.cat([_tensor(row.labels) for row in rows])[None]
    positions = torch.cat([torch.arange(len(row.ids)) for row in rows])[None]
    labels[positions == 0] = IGNORED
    return {"input_ids": ids, "position_ids": positions, "labels": labels}


def _tensor(values: Any) -> torch.Tensor:
    return torch.frombuffer(values, dtype=torch.int32).long()
