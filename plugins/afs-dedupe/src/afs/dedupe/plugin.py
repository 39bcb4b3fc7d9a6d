"""What afs-dedupe offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_transforms() -> list[Capability]:
    return [
        Capability(
            name="exact-dedupe",
            target="afs.dedupe.exact:ExactDedupe",
            summary="Keep one sample of those that ask the same question",
        ),
        Capability(
            name="near-dedupe",
            target="afs.dedupe.near:NearDedupe",
            summary="Keep one sample of those that ask nearly the same, or give them one group",
            requires=("numpy",),
        ),
    ]


@hookimpl
def afs_evaluators() -> list[Capability]:
    return [
        Capability(
            name="contamination",
            target="afs.dedupe.contamination:Contamination",
            summary="How much of a test suite the training data holds",
            requires=("numpy",),
        )
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="dedupe",
            target="afs.dedupe.cli:dedupe",
            summary="Keep one sample of those that ask the same question, or nearly the same",
        )
    ]
