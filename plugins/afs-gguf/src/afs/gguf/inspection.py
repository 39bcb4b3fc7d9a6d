"""What a GGUF file says about itself, as plain data for a person or a program."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from .metadata import Kind
from .reader import GgufFile, read_gguf

__all__ = ["inspect_gguf"]

#: Items of an array, and characters of a text, that are shown.
_ITEMS = 6
_TEXT = 400


def inspect_gguf(path: Path, *, tensors: bool = False) -> dict[str, Any]:
    """Header, metadata and element types of ``path``, long values cut short.

    The file is read as hostile input; raises DataError where it is damaged.
    """
    file = read_gguf(path, keep=_ITEMS)
    shown: dict[str, Any] = {
        "path": str(path),
        "version": file.version,
        "bytes": file.size,
        "metadata": {key: _value(file, key) for key in file.metadata},
        "elements": file.elements(),
        "weights": sum(math.prod(tensor.shape) for tensor in file.tensors.values()),
    }
    if tensors:
        shown["tensors"] = [
            {"name": t.name, "shape": list(t.shape), "element": t.element.name, "bytes": t.size}
            for t in file.tensors.values()
        ]
    return shown


def _value(file: GgufFile, key: str) -> Any:
    field = file.metadata[key]
    if field.kind is Kind.ARRAY:
        more = field.length - len(field.value)
        return [*(_cut(item) for item in field.value), *([f"... {more} more"] if more else [])]
    return _cut(field.value)


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _TEXT:
        return f"{value[:_TEXT]}... {len(value) - _TEXT} more characters"
    return value
