"""``afs experts list`` and ``afs experts show``."""

from __future__ import annotations

import click
import msgspec

from afs.experts.expert import Expert
from afs_core.cli import Console, afs_command


@afs_command(name="list")
def list_(console: Console) -> list[Expert]:
    """The experts and what they are for."""
    with console.run() as run:
        experts = [run.use("experts", entry.name) for entry in run.registry.entries("experts")]
    console.table([{"name": e.name, "title": e.title, "roles": ", ".join(e.roles)} for e in experts])
    return experts


@afs_command()
@click.argument("name")
def show(console: Console, name: str) -> Expert:
    """All that is known of one expert."""
    with console.run() as run:
        expert: Expert = run.use("experts", name)
    for field, value in msgspec.structs.asdict(expert).items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        console.print(f"{field:<12} {shown or '-'}")
    return expert
