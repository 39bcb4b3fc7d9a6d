"""The backend that needs no checkpoint: figures of a text and boosted trees, learned in seconds.

The language models behind the figures are fitted on real texts of other files than the one a row is from
(five folds by source file, each row read with the model of the other four), so that the trees never learn
how well a model knows its own texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zipfile import BadZipFile

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from afs.discriminator.backend import FAKE, REAL, Example
from afs.discriminator.features import NAMES, Models, Prepared, matrix, prepared
from afs.discriminator.language_model import LanguageModel
from afs.discriminator.trees import Trees
from afs_core import DataError, Missing

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["NGram", "NGramBackend", "NGramSettings"]

FILE: Final = "ngram.npz"
_BATCH: Final = 256


class NGramSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the trees are grown."""

    trees: Annotated[int, Meta(ge=1, description="Boosted trees")] = 150
    leaves: Annotated[int, Meta(ge=2, description="Leaves of a tree")] = 24
    learning_rate: Annotated[float, Meta(gt=0, description="What each tree adds")] = 0.1
    least: Annotated[int, Meta(ge=1, description="Texts that a leaf needs")] = 8
    share: Annotated[float, Meta(gt=0, le=1, description="Of the figures that a split chooses from")] = 0.3
    folds: Annotated[int, Meta(ge=2, description="Parts of the files that language models leave out")] = 5


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


class NGramBackend:
    """``ngram``."""

    name = "ngram"
    Settings = NGramSettings

    def require(self, precision: str) -> None:
        """Needs nothing but numpy."""

    def bases(self, settings: NGramSettings, run: Run) -> tuple[Path, ...]:
        return ()

    def train(
        self,
        train: Sequence[Example],
        val: Sequence[Example],
        folder: Path,
        settings: NGramSettings,
        run: Run,
    ) -> NGram:
        texts = []
        with run.progress("read", len(train)) as bar:
            for example in train:
                run.check_cancelled()
                texts.append(prepared(example.text))
                bar.advance()
        everything = Models.fit(
            [text for text, example in zip(texts, train, strict=True) if example.label == REAL]
        )
        rows = _crossed(texts, train, everything, settings.folds)
        found = NGram(
            everything, Trees.of(_grown(rows, [e.label == FAKE for e in train], settings, run.seed))
        )
        found.save(folder / FILE)
        return found

    def load(self, folder: Path, *, device: str, batch_size: int | None, precision: str) -> NGram:
        return NGram.read(folder / FILE)


def _crossed(
    texts: Sequence[Prepared], examples: Sequence[Example], everything: Models, folds: int
) -> NDArray[np.float64]:
    """The rows of all texts, each by models that have seen nothing of its file."""
    place = np.array([_fold(example, folds) for example in examples])
    rows = np.empty((len(texts), len(NAMES)))
    for fold in range(folds):
        mine = np.flatnonzero(place == fold).tolist()
        own = Models.fit([texts[row] for row in mine if examples[row].label == REAL])
        rows[mine] = matrix([texts[row] for row in mine], everything.without(own))
    return rows


def _fold(example: Example, folds: int) -> int:
    key = example.source or example.text
    return (
        int.from_bytes(hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4).digest()) % folds
    )


def _grown(rows: NDArray[np.float64], fake: list[bool], settings: NGramSettings, seed: int) -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise Missing(
            "training the n-gram discriminator needs scikit-learn", hint="pip install scikit-learn"
        ) from None
    classifier = HistGradientBoostingClassifier(
        max_iter=settings.trees,
        max_leaf_nodes=settings.leaves,
        learning_rate=settings.learning_rate,
        l2_regularization=1.0,
        min_samples_leaf=settings.least,
        max_features=settings.share,
        early_stopping=False,
        class_weight="balanced",
        random_state=seed,
    )
    nowhere = np.isnan(rows).all(axis=0)  # a column without any value, which scikit-learn cannot bin
    # One thread: several wait for each other in a loop wherever the processors are not all free.
    with threadpool_limits(limits=1, user_api="openmp"):
        return classifier.fit(np.where(nowhere, 0.0, rows), fake)
