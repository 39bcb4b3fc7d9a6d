"""What a generator could not use: lines that are broken, files that are passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from afs_core import Run, TrainingSample
from afs_core.jsonl import Fault

__all__ = ["Faults"]

_SHOWN = 5


class Faults:
    """Collects what is passed over, by reason, and says so at the end.

    A broken line stops the run unless ``on_error`` is ``skip``; then it is dropped as a sample
    whose instruction is its place, so that the rejects show it as it stood.
    """

    def __init__(self, run: Run, noted: Counter[str], on_error: str) -> None:
        self._run = run
        self._noted = noted
        self._stop = on_error == "stop"
        self._passed_over: dict[str, list[str]] = {}

    def line(self, fault: Fault) -> None:
        """A broken line; raises DataError unless lines are skipped."""
        if self._stop:
            raise fault.error()
        self._noted["faulty lines"] += 1
        raw = fault.raw.decode("utf-8", "backslashreplace").rstrip("\n")
        place = f"{fault.path}:{fault.line}"
        self._run.drop(TrainingSample(instruction=place, output=raw, source=fault.path), "not a record")
        self.file(f"line skipped: {fault.reason}", place)

    def file(self, reason: str, name: str) -> None:
        """A file, or a part of one, that is passed over."""
        self._noted["passed over"] += 1
        self._passed_over.setdefault(reason, []).append(name)

    def tell(self) -> None:
        """One warning for each reason."""
        for reason, names in self._passed_over.items():
            self._run.warn(f"passed over: {reason}: {_listed(names)}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
