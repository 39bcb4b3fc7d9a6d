"""Samples from the logs of Claude Code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from afs.generators.claude_branch import Branch, branches
from afs.generators.claude_lines import KNOWN, Line, read_line
from afs.generators.claude_turns import turns_of
from afs.generators.conversation import Session
from afs.generators.log_exporter import LogExporter, LogSettings
from afs.generators.log_lines import log_lines
from afs.generators.sources import SourceFile, files_at

__all__ = ["Claude"]

_BESIDE = frozenset({"tool-results", "memory"})


class Claude(LogExporter):
    """``projects/FOLDER/SESSION.jsonl``, and what sub-agents wrote below ``SESSION/subagents``."""

    program: ClassVar[str] = "claude"

    class Config(LogSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        domain: Annotated[str, Meta(description="Domain of the samples.")] = "claude"

    @classmethod
    def homes(cls) -> list[Path]:
        named = os.environ.get("CLAUDE_CONFIG_DIR", "")
        if named.strip():
            return [Path(part.strip()).expanduser() / "projects" for part in named.split(",") if part.strip()]
        return [Path.home() / ".claude/projects", Path.home() / ".config/claude/projects"]

    def logs(self, root: Path) -> Iterator[SourceFile]:
        below = root / "projects"
        for file in files_at(below if below.is_dir() else root, {".jsonl"}):
            if _is_log(file):
                yield file

    def sessions(self, file: SourceFile) -> Iterator[Session]:
        lines = list(self._lines(file))
        for branch in branches(lines):
            if branch.given_up:
                self.noted["turns on branches given up"] += branch.given_up
            yield _session(branch, file)

    def _lines(self, file: SourceFile) -> Iterator[Line]:
        for number, row in log_lines(file, self.faults, self.noted):
            kind = row.get("type")
            if not isinstance(kind, str) or kind not in KNOWN:
                self.noted[f"unknown record: {str(kind)[:40]}"] += 1
            try:
                line = read_line(number, row)
            except RecursionError:
                self.noted["records nested too deep"] += 1
                continue
            if line is not None:
                yield line


def _is_log(file: SourceFile) -> bool:
    """Not what lies beside the logs: notes, results of tools, the journals of workflows."""
    folders = set(Path(file.relative).parts[:-1])
    return not folders & _BESIDE and ("subagents" not in folders or file.path.name.startswith("agent-"))


def _session(branch: Branch, file: SourceFile) -> Session:
    agent = next((line.agent for line in branch.lines if line.agent), "")
    stands_apart = file.path.name.startswith("agent-")
    folder = file.path.parent.parent if file.path.parent.name == "subagents" else file.path.with_suffix("")
    return Session(
        id=next((line.session for line in branch.lines if line.session), file.path.stem),
        turns=tuple(turns_of(branch.lines, folder / "tool-results")),
        project=next((line.cwd for line in branch.lines if line.cwd), ""),
        subagent=stands_apart or any(line.sidechain for line in branch.lines),
        metadata={"agent": agent} if agent else {},
    )
