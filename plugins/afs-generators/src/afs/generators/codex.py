"""The ``codex`` generator: the conversations that Codex CLI records."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from afs.generators.codex_outputs import texts_of
from afs.generators.codex_records import Record, records
from afs.generators.codex_turns import turns_of
from afs.generators.codex_words import folder_told
from afs.generators.conversation import Session
from afs.generators.log_exporter import LogExporter, LogSettings
from afs.generators.sources import SourceFile, files_at

__all__ = ["Codex"]

_FOLDERS = ("sessions", "archived_sessions")
_PROMPTS = "history.jsonl"
_MAX_BYTES = 128_000_000
_DATED = re.compile(r"rollout-(\d{4}-\d\d-\d\d)(?:T(\d\d)-(\d\d)-(\d\d))?-?(.*)")


class Codex(LogExporter):
    """``sessions/YYYY/MM/DD/rollout-TIME-ID.jsonl`` and ``archived_sessions``."""

    program: ClassVar[str] = "codex"

    class Config(LogSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        domain: Annotated[str, Meta(description="Domain of the samples.")] = "codex"

    @classmethod
    def homes(cls) -> list[Path]:
        named = os.environ.get("CODEX_HOME", "").strip()
        home = Path(named).expanduser() if named else Path.home() / ".codex"
        return [home / folder for folder in _FOLDERS]

    def logs(self, root: Path) -> Iterator[SourceFile]:
        folders = [root / folder for folder in _FOLDERS if (root / folder).is_dir()]
        for folder in folders or [root]:
            yield from self._logs_at(folder)
        if ((root.parent if root.name == _FOLDERS[0] else root) / _PROMPTS).is_file():
            self.noted["logs of prompts alone"] += 1

    def _logs_at(self, folder: Path) -> Iterator[SourceFile]:
        for file in files_at(folder, {".jsonl", ".json", ".zst"}, max_bytes=_MAX_BYTES):
            name = file.path.name
            if file.path != folder and not name.startswith("rollout-"):
                continue
            if not name.endswith(".zst"):
                yield file
            elif not file.path.with_suffix("").exists():
                yield msgspec.structs.replace(file, problem="compressed: unpack it with zstd -d")

    def sessions(self, file: SourceFile) -> Iterator[Session]:
        found = list(records(file, self.faults, self.noted))
        metas = [record.payload for record in found if record.kind == "meta"]
        own = metas[0] if metas else {}
        time, name = _named(file.path)
        id = _text(own, "id") or name
        source = metas[-1] if len(metas) > 1 else {"id": own.get("forked_from_id")}
        asked = turns_of(
            _dated(found, time or _text(own, "timestamp")), _text(source, "id") or id, self.noted
        )
        parent = _parent(own)
        yield Session(
            id=parent or id,
            turns=asked,
            project=_text(own, "cwd") or _folder(found),
            subagent=bool(parent) or _is_agent(own),
            metadata=_metadata(own, id if parent else ""),
        )


def _dated(found: list[Record], time: str) -> list[Record]:
    """The records, each with a time: where none is told, the session's."""
    return [record if record.at else msgspec.structs.replace(record, at=time) for record in found]


def _named(path: Path) -> tuple[str, str]:
    """The time and the id in the name of a log."""
    found = _DATED.fullmatch(path.name.partition(".")[0])
    if found is None:
        return "", path.name.partition(".")[0]
    day, hour, minute, second, id = found.groups()
    return (f"{day}T{hour}:{minute}:{second}" if hour else day), id


def _parent(meta: dict[str, Any]) -> str:
    """The session that started this one, empty where a person did."""
    source = meta.get("source")
    agent = source.get("subagent") if isinstance(source, dict) else None
    spawned = agent.get("thread_spawn") if isinstance(agent, dict) else None
    told = _text(spawned, "parent_thread_id") if isinstance(spawned, dict) else ""
    return told or _text(meta, "parent_thread_id")


def _is_agent(meta: dict[str, Any]) -> bool:
    source = meta.get("source")
    started = isinstance(source, dict) and bool({"subagent", "internal"} & source.keys())
    return started or meta.get("thread_source") in ("subagent", "memory_consolidation")


def _metadata(meta: dict[str, Any], agent: str) -> dict[str, Any]:
    git = meta.get("git")
    told = {
        "version": _text(meta, "cli_version"),
        "originator": _text(meta, "originator"),
        "git_branch": _text(git, "branch") if isinstance(git, dict) else "",
        "agent": agent,
    }
    return {name: value for name, value in told.items() if value}


def _folder(found: list[Record]) -> str:
    """The folder of a session whose head names none: a message about the environment does."""
    texts = (
        text
        for record in found
        if record.kind == "item" and record.type == "message"
        for text in texts_of(record.payload.get("content"))
    )
    return next(filter(None, map(folder_told, texts)), "")


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
