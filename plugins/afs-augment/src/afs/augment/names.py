"""Sets of words, written as text."""

from __future__ import annotations

__all__ = ["names"]


def names(text: str) -> frozenset[str]:
    """``names("lda sta")`` is the set of both."""
    return frozenset(text.split())
