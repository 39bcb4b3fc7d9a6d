"""The items of a test suite, and what of each the training samples hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from afs.dedupe.corpus import SLACK
from afs.dedupe.field import FIELDS
from afs.dedupe.key import question
from afs.dedupe.postings import Batch, Postings, Shares
from afs.dedupe.shingles import Int64s, Shingler
from afs_core import TrainingSample

__all__ = ["Closest", "SuiteIndex", "is_recall", "plain"]

_SHINGLE = 5
_WORD = re.compile(r"\w+")
#: ASCII letters, digits and underscore as they are, anything else a blank.
_PLAIN = bytes(code if chr(code).isalnum() or code == 0x5F else 0x20 for code in range(128)).ljust(256)


def plain(text: str) -> str:
    """Letters, digits and underscores without case, words parted by one blank."""
    if text.isascii():
        return b" ".join(text.lower().encode().translate(_PLAIN).split()).decode()
    return " ".join(_WORD.findall(text.casefold()))


def is_recall(item: TrainingSample) -> bool:
    """Whether a suite item asks a fact that was trained on purpose."""
    check = item.metadata.get("check")
    marks: list[Any] = [item.metadata.get("kind"), item.prov.kind if item.prov else ""]
    if isinstance(check, dict):
        marks += [check.get("kind"), check.get("scorer")]
    return any(isinstance(mark, str) and mark.startswith("recall") for mark in marks)


class Closest(NamedTuple):
    """The largest value that a training sample has for an item, and that sample."""

    value: float = 0.0
    row: int = -1
    sample_id: str = ""


class SuiteIndex:
    """Compares batches of training samples with ``items``; holds the items and the closest samples.

    ``asked``: the sample that asks the same question, by item. ``overlap``: the largest share of an
    item's runs of ``ngram`` words that one sample holds. ``similarity``: the largest Jaccard
    similarity to its question on runs of five words, from ``threshold`` on. Of recall items
    only the question is compared. Rows are counted from 0 over all batches.
    """

    def __init__(self, items: Sequence[TrainingSample], ngram: int, threshold: float) -> None:
        self._threshold = threshold
        self._grams, self._shingles = Shingler(ngram, whole_if_short=False), Shingler(_SHINGLE)
        self._questions: dict[str, list[int]] = {}
        for place, item in enumerate(items):
            self._questions.setdefault(question(item), []).append(place)
        open_items = [(place, item) for place, item in enumerate(items) if not is_recall(item)]
        self._gram_index = Postings(self._gram_batch(open_items), len(items))
        self._question_index = Postings(self._question_batch(open_items), len(items))
        self._rows = 0
        self.asked: dict[int, Closest] = {}
        self.overlap: dict[int, Closest] = {}
        self.similarity: dict[int, Closest] = {}

    def compare(self, samples: Sequence[TrainingSample]) -> None:
        numbered = list(enumerate(samples))
        for number, sample in numbered:
            for place in self._questions.get(question(sample), ()):
                self.asked.setdefault(place, Closest(1.0, self._rows + number, sample.sample_id))
        for shares in self._gram_index.shared(self._gram_batch(numbered)):
            values = shares.counts / self._gram_index.totals[shares.items]
            self._keep(self.overlap, shares, values, samples)
        batch = self._question_batch(numbered)
        for shares in self._question_index.shared(batch):
            self._keep_similar(shares, batch, samples)
        self._rows += len(samples)

    def _keep_similar(self, shares: Shares, batch: Batch, samples: Sequence[TrainingSample]) -> None:
        totals = self._question_index.totals[shares.items]
        possible = shares.counts >= self._threshold * totals - SLACK
        shares, totals = Shares(*(column[possible] for column in shares)), totals[possible]
        owners, places = np.unique(shares.owners, return_inverse=True)
        sizes = np.array([batch.distinct(owner) for owner in owners.tolist()], np.int64)
        values = shares.counts / (sizes[places] + totals - shares.counts)
        close = values >= self._threshold
        self._keep(self.similarity, Shares(*(column[close] for column in shares)), values[close], samples)

    def _keep(
        self,
        closest: dict[int, Closest],
        shares: Shares,
        values: npt.NDArray[np.float64],
        samples: Sequence[TrainingSample],
    ) -> None:
        """Of equal values the first sample stays."""
        order = np.lexsort((shares.owners, -values, shares.items))
        items: Int64s = shares.items[order]
        first = order[np.flatnonzero(np.diff(items, prepend=-1))]
        for item, owner, value in zip(
            shares.items[first].tolist(), shares.owners[first].tolist(), values[first].tolist(), strict=True
        ):
            if value > closest.get(item, Closest()).value:
                closest[item] = Closest(value, self._rows + owner, samples[owner].sample_id)

    def _gram_batch(self, numbered: Iterable[tuple[int, TrainingSample]]) -> Batch:
        """No run reaches from one text of a sample into the next."""
        texts = [(number, plain(text)) for number, sample in numbered for text in _texts(sample) if text]
        return Batch.of((text for _, text in texts), (number for number, _ in texts), self._grams)

    def _question_batch(self, numbered: Sequence[tuple[int, TrainingSample]]) -> Batch:
        texts = (FIELDS["question"](sample) for _, sample in numbered)
        return Batch.of(texts, (number for number, _ in numbered), self._shingles)


def _texts(sample: TrainingSample) -> Iterator[str]:
    if sample.messages:
        yield from (turn.content for turn in sample.messages)
    else:
        yield from (sample.instruction, sample.input, sample.output)
