"""Variants of training samples: instructions in other words, and 65816 code that does the same."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.augment.distinct import DistinctVariants
    from afs.augment.refusal import Refused
    from afs.augment.transform import Augment
    from afs.augment.wording import paraphrases
    from afs.augment.workshop import CodeVariant, Workshop

__all__ = ["Augment", "CodeVariant", "DistinctVariants", "Refused", "Workshop", "paraphrases"]

_HOMES = {
    "Augment": "transform",
    "CodeVariant": "workshop",
    "DistinctVariants": "distinct",
    "Refused": "refusal",
    "Workshop": "workshop",
    "paraphrases": "wording",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
