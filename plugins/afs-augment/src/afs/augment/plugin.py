"""What afs-augment offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_transforms() -> list[Capability]:
    return [
        Capability(
            name="augment",
            target="afs.augment.transform:Augment",
            summary="Add variants of training samples: other words, and code that does the same",
        ),
        Capability(
            name="distinct-variants",
            target="afs.augment.distinct:DistinctVariants",
            summary="Drop variants that ask what another sample asks",
        ),
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="augment",
            target="afs.augment.cli:augment",
            summary="Add variants of training samples: other words, and code that does the same",
        )
    ]
