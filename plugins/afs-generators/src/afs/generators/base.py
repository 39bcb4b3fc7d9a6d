"""The base of a generator.

class Lines(BaseGenerator):
    def __init__(self, source_path: Path):
        super().__init__(name="lines", domain="custom")
        self.source_path = source_path

    def generate(self) -> Iterator[TrainingSample]:
        for line in self.source_path.read_text().splitlines():
            yield TrainingSample(instruction="Go on.", output=line, domain=self.domain)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from afs_core import TrainingSample

__all__ = ["BaseGenerator", "TrainingSample"]


class BaseGenerator(ABC):
    """A name, the domain of its samples, and :meth:`generate`.

    A path that is stored on a generator has its ``~`` expanded, as everywhere in afs.
    """

    def __init__(self, name: str, domain: str = "general") -> None:
        self.name = name
        self.domain = domain

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value.expanduser() if isinstance(value, Path) else value)

    @abstractmethod
    def generate(self) -> Iterator[TrainingSample]:
        """The samples, lazily; the same sources give the same samples in the same order."""
