"""What afs-pipeline offers."""

from __future__ import annotations

from afs_core import Command, hookimpl


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="pipeline run",
            target="afs.pipeline.cli:run",
            summary="Run the stages of a TOML file, or the usual ones",
        ),
        Command(
            path="pipeline status",
            target="afs.pipeline.cli:status",
            summary="What stands of a pipeline, stage by stage",
        ),
    ]
