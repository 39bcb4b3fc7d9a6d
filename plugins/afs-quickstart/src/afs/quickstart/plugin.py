"""What afs-quickstart offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_provides() -> list[Capability]:
    return [
        Capability(
            kind="models",
            name="tiny",
            target="afs.quickstart.shipped:TinyModel",
            summary="A base model of about four million parameters, to prove the road with",
        )
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="quickstart",
            target="afs.quickstart.cli:quickstart",
            summary="From sources to an evaluated model, offline, in one go",
        )
    ]
