"""What did not come through, in a file beside the output: faulty lines and dropped samples."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from afs_core.errors import Unrepresentable
from afs_core.jsonl import Fault, Writer, atomic_write
from afs_core.sample import TrainingSample

__all__ = ["Rejects", "dropped_row", "refused_row"]


class Rejects:
    """Rows of one file, which is made at the first."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self._writer: Writer | None = None

    def add(self, row: dict[str, Any]) -> None:
        if self._writer is None:
            self._writer = Writer(self._stack.enter_context(atomic_write(self._path)))
            self._stack.callback(self._writer.flush)
        self._writer.write_row(row)

    def fault(self, fault: Fault) -> None:
        raw = fault.raw.decode("utf-8", "backslashreplace").rstrip("\n")
        self.add({"file": fault.path, "line": fault.line, "reason": fault.reason, "raw": raw})


def dropped_row(sample: TrainingSample, by: str, reason: str) -> dict[str, Any]:
    return {"reason": reason, "by": by, "sample": sample.to_dict()}


def refused_row(sample: TrainingSample, by: str, fault: Unrepresentable) -> dict[str, Any]:
    return {"reason": fault.reason, "field": fault.field, "by": by, "sample": sample.to_dict()}
