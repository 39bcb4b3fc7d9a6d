"""The ``gemini`` generator: the conversations that Gemini CLI records."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from afs.generators.conversation import Session, Turn
from afs.generators.entries import json_value
from afs.generators.gemini_recording import Recording, recording
from afs.generators.gemini_turns import turns
from afs.generators.log_exporter import LogExporter, LogSettings
from afs.generators.sources import SourceFile, files_at
from afs_core import DataError, Run

__all__ = ["Gemini"]

_MAX_BYTES = 128_000_000
_HASH = 64


class Gemini(LogExporter):
    """Sessions below ``.gemini/tmp/PROJECT/chats``, then what checkpoints hold beyond them."""

    class Config(LogSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        domain: Annotated[str, Meta(description="Domain of the samples.")] = "gemini"

    program: ClassVar[str] = "gemini"

    def __init__(self, config: Config | None, run: Run) -> None:
        super().__init__(config, run)
        self._said: set[tuple[str, str]] = set()
        self._folders: dict[Path, str] = {}

    @classmethod
    def homes(cls) -> list[Path]:
        home = os.environ.get("GEMINI_CLI_HOME")
        return [(Path(home).expanduser() if home else Path.home()) / ".gemini" / "tmp"]

    def logs(self, root: Path) -> Iterator[SourceFile]:
        found = list(files_at(_logs_below(root), {".json", ".jsonl"}, max_bytes=_MAX_BYTES))
        named = {file.path for file in found}
        checkpoints = []
        for file in found:
            name = file.path.name
            if name == "logs.json":
                self.noted["logs of prompts alone"] += 1
            elif file.path.suffix == ".json" and file.path.with_suffix(".jsonl") in named:
                self.noted["sessions that went on in a newer file"] += 1
            elif name.startswith("checkpoint"):
                checkpoints.append(file)
            elif name.startswith("session-") or _is_chat(file) or file.path == root:
                yield file
        yield from checkpoints

    def sessions(self, file: SourceFile) -> Iterator[Session]:
        record = recording(file, self.faults, self.noted)
        asked = tuple(turns(record.messages, self.noted))
        folder = _project_folder(file.path)
        yield Session(
            id=_string(record.header, "sessionId") or file.path.stem,
            turns=tuple(self._unsaid(asked)) if record.checkpoint else self._saying(asked),
            project=self._project(folder, record),
            subagent=record.header.get("kind") == "subagent" or file.path.parent.parent == folder / "chats",
        )

    def _saying(self, asked: tuple[Turn, ...]) -> tuple[Turn, ...]:
        self._said.update((turn.prompt, turn.answer) for turn in asked)
        return asked

    def _unsaid(self, asked: tuple[Turn, ...]) -> Iterator[Turn]:
        """Without those that a session holds too: a checkpoint copies one."""
        for turn in asked:
            if (turn.prompt, turn.answer) in self._said:
                self.noted["turns that a program copied"] += 1
            else:
                yield turn

    # -- the project

    def _project(self, folder: Path, record: Recording) -> str:
        """The folder that the conversation was about; its SHA-256 where no more is known."""
        if folder not in self._folders:
            self._folders[folder] = _marked(folder) or _listed(folder)
        directories = record.header.get("directories")
        first = directories[0] if isinstance(directories, list) and directories else ""
        hashed = _string(record.header, "projectHash") or folder.name
        return self._folders[folder] or (first if isinstance(first, str) else "") or self._asked(hashed)

    def _asked(self, hashed: str) -> str:
        """The project of ``--project`` that has this SHA-256, else the SHA-256."""
        for project in self._config.project:
            path = os.path.abspath(os.path.expanduser(project))  # noqa: PTH100, PTH111  (links stay as they are)
            if _sha256(path) == hashed:
                return path
        return hashed


def _logs_below(root: Path) -> Path:
    """``root`` may be a home, its ``.gemini``, or what lies below."""
    root = root.expanduser()
    return next((place for place in (root / ".gemini" / "tmp", root / "tmp") if place.is_dir()), root)


def _is_chat(file: SourceFile) -> bool:
    """Whether it lies in a ``chats`` folder, or in that of a conversation there."""
    return "chats" in (file.path.parent.name, file.path.parent.parent.name)


def _project_folder(path: Path) -> Path:
    chats = next((parent for parent in path.parents if parent.name == "chats"), path)
    return chats.parent


def _marked(folder: Path) -> str:
    try:
        with (folder / ".project_root").open(encoding="utf-8") as stream:
            return stream.read(4096).strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _listed(folder: Path) -> str:
    """The project that ``projects.json`` names for ``folder``, by its name or its SHA-256."""
    try:
        listed = json_value((folder.parent.parent / "projects.json").read_bytes())
    except (OSError, DataError):
        return ""
    projects = listed.get("projects") if isinstance(listed, dict) else None
    for path, name in projects.items() if isinstance(projects, dict) else ():
        if folder.name == name or (len(folder.name) == _HASH and folder.name == _sha256(path)):
            return str(path)
    return ""


def _sha256(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()


def _string(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
