"""Rows of whatever known format: each is read by the converter that knows it."""

from __future__ import annotations

from typing import Any

import msgspec

from afs.training.converters.base import Lossy
from afs.training.converters.thinking import TextCotMode
from afs.training.detection import Detector
from afs_core import Run, TrainingSample, UsageError

__all__ = ["AutoConverter"]


class AutoConverter:
    """Only reads: what is written has one format."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        cot_mode: TextCotMode = "drop"
        lossy: Lossy = False

    def __init__(self, config: Config, run: Run) -> None:
        self._detector = Detector(run, cot_mode=config.cot_mode, lossy=config.lossy)

    def convert(self, sample: TrainingSample, /) -> dict[str, Any]:
        raise UsageError("auto is for reading; name the format that is written", hint="--format openai")

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        return self._detector.parse(row)

    def matches(self, row: dict[str, Any], /) -> bool:
        return False
