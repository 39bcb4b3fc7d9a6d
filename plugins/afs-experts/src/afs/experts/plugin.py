"""What afs-experts offers: each expert by name, and two commands to look at them."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl

NAMES = ("majora", "nayru", "veran", "farore", "din", "agahnim", "hylia")


@hookimpl
def afs_provides() -> list[Capability]:
    return [
        Capability(
            kind="experts",
            name=name,
            target=f"afs.experts.factories:{name}",
            config="afs.experts.factories:Changes",
            summary=f"The expert {name.title()}",
        )
        for name in NAMES
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="experts list", target="afs.experts.cli:list_", summary="The experts and what they are for"
        ),
        Command(
            path="experts show", target="afs.experts.cli:show", summary="All that is known of one expert"
        ),
    ]
