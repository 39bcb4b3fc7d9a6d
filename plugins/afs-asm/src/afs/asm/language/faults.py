"""What stops a statement, a line or the whole assembly."""

from __future__ import annotations

__all__ = ["Broken", "Fatal"]


class Broken(Exception):
    """The statement at hand cannot be assembled; ``late`` faults are told in the last pass only."""

    def __init__(self, code: str, reason: str, fix: str = "", *, late: bool = False) -> None:
        super().__init__(reason)
        self.code, self.reason, self.fix, self.late = code, reason, fix, late


class Fatal(Broken):
    """Nothing that follows can be assembled either."""
