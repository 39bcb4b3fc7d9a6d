"""Names as people write them: which two are the same, and which one was meant."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest", "same_name"]


def same_name(left: str, right: str) -> bool:
    """Distribution and plugin names are equal whether written with ``-``, ``_`` or capitals."""
    return left.lower().replace("-", "_") == right.lower().replace("-", "_")


def nearest(name: str, known: Iterable[str]) -> str:
    """``"; did you mean 'oracle'?"``, or nothing where no known name is near."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""
