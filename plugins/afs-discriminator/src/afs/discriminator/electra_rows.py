"""What an ELECTRA learns from: labelled windows, in batches of about one length."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import torch

from afs.discriminator.backend import Example
from afs.discriminator.electra_windows import Tokens, Windows, chunks

__all__ = ["Row", "Rows"]

_POOL = 50  # batches whose rows are sorted by length together


class Row(NamedTuple):
    tokens: Tokens
    label: int


class Rows:
    """The examples that fit one window; ``too_long`` counts the others.

    Nobody knows which window of a longer fake holds what is wrong with it, and longer real texts
    go as well, since else length alone would tell the two apart.
    """

    def __init__(self, examples: Sequence[Example], windows: Windows, batch_size: int, seed: int) -> None:
        self._batch_size, self._seed = batch_size, seed
        self.rows: list[Row] = []
        start = 0
        for texts in chunks([example.text for example in examples]):
            found, owners = windows.of(texts)
            counts = Counter(owners)
            self.rows += [
                Row(tokens, examples[start + owner].label)
                for tokens, owner in zip(found, owners, strict=True)
                if counts[owner] == 1
            ]
            start += len(texts)
        self.too_long = len(examples) - len(self.rows)
        self._epoch, self._order = -1, list[int]()

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        return -(-len(self.rows) // self._batch_size)

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Token ids, attention mask and labels of a step; they depend on it and the seed alone."""
        epoch, number = divmod(step, self.batches)
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._shuffled(epoch)
        places = self._order[number * self._batch_size : (number + 1) * self._batch_size]
        return _padded([self.rows[place] for place in places])

    def _shuffled(self, epoch: int) -> list[int]:
        """All places, so that the neighbours of a batch are about equally long.

        Sorted by length within pools of 50 batches, and the batches shuffled again; the one that
        is not full comes last.
        """
        rng, size = random.Random(f"{self._seed}:{epoch}"), self._batch_size
        places = list(range(len(self.rows)))
        rng.shuffle(places)
        whole = len(places) - len(places) % size
        batches: list[list[int]] = []
        for start in range(0, whole, size * _POOL):
            pool = places[start : min(whole, start + size * _POOL)]
            pool.sort(key=lambda place: len(self.rows[place].tokens))
            batches += [pool[i : i + size] for i in range(0, len(pool), size)]
        rng.shuffle(batches)
        return [place for batch in batches for place in batch] + places[whole:]


def _padded(rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    ids = torch.zeros((len(rows), max(len(row.tokens) for row in rows)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row.tokens)] = torch.from_numpy(row.tokens)
        mask[number, : len(row.tokens)] = 1
    return ids, mask, torch.tensor([row.label for row in rows])
