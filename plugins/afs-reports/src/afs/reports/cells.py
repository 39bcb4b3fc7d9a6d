"""How one value looks in a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["cell", "columns", "is_number"]


def cell(value: Any) -> str:
    """A short text for a value: ``-`` for what is absent, three significant digits, units kept."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {cell(item)}" for name, item in value.items()) or "-"
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(item) for item in value) or "-"
    return value.as_posix() if isinstance(value, Path) else str(value)


def is_number(value: Any) -> bool:
    """Whether a column of such values is set to the right."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every key of ``rows``, in the order of first appearance."""
    return list(dict.fromkeys(name for row in rows for name in row))
