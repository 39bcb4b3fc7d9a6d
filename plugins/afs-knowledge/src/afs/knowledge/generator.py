"""The ``addresses`` generator: known addresses as samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from afs.knowledge.lessons import lessons
from afs.knowledge.settings import Settings
from afs_core import TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Addresses"]


class Addresses:
    """The same tables, symbols and seed give the same samples."""

    Config = Settings

    def __init__(self, config: Settings, run: Run) -> None:
        self._config, self._run = config, run

    def generate(self) -> Iterator[TrainingSample]:
        """Raises DataError for a symbol file that cannot be read."""
        database = self._config.database()
        for sample in lessons(database.entries, seed=self._run.seed, layout=database.layout):
            self._run.check_cancelled()
            yield sample
