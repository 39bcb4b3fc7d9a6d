"""Reads an importance matrix as ``llama-imatrix`` writes it: a GGUF file of column statistics."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from afs_core.errors import DataError

from .element import Element
from .qwen2 import Slot
from .reader import GgufFile, TensorInfo, read_gguf
from .safetensors import Floats

__all__ = ["Importance"]

_SUM, _COUNT = ".in_sum2", ".counts"


class Importance:
    """The mean square of each weight column's input, by GGUF tensor name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        file = read_gguf(path)
        if file.value("general.type") != "imatrix":
            raise DataError("expected a GGUF importance matrix (general.type 'imatrix')", path=path)
        self._means = {
            name.removesuffix(_SUM): self._mean(file, name) for name in file.tensors if name.endswith(_SUM)
        }

    def columns(self, slot: Slot) -> Floats | None:
        """Weights for the columns of ``slot``, shape (columns,), or None if nothing is known."""
        means = self._means.get(slot.name)
        if means is not None and len(slot.shape) == 2 and len(means) != slot.shape[1]:
            raise DataError(
                f"{slot.name} has {len(means)} columns here and {slot.shape[1]} in the model",
                path=self.path,
                hint="collect the importance matrix from this very model",
            )
        return means

    def _mean(self, file: GgufFile, name: str) -> Floats:
        sums = self._floats(file.tensors[name])
        counts = file.tensors.get(name.removesuffix(_SUM) + _COUNT)
        count = float(self._floats(counts)[0]) if counts else 0.0
        if count <= 0 or not np.isfinite(sums).all():
            raise DataError(f"{name} has no usable counts", path=self.path)
        return (sums / np.float32(count)).astype(np.float32)

    def _floats(self, tensor: TensorInfo) -> Floats:
        if tensor.element is not Element.F32:
            raise DataError(f"{tensor.name}: expected F32", path=self.path)
        with self.path.open("rb") as source:
            source.seek(tensor.start)
            raw = source.read(tensor.size)
        return np.frombuffer(raw, "<f4", math.prod(tensor.shape))
