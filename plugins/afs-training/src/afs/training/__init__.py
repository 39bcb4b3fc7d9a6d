"""Samples made ready for training: quality score, split, other tools' formats, pre-flight."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.training.datasets import load_jsonl, score_jsonl
    from afs.training.rebalance import rebalance_datasets
    from afs.training.rehearsal import RehearsalBuffer, RehearsalBufferConfig
    from afs.training.rows import read_rows_as_samples
    from afs.training.split import split_dataset

__all__ = [
    "RehearsalBuffer",
    "RehearsalBufferConfig",
    "load_jsonl",
    "read_rows_as_samples",
    "rebalance_datasets",
    "score_jsonl",
    "split_dataset",
]

_HOMES = {
    "RehearsalBuffer": "rehearsal",
    "RehearsalBufferConfig": "rehearsal",
    "load_jsonl": "datasets",
    "read_rows_as_samples": "rows",
    "rebalance_datasets": "rebalance",
    "score_jsonl": "datasets",
    "split_dataset": "split",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
