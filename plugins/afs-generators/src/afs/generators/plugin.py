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
            name="gemini",
            target="afs.generators.gemini:Gemini",
            summary="Samples from the logs of Gemini CLI.",
        ),
        Capability(
            name="antigravity",
            target="afs.generators.antigravity:Antigravity",
            summary="Samples from the logs of Antigravity.",
        ),
        Capability(
            name="history",
            target="afs.generators.history:History",
            summary="Samples from the events of the AFS history.",
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
        Command(
            path="training codex-history-import",
            target="afs.generators.history_import:codex_history_import",
            summary="Import the logs of Codex CLI into the AFS history, redacted.",
        ),
        Command(
            path="training gemini-export",
            target="afs.generators.cli:gemini_export",
            summary="Make samples from the logs of Gemini CLI, redacted.",
        ),
        Command(
            path="training antigravity-export",
            target="afs.generators.cli:antigravity_export",
            summary="Make samples from the logs of Antigravity, redacted.",
        ),
        Command(
            path="training history-export",
            target="afs.generators.cli:history_export",
            summary="Make samples from the events of the AFS history, redacted.",
        ),
    ]
