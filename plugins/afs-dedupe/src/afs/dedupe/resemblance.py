"""From the texts of a dataset to rows that go, or rows that belong together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from afs.dedupe.clusters import Components, link_similar
from afs.dedupe.corpus import Corpus
from afs.dedupe.greedy import keep_greedily
from afs.dedupe.join import Join
from afs.dedupe.sets import ShingleSets
from afs.dedupe.shingles import Int64s, Shingler
from afs_core import Run

__all__ = ["Drops", "Resemblance"]


class Drops:
    """Which rows go: ``partners`` has for each row the row that replaces it, -1 if it stays;
    ``similarities`` how much the two resemble each other."""

    def __init__(self, partners: Int64s, similarities: npt.NDArray[np.float32]) -> None:
        self.partners, self.similarities = partners.data, similarities.data
        dropped = np.flatnonzero(partners >= 0)
        later = partners[dropped] > dropped
        #: Rows that replace another, and those of them that replace one before them.
        self.needed = frozenset(partners[dropped].tolist())
        self.late = frozenset(partners[dropped][later].tolist())


class Resemblance:
    """Near-duplicates among ``texts``, which are normalised and known by their row."""

    def __init__(self, texts: Iterable[str], threshold: float, shingle: int, run: Run) -> None:
        self._threshold, self._run = threshold, run
        self._corpus = Corpus(Shingler(shingle).stream(texts), run.workdir)

    def drops(self, scores: array[float]) -> Drops:
        """Rows that go when the rows are taken by descending score, then in order."""
        rows = self._corpus.linked(self._threshold)
        rows = rows[np.argsort(-np.frombuffer(scores)[rows], kind="stable")] if len(rows) else rows
        kept = keep_greedily(self._join(rows), len(rows), self._run.check_cancelled)
        gone = np.flatnonzero(kept.partner >= 0)
        partners = np.full(len(self._corpus), -1, np.int64)
        partners[rows[gone]] = rows[kept.partner[gone]]
        similarities = np.zeros(len(self._corpus), np.float32)
        similarities[rows[gone]] = kept.similarity[gone]
        return Drops(partners, similarities)

    def groups(self, groups: array[int]) -> tuple[memoryview[int], frozenset[int]]:
        """For each row the first row that near-duplicates and equal ``groups`` link it with, and
        those first rows whose group others have to take."""
        rows = self._corpus.linked(self._threshold)
        similar = Components(len(rows))
        link_similar(self._join(rows), similar, len(rows), self._run.check_cancelled)
        whole = Components(len(self._corpus))
        whole.link(rows, rows[similar.all()])
        keys = np.frombuffer(groups, np.uint64) if groups else np.empty(0, np.uint64)
        order = np.argsort(keys)
        same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
        whole.link(order[same], order[same + 1])
        first = whole.all()
        return first.data, frozenset(first[keys != keys[first]].tolist())

    def _join(self, rows: Int64s) -> Join:
        return Join(ShingleSets.of(*self._corpus.of(rows)), self._threshold)
