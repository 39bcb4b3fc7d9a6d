"""A learned quality signal: how much a text is like real ones, and not like corrupted ones."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.discriminator.backend import Backend, Example, Learned
    from afs.discriminator.model import Model
    from afs.discriminator.samples import filter_jsonl, score_jsonl

__all__ = ["Backend", "Example", "Learned", "Model", "filter_jsonl", "score_jsonl"]

_HOMES = {
    "Backend": "backend",
    "Example": "backend",
    "Learned": "backend",
    "Model": "model",
    "filter_jsonl": "samples",
    "score_jsonl": "samples",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
