"""What afs-oracle offers."""

from __future__ import annotations

from afs_core import Capability, hookimpl


@hookimpl
def afs_generators() -> list[Capability]:
    return [
        Capability(
            name="oracle",
            target="afs.oracle.generator:OracleGenerator",
            summary="Routines, named addresses and documents of a ROM hack",
        )
    ]


@hookimpl
def afs_transforms() -> list[Capability]:
    return [
        Capability(
            name="recall-probes",
            target="afs.oracle.probes:RecallProbes",
            summary="Questions about the facts of a training file, in words it does not contain",
        )
    ]
