"""How the backend ``ngram`` learns.

The language models behind the figures are fitted on real texts of other files than the one a row is from
(five folds by source file, each row read with the model of the other four), so that the trees never learn
how well a model knows its own texts.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from afs.discriminator.backend import FAKE, REAL, Example
from afs.discriminator.definitions import Definitions
from afs.discriminator.features import NAMES, Models, Prepared, matrix, prepared
from afs.discriminator.linear import Linear
from afs.discriminator.ngram_model import NGram
from afs.discriminator.rarity import RARE, Rarity
from afs.discriminator.trees import Trees
from afs.reports import auc
from afs_core import Missing

if TYPE_CHECKING:
    from afs.discriminator.ngram import NGramSettings
    from afs_core import Run

__all__ = ["learned"]

#: Shares of the logistic regression that are tried; the last one unless another is surely better.
_SHARES: Final = (0.4, 0.75)
#: By how much an AUC is better by chance, times the root of the number of texts.
_BY_CHANCE: Final = 0.25
Floats = NDArray[np.float64]


def learned(train: Sequence[Example], val: Sequence[Example], settings: NGramSettings, run: Run) -> NGram:
    """``val`` decides how much the logistic regression counts beside the trees.

    Raises Missing without scikit-learn, DataError where the code base cannot be read.
    """
    definitions = Definitions.read(Path(folder).expanduser() for folder in settings.code_base)
    texts = []
    with run.progress("read", len(train)) as bar:
        for example in train:
            run.check_cancelled()
            texts.append(prepared(example.text, definitions))
            bar.advance()
    pairs = zip(texts, train, strict=True)
    everything = Models.fit([text for text, example in pairs if example.label == REAL], definitions)
    fake = np.array([example.label == FAKE for example in train])
    rows = _crossed(texts, train, everything, settings.folds)
    wide = _with_rarity(rows, train, settings.folds)
    kinds = [_kind(example) for example in train]
    trees, linear = Trees.of(_grown(wide, fake, settings, run.seed)), Linear.fit(wide, kinds)
    found = NGram(everything, Rarity.fit(rows[~fake]), trees, linear)
    return found.sharing(_share(found, val))


def _kind(example: Example) -> str:
    return "" if example.label == REAL else example.kind or "fake"


def _share(found: NGram, val: Sequence[Example]) -> float:
    """The one that orders ``val`` best, measured by the AUC, where that is better than the last by more than
    chance may be."""
    real = [example.label == REAL for example in val]
    if not any(real) or all(real):
        return _SHARES[-1]
    trees, linear = found.parts([example.text for example in val])
    areas = [auc((-(1 - share) * trees - share * linear).tolist(), real).value for share in _SHARES]
    best = max(areas)
    sure = best > areas[-1] + _BY_CHANCE / math.sqrt(len(val))
    return _SHARES[areas.index(best)] if sure else _SHARES[-1]


def _with_rarity(rows: Floats, examples: Sequence[Example], folds: int) -> Floats:
    """The rows with the figures of ``RARE``, each told from real texts of other files."""
    place = np.array([_fold(example, folds) for example in examples])
    real = np.array([example.label == REAL for example in examples])
    rare = np.empty((len(rows), len(RARE)))
    for fold in range(folds):
        mine = place == fold
        rare[mine] = Rarity.fit(rows[~mine & real]).figures(rows[mine])
    return np.hstack([rows, rare])


def _crossed(
    texts: Sequence[Prepared], examples: Sequence[Example], everything: Models, folds: int
) -> Floats:
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


def _grown(rows: Floats, fake: NDArray[np.bool_], settings: NGramSettings, seed: int) -> Any:
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
