"""Values of a sample by name: ``domain``, ``prov.kind``, ``_metadata.language``, or a bare
metadata key."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from afs_core import TrainingSample

__all__ = ["field_reader"]


def field_reader(name: str) -> Callable[[TrainingSample], str]:
    """A function that gives the value of ``name`` as text, empty where a sample has none."""
    if name in {"domain", "source", "instruction", "input", "output"}:
        return attrgetter(name)
    parts = name.split(".")
    if parts[0] == "prov":
        return lambda sample: _text(_walk(sample.prov, parts[1:]))
    if parts[0] in {"_metadata", "metadata"}:
        parts = parts[1:]
    return lambda sample: _text(_walk(sample.metadata, parts))


def _walk(value: Any, parts: list[str]) -> Any:
    for part in parts:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, msgspec.Struct):
            value = getattr(value, part, None)
        else:
            return None
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()
