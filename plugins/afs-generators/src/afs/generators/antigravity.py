"""The ``antigravity`` generator: the conversations of Antigravity's programs.

A conversation may lie in several stores. The best that holds it is read, the others are passed by:
the transcript, then the database of its steps, then the state that its last message is kept in.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from afs.generators.antigravity_database import About, about, conversation
from afs.generators.antigravity_state import summaries
from afs.generators.antigravity_steps import Record, settled, turns
from afs.generators.antigravity_transcript import transcript
from afs.generators.conversation import Session
from afs.generators.entries import json_value
from afs.generators.log_exporter import LogExporter, LogSettings
from afs.generators.sources import SourceFile, source_file
from afs_core import DataError, Run

__all__ = ["Antigravity"]

_MAX_BYTES = 2_000_000_000
_PROGRAMS = ("antigravity-cli", "antigravity-ide", "antigravity", "antigravity-acp")
_APPLICATIONS = ("Antigravity", "Antigravity IDE")
_STATE = Path("User") / "globalStorage"  # the folder, as what is new stands in a log beside the state
_LOGS = ".system_generated/logs"
_STORES = (  # below the folder of a program, or one on the way to the file
    f"brain/*/{_LOGS}/transcript*.jsonl",
    f"*/{_LOGS}/transcript*.jsonl",
    f"{_LOGS}/transcript*.jsonl",
    "transcript*.jsonl",
    "conversations/*.db",
    "conversations/*.pb",
    "User/globalStorage/state.vscdb",
    "globalStorage/state.vscdb",
    "state.vscdb",
)
_ABOVE = ("", "antigravity*/", ".gemini/antigravity*/", "Antigravity*/")
_RANKS = ("transcript_full.jsonl", ".jsonl", ".db", ".vscdb", ".pb")


class Antigravity(LogExporter):
    """Transcripts, databases of steps and states; what is encrypted is counted and named."""

    class Config(LogSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        domain: Annotated[str, Meta(description="Domain of the samples.")] = "antigravity"

    program: ClassVar[str] = "antigravity"

    def __init__(self, config: Config | None, run: Run) -> None:
        super().__init__(config, run)
        self._held: set[str] = set()
        self._workspaces: dict[Path, dict[str, str]] = {}

    @classmethod
    def homes(cls) -> list[Path]:
        named = os.environ.get("ANTIGRAVITY_HOME")
        programs = [Path.home() / ".gemini" / program for program in _PROGRAMS]
        if named:
            programs[0] = Path(named).expanduser()
        stores = [program / store for program in programs for store in ("brain", "conversations")]
        return stores + [folder / name / _STATE for folder in _settings() for name in _APPLICATIONS]

    def files(self) -> Iterator[SourceFile]:
        yield from sorted(super().files(), key=_rank)

    def logs(self, root: Path) -> Iterator[SourceFile]:
        root = root.expanduser()
        if root.is_file():
            yield source_file(root, root.name, max_bytes=_MAX_BYTES)
            return
        stores = ("*.db", "*.pb", *_STORES) if root.name == "conversations" else _STORES
        found = {path for above in _ABOVE for store in stores for path in root.glob(above + store)}
        for path in sorted(path for path in found if not path.is_dir()):
            yield source_file(path, path.relative_to(root).as_posix(), max_bytes=_MAX_BYTES)

    def sessions(self, file: SourceFile) -> Iterator[Session]:
        if _id(file.path) in self._held:
            self.noted["conversations that a better store holds"] += 1
            return
        given = set()
        for session in self._stored(file):
            if session.id in self._held:
                self.noted["conversations that a better store holds"] += 1
            elif not session.turns:
                self.noted["conversations without a prompt"] += 1
            else:
                given.add(session.id)
                yield session
        self._held |= given

    def _stored(self, file: SourceFile) -> Iterator[Session]:
        path = file.path
        if path.suffix == ".vscdb":
            yield from summaries(path, self.noted)
        elif path.suffix == ".db":
            yield self._session(_id(path), conversation(path, self.noted), about(path))
        elif path.suffix == ".pb":
            self.noted["encrypted conversations"] += 1
            raise DataError("encrypted, so that only Antigravity can read it")
        else:
            steps = transcript(file, self.faults, self.noted)
            yield self._session(_id(path), steps, self._about(path))

    def _session(self, id: str, steps: Iterable[Record], known: About) -> Session:
        found = tuple(turns(settled(steps), id, self.noted))
        return Session(id=id, turns=found, project=known.project, subagent=known.subagent)

    def _about(self, path: Path) -> About:
        """What is known of a conversation whose transcript says nothing of itself."""
        id, program = _id(path), path.parents[min(4, len(path.parents) - 1)]
        try:
            known = about(program / "conversations" / f"{id}.db")
        except DataError:
            known = About()
        if program not in self._workspaces:
            self._workspaces[program] = _workspaces(program / "history.jsonl")
        return About(known.project or self._workspaces[program].get(id, ""), known.subagent)


def _rank(file: SourceFile) -> int:
    ranks = (rank for rank, end in enumerate(_RANKS) if file.path.name.endswith(end))
    return next(ranks, 1)


def _id(path: Path) -> str:
    """The conversation that a file is about; a state is about many."""
    if path.suffix == ".vscdb":
        return ""
    if path.parent.name == "logs" and path.parents[1].name == ".system_generated":
        return path.parents[2].name
    return path.parent.name if path.stem in ("transcript", "transcript_full") else path.stem


def _workspaces(prompts: Path) -> dict[str, str]:
    """The folder of each conversation, as the program's list of prompts tells it."""
    try:
        lines = prompts.read_bytes().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        try:
            row = json_value(line)
        except DataError:
            continue
        if isinstance(row, dict) and isinstance(row.get("workspace"), str):
            found[str(row.get("conversationId"))] = row["workspace"]
    return found


def _settings() -> list[Path]:
    """Where programs keep their settings on Linux, macOS and Windows."""
    home = Path.home()
    return [
        Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config"),
        home / "Library" / "Application Support",
        Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming"),
    ]
