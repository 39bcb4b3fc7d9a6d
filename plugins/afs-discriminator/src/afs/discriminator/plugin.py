"""What afs-discriminator offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_scorers() -> list[Capability]:
    return [
        Capability(
            name="electra",
            target="afs.discriminator.scorer:DiscriminatorScorer",
            summary="How much a trained discriminator takes the answer for real",
            requires=("numpy",),
        )
    ]


@hookimpl
def afs_transforms() -> list[Capability]:
    return [
        Capability(
            name="score-floor",
            target="afs.discriminator.floor:ScoreFloor",
            summary="Drop samples that score too low, and count what other floors would keep",
        )
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="discriminator data",
            target="afs.discriminator.cli:data",
            summary="Write real texts and fakes beside them, to train a discriminator on",
        ),
        Command(
            path="discriminator train",
            target="afs.discriminator.cli:train",
            summary="Train a discriminator and measure it on files it has not seen",
        ),
        Command(
            path="discriminator score",
            target="afs.discriminator.cli:score",
            summary="Set the quality score of samples, a discriminator among its signals",
        ),
        Command(
            path="discriminator filter",
            target="afs.discriminator.cli:filter_",
            summary="Keep the samples that score high enough",
        ),
    ]
