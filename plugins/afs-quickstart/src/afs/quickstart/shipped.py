"""What the package ships: the sample ROM hack and the tiny base model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["TinyModel", "sample_folder"]

_HERE = Path(__file__).parent


class TinyModel:
    """``tiny``: ``path`` is the folder of the checkpoint."""

    def __init__(self, config: None, run: Run) -> None:
        self.path = _HERE / "model"


def sample_folder() -> Path:
    """The sample ROM hack."""
    return _HERE / "sample"
