"""A rehearsal buffer: samples of earlier versions, to remind a new one of what they knew.

    buffer = RehearsalBuffer(RehearsalBufferConfig(quality_threshold=0.7, top_ratio=0.3))
    buffer.load_from_jsonl("models/v1_training.jsonl", version="v1")
    buffer.select_top_samples()
    mixed = buffer.merge_with_new_data(new_samples, rehearsal_ratio=0.3)

What an earlier split held back for validation or test, and items of evaluation suites, are never
rehearsed. Every rehearsed sample keeps its domain and carries ``_metadata.rehearsal_version``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from random import Random

import msgspec

from afs.training.datasets import load_jsonl
from afs.training.mixture import in_unit
from afs.training.rehearsal_choice import RehearsalChoice, RehearsalRules, rehearsed
from afs.training.rehearsal_mix import RehearsalMix
from afs_core import TrainingSample, write_samples

__all__ = ["RehearsalBuffer", "RehearsalBufferConfig"]

_SEED = 42
_log = logging.getLogger(__name__)


class RehearsalBufferConfig(RehearsalRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buffer keeps, and how it is mixed.

    ``enable_diversity`` spreads any choice over domains, as the selector ``stratified`` does.
    ``seed`` (None means 42) and ``shuffle`` are what :meth:`RehearsalBuffer.merge_with_new_data`
    uses where it is not told.
    """

    enable_diversity: bool = False
    track_provenance: bool = True
    shuffle: bool = False
    seed: int | None = None


class RehearsalBuffer:
    """Samples of earlier versions, chosen and mixed into new data. Holds its samples in memory."""

    def __init__(self, config: RehearsalBufferConfig | None = None) -> None:
        self.config = RehearsalBufferConfig() if config is None else config
        self.samples: list[TrainingSample] = []

    def __len__(self) -> int:
        return len(self.samples)

    def load_from_jsonl(self, path: Path | str, version: str = "") -> int:
        """Add the samples of a file as those of ``version`` (the file's stem where it is not named).

        Samples that are marked with a version keep it. Returns how many were added. Raises
        DataError with file and line.
        """
        loaded = self.load_jsonl(path)
        if self.config.track_provenance:
            loaded = [rehearsed(sample, version or Path(path).stem) for sample in loaded]
        self.samples += loaded
        return len(loaded)

    def load_jsonl(self, path: Path | str) -> list[TrainingSample]:
        """The samples of a file, which do not become part of the buffer."""
        return load_jsonl(path)

    def select_top_samples(self, ratio: float | None = None) -> list[TrainingSample]:
        """Narrow the buffer to ``ratio`` of it (by default the config's ``top_ratio``), by the selector.

        Raises GateRefused where no sample may be rehearsed, as where none has a score.
        """
        ratio = self.config.top_ratio if ratio is None else ratio
        selector = "stratified" if self.config.enable_diversity else self.config.selector
        rules = msgspec.structs.replace(self.config, top_ratio=in_unit("ratio", ratio), selector=selector)
        choice = RehearsalChoice(self.samples, rules, self._rng("rehearsal", None))
        for message in choice.told():
            _log.warning(message)
        pairs = zip(self.samples, choice.reasons(), strict=True)
        self.samples = [sample for sample, reason in pairs if not reason]
        return list(self.samples)

    def merge_with_new_data(
        self,
        new: Iterable[TrainingSample],
        rehearsal_ratio: float = 0.3,
        shuffle: bool | None = None,
        seed: int | None = None,
    ) -> list[TrainingSample]:
        """``new`` and then so many of the buffer that they are ``rehearsal_ratio`` of the result.

        Drawn at random by ``seed``. What the buffer cannot fill is told by a warning.
        """
        mix = RehearsalMix(in_unit("rehearsal_ratio", rehearsal_ratio), self._rng("rehearsal-mix", seed))
        mixed = [*mix.new(new), *mix.old(self.samples)]
        for message in mix.told():
            _log.warning(message)
        if self.config.shuffle if shuffle is None else shuffle:
            self._rng("shuffle", seed).shuffle(mixed)
        return mixed

    def save(self, path: Path | str) -> int:
        """Write the buffer; returns how many samples. Folders are made, an old file is replaced whole."""
        return write_samples(Path(path).expanduser(), self.samples)

    def _rng(self, name: str, seed: int | None) -> Random:
        given = [number for number in (seed, self.config.seed) if number is not None]
        return Random(f"{given[0] if given else _SEED}:{name}")
