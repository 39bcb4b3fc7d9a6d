"""What all plugins offer, by kind and name, and how it is made at first use.

    registry = Registry.load(config)
    registry.find("generators", "oracle")                 # Entry; nothing is imported
    registry.create("generators", "oracle", run, {...})   # imports that one target

A registry comes out of the catalogue on disk where that still holds, else out of discovery.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core import catalogue, firstparty, making
from afs_core.capability import Capability, Check, Command
from afs_core.catalogue import FAULTS
from afs_core.errors import AfsError, ConfigError, DuplicateName, Missing, PluginError, UnknownName
from afs_core.names import nearest, same_name
from afs_core.status import PluginStatus

if TYPE_CHECKING:
    from afs_core.config import Config
    from afs_core.run import Run

__all__ = ["Entry", "PluginStatus", "Registry"]

CORE = "core"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One capability and where it comes from."""

    kind: str
    name: str
    plugin: str
    distribution: str
    version: str
    capability: Capability

    @property
    def label(self) -> str:
        """``generators/oracle of plugin oracle (afs-oracle 0.1.0)``, for messages."""
        return f"{self.kind}/{self.name} of plugin {self.plugin} ({self.distribution} {self.version})"


class Registry:
    """One truth about plugins for one start; it never changes after it was made."""

    def __init__(self, offers: Iterable[PluginStatus], config: Config | None = None) -> None:
        self._offers = tuple(offers)
        self._config = config
        self._entries = [_entry(plugin, item) for plugin in self._offers for item in plugin.capabilities]

    @classmethod
    def load(cls, config: Config | None = None, *, plugins: bool = True, refresh: bool = False) -> Registry:
        """All plugins that ``config`` allows; none but the core's own parts without ``plugins``.

        A catalogue that records a fault is not believed here, only where help is printed: what
        was wrong may be mended by things that no file shows.
        """
        from afs_core.config import Config

        config = Config.load() if config is None else config
        if os.environ.get("AFS_NO_PLUGINS") == "1":
            plugins = False
        kept = _kept() if plugins and not refresh else None
        return cls(kept or _discovered(config, plugins), config)

    @property
    def statuses(self) -> list[PluginStatus]:
        """Every plugin that is installed or named in the configuration, and what became of it."""
        return [plugin for plugin in self._offers if plugin.name != CORE]

    @property
    def faults(self) -> list[PluginStatus]:
        """The plugins that the user should know about."""
        return [plugin for plugin in self.statuses if plugin.state in FAULTS]

    @property
    def observers(self) -> dict[str, tuple[str, ...]]:
        """Names of the plugins that implement each observing hook."""
        hooks = ("afs_run_started", "afs_run_finished")
        return {hook: tuple(p.name for p in self._offers if hook in p.hooks) for hook in hooks}

    def entries(self, kind: str = "") -> list[Entry]:
        """All capabilities of ``kind``, or of every kind."""
        return [entry for entry in self._entries if kind in ("", entry.kind)]

    def checks(self) -> list[tuple[PluginStatus, Check]]:
        """What ``afs doctor`` asks, with the plugin that asks it."""
        return [(plugin, check) for plugin in self._offers for check in plugin.checks]

    def commands(self) -> dict[str, Command]:
        """Every command by its path; a path that two plugins offer is left out."""
        return {path: owned[0][1] for path, owned in self.offered_commands().items() if len(owned) == 1}

    def offered_commands(self) -> dict[str, list[tuple[PluginStatus, Command]]]:
        """Every command path with all who offer it."""
        offered: dict[str, list[tuple[PluginStatus, Command]]] = {}
        for plugin in self._offers:
            for command in plugin.commands:
                offered.setdefault(command.path, []).append((plugin, command))
        return offered

    def find(self, kind: str, name: str) -> Entry:
        """The capability ``name`` or ``plugin/name``.

        Raises UnknownName, DuplicateName, and Missing where a plugin that is not installed or
        not enabled would bring it.
        """
        plugin, _, bare = name.rpartition("/")
        found = [
            entry
            for entry in self.entries(kind)
            if entry.name == bare and (not plugin or same_name(entry.plugin, plugin))
        ]
        if len(found) > 1:
            raise _ambiguous(kind, name, found)
        if not found:
            raise self._absent(kind, bare, plugin)
        return found[0]

    def create(self, kind: str, name: str, run: Run, settings: Mapping[str, Any] | None = None) -> Any:
        """Make the capability: requirements, import, config, factory, in this order.

        ``settings`` win over ``[plugins.PLUGIN.NAME]``, which wins over ``[plugins.PLUGIN]``.
        """
        entry = self.find(kind, name)
        factory = making.factory(entry.capability, entry.label)
        config = making.config(entry, factory, self._siblings(entry), self._settings(run), settings or {})
        return making.made(entry.label, factory, config, run)

    def factory(self, kind: str, name: str) -> Any:
        """The target of a capability. Imports it."""
        entry = self.find(kind, name)
        return making.factory(entry.capability, entry.label)

    def config_type(self, kind: str, name: str) -> type[Any] | None:
        """The Config of a capability, None where it has none. Imports its target."""
        entry = self.find(kind, name)
        return making.config_type(entry.capability, making.factory(entry.capability, entry.label))

    def config_for(self, kind: str, name: str, settings: Mapping[str, Any] | None = None) -> Any:
        """The effective Config of a capability, None where it has none. Imports its target."""
        entry = self.find(kind, name)
        factory = making.factory(entry.capability, entry.label)
        return making.config(entry, factory, self._siblings(entry), self._config, settings or {})

    def configured(self, kind: str, name: str) -> dict[str, Any]:
        """What the configuration sets for a capability, not yet validated. Imports its target."""
        entry = self.find(kind, name)
        return making.configured(entry, making.factory(entry.capability, entry.label), self._config)

    def notify(self, hook: str, **arguments: Any) -> None:
        """Call an observing hook of every plugin that has it; an exception is logged, no more."""
        for plugin in self._offers:
            if hook in plugin.hooks:
                making.observe(plugin, hook, arguments)

    def fault_of(self, plugin: str) -> AfsError | None:
        """Why the plugin of this name is not in use, None where it is or is not known at all."""
        status = next((s for s in self.statuses if same_name(s.name, plugin)), None)
        if status is None or status.state == "loaded":
            return None
        if status.state == "missing":
            kind = Missing if status.name in firstparty.PLUGINS else ConfigError
            return kind(f"{status.label}: {status.error}", hint=status.remedy)
        if status.state != "disabled":
            return PluginError(f"{status.label} is {status.state}: {status.error}", hint=status.remedy)
        meant = f"did you mean {status.name!r}"
        misspelt = next((other for other in self.statuses if meant in other.error), None)
        if misspelt is not None:
            return ConfigError(f"{status.label} is not enabled: {misspelt.error}", hint=misspelt.remedy)
        return Missing(f"{status.label} is {status.error}", hint=status.remedy)

    def _settings(self, run: Run) -> Config | None:
        return getattr(run, "config", None) or self._config

    def _siblings(self, entry: Entry) -> list[Entry]:
        return [other for other in self._entries if other.plugin == entry.plugin and other is not entry]

    def _absent(self, kind: str, name: str, plugin: str) -> AfsError:
        owner = plugin or firstparty.owner_of_capability(kind, name)
        fault = self.fault_of(owner or name)
        if fault is not None:
            return fault
        if owner in firstparty.PLUGINS and not any(status.name == owner for status in self.statuses):
            line = firstparty.install_line(owner)
            return Missing(f"{kind}/{name} needs the plugin {owner}, which is not installed", hint=line)
        known = sorted({entry.name for entry in self.entries(kind)})
        where = f" in plugin {plugin}" if plugin else ""
        message = f"no {name!r} among {kind}{where}{nearest(name, known)}"
        return UnknownName(message, hint=f"known: {', '.join(known) or 'none'}{self._blame()}")

    def _blame(self) -> str:
        names = ", ".join(status.name for status in self.faults)
        return f"; not in use: {names} (afs plugins list)" if names else ""


def _entry(plugin: PluginStatus, item: Capability) -> Entry:
    return Entry(
        kind=item.kind,
        name=item.name,
        plugin=plugin.name,
        distribution=plugin.distribution,
        version=plugin.version,
        capability=item,
    )


def _ambiguous(kind: str, name: str, found: list[Entry]) -> DuplicateName:
    who = " and ".join(f"plugin {e.plugin} ({e.distribution} {e.version})" for e in found)
    qualified = " or ".join(f"{e.plugin}/{e.name}" for e in found)
    return DuplicateName(f"{kind}/{name} is offered by {who}", hint=f"write {qualified}")


def _kept() -> list[PluginStatus] | None:
    content = catalogue.read()
    if content is None or content["faults"]:
        return None
    plugins = msgspec.convert(content["plugins"], list[PluginStatus])
    sys.path += dict.fromkeys(p.folder for p in plugins if p.folder and p.folder not in sys.path)
    return plugins


def _discovered(config: Config, plugins: bool) -> list[PluginStatus]:
    from afs_core.discovery import discover

    started, key = time.time_ns(), catalogue.key()
    offers, watched = discover(config, plugins=plugins)
    if plugins:
        content = {
            "plugins": msgspec.to_builtins(offers),
            "faults": sum(offer.state in FAULTS for offer in offers),
            "problems": len(config.problems),
        }
        catalogue.write(content, watched, key, started)
    return offers
