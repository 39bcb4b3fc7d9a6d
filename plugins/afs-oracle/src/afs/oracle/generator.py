"""The ``oracle`` generator: a ROM hack's symbols, routines and documents as samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import msgspec

from afs.generators.base import BaseGenerator
from afs.oracle.addresses import Address
from afs.oracle.hack import Hack, read_hack
from afs.oracle.lessons import Lessons
from afs.oracle.routines import Explained
from afs_core import TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["OracleGenerator"]

Kind = Literal["address", "symbol", "purpose", "routine", "code", "routine-name", "section", "heading"]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
Limit = Annotated[int, msgspec.Meta(ge=0)]
T = TypeVar("T")


class OracleGenerator(BaseGenerator):
    """Reads a checkout laid out in any way; the same checkout and seed give the same samples."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        source: Annotated[Path, msgspec.Meta(description="Folder of the ROM hack, or of any notes")]
        kinds: Annotated[tuple[Kind, ...], msgspec.Meta(description="Kinds of samples to make")] = KINDS
        variants: Annotated[int, msgspec.Meta(description="Wordings of one named address", ge=1, le=8)] = 4
        symbols: Annotated[Limit | None, msgspec.Meta(description="Take only so many symbols")] = None
        routines: Annotated[
            Limit | None, msgspec.Meta(description="Take only so many routines, users of the symbols first")
        ] = None
        sections: Annotated[Limit | None, msgspec.Meta(description="Take only so many sections")] = None

    def __init__(self, config: Config, run: Run) -> None:
        super().__init__("oracle", "oracle")
        self._config, self._run = config, run
        #: Files that were read, by type, and what taught nothing, by reason.
        self.noted: dict[str, int] = {}

    def generate(self) -> Iterator[TrainingSample]:
        """Raises DataError where the source is no folder."""
        config = self._config
        hack = read_hack(config.source, self._run)
        self.noted = hack.noted
        lessons = Lessons(self._run, config.kinds, config.variants, hack)
        addresses = self._some(hack.addresses, config.symbols, "symbols")
        for address in addresses:
            yield from lessons.of_address(address)
        for routine in self._routines(hack, addresses):
            yield from lessons.of_routine(routine)
        for text in self._some(hack.texts, config.sections, "sections"):
            yield from lessons.of_text(text)

    def _some(self, found: Sequence[T], limit: int | None, name: str) -> list[T]:
        """``limit`` of what was found, chosen by the seed, in the order of the source."""
        if limit is None or limit >= len(found):
            return list(found)
        chosen = set(self._run.rng(f"oracle:{name}").sample(range(len(found)), limit))
        return [item for number, item in enumerate(found) if number in chosen]

    def _routines(self, hack: Hack, addresses: Sequence[Address]) -> list[Explained]:
        limit = self._config.routines
        if limit is None:
            return list(hack.routines)
        names = {address.name for address in addresses}
        users = [routine for routine in hack.routines if routine.uses(names)]
        chosen = self._some(users, limit, "routines")
        if len(chosen) < limit:
            found = {routine.name for routine in users}
            others = [routine for routine in hack.routines if routine.name not in found]
            chosen += self._some(others, limit - len(chosen), "other routines")
        names = {routine.name for routine in chosen}
        return [routine for routine in hack.routines if routine.name in names]
