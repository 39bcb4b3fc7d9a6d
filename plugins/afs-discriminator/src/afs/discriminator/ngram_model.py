"""What the backend ``ngram`` learned, and the file that it is kept in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from afs.discriminator.features import NAMES, Models, matrix, prepared
from afs.discriminator.language_model import LanguageModel
from afs.discriminator.trees import Trees
from afs_core import DataError

__all__ = ["NGram"]

_BATCH: Final = 256


class NGram:
    """What was learned: two language models and the trees."""

    precision = ""

    def __init__(self, models: Models, trees: Trees) -> None:
        self._models, self._trees = models, trees

    def margins(self, texts: Sequence[str]) -> list[float]:
        found: list[float] = []
        for start in range(0, len(texts), _BATCH):
            rows = matrix([prepared(text) for text in texts[start : start + _BATCH]], self._models)
            found += (-self._trees.margins(rows)).tolist()
        return found

    def save(self, path: Path) -> None:
        arrays: dict[str, Any] = {"names": np.array(NAMES)}
        for name, model in (("words", self._models.words), ("shapes", self._models.shapes)):
            order, place = np.nonzero(model.counts)
            arrays |= {
                f"{name}_order": order.astype(np.uint8),
                f"{name}_place": place.astype(np.uint32),
                f"{name}_count": model.counts[order, place],
            }
        arrays |= {f"tree_{name}": np.asarray(value) for name, value in self._trees._asdict().items()}
        np.savez_compressed(path, **arrays)

    @classmethod
    def read(cls, path: Path) -> NGram:
        """Raises DataError for a file that is damaged, or made by a version with other figures."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                if tuple(arrays["names"].tolist()) != NAMES:
                    raise DataError(
                        "a model of another version of afs",
                        path=path,
                        hint="train it again: afs discriminator train",
                    )
                models = Models(_counts(arrays, "words"), _counts(arrays, "shapes"))
                trees = {name: arrays[f"tree_{name}"] for name in Trees._fields}
        except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile) as fault:
            raise DataError(f"not an n-gram discriminator: {fault}", path=path) from None
        trees |= {"depth": int(trees["depth"]), "baseline": float(trees["baseline"])}
        return cls(models, Trees(**trees))


def _counts(arrays: Any, name: str) -> LanguageModel:
    model = LanguageModel()
    model.counts[arrays[f"{name}_order"], arrays[f"{name}_place"]] = arrays[f"{name}_count"]
    return LanguageModel(model.counts)
