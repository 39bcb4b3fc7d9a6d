"""What afs-evaluation offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_scorers() -> list[Capability]:
    return [
        Capability(
            name="exact-match",
            target="afs.evaluation.exact:ExactMatch",
            summary="Whether an answer is the reference, but for case and white space",
        )
    ]


@hookimpl
def afs_evaluators() -> list[Capability]:
    return [
        Capability(
            name="compare",
            target="afs.evaluation.compare:Compare",
            summary="Models against a baseline on a suite, with a paired test",
        )
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="evaluation run",
            target="afs.evaluation.cli:run",
            summary="Ask one model the questions of a suite",
        ),
        Command(
            path="evaluation compare",
            target="afs.evaluation.cli:compare",
            summary="Ask several models, and test the differences",
        ),
        Command(
            path="training evaluate",
            target="afs.evaluation.cli:evaluate",
            summary="Loss and exact match of a model on a file of samples",
        ),
    ]
