"""What afs-redaction offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl

_RE2 = ("re2: pip install google-re2",)


@hookimpl
def afs_transforms() -> list[Capability]:
    return [
        Capability(
            name="redaction",
            target="afs.redaction.transform:Redaction",
            summary="Replaces secrets and personal data by stable typed placeholders.",
            requires=_RE2,
        )
    ]


@hookimpl
def afs_evaluators() -> list[Capability]:
    return [
        Capability(
            name="secrets",
            target="afs.redaction.secrets:Secrets",
            summary="Whether written data still holds what redaction takes out.",
            requires=_RE2,
        )
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="redact",
            target="afs.redaction.cli:redact",
            summary="Replace secrets and personal data in samples by placeholders.",
            requires=_RE2,
        )
    ]
