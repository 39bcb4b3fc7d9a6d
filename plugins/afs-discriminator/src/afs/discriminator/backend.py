"""The parts of a discriminator to each other: labelled texts, a backend, and what it learned.

A text is real (label 0) or fake (label 1). Scores are about being real: margins are log odds of
it, and :class:`afs.discriminator.Model` makes probabilities of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from afs.discriminator.calibration import Prior
    from afs_core import Run

__all__ = ["FAKE", "REAL", "Backend", "Example", "Learned"]

REAL, FAKE = 0, 1


class Example(msgspec.Struct, frozen=True, omit_defaults=True):
    """One labelled text: a line of what ``afs discriminator data`` writes.

    ``kind`` names the corruption, or is ``generated``; empty for a real text. ``source`` is the
    file relative to its root, ``start`` and ``end`` its first and last line there. ``domain`` is
    ``asm``, ``python`` or ``prose``. ``split`` is ``train``, ``val`` or ``test``, one a source file.
    """

    text: str
    label: int
    kind: str = ""
    source: str = ""
    start: int = 0
    end: int = 0
    domain: str = ""
    split: str = ""


class Learned(Protocol):
    """A trained discriminator, ready to work; ``precision`` names the numbers that it computes with where
    there is a choice; ``prior`` is what is known of its calibration beforehand."""

    precision: str
    prior: Prior | None

    def margins(self, texts: Sequence[str]) -> list[float]:
        """Log odds of being real, not calibrated, in the order of ``texts``."""
        ...


class Backend(Protocol):
    """One way to learn. ``folder`` holds what it learned, next to the files of the model."""

    name: str

    def require(self, precision: str) -> None:
        """Raises Missing where a package is not there that :meth:`load` needs."""
        ...

    def precision(self, precision: str, device: str) -> str:
        """The numbers that :meth:`load` would make it compute with; loads nothing."""
        ...

    def bases(self, settings: Any, run: Run) -> Sequence[Path]:
        """Files and folders that the training goes on from."""
        ...

    def train(
        self, train: Sequence[Example], val: Sequence[Example], folder: Path, settings: Any, run: Run
    ) -> Learned:
        """Learn from ``train``; ``val`` is for stopping early alone. ``settings`` are the backend's own."""
        ...

    def load(self, folder: Path, *, device: str, batch_size: int | None, precision: str) -> Learned:
        """What :meth:`train` wrote. Raises DataError where a file is not what it should be."""
        ...
