"""Margins of texts from an ELECTRA: sorted by length, in batches under a token budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from afs.discriminator.calibration import Prior
from afs.discriminator.electra_windows import Tokens, Windows, chunks

__all__ = ["Batch", "ElectraScorer", "Engine", "TorchEngine", "batched"]

_BUDGET = {"cpu": 1024, "mps": 8192, "cuda": 32768}  # tokens of a batch, padding included


class Batch(NamedTuple):
    """``ids`` of shape (windows, longest), filled up with zeros behind ``lengths`` tokens."""

    ids: Tokens
    lengths: NDArray[np.int64]


class Engine(Protocol):
    """A model that scores batches; ``budget`` is how many tokens one may hold."""

    budget: int

    def margins(self, batches: Iterable[Batch]) -> NDArray[np.float32]:
        """Log odds of label 0 of all windows, in their order."""
        ...


class ElectraScorer:
    """What a trained ELECTRA says of texts.

    The margin of a text is the lowest of its windows': a text is as good as its worst passage. At
    most ``batch_size`` windows share a batch, fewer where they are long.
    """

    prior: Prior | None = None

    def __init__(
        self, windows: Windows, engine: Engine, batch_size: int | None = None, precision: str = "fp32"
    ) -> None:
        self._windows, self._engine, self._batch_size = windows, engine, batch_size
        self.precision = precision

    def margins(self, texts: Sequence[str]) -> list[float]:
        """Log odds of being real, in the order of ``texts``."""
        return [margin for chunk in chunks(texts) for margin in self._chunk(chunk)]

    def _chunk(self, texts: Sequence[str]) -> list[float]:
        windows, owners = self._windows.of(texts)
        order = sorted(range(len(windows)), key=lambda number: -len(windows[number]))
        batches = batched([windows[number] for number in order], self._engine.budget, self._batch_size)
        found = np.full(len(texts), np.inf, np.float32)
        np.minimum.at(found, [owners[number] for number in order], self._engine.margins(batches))
        margins: list[float] = found.tolist()
        return margins


def batched(windows: Sequence[Tokens], budget: int, most: int | None = None) -> Iterator[Batch]:
    """Neighbours in batches of at most ``budget`` tokens and ``most`` windows, the longest first."""
    start = 0
    while start < len(windows):
        count = max(1, min(budget // len(windows[start]), most or len(windows)))
        yield _padded(windows[start : start + count])
        start += count


def _padded(windows: Sequence[Tokens]) -> Batch:
    lengths = np.array([len(window) for window in windows], np.int64)
    ids = np.zeros((len(windows), lengths.max()), np.int64)
    for row, window in zip(ids, windows, strict=True):
        row[: len(window)] = window
    return Batch(ids, lengths)


class TorchEngine:
    """A model of transformers, as it stands: its device and its type of numbers."""

    def __init__(self, model: Any, real: int = 0) -> None:
        self._model, self._real = model, real
        self.budget = _BUDGET[model.device.type]

    def margins(self, batches: Iterable[Batch]) -> NDArray[np.float32]:
        with torch.inference_mode():
            # Nothing is fetched before the last batch is on its way: a GPU is never waited for.
            logits = torch.cat([self._logits(batch) for batch in batches]).float().cpu().numpy()
        found: NDArray[np.float32] = logits[:, self._real] - logits[:, 1 - self._real]
        return found

    def _logits(self, batch: Batch) -> torch.Tensor:
        device = self._model.device
        ids = torch.from_numpy(batch.ids).to(device, non_blocking=True)
        logits: torch.Tensor = self._model(input_ids=ids, attention_mask=_mask(batch, device)).logits
        return logits


def _mask(batch: Batch, device: torch.device) -> torch.Tensor | None:
    """Shape (windows, 1, 1, longest), as attention takes it; None where nothing is filled up."""
    longest = batch.ids.shape[1]
    if batch.lengths.min() == longest:
        return None
    held = np.arange(longest) < batch.lengths[:, None]
    return torch.from_numpy(held[:, None, None, :]).to(device, non_blocking=True)
