"""The core's own commands; they enter by the same door as those of plugins."""

from __future__ import annotations

from afs_core.capability import Command

__all__ = ["COMMANDS"]

COMMANDS = (
    Command(
        path="status",
        target="afs_core.cli.status:status",
        summary="Show version, configuration, plugins and sources.",
    ),
    Command(
        path="doctor",
        target="afs_core.cli.doctor:doctor",
        summary="Look for what is wrong, and say what mends it.",
    ),
    Command(
        path="generate",
        target="afs_core.cli.generate:generate",
        summary="Make samples with a generator.",
    ),
    Command(
        path="plugins list",
        target="afs_core.cli.plugins:list_plugins",
        summary="List every plugin and what became of it.",
    ),
    Command(
        path="plugins info",
        target="afs_core.cli.plugins:info",
        summary="Show what one plugin offers, or why it does not.",
    ),
    Command(
        path="plugins enable",
        target="afs_core.cli.plugins:enable",
        summary="Load a plugin from now on.",
    ),
    Command(
        path="plugins disable",
        target="afs_core.cli.plugins:disable",
        summary="Never load a plugin from now on.",
    ),
    Command(
        path="config show",
        target="afs_core.cli.config:show",
        summary="Show the settings that apply, and where each was set.",
    ),
    Command(path="config get", target="afs_core.cli.config:get", summary="Print one setting."),
    Command(path="config set", target="afs_core.cli.config:set_", summary="Change one setting in a file."),
    Command(
        path="config validate",
        target="afs_core.cli.config:validate",
        summary="Report everything that is wrong with the configuration.",
    ),
    Command(
        path="config schema",
        target="afs_core.cli.config:schema",
        summary="Print the JSON Schema of all settings.",
    ),
    Command(path="config path", target="afs_core.cli.config:path", summary="Print where the files lie."),
)
