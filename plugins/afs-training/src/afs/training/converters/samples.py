"""Samples of afs as a format among the others, so that a foreign dataset can come in as samples."""

from __future__ import annotations

from typing import Any

import msgspec

from afs_core import Run, TrainingSample

__all__ = ["SamplesConverter"]

_OURS = frozenset({"domain", "_metadata", "prov", "messages", "quality_score"})


class SamplesConverter:
    """``convert(sample)`` gives all there is; nothing is ever refused."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        pass

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        pass

    def convert(self, sample: TrainingSample, /) -> dict[str, Any]:
        row: dict[str, Any] = msgspec.json.decode(sample.to_bytes())
        return row

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        return TrainingSample.from_dict(row)

    def matches(self, row: dict[str, Any], /) -> bool:
        texts = isinstance(row.get("instruction"), str) and isinstance(row.get("output"), str)
        return texts and bool(_OURS.intersection(row))
