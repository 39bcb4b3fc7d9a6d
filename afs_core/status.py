"""What became of one plugin, as data."""

from __future__ import annotations

import msgspec

from afs_core.capability import Capability, Check, Command

__all__ = ["PluginStatus"]


class PluginStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one plugin, and what it offers.

    ``state`` is ``loaded``, ``disabled``, ``failed``, ``incompatible``, ``duplicate`` or
    ``missing`` (named in the configuration, not installed). ``remedy`` is a command.
    ``module`` is the entry point's value, ``folder`` a plugin folder that holds it.
    """

    name: str
    state: str
    distribution: str = ""
    version: str = ""
    module: str = ""
    folder: str = ""
    error: str = ""
    remedy: str = ""
    hooks: tuple[str, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    commands: tuple[Command, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def label(self) -> str:
        """``plugin oracle (afs-oracle 0.1.0)``, for messages."""
        origin = " ".join(part for part in (self.distribution, self.version) if part)
        return f"plugin {self.name} ({origin})" if origin else f"plugin {self.name}"
