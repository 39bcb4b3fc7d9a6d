"""Where an artifact comes from, and whether it is still what it was."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.lineage.ancestry import Ancestor, ancestors

__all__ = ["Ancestor", "ancestors"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.ancestry"), name)
