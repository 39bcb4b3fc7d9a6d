"""Addresses and what lies there: the tables that come with the plugin, and the user's own symbols.

>>> db = AddressDatabase()
>>> db.lookup("$0D12")[0].name
'sprite_x_low+2'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from afs.knowledge.bus import canonical, mapper, pieces
from afs.knowledge.entry import Entry, Match
from afs.knowledge.intervals import Intervals
from afs.knowledge.notation import Number, parse_number
from afs.knowledge.shipped import GAMES, shipped, shipped_text
from afs.knowledge.words import fold
from afs_core import UnknownName, UsageError

if TYPE_CHECKING:
    from afs.knowledge.search import SearchIndex
    from afs.knowledge.symbols import Symbols
    from afs_core import TrainingSample

__all__ = ["AddressDatabase"]


class AddressDatabase:
    """Lookups by name, alias, number or words.

    ``symbols`` are files or folders of the user's that define names: assembly, ``.sym``, ``.mlb``.
    ``game`` is ``alttp`` or ``none`` (registers only), ``layout`` ``lorom`` or ``hirom``. A name of the
    user's wins over the same name of a table; at one address both are found.
    Raises UsageError for another game or layout, DataError for a file that cannot be read.
    """

    def __init__(
        self, symbols: Iterable[str | Path] = (), *, game: str = "alttp", layout: str = "lorom"
    ) -> None:
        if game not in GAMES:
            raise UsageError(f"expected a game of {', '.join(GAMES)}, got {game!r}")
        mapper(layout)
        self.game, self.layout = game, layout
        self._symbols = _read(tuple(Path(path) for path in symbols), layout)

    @cached_property
    def _intervals(self) -> Intervals:
        return Intervals((*self._symbols.entries, *shipped(self.game)))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, by address; at one address the longest first."""
        return tuple(self._intervals.entries)

    @property
    def labels(self) -> frozenset[str]:
        """Names of the user's that are known, but whose address only an assembler could tell."""
        return self._symbols.labels

    @cached_property
    def digest(self) -> str:
        """Changes with the tables, the symbols, the game and the layout; not with where files lie."""
        known = "\n".join(f"{e.address:06x} {e.name} {e.size}" for e in self._symbols.entries)
        parts = (self.game, self.layout, shipped_text(self.game), known, *sorted(self.labels))
        return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def query_address(self, query: str | int) -> Entry:
        """The entry of a name, an alias, or a number in any notation.

        Raises UnknownName, with the nearest names, where there is none.
        """
        found = self.lookup(query)
        if found:
            return found[0].entry
        asked = f"${query:06X}" if isinstance(query, int) else query
        if asked in self.labels:
            hint = "values have none; those of labels are in what `afs asm assemble FILE --symbols` writes"
            raise UnknownName(f"{asked}: your sources define it without an address", hint=hint)
        near = [] if isinstance(query, int) or parse_number(query) else self.index.nearest(query)
        hint = f"the nearest names: {', '.join(near)}" if near else 'afs knowledge search "WORDS"'
        raise UnknownName(f"{asked}: neither a known name nor a known address", hint=hint)

    def find(self, query: str | int) -> Entry | None:
        """As :meth:`query_address`, None where there is none."""
        found = self.lookup(query)
        return found[0].entry if found else None

    def lookup(self, query: str | int) -> tuple[Match, ...]:
        """All that answers ``query``, best first: a name, ``name+offset``, or a number.

        A number of up to four digits is taken in bank 00 with D = 0, as code sees it; where nothing is
        known there, in bank 7E.
        """
        if isinstance(query, int):
            return self.at(query)
        text = query.strip()
        named = self.named(text)
        if named:
            return tuple(Match(entry) for entry in named)
        number = parse_number(text)
        return self.numbered(number) if number else self._within(text)

    def named(self, name: str) -> tuple[Entry, ...]:
        """The entries of a name: as written first, then without regard to case and underscores."""
        return self._exact.get(name) or self._exact.get(name.lstrip("!")) or self._folded.get(fold(name), ())

    def at(self, address: int) -> tuple[Match, ...]:
        """The entries that cover the address, the most specific first."""
        place = self.place(address)
        return tuple(Match(entry, place - entry.address) for entry in self._intervals.at(place))

    def place(self, address: int) -> int:
        """The address that stands for all that show the same byte (:func:`afs.knowledge.canonical`)."""
        return canonical(address, self.layout)

    def numbered(self, number: Number) -> tuple[Match, ...]:
        """The entries at a number as code writes it; see :meth:`lookup`."""
        found = self.at(number.value)
        return found or (self.at(0x7E0000 | number.value) if number.digits <= 4 else ())

    def query_range(self, low: int, high: int) -> list[Entry]:
        """The entries that share a byte with ``low`` to ``high`` (not included), by address.

        Mirrors count: the first 8 KiB of bank 00 are those of bank 7E. Raises UsageError where ``high``
        is not above ``low``.
        """
        if not 0 <= low < high <= 0x1000000:
            raise UsageError(f"expected a range from low to a higher end, got ${low:06X} to ${high:06X}")
        found: dict[tuple[int, str], Entry] = {}
        for start, end in pieces(low, high, self.layout):
            found |= {(entry.address, entry.name): entry for entry in self._intervals.between(start, end)}
        return [found[key] for key in sorted(found)]

    def search(self, words: str, limit: int = 10) -> list[Entry]:
        """The entries that fit ``words`` best (:mod:`afs.knowledge.search`)."""
        return self.index.search(words, limit)

    @cached_property
    def index(self) -> SearchIndex:
        from afs.knowledge.search import SearchIndex

        return SearchIndex(self.entries)

    def export_training_samples(self) -> list[TrainingSample]:
        """Questions and answers over all entries; no two ask the same."""
        from afs.knowledge.lessons import lessons

        return list(lessons(self.entries))

    def _within(self, text: str) -> tuple[Match, ...]:
        """``name+offset``, the offset decimal or marked as hexadecimal."""
        name, plus, offset = text.rpartition("+")
        entries = self.named(name.strip()) if plus else ()
        if not entries:
            return ()
        number = parse_number(offset)
        digits = offset.strip()
        by = int(digits) if digits.isdecimal() and len(digits) < 6 else number.value if number else 0
        return tuple(Match(entry, by) for entry in entries if 0 < by < entry.size)

    @cached_property
    def _exact(self) -> dict[str, tuple[Entry, ...]]:
        return _by_name(self.entries, lambda name: name)

    @cached_property
    def _folded(self) -> dict[str, tuple[Entry, ...]]:
        return _by_name(self.entries, fold)


def _by_name(entries: Iterable[Entry], key: Callable[[str], str]) -> dict[str, tuple[Entry, ...]]:
    """Entries by every name: the user's before a table's, a name before an alias."""
    found: dict[str, dict[int, tuple[bool, bool, int, Entry]]] = {}
    for order, entry in enumerate(entries):
        for name in reversed(entry.names):
            rank = (not entry.source, name != entry.name, order, entry)
            found.setdefault(key(name), {})[order] = rank
    return {name: tuple(rank[3] for rank in sorted(ranks.values())) for name, ranks in found.items()}


def _read(paths: tuple[Path, ...], layout: str) -> Symbols:
    from afs.knowledge.symbols import Symbols, read_symbols

    return read_symbols(paths, layout) if paths else Symbols((), frozenset())
