"""What lets an interrupted training go on, ``kill -9`` included.

A checkpoint counts once it is sealed, which happens after all of it is on disk. The seal is the
digest of everything that the training depends on: a checkpoint of another job is never used.
"""

from __future__ import annotations

import shutil
from pathlib import Path

__all__ = ["Checkpoints"]

_SEAL = "sealed"


class Checkpoints:
    """The checkpoints of one training in ``folder``."""

    def __init__(self, folder: Path, seal: str) -> None:
        self.folder, self._seal = folder, seal

    def latest(self) -> Path | None:
        """The newest whole checkpoint of this very job; all others are removed."""
        found = sorted(self.folder.glob("checkpoint-*"), key=_step)
        whole = [path for path in found if _read(path / _SEAL) == self._seal]
        for path in found:
            if path not in whole[-1:]:
                shutil.rmtree(path)
        return whole[-1] if whole else None

    def seal(self, step: int) -> None:
        """Say that the checkpoint of ``step`` is whole."""
        (self.folder / f"checkpoint-{step}" / _SEAL).write_text(self._seal)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _step(path: Path) -> int:
    number = path.name.rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
