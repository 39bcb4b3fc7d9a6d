"""What afs-asm offers."""

from __future__ import annotations

from afs_core import Command, hookimpl


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="asm check",
            target="afs.asm.cli:check",
            summary="Check 65816 assembly in asar syntax, line by line",
        )
    ]
