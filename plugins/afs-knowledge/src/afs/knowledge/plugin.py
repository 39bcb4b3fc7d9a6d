"""What afs-knowledge offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_generators() -> list[Capability]:
    return [
        Capability(
            name="addresses",
            target="afs.knowledge.generator:Addresses",
            summary="Questions and answers about known addresses, and your own symbols",
        )
    ]


@hookimpl
def afs_scorers() -> list[Capability]:
    return [
        Capability(
            name="entity",
            target="afs.knowledge.coverage:EntityCoverage",
            summary="Share of the addresses and symbols in a sample that are known",
        )
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="knowledge search",
            target="afs.knowledge.cli:search",
            summary="Addresses whose names and descriptions fit words",
        ),
        Command(
            path="knowledge lookup",
            target="afs.knowledge.cli:lookup",
            summary="What is at an address, or where a name lies",
        ),
        Command(
            path="knowledge stats",
            target="afs.knowledge.cli:stats",
            summary="How many addresses are known, by kind and group",
        ),
    ]
