"""The base of the exporters of assistant logs: which turns become samples.

A reader for another program's logs names where they lie and turns a file into sessions; options,
filters, counts and samples are the same for all:

    class Claude(LogExporter):
        program = "claude"

        @classmethod
        def homes(cls) -> list[Path]: ...                              # where the program keeps its logs
        def logs(self, root: Path) -> Iterator[SourceFile]: ...        # the log files below a root
        def sessions(self, file: SourceFile) -> Iterator[Session]: ...  # the conversations of a file
"""

from __future__ import annotations

import fnmatch
import hashlib
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from afs.generators.base import BaseGenerator
from afs.generators.conversation import Session, Turn
from afs.generators.cursor import Cursor
from afs.generators.faults import Faults
from afs.generators.sources import SourceFile
from afs.generators.times import moment, since
from afs.generators.turns import Style, turn_samples
from afs_core import DataError, Run, TrainingSample
from afs_core.manifest import digest

__all__ = ["LogExporter", "LogSettings", "is_named"]


class LogSettings(Style, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the exporters of logs have in common."""

    root: Annotated[
        tuple[Path, ...], Meta(description="Folder or file of logs [default: where the program keeps them].")
    ] = ()
    project: Annotated[
        tuple[str, ...], Meta(description="Only projects whose folder has this in its path, or matches it.")
    ] = ()
    session: Annotated[tuple[str, ...], Meta(description="Only sessions whose id begins like this.")] = ()
    since: Annotated[str, Meta(description="Only what was asked on this day (2026-01-31) or later.")] = ""
    thinking: Annotated[
        Literal["keep", "drop", "summary"], Meta(description="What becomes of the model's reasoning.")
    ] = "drop"
    tools: Annotated[
        Literal["none", "names", "full"], Meta(description="How much of the tool calls is kept.")
    ] = "full"
    steps: Annotated[bool, Meta(description="A sample for each step that says something, too.")] = False
    subagents: Annotated[bool, Meta(description="Also what agents were asked by other agents.")] = False
    cursor: Annotated[
        Path | None, Meta(description="File of what was exported before; only what is new comes.")
    ] = None
    on_error: Annotated[Literal["stop", "skip"], Meta(description="What a line that is not JSON does.")] = (
        "stop"
    )


class LogExporter(BaseGenerator):
    """One sample for each human turn with an answer; ``noted`` counts what gave none, and why.

    A turn that a program copied into a second file comes once. Record kinds that the reader does
    not know are noted and passed over.
    """

    Config: ClassVar[type[LogSettings]] = LogSettings
    program: ClassVar[str]

    def __init__(self, config: LogSettings | None, run: Run) -> None:
        self._config = self.Config() if config is None else config
        super().__init__(self.program, getattr(self._config, "domain", self.program))
        self.noted: Counter[str] = Counter()
        self.faults = Faults(run, self.noted, self._config.on_error)
        self.run = run
        self._since = since(self._config.since)
        self._cursor = Cursor.read(self._config.cursor)
        self._seen: set[str] = set()

    # -- what a reader says

    @classmethod
    @abstractmethod
    def homes(cls) -> list[Path]:
        """Where the program keeps its logs, environment variables honoured; they need not exist."""

    @abstractmethod
    def logs(self, root: Path) -> Iterator[SourceFile]:
        """The log files below ``root``, which may be the program's folder, a part of it, or a file."""

    @abstractmethod
    def sessions(self, file: SourceFile) -> Iterator[Session]:
        """The conversations of a file. Raises DataError with a reason where it cannot be read."""

    # -- the same for all

    @property
    def fingerprint(self) -> str:
        """What the default folders hold; roots that are named are inputs of the stage themselves."""
        if self._config.root:
            return ""
        cache = self.run.cache("digests")
        parts = [digest(home, cache) for home in self.homes() if home.exists()]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def generate(self) -> Iterator[TrainingSample]:
        for turn, session, file in self.turns():
            reason = self._unusable(turn)
            if reason:
                self.noted[reason] += 1
            else:
                self._seen.add(turn.id)
                yield from self._from_turn(turn, session, file)

    def turns(self) -> Iterator[tuple[Turn, Session, SourceFile]]:
        """The turns that the settings ask for, answered or not, each copy of one too."""
        try:
            for file in self.files():
                self.run.check_cancelled()
                yield from self._from_file(file)
        finally:
            self.faults.tell()

    def files(self) -> Iterator[SourceFile]:
        """The log files of all roots, in the order in which they are read."""
        for root in self._roots():
            yield from self.logs(root)

    def _roots(self) -> list[Path]:
        """The roots that are there; raises DataError where a named one, or every default, is missing."""
        named = [root.expanduser() for root in self._config.root]
        roots = named or [home for home in self.homes() if home.exists()]
        for root in named:
            if not root.exists():
                raise DataError("expected a folder or file of logs, found nothing", path=root)
        if not roots:
            looked = ", ".join(map(str, self.homes())) or "nowhere"
            raise DataError(
                f"no logs of {self.program} found; looked in {looked}", hint="name their folder with --root"
            )
        return roots

    def _from_file(self, file: SourceFile) -> Iterator[tuple[Turn, Session, SourceFile]]:
        try:
            if file.problem:
                raise DataError(file.problem)
            for session in self.sessions(file):
                for turn in self._wanted(session):
                    yield turn, session, file
        except DataError as fault:
            if fault.line:
                raise
            self.faults.file(fault.reason, file.relative)
        else:
            self.noted["log files"] += 1

    def _wanted(self, session: Session) -> Iterator[Turn]:
        reason = self._unwanted(session)
        if reason:
            self.noted[reason] += 1
            return
        for turn in session.turns:
            reason = self._passed_by(turn)
            if reason:
                self.noted[reason] += 1
            else:
                yield turn

    def _from_turn(self, turn: Turn, session: Session, file: SourceFile) -> Iterator[TrainingSample]:
        for sample in turn_samples(
            turn, session, self._config, source=file.relative, domain=self.domain, generator=self.name
        ):
            if sample not in self._cursor:
                yield sample
            else:
                self.noted["exported before"] += 1

    def _unwanted(self, session: Session) -> str:
        config = self._config
        if session.subagent and not config.subagents:
            return "sessions of sub-agents"
        if config.session and not session.id.startswith(config.session):
            return "other sessions"
        if config.project and not any(is_named(pattern, session.project) for pattern in config.project):
            return "sessions of other projects"
        return ""

    def _passed_by(self, turn: Turn) -> str:
        if self._is_old(turn):
            return "older turns"
        return "" if turn.prompt.strip() else "turns without a prompt"

    def _unusable(self, turn: Turn) -> str:
        """Why a turn gives no sample, empty where it does."""
        if not turn.answer and not (self._config.steps and any(step.text.strip() for step in turn.steps)):
            return f"turns without an answer: {turn.stopped}" if turn.stopped else "turns without an answer"
        return "turns that a program copied" if turn.id in self._seen else ""

    def _is_old(self, turn: Turn) -> bool:
        if self._since is None or turn.at == "":
            return False
        try:
            return moment(turn.at) < self._since
        except ValueError:
            self.noted["turns whose time is unreadable"] += 1
            return False


def is_named(pattern: str, project: str) -> bool:
    """Whether ``--project PATTERN`` means the project in this folder."""
    return pattern in project or fnmatch.fnmatch(project, pattern)
