"""``afs knowledge search``, ``lookup`` and ``stats``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import click
import msgspec

from afs.knowledge.bus import file_offset
from afs.knowledge.database import AddressDatabase
from afs.knowledge.entry import Entry, Match
from afs.knowledge.phrases import shown
from afs_core import UnknownName
from afs_core.cli import Console, afs_command, data_path


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of ``--json``. ``address`` is the one asked for, ``start`` that of the entry, ``offset``
    the bytes between; ``file_offset`` is where ``address`` lies in a ROM file without a header."""

    query: str
    name: str
    address: str
    start: str
    offset: int
    size: int
    count: int
    kind: str
    group: str
    access: str
    description: str
    aliases: tuple[str, ...]
    source: str
    file_offset: int | None


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What the commands have in common."""
    for option in (
        click.option(
            "--layout", type=click.Choice(["lorom", "hirom"]), help="How ROM is mapped  [default: lorom]"
        ),
        click.option(
            "--game", type=click.Choice(["alttp", "none"]), help="none: registers alone  [default: alttp]"
        ),
        click.option(
            "--symbols",
            multiple=True,
            type=data_path,
            help="Files or folders that define names of your own: assembly, .sym, .mlb",
        ),
    ):
        command = option(command)
    return command


@afs_command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="As many are shown")
@_options
def search(console: Console, words: tuple[str, ...], limit: int, **settings: Any) -> list[Found]:
    """Find addresses whose names and descriptions fit words, also misspelt ones; the best first."""
    database = _database(console, settings)
    query = " ".join(words)
    entries = database.search(query, limit)
    console.table(
        [
            {"address": shown(entry.address), "name": entry.name, "description": entry.description}
            for entry in entries
        ]
    )
    console.note(f"{len(entries)} shown of {len(database.entries)} known")
    return [_found(query, Match(entry), database) for entry in entries]


@afs_command()
@click.argument("queries", nargs=-1, required=True, metavar="ADDRESS|NAME...")
@_options
def lookup(console: Console, queries: tuple[str, ...], **settings: Any) -> list[Found]:
    """Say what is at an address, or where a name lies.

    An address may be written $7E0022, 7E:0022, 0x7E0022, 7e0022, $0022 or $22. Ends with exit code 2 if
    one is not known, after the others.
    """
    database = _database(console, settings)
    found: list[Found] = []
    missing: list[UnknownName] = []
    for query in queries:
        try:
            database.query_address(query)
        except UnknownName as fault:
            missing.append(fault)
            continue
        answers = [_found(query, match, database) for match in database.lookup(query)]
        found += answers
        for answer in answers:
            _show(console, answer)
    if missing:
        console.data = found
        raise UnknownName("; ".join(fault.message for fault in missing), hint=missing[0].hint)
    return found


@afs_command()
@_options
def stats(console: Console, **settings: Any) -> dict[str, Any]:
    """Count what is known, by kind and group."""
    database = _database(console, settings)
    groups = Counter((entry.kind, entry.group or "-") for entry in database.entries)
    rows = [
        {"kind": kind, "group": group, "entries": count, "bytes": _bytes(database.entries, kind, group)}
        for (kind, group), count in sorted(groups.items())
    ]
    console.table(rows)
    own = sum(bool(entry.source) for entry in database.entries)
    console.note(
        f"{len(database.entries)} entries, {own} of them from your files, "
        f"and {len(database.labels)} names of yours without a known address"
    )
    return {"entries": len(database.entries), "own": own, "labels": len(database.labels), "groups": rows}


def _database(console: Console, settings: dict[str, Any]) -> AddressDatabase:
    given = {name: value for name, value in settings.items() if value}
    database: AddressDatabase = console.registry.config_for("scorers", "knowledge/entity", given).database()
    return database


def _found(query: str, match: Match, database: AddressDatabase) -> Found:
    entry = match.entry
    return Found(
        query=query,
        name=match.name,
        address=shown(match.address),
        start=shown(entry.address),
        offset=match.offset,
        size=entry.size,
        count=entry.count,
        kind=entry.kind,
        group=entry.group,
        access=entry.access,
        description=entry.description,
        aliases=entry.aliases,
        source=entry.source,
        file_offset=file_offset(match.address, database.layout),
    )


def _show(console: Console, found: Found) -> None:
    console.print(f"{found.address}  {found.name}")
    place = [found.kind + (f"/{found.group}" if found.group else ""), _extent(found), found.access]
    console.print(f"    {', '.join(part for part in place if part)}")
    for line in (
        found.description,
        found.aliases and f"also: {', '.join(found.aliases)}",
        found.source and f"from: {found.source}",
        found.file_offset is not None and f"offset in a ROM file without a header: 0x{found.file_offset:06X}",
    ):
        if line:
            console.print(f"    {line}")


def _extent(found: Found) -> str:
    if found.count > 1:
        return f"{found.count} × {found.size // found.count} bytes"
    return f"{found.size} byte{'s' * (found.size > 1)}" if found.size else ""


def _bytes(entries: tuple[Entry, ...], kind: str, group: str) -> int:
    return sum(entry.size for entry in entries if (entry.kind, entry.group or "-") == (kind, group))
