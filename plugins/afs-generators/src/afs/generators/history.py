"""The ``history`` generator: the events of a context."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.generators.base import BaseGenerator
from afs.generators.chat import Thinking, Tools, styled, thought, tool_names
from afs.generators.cursor import Cursor
from afs.generators.faults import Faults
from afs.generators.history_lessons import LESSONS, Lesson
from afs.generators.history_rows import Recorded, recorded
from afs.generators.log_exporter import is_named
from afs.generators.log_lines import log_lines
from afs.generators.sources import SourceFile, source_file, walk
from afs.generators.times import moment, since
from afs_core import DataError, Provenance, Run, TrainingSample
from afs_core.manifest import digest

__all__ = ["History"]

Kind = Literal["model", "tool", "fs", "cli"]


class History(BaseGenerator):
    """One sample for each event that teaches something; ``noted`` counts the others, and why."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        root: Annotated[
            Path | None, Meta(description="The history folder [default: history in the context root].")
        ] = None
        types: Annotated[
            tuple[Kind, ...], Meta(description="Only events of these types [default: all four].")
        ] = ()
        project: Annotated[
            tuple[str, ...], Meta(description="Only events whose folder has this in its path, or matches it.")
        ] = ()
        session: Annotated[
            tuple[str, ...], Meta(description="Only events of conversations whose id begins like this.")
        ] = ()
        since: Annotated[str, Meta(description="Only events of this day (2026-01-31) or later.")] = ""
        thinking: Annotated[Thinking, Meta(description="What becomes of the model's reasoning.")] = "drop"
        tools: Annotated[Tools, Meta(description="How much of a model's tool calls is kept.")] = "full"
        domain: Annotated[str, Meta(description="Domain of the samples.")] = "history"
        cursor: Annotated[
            Path | None, Meta(description="File of what was exported before; only what is new comes.")
        ] = None
        on_error: Annotated[
            Literal["stop", "skip"], Meta(description="What a line that is not JSON does.")
        ] = "stop"

    def __init__(self, config: Config | None, run: Run) -> None:
        self._config = config or self.Config()
        super().__init__("history", self._config.domain)
        self.root = self._config.root or Path(run.config.get("project.context_root")) / "history"
        self.noted: Counter[str] = Counter()
        self._run = run
        self._faults = Faults(run, self.noted, self._config.on_error)
        self._since = since(self._config.since)
        self._cursor = Cursor.read(self._config.cursor)
        self._seen: set[str] = set()

    @property
    def fingerprint(self) -> str:
        """What the context's folder holds; a root that is named is an input of the stage itself."""
        if self._config.root is not None or not self.root.exists():
            return ""
        return digest(self.root, self._run.cache("digests"))

    def generate(self) -> Iterator[TrainingSample]:
        try:
            for file in self._files():
                self._run.check_cancelled()
                yield from self._samples(file)
        finally:
            self._faults.tell()

    def _files(self) -> Iterator[SourceFile]:
        if self.root.is_file():
            yield source_file(self.root, self.root.name)
            return
        for file in walk(self.root, {".jsonl"}, follow=True):
            if file.path.name.startswith("events"):
                yield file
            else:
                self.noted["files of another kind"] += 1

    def _samples(self, file: SourceFile) -> Iterator[TrainingSample]:
        try:
            if file.problem:
                raise DataError(file.problem)
            for line, row in log_lines(file, self._faults, self.noted):
                yield from self._from_row(row, line, file)
        except DataError as fault:
            if fault.line:
                raise
            self._faults.file(fault.reason, file.relative)
        else:
            self.noted["event files"] += 1

    def _from_row(self, row: dict[str, Any], line: int, file: SourceFile) -> Iterator[TrainingSample]:
        reason = self._unasked(row)
        if reason:
            self.noted[reason] += 1
            return
        try:
            found = recorded(row, line, file.path.parent)
        except DataError as fault:
            self._faults.file(fault.reason, f"{file.relative}:{line}")
            return
        lesson = LESSONS[found.type](found)
        reason = self._unwanted(found) or _unusable(found, lesson)
        if reason:
            self.noted[reason] += 1
            return
        sample = self._sample(found, lesson, file)
        self._seen.add(found.id)
        if sample in self._cursor:
            self.noted["exported before"] += 1
        else:
            yield sample

    def _unasked(self, row: dict[str, Any]) -> str:
        """Why an event is passed by before its payload is read."""
        kind = row.get("type")
        if not isinstance(kind, str) or kind not in LESSONS:
            return f"unknown record: {str(kind)[:40]}"
        if self._config.types and kind not in self._config.types:
            return f"{kind} events"
        return ""

    def _unwanted(self, found: Recorded) -> str:
        config = self._config
        if found.id in self._seen:
            return "events that are there twice"
        if config.session and not (found.session and found.session.startswith(config.session)):
            return "events of other sessions"
        if config.project and not any(is_named(pattern, found.project) for pattern in config.project):
            return "events of other projects"
        return "older events" if self._is_old(found) else ""

    def _is_old(self, found: Recorded) -> bool:
        try:
            return self._since is not None and moment(found.at) < self._since
        except ValueError:
            self.noted["events whose time is unreadable"] += 1
            return False

    def _sample(self, found: Recorded, lesson: Lesson, file: SourceFile) -> TrainingSample:
        told = {
            "session": found.session,
            "turn": found.id,
            "timestamp": found.at,
            "project": found.project,
            "model": found.model,
            "op": found.op,
            "tools": tool_names(lesson.messages, self._config.tools),
        }
        return TrainingSample(
            instruction=lesson.instruction,
            output=lesson.output,
            input=lesson.input,
            thinking=thought(lesson.thinking, self._config.thinking),
            domain=self.domain,
            source="history" if found.type == "model" else f"history_{found.type}",
            _metadata={name: value for name, value in told.items() if value},
            messages=styled(lesson.messages, self._config.thinking, self._config.tools),
            prov=Provenance(
                source=file.relative,
                start=found.line,
                end=found.line,
                kind=found.type,
                generator=self.name,
                group=f"history:{found.session or file.relative}",
            ),
        )


def _unusable(found: Recorded, lesson: Lesson) -> str:
    """Why an event teaches nothing, empty where it does."""
    if found.failed:
        return f"{found.type} events that failed"
    if not lesson.instruction.strip():
        return f"{found.type} events without a question"
    return "" if lesson.output.strip() else f"{found.type} events without an answer"
