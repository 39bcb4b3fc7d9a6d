"""What afs-lineage offers."""

from __future__ import annotations

from afs_core import Command, hookimpl


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="lineage show",
            target="afs.lineage.cli:show",
            summary="Walk back from an artifact to its sources",
        ),
        Command(
            path="lineage verify",
            target="afs.lineage.cli:verify",
            summary="Hash an artifact and its inputs again, and say what changed",
        ),
    ]
