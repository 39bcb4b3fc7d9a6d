"""``afs status``: is it installed, what does it read, what is there. Never fails for a plugin's fault."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import afs_core
from afs_core.cli.command import Console, afs_command
from afs_core.cli.sources import Source, sources
from afs_core.config import user_config_path

__all__ = ["status"]


@afs_command()
def status(console: Console) -> object:
    """Show version, configuration, plugins and sources."""
    config, registry = console.config, console.registry
    root = Path(config.get("project.context_root"))
    found = sources(config)
    files = ", ".join(map(str, config.files)) or f"none ({user_config_path()} would be read)"
    console.print(f"afs       {afs_core.__version__}")
    console.print(f"config    {files}")
    console.print(f"context   {root}{'' if root.is_dir() else ' (not there yet)'}")
    console.print(f"plugins   {_plugin_text(console)}")
    _show_sources(console, found)
    if config.problems:
        count = len(config.problems)
        console.warn(f"{count} problem{'s' * (count > 1)} in the configuration: afs config validate")
    return {
        "version": afs_core.__version__,
        "config": config.files,
        "context_root": root,
        "plugins": {plugin.name: plugin.state for plugin in registry.statuses},
        "failed": {plugin.name: plugin.error for plugin in registry.faults},
        "sources": found,
    }


def _plugin_text(console: Console) -> str:
    states = Counter(plugin.state for plugin in console.registry.statuses)
    if not states:
        return "none installed"
    ordered = sorted(states.items(), key=lambda item: (item[0] != "loaded", item[0]))
    text = ", ".join(f"{count} {state}" for state, count in ordered)
    failed = ", ".join(plugin.name for plugin in console.registry.faults)
    return f"{text} ({failed}: afs plugins list)" if failed else text


def _show_sources(console: Console, found: list[Source]) -> None:
    if not found:
        console.print("sources   none found; afs generate lists what makes samples, and from what")
        return
    console.print()
    rows = [
        {
            "source": source.name,
            "files": source.files,
            "samples": source.samples if source.complete else f"{source.samples}+",
            "path": source.path,
        }
        for source in found
    ]
    console.table(rows)
