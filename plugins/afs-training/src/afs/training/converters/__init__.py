"""Samples to and from other tools' rows.

AlpacaConverter().convert(sample)   # {"instruction": "...", "input": "...", "output": "..."}
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.training.converters.alpaca import AlpacaConverter
    from afs.training.converters.openai import OpenAIConverter
    from afs.training.converters.sharegpt import ShareGPTConverter

__all__ = ["AlpacaConverter", "OpenAIConverter", "ShareGPTConverter"]

_HOMES = {"AlpacaConverter": "alpaca", "OpenAIConverter": "openai", "ShareGPTConverter": "sharegpt"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
