"""Moments as people and programs write them."""

from __future__ import annotations

import datetime

from afs_core import UsageError

__all__ = ["moment", "since"]

_MILLISECONDS = 1e11  # as seconds, this is the year 5138


def moment(text: str | float) -> datetime.datetime:
    """An ISO time, or seconds or milliseconds since 1970; local time where no zone is named.

    Raises ValueError for anything else.
    """
    try:
        number = float(text)
    except (TypeError, ValueError):
        return datetime.datetime.fromisoformat(str(text).strip()).astimezone()
    try:
        seconds = number / 1000 if abs(number) > _MILLISECONDS else number
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (OverflowError, OSError):
        raise ValueError(text) from None


def since(text: str) -> datetime.datetime | None:
    """The moment that ``--since`` names, None where it names none; raises UsageError."""
    if not text:
        return None
    try:
        return moment(text)
    except ValueError:
        raise UsageError(
            f"since: expected a day or a time, got {text!r}",
            hint="write it as 2026-01-31 or 2026-01-31T12:00",
        ) from None
