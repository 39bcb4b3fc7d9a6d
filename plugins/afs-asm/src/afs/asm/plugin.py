"""What afs-asm offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_scorers() -> list[Capability]:
    return [
        Capability(
            name="asar",
            target="afs.asm.asar.scorer:AsarScorer",
            summary="Whether the assembly of a sample is valid, by asar or by our own check",
        )
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="asm check",
            target="afs.asm.cli:check",
            summary="Check 65816 assembly in asar syntax, line by line",
        ),
        Command(
            path="asm assemble",
            target="afs.asm.cli_code:assemble",
            summary="Assemble 65816 code in asar syntax: a ROM, a patch, or a fragment",
        ),
        Command(
            path="asm run",
            target="afs.asm.cli_code:run",
            summary="Call a routine of assembled code and show what it leaves",
        ),
        Command(
            path="asm trace",
            target="afs.asm.cli_code:trace",
            summary="Call a routine and print each instruction with the registers before it",
        ),
    ]
