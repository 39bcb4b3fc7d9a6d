"""Duplicates out of a dataset, and the proof that training data does not hold the test."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.dedupe.contamination import Contamination
    from afs.dedupe.exact import ExactDedupe
    from afs.dedupe.key import digest64, exchange, normalise, question
    from afs.dedupe.near import NearDedupe

__all__ = ["Contamination", "ExactDedupe", "NearDedupe", "digest64", "exchange", "normalise", "question"]

_HOMES = {
    "Contamination": "contamination",
    "ExactDedupe": "exact",
    "NearDedupe": "near",
    "digest64": "key",
    "exchange": "key",
    "normalise": "key",
    "question": "key",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
