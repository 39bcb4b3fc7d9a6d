"""How the backend ``ngram`` learns.

The language models behind the figures are fitted on real texts of other files than the one a row is from
(five folds by source file, each row read with the model of the other four), so that the trees never learn
how well a model knows its own texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from afs.discriminator.backend import FAKE, REAL, Example
from afs.discriminator.features import NAMES, Models, Prepared, matrix, prepared
from afs.discriminator.ngram_model import NGram
from afs.discriminator.trees import Trees
from afs_core import Missing

if TYPE_CHECKING:
    from afs.discriminator.ngram import NGramSettings
    from afs_core import Run

__all__ = ["learned"]


def learned(train: Sequence[Example], settings: NGramSettings, run: Run) -> NGram:
    """Raises Missing without scikit-learn."""
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
    trees = _grown(rows, [example.label == FAKE for example in train], settings, run.seed)
    return NGram(everything, Trees.of(trees))


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
