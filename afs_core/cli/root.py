"""The click root, built out of the registry: a command's code is imported when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem, shell_complete

from afs_core import firstparty, making
from afs_core.capability import Command
from afs_core.catalogue import FAULTS
from afs_core.cli import help as texts
from afs_core.cli.command import show_failure, wants_json
from afs_core.cli.console import Session
from afs_core.errors import AfsError, DuplicateName, Missing, PluginError, UnknownName
from afs_core.names import nearest
from afs_core.registry import Registry
from afs_core.status import PluginStatus

__all__ = ["CatalogueGroup", "run"]


def run(args: Sequence[str]) -> int:
    """Run one command line; every error becomes a message and an exit code here."""
    options, rest = _global_options(args)
    if "--traceback" in options:
        os.environ["AFS_TRACEBACK"] = "1"
    session = Session(plugins="--no-plugins" not in options)
    try:
        return _dispatch(rest or ["--help"], session)
    except BrokenPipeError:
        raise
    except SystemExit as end:
        return _code(end)
    except BaseException as fault:
        return _failed(fault, rest, session)


class CatalogueGroup(click.Group):
    """The commands below ``prefix``, out of a registry."""

    def __init__(self, registry: Registry, prefix: str = "") -> None:
        super().__init__(
            prefix.rpartition(" ")[2] or "afs",
            no_args_is_help=True,
            context_settings={"help_option_names": ["--help", "-h"]},
        )
        self.registry, self.prefix = registry, prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        start = f"{self.prefix} " if self.prefix else ""
        paths = (path for path in self.registry.offered_commands() if path.startswith(start))
        return sorted({path[len(start) :].partition(" ")[0] for path in paths})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        path = self._path(cmd_name)
        offers = self.registry.offered_commands()
        if path in offers:
            return _command(path, offers[path], ctx)
        if any(known.startswith(f"{path} ") for known in offers) or firstparty.owners_of_group(path):
            return CatalogueGroup(self.registry, path)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        path = self._path(args[0])
        if " ".join([path, *args[1:2]]) in self.registry.offered_commands() and len(args) > 1:
            return args[0], CatalogueGroup(self.registry, path), args[1:]
        try:
            command = self.get_command(ctx, args[0])
            if command is None:
                raise self._unknown(ctx, args[0])
        except AfsError:
            if not ctx.resilient_parsing:  # a shell that completes a word wants no message
                raise
            command = click.Command(args[0])
        return args[0], command, args[1:]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names out of the registry: nothing is imported to complete a word."""
        summaries = {path: owned[0][1].summary for path, owned in self.registry.offered_commands().items()}
        return [
            CompletionItem(name, help=summaries.get(self._path(name)))
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]

    def get_help(self, ctx: click.Context) -> str:
        offers = self.registry.offered_commands()
        lines = sorted((path, owned[0][1].summary) for path, owned in offers.items())
        problems = len(ctx.find_root().obj.config.problems)
        if not self.prefix:
            return texts.root_help(lines, len(self.registry.faults), problems).rstrip("\n")
        text = texts.group_help(self.prefix, lines, len(self.registry.faults), problems)
        if not text:
            raise _absent(self.registry, self.prefix, firstparty.owners_of_group(self.prefix)[0])
        return text.rstrip("\n")

    def _path(self, name: str) -> str:
        return f"{self.prefix} {name}" if self.prefix else name

    def _unknown(self, ctx: click.Context, name: str) -> AfsError:
        path = self._path(name)
        owner = firstparty.owner_of_command(path)
        if owner:
            return _absent(self.registry, path, owner)
        known = {*self.list_commands(ctx), *firstparty.words_below(self.prefix)}
        blame = self.registry.fault_of(path.partition(" ")[0])
        if blame is not None:
            return blame
        hint = f"afs {self.prefix} --help" if self.prefix else "afs --help"
        faults = ", ".join(status.name for status in self.registry.faults)
        hint += f"; not in use: {faults} (afs plugins list)" if faults else ""
        return UnknownName(f"no such command: afs {path}{nearest(name, known)}", hint=hint)


def _global_options(args: Sequence[str]) -> tuple[set[str], list[str]]:
    """The root's switches, which count anywhere before ``--``, and the rest."""
    own = list(args[: args.index("--")] if "--" in args else args)
    found = {word for word in own if word in ("--no-plugins", "--traceback")}
    return found, [word for word in own if word not in found] + list(args[len(own) :])


def _dispatch(args: list[str], session: Session) -> int:
    if args == ["--version"]:
        import afs_core

        click.echo(f"afs {afs_core.__version__}")
        return 0
    root = CatalogueGroup(session.registry)
    if "_AFS_COMPLETE" in os.environ:
        return shell_complete(root, {"obj": session}, "afs", "_AFS_COMPLETE", os.environ["_AFS_COMPLETE"])
    try:
        with root.make_context("afs", args, obj=session) as context:
            root.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return 0


def _command(path: str, owned: list[tuple[PluginStatus, Command]], ctx: click.Context) -> click.Command:
    if len(owned) > 1:
        who = " and ".join(plugin.label for plugin, _ in owned)
        hints = " or ".join(f"afs plugins disable {plugin.name}" for plugin, _ in owned)
        raise DuplicateName(f"the command afs {path} is offered by {who}", hint=hints)
    plugin, command = owned[0]
    label = f"afs {path} of {plugin.label}"
    ctx.find_root().obj.owner = plugin.label
    making.require(command.requires, label)
    found: Any = making.target(command.target, label)
    if not isinstance(found, click.Command):
        raise PluginError(f"{label}: {command.target} is {type(found).__name__}, expected a click command")
    return found


def _absent(registry: Registry, path: str, owner: str) -> AfsError:
    """Why a first-party command is not there."""
    fault = registry.fault_of(owner)
    if fault is not None:
        return fault
    line = firstparty.install_line(owner)
    status = next((status for status in registry.statuses if status.name == owner), None)
    if status is not None and status.state not in FAULTS:
        return Missing(f"afs {path} is not in {status.label}", hint=f"{line} --upgrade")
    return Missing(f"afs {path} needs the plugin {owner}, which is not installed", hint=line)


def _failed(fault: BaseException, args: Sequence[str], session: Session) -> int:
    if isinstance(fault, click.UsageError) and type(fault).__name__ == "NoArgsIsHelpError":
        click.echo(fault.format_message(), err=True)
        return 2
    if os.environ.get("AFS_TRACEBACK"):
        import traceback

        traceback.print_exception(fault)
    words = [word for word in args[:2] if not word.startswith("-")]
    if words and firstparty.owner_of_command(words[0]):
        del words[1:]
    with click.Context(click.Command("afs"), obj=session):
        return show_failure(fault, json=wants_json(args), command=" ".join(words))


def _code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1
