"""Why something has no variant."""

from __future__ import annotations

__all__ = ["Refused"]


class Refused(Exception):
    """``reason`` is short and the same for the same cause; it becomes a count."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
