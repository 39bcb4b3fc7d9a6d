"""What the addresses of a SNES game mean: A Link to the Past, the console's registers, your own symbols.

>>> from afs.knowledge import AddressDatabase
>>> entry = AddressDatabase().query_address("player_health")
>>> f"${entry.address:06X} {entry.description}"
'$7EF36D Health Link has now, 8 for each full heart, 4 for a half'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.knowledge.bus import canonical, file_offset, mirrors, rom_address
    from afs.knowledge.coverage import EntityCoverage
    from afs.knowledge.database import AddressDatabase
    from afs.knowledge.entry import Entry, Match
    from afs.knowledge.notation import parse_number

_HOMES = {
    "AddressDatabase": "database",
    "EntityCoverage": "coverage",
    "Entry": "entry",
    "Match": "entry",
    "canonical": "bus",
    "file_offset": "bus",
    "mirrors": "bus",
    "parse_number": "notation",
    "rom_address": "bus",
}

__all__ = [
    "AddressDatabase",
    "EntityCoverage",
    "Entry",
    "Match",
    "canonical",
    "file_offset",
    "mirrors",
    "parse_number",
    "rom_address",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
