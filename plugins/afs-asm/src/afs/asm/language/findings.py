"""What a check finds: where, how bad, why, and the right form."""

from __future__ import annotations

import msgspec

ERROR = "error"
WARNING = "warning"


class Fault(msgspec.Struct, frozen=True, gc=False):
    """A fault within one statement; `at` is an index into the statement's tidy text."""

    at: int
    severity: str
    code: str
    reason: str
    fix: str = ""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """A fault in a text. `line` and `column` count from 1; `fix` is the right form, if there is one.

    An `error` is what the assembler refuses; a `warning` is what it lets through and is wrong.
    """

    line: int
    column: int
    severity: str
    code: str
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        right = f" (write `{self.fix}`)" if self.fix else ""
        return f"{self.line}:{self.column}: {self.severity}: {self.reason}{right} [{self.code}]"
