"""What afs-generators offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_generators() -> list[Capability]:
    return [
        Capability(
            name="memory",
            target="afs.generators.memory:Memory",
            summary="Samples from the memory folder: Markdown, text, JSON and JSON lines.",
        ),
        Capability(
            name="claude",
            target="afs.generators.claude:Claude",
            summary="Samples from the logs of Claude Code.",
        ),
        Capability(
            name="codex",
            target="afs.generators.codex:Codex",
            summary="Samples from the logs of Codex CLI.",
        ),
        Capability(
            name="notes",
            target="afs.generators.notes:Notes",
            summary="Samples from any folder of Markdown, text, JSON and JSON lines.",
        ),
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="training memory-export",
            target="afs.generators.cli:memory_export",
            summary="Make samples from the memory folder, redacted.",
        ),
        Command(
            path="training claude-export",
            target="afs.generators.cli:claude_export",
            summary="Make samples from the logs of Claude Code, redacted.",
        ),
        Command(
            path="training codex-export",
            target="afs.generators.cli:codex_export",
            summary="Make samples from the logs of Codex CLI, redacted.",
        ),
    ]
