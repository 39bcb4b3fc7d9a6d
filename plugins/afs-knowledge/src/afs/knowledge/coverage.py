"""The ``entity`` scorer: how many of the addresses and symbols that a sample mentions are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from afs.knowledge.mentions import Mentions, mentions
from afs.knowledge.notation import Number
from afs.knowledge.settings import Settings
from afs_core import Score, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["EntityCoverage"]

#: Of the method; the tables and symbols have a digest of their own.
_VERSION: Final = "entity 1"
_NOTHING: Final = Score(reason="no address or symbol")
#: As many unknown ones are named in a score's detail.
_NAMED: Final = 20


class EntityCoverage:
    """Known entities / all entities of instruction, input and output (or all turns), each counted once.

    A number is known if an entry covers it, mirrors resolved; a name if an entry or the user's symbols
    define it. What the sample itself gives a name to is known. ``detail`` counts both and lists unknown
    ones.
    """

    Config = Settings

    def __init__(self, config: Settings, run: Run) -> None:
        self._database = config.database()
        self._number = lru_cache(maxsize=1 << 15)(self._resolved)

    @property
    def fingerprint(self) -> str:
        return f"{_VERSION} {self._database.digest}"

    def score_batch(self, samples: Sequence[TrainingSample]) -> list[Score]:
        return [self._score(mentions(_texts(sample))) for sample in samples]

    def _score(self, found: Mentions) -> Score:
        given = {self._database.place(address) for address in found.given}
        entities = {f"${place:06X}": True for place in given if self._database.at(place)}
        for value, digits in found.numbers:
            resolved = self._number(value, digits)
            if resolved:
                entities[resolved[0]] = resolved[1] or self._database.place(value) in given
        for name in found.names:
            entities.setdefault(name, self._knows(name, found.defined))
        for name in found.spoken:
            if name not in entities and self._says(name):
                entities[name] = True
        if not entities:
            return _NOTHING
        unknown = [name for name, known in entities.items() if not known]
        count = len(entities)
        detail = {"entities": count, "known": count - len(unknown), "unknown": unknown[:_NAMED]}
        return Score((count - len(unknown)) / count, detail=detail)

    def _says(self, name: str) -> bool:
        """Whether a word in prose is a known name as written; one in capitals only if it is a register."""
        found = [entry for entry in self._database.named(name) if name in entry.names]
        return any(entry.kind == "register" or not name.isupper() for entry in found)

    def _knows(self, name: str, defined: frozenset[str]) -> bool:
        if name in defined or name in self._database.labels or self._database.named(name):
            return True
        parent = name.rpartition("_")[0]
        while parent:
            if parent in defined:  # a sub-label under its full name
                return True
            parent = parent.rpartition("_")[0]
        return False

    def _resolved(self, value: int, digits: int) -> tuple[str, bool] | None:
        """The address that a number stands for, and whether it is known; None where it cannot be told.

        Four digits of the upper half of a bank are code of an unknown bank, unless known in bank 7E.
        """
        found = self._database.numbered(Number(value, digits))
        if found:
            return f"${found[0].address:06X}", True
        if digits <= 4 and value >= 0x8000:
            return None
        return f"${value:0{digits}X}", False


def _texts(sample: TrainingSample) -> Iterator[str]:
    if sample.messages:
        yield from (turn.content for turn in sample.messages)
    else:
        yield from (sample.instruction, sample.input, sample.output)
