"""The ``oracle`` generator: what a ROM hack holds, as samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import msgspec

from afs.generators.base import BaseGenerator
from afs.oracle.addresses import Address
from afs.oracle.asking import Posed, sample_of
from afs.oracle.balance import balanced
from afs.oracle.hack import Hack, read_hack
from afs.oracle.lessons import Lessons
from afs.oracle.routines import Explained
from afs_core import TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["OracleGenerator"]

Kind = Literal[
    "address",
    "symbol",
    "purpose",
    "constant",
    "bits",
    "bit",
    "values",
    "group",
    "settings",
    "struct",
    "field",
    "table",
    "entry",
    "macro",
    "macro-use",
    "function",
    "hook",
    "hooked",
    "routine",
    "code",
    "part",
    "line",
    "write",
    "routine-name",
    "callees",
    "callers",
    "memory",
    "state",
    "writers",
    "readers",
    "section",
    "heading",
    "row",
    "term",
    "steps",
    "order",
    "question",
    "architecture",
]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
#: Where nothing is chosen, lookups beyond the first thousand are this share at most.
LOOKUPS, ALWAYS = 0.4, 1000
Limit = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
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
        limits: Annotated[
            dict[Kind, Limit], msgspec.Meta(description="Most samples of a kind, chosen by the seed")
        ] = {}
        lookups: Annotated[
            Share | None,
            msgspec.Meta(description="Largest share of lookups; if all kinds are made 0.4, but 1,000 stay"),
        ] = None

    def __init__(self, config: Config, run: Run) -> None:
        super().__init__("oracle", "oracle")
        self._config, self._run = config, run
        #: Files that were read, by type, and what taught nothing, by reason.
        self.noted: dict[str, int] = {}

    def generate(self) -> Iterator[TrainingSample]:
        """Raises DataError where the source is no folder."""
        config, posed = self._config, self._posed()
        share, floor = config.lookups, 0
        if share is None and set(config.kinds) == set(KINDS):
            share, floor = LOOKUPS, ALWAYS
        if share is None and not config.limits:
            return map(sample_of, posed)
        share = 1.0 if share is None else share
        return map(sample_of, balanced(list(posed), config.limits, share, floor, self._run))

    def _posed(self) -> Iterator[Posed]:
        config = self._config
        hack = read_hack(config.source, self._run)
        self.noted = hack.noted
        lessons = Lessons(self._run, config.kinds, config.variants, hack)
        addresses = self._some(hack.addresses, config.symbols, "symbols")
        if config.symbols is None:
            addresses += hack.placed
        for address in addresses:
            yield from lessons.of_address(address)
        for routine in self._routines(hack, addresses):
            yield from lessons.of_routine(routine)
        for text in self._some(hack.texts, config.sections, "sections"):
            yield from lessons.of_text(text)
        yield from lessons.of_the_rest()

    def _some(self, found: Sequence[T], limit: int | None, name: str) -> list[T]:
        """``limit`` of what was found, chosen by the seed, in the order of the source."""
        if limit is None or limit >= len(found):
            return list(found)
        chosen = set(self._run.rng(f"oracle:{name}").sample(range(len(found)), limit))
        return [item for number, item in enumerate(found) if number in chosen]

    def _routines(self, hack: Hack, addresses: Sequence[Address]) -> list[Explained]:
        """With a limit those that a comment explains, users of ``addresses`` first."""
        limit = self._config.routines
        if limit is None:
            return list(hack.routines)
        names = {address.name for address in addresses}
        explained = [routine for routine in hack.routines if routine.comment]
        users = [routine for routine in explained if routine.uses(names)]
        chosen = self._some(users, limit, "routines")
        if len(chosen) < limit:
            found = {routine.name for routine in users}
            others = [routine for routine in explained if routine.name not in found]
            chosen += self._some(others, limit - len(chosen), "other routines")
        names = {routine.name for routine in chosen}
        return [routine for routine in hack.routines if routine.name in names]
