"""``afs generate NAME``: every generator of every plugin, its Config fields as options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from afs_core.cli.command import AfsCommand, afs_command
from afs_core.cli.console import Console, Session
from afs_core.cli.export import export, export_options
from afs_core.cli.options import options_of, settings_from

if TYPE_CHECKING:
    from afs_core.registry import Entry

__all__ = ["GeneratorGroup", "generate"]

KIND = "generators"
_OWN = ("output", "limit", "redact", "seed", "json", "quiet")


class GeneratorGroup(click.Group):
    """A command for each generator; its options are made when it is called, not for the list."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> AfsCommand:
        """Raises UnknownName with the nearest name, Missing, or what importing the generator raised."""
        registry = Session.current().registry
        entry = registry.find(KIND, cmd_name)
        return _command(cmd_name, entry, registry.config_type(KIND, cmd_name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return args[0], self.get_command(ctx, args[0]), args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, entry.capability.summary) for name, entry in sorted(_names().items())]
        with formatter.section("Generators"):
            formatter.write_dl(rows or [("none", "afs plugins list shows what is installed")])


def _names() -> dict[str, Entry]:
    """Generators by the shortest name that is theirs alone."""
    entries = Session.current().registry.entries(KIND)
    names = [entry.name for entry in entries]
    return {e.name if names.count(e.name) == 1 else f"{e.plugin}/{e.name}": e for e in entries}


def _command(name: str, entry: Entry, config: type[Any] | None) -> AfsCommand:
    @afs_command(
        seed=True,
        name=name,
        help=entry.capability.summary,
        params=[*options_of(config, taken=_OWN), *export_options()],
    )
    def command(
        console: Console, output: Path | None, limit: int | None, redact: bool, seed: int, **given: Any
    ) -> object:
        settings = settings_from(config, given)
        return export(console, name, settings, output, limit=limit, redact=redact, seed=seed)

    return command


@click.group(cls=GeneratorGroup, subcommand_metavar="NAME [OPTIONS]", no_args_is_help=True)
def generate() -> None:
    """Make samples with a generator, redacted, as JSON lines."""
