"""The tables that come with the plugin, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from afs.knowledge.entry import Entry

__all__ = ["GAMES", "shipped", "shipped_text"]

#: Games that come with the plugin; ``none`` is the console's registers alone.
GAMES: Final = ("alttp", "none")


@cache
def shipped(game: str) -> tuple[Entry, ...]:
    """The console's registers and the addresses of ``game``, by address."""
    entries = [_entry(line) for line in shipped_text(game).splitlines() if line[:1] not in ("", "#")]
    return tuple(sorted(entries, key=lambda entry: (entry.address, -entry.size, entry.name)))


@cache
def shipped_text(game: str) -> str:
    """The rows of all tables in use, comments and column heads left out."""
    tables = ["registers"] if game == "none" else ["registers", game]
    texts = [files("afs.knowledge").joinpath(f"{name}.tsv").read_text("utf-8") for name in tables]
    lines = [line for text in texts for line in text.splitlines() if line[:1] not in ("#", "a")]
    return "\n".join(lines)


def _entry(line: str) -> Entry:
    address, size, count, name, aliases, kind, group, access, description = line.split("\t")
    return Entry(
        int(address, 16),
        name,
        description,
        int(size),
        int(count),
        tuple(aliases.split()),
        kind,
        group,
        access,
    )
