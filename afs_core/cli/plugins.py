"""``afs plugins``: what is there, what became of it, and the switches."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click
import msgspec

from afs_core import firstparty
from afs_core.catalogue import FAULTS
from afs_core.cli.command import afs_command
from afs_core.cli.console import Console
from afs_core.errors import AfsError, Missing, UnknownName
from afs_core.names import nearest, same_name
from afs_core.registry import Registry
from afs_core.status import PluginStatus

__all__ = ["disable", "enable", "info", "list_plugins"]


@afs_command(name="list")
def list_plugins(console: Console) -> object:
    """List every plugin and what became of it."""
    statuses = console.registry.statuses
    console.table([_row(status) for status in statuses])
    for status in statuses:
        if status.state in FAULTS:
            console.print(f"\n{status.label} is {status.state}: {status.error}\n  try: {status.remedy}")
    return [_data(status) for status in statuses]


@afs_command()
@click.argument("name")
def info(console: Console, name: str) -> object:
    """Show what one plugin offers, or why it does not."""
    status = _status(console.registry, name)
    for label, value in _facts(status):
        console.print(f"{label.ljust(12)}  {value}")
    console.table(
        [{"offers": f"{c.kind}/{c.name}", "summary": c.summary} for c in status.capabilities]
        + [{"offers": f"afs {c.path}", "summary": c.summary} for c in status.commands]
        + [{"offers": f"check {c.name}", "summary": c.summary} for c in status.checks]
    )
    return _data(status)


@afs_command()
@click.argument("name")
def enable(console: Console, name: str) -> object:
    """Load a plugin from now on."""
    from afs_core.cli.switches import allow

    status = _status(console.registry, name)
    file = allow(status.name)
    return _switched(console, status.name, str(file), "loaded")


@afs_command()
@click.argument("name")
def disable(console: Console, name: str) -> object:
    """Never load a plugin from now on."""
    from afs_core.cli.switches import forbid

    status = _status(console.registry, name)
    file = forbid(status.name, installed=status.state != "missing")
    return _switched(console, status.name, str(file), "disabled")


def _switched(console: Console, name: str, file: str, wanted: str) -> dict[str, Any]:
    """Look again, so that what is said is what the next start will find."""
    from afs_core.config import Config

    now = Registry.load(Config.load(), refresh=True)
    status = next((s for s in now.statuses if same_name(s.name, name)), None)
    state = "unknown" if status is None else status.state
    console.print(f"plugin {name} is {state} ({file})")
    if status is not None and state != wanted:
        console.warn(f"{status.label}: {status.error}")
    return {"name": name, "state": state, "file": file}


def _status(registry: Registry, name: str) -> PluginStatus:
    for status in registry.statuses:
        if same_name(status.name, name) or same_name(status.distribution, name):
            return status
    raise _not_there(registry, name)


def _not_there(registry: Registry, name: str) -> AfsError:
    plugin = name.removeprefix("afs-")
    if plugin in firstparty.PLUGINS:
        return Missing(f"the plugin {plugin} is not installed", hint=firstparty.install_line(plugin))
    known = [status.name for status in registry.statuses]
    return UnknownName(f"no plugin {name!r}{nearest(name, known)}", hint="afs plugins list")


def _row(status: PluginStatus) -> dict[str, Any]:
    return {
        "plugin": status.name,
        "state": status.state,
        "distribution": status.distribution,
        "version": status.version,
        "offers": _summary(status),
    }


def _summary(status: PluginStatus) -> str:
    counts = Counter(capability.kind for capability in status.capabilities)
    if status.commands:
        counts["commands"] = len(status.commands)
    return ", ".join(
        f"{number} {kind if number > 1 else kind.removesuffix('s')}" for kind, number in counts.items()
    )


def _facts(status: PluginStatus) -> list[tuple[str, str]]:
    facts = [
        ("plugin", status.name),
        ("state", status.state),
        ("distribution", f"{status.distribution} {status.version}".strip()),
        ("module", status.module),
        ("error", status.error),
        ("remedy", status.remedy),
        ("hooks", ", ".join(status.hooks)),
    ]
    return [(label, value) for label, value in facts if value]


def _data(status: PluginStatus) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(status)
    return data
