"""Samples as rows of token ids, and what is wrong with them: nothing is cut, nothing passed over."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from afs.peft.template import ChatTokenizer, Tokens
from afs.training.rows import read_rows_as_samples
from afs_core import DataError, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["IGNORED", "OnDrop", "Row", "RowReader"]

#: Label of a token that is read and not learned.
IGNORED = -100
TOO_LONG = "longer than max_length"
OnDrop = Callable[[TrainingSample, str], None]


class Row(NamedTuple):
    """One sample: ``labels[i]`` is ``ids[i]`` where the assistant said it, IGNORED elsewhere.

    What follows the last trained token is left out, for nothing depends on it.
    """

    ids: array[int]
    labels: array[int]

    @classmethod
    def of(cls, tokens: Tokens) -> Row:
        end = max((i + 1 for i, said in enumerate(tokens.trained) if said), default=0)
        pairs = zip(tokens.ids[:end], tokens.trained[:end], strict=True)
        labels = [token if said else IGNORED for token, said in pairs]
        return cls(array("i", tokens.ids[:end]), array("i", labels))

    @property
    def trained(self) -> int:
        return len(self.labels) - self.labels.count(IGNORED)


class RowReader:
    """Reads samples into rows and keeps count; ``faults`` are reasons not to train.

    ``on_drop`` hears of a sample that is too long, where the user chose to drop those.
    """

    def __init__(
        self,
        tokenizer: ChatTokenizer,
        run: Run,
        *,
        max_length: int,
        drop_too_long: bool = False,
        thinking: bool = False,
        on_drop: OnDrop | None = None,
    ) -> None:
        self._tokenizer, self._run = tokenizer, run
        self._max_length, self._drop, self._thinking = max_length, drop_too_long, thinking
        self._on_drop = on_drop
        self._found: dict[str, list[str]] = {}
        self.samples = self.tokens = self.trained_tokens = self.cut_tokens = self.longest = self.dropped = 0

    def read(self, paths: Iterable[Path]) -> Iterator[Row]:
        """Rows of the samples of ``paths``, in order, without those that have a fault."""
        for path in paths:
            for number, sample in enumerate(read_rows_as_samples(path, self._run), 1):
                row = self._row(sample, f"{path.name}, sample {number}")
                if row is not None:
                    yield row
                if not number & 255:
                    self._run.check_cancelled()

    def _row(self, sample: TrainingSample, place: str) -> Row | None:
        try:
            tokens = self._tokenizer.encode(sample.to_messages(thinking=self._thinking))
        except DataError as refusal:
            self._note(f"that the chat template cannot hold ({refusal.reason})", sample, place)
            return None
        row = Row.of(tokens)
        if (fault := self._fault(tokens)) is not None:
            self._note(fault, sample, place)
            return None
        if len(row.ids) > self._max_length:
            self._note_length(len(row.ids), sample, place)
            return None
        self.samples += 1
        self.tokens += len(row.ids)
        self.trained_tokens += row.trained
        self.longest = max(self.longest, len(row.ids))
        return row

    def _fault(self, tokens: Tokens) -> str | None:
        spans = tokens.spans()
        if not spans:
            return "without a word of the assistant to train on"
        stops = self._tokenizer.stops
        if not all(stops.intersection(tokens.ids[a:b]) for a, b in spans):
            return "whose stop token is outside the trained part, so that the model would never learn to stop"
        return None

    def _note(self, fault: str, sample: TrainingSample, place: str, detail: str = "") -> None:
        words = " ".join(sample.instruction.split())[:48]
        self._found.setdefault(fault, []).append(f"{place} ({words!r}{detail})")

    def _note_length(self, length: int, sample: TrainingSample, place: str) -> None:
        self.cut_tokens += length - self._max_length if not self._drop else length
        if not self._drop:
            remedy = "leave them out with too_long = 'drop', or raise max_length as far as the model reads"
            fault = f"longer than {self._max_length} tokens, which would be cut ({remedy})"
            self._note(fault, sample, place, f", {length} tokens")
            return
        self.dropped += 1
        if self._on_drop is not None:
            self._on_drop(sample, TOO_LONG)

    @property
    def faults(self) -> list[str]:
        """One sentence a kind of fault, with how many samples have it and the first of them."""
        return [
            f"{len(places):,} samples {fault}; first {places[0]}" for fault, places in self._found.items()
        ]
