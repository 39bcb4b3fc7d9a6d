"""What the generator and the scorer are told: the user's symbol files, the game, the layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

if TYPE_CHECKING:
    from afs.knowledge.database import AddressDatabase

__all__ = ["Settings"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    symbols: Annotated[
        tuple[Path, ...], msgspec.Meta(description="Files or folders that define names of your own")
    ] = ()
    game: Annotated[
        Literal["alttp", "none"], msgspec.Meta(description="none: the console's registers alone")
    ] = "alttp"
    layout: Annotated[
        Literal["lorom", "hirom"], msgspec.Meta(description="How the cartridge maps its ROM")
    ] = "lorom"

    def database(self) -> AddressDatabase:
        """Raises DataError for a symbol file that cannot be read."""
        from afs.knowledge.database import AddressDatabase

        return AddressDatabase(self.symbols, game=self.game, layout=self.layout)
