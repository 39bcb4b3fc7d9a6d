"""What the backend ``ngram`` learned, and the file that it is kept in.

Its margin is the weighted mean of two, of the trees and of the logistic regression. Both are log odds between
classes that weigh the same, so that they need no scale of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from afs.discriminator.asm_habits import Habits
from afs.discriminator.calibration import Prior
from afs.discriminator.definitions import Definitions
from afs.discriminator.features import NAMES, Models, matrix, prepared
from afs.discriminator.language_model import LanguageModel
from afs.discriminator.linear import Linear
from afs.discriminator.rarity import Rarity
from afs.discriminator.trees import Trees
from afs_core import DataError

__all__ = ["NGram"]

_BATCH: Final = 256
#: The margin is log odds between classes that weigh the same.
_PRIOR: Final = Prior(slope=1.0, intercept=0.0, slope_spread=0.1, intercept_spread=0.3)
#: What a file must begin with: how it is laid out, and the figures that its numbers are for.
_LAYOUT: Final = ("4", *NAMES)
Floats = NDArray[np.float64]


class NGram:
    """Language models and definitions, what is rare, trees and logistic regression."""

    precision = ""

    prior: Prior | None = _PRIOR

    def __init__(
        self, models: Models, rarity: Rarity, trees: Trees, linear: Linear, share: float = 0.75
    ) -> None:
        """``share`` is that of the logistic regression in the margin."""
        self._models, self._rarity = models, rarity
        self._trees, self._linear, self._share = trees, linear, share

    def sharing(self, share: float) -> NGram:
        return NGram(self._models, self._rarity, self._trees, self._linear, share)

    def margins(self, texts: Sequence[str]) -> list[float]:
        trees, linear = self.parts(texts)
        found: list[float] = (-((1 - self._share) * trees + self._share * linear)).tolist()
        return found

    def parts(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Log odds of being fake, by the trees and by the logistic regression."""
        trees, linear = [np.empty(0)], [np.empty(0)]
        for start in range(0, len(texts), _BATCH):
            some = [prepared(text, self._models.definitions) for text in texts[start : start + _BATCH]]
            rows = matrix(some, self._models)
            rows = np.hstack([rows, self._rarity.figures(rows)])
            trees.append(self._trees.margins(rows))
            linear.append(self._linear.margins(rows))
        return np.concatenate(trees), np.concatenate(linear)

    def save(self, path: Path) -> None:
        arrays: dict[str, Any] = {"names": np.array(_LAYOUT)}
        for name, model in (("words", self._models.words), ("shapes", self._models.shapes)):
            order, place = np.nonzero(model.counts)
            arrays |= {
                f"{name}_order": order.astype(np.uint8),
                f"{name}_place": place.astype(np.uint32),
                f"{name}_count": model.counts[order, place],
            }
        places = np.flatnonzero(self._models.habits.counts)
        arrays |= {"habits_place": places.astype(np.uint32)}
        arrays |= {"habits_count": self._models.habits.counts[places]}
        for part in (self._trees, self._linear):
            arrays |= {_key(type(part), name): np.asarray(value) for name, value in part._asdict().items()}
        arrays |= {
            "share": np.float64(self._share),
            "rarity": self._rarity.values,
            **self._models.definitions.arrays(),
        }
        np.savez_compressed(path, **arrays)

    @classmethod
    def read(cls, path: Path) -> NGram:
        """Raises DataError for a file that is damaged, or made by a version with other figures."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                if tuple(arrays["names"].tolist()) != _LAYOUT:
                    raise DataError(
                        "a model of another version of afs",
                        path=path,
                        hint="train it again: afs discriminator train",
                    )
                known = Definitions.of(arrays["definitions"].tolist())
                habits = Habits.empty()
                habits.counts[arrays["habits_place"]] = arrays["habits_count"]
                models = Models(_counts(arrays, "words"), _counts(arrays, "shapes"), habits, known)
                rarity, linear = Rarity(arrays["rarity"]), Linear(**_fields(arrays, Linear))
                trees, share = _fields(arrays, Trees), float(arrays["share"])
        except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else "it is damaged, or no such file"
            raise DataError(
                f"not an n-gram discriminator: {reason}",
                path=path,
                hint="train it again: afs discriminator train",
            ) from None
        trees |= {"depth": int(trees["depth"]), "baseline": float(trees["baseline"])}
        return cls(models, rarity, Trees(**trees), linear, share)


def _key(kind: type[Any], name: str) -> str:
    return f"{kind.__name__.lower()}_{name}"


def _fields(arrays: Any, kind: type[Any]) -> dict[str, Any]:
    return {name: arrays[_key(kind, name)] for name in kind._fields}


def _counts(arrays: Any, name: str) -> LanguageModel:
    model = LanguageModel()
    model.counts[arrays[f"{name}_order"], arrays[f"{name}_place"]] = arrays[f"{name}_count"]
    return LanguageModel(model.counts)
