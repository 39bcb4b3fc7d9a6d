"""The whole road in one command: a sample ROM hack, a tiny base model, a pipeline file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.quickstart.road import quickstart_pipeline
    from afs.quickstart.shipped import TinyModel, sample_folder

__all__ = ["TinyModel", "quickstart_pipeline", "sample_folder"]

_HOMES = {"TinyModel": "shipped", "quickstart_pipeline": "road", "sample_folder": "shipped"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
