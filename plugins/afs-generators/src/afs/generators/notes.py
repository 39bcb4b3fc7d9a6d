"""The ``notes`` generator: any folder of Markdown, text, JSON and JSON lines."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from afs.generators.base import BaseGenerator
from afs.generators.chat import Thinking, Tools, styled, thought, tool_names
from afs.generators.entries import Entry, entries
from afs.generators.faults import Faults
from afs.generators.markdown import Document, Section, document, prose
from afs.generators.records import Record, record, tag_list
from afs.generators.sources import SourceFile, walk
from afs.generators.times import moment, since
from afs.generators.wording import Questions
from afs_core import DataError, Provenance, Run, TrainingSample
from afs_core.jsonl import Fault

__all__ = ["SUFFIXES", "Notes", "Settings"]

MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd"})
TEXT = frozenset({".txt", ".text", ".rst", ".org"})
RECORDS = frozenset({".json", ".jsonl", ".ndjson"})
SUFFIXES = MARKDOWN | TEXT | RECORDS


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the generators of notes have in common."""

    since: Annotated[str, Meta(description="Only what changed on this day (2026-01-31) or later.")] = ""
    on_error: Annotated[Literal["stop", "skip"], Meta(description="What a line that is not JSON does.")] = (
        "stop"
    )
    thinking: Annotated[Thinking, Meta(description="What becomes of the reasoning in an entry.")] = "keep"
    tools: Annotated[Tools, Meta(description="How much of an entry's tool calls is kept.")] = "full"
    section_limit: Annotated[
        int, Meta(ge=200, description="Longer sections are cut between paragraphs, in characters.")
    ] = 4000


class Notes(BaseGenerator):
    """One sample for each section of a note and for each entry of a record file.

    What cannot be used is passed over and said so at the end, by reason; ``noted`` counts the
    files by type. A line that is not JSON stops the run unless ``on_error`` is ``skip``.
    """

    class Config(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        root: Annotated[Path, Meta(description="The folder.")]
        domain: Annotated[str, Meta(description="Domain of samples whose entry names none.")] = "notes"

    follow = False

    def __init__(self, config: Config, run: Run, name: str = "notes") -> None:
        super().__init__(name, config.domain)
        self.root = config.root
        self.noted: Counter[str] = Counter()
        self._config = config
        self._run = run
        self._since = since(config.since)
        self._questions = Questions()
        self._faults = Faults(run, self.noted, config.on_error)

    def generate(self) -> Iterator[TrainingSample]:
        try:
            for file in walk(self.root, SUFFIXES, follow=self.follow):
                self._run.check_cancelled()
                yield from self._samples(file)
        finally:
            self._faults.tell()

    def _samples(self, file: SourceFile) -> Iterator[TrainingSample]:
        if not file.problem and self._since is not None and _changed(file) < self._since:
            self.noted["older files"] += 1
            return
        try:
            if file.problem:
                raise DataError(file.problem)
            yield from self._from_entries(file) if file.suffix in RECORDS else self._from_text(file)
        except DataError as fault:
            if fault.line:
                raise
            self._faults.file(fault.reason, file.relative)
        else:
            self.noted[f"{file.suffix} files"] += 1

    # -- prose

    def _from_text(self, file: SourceFile) -> Iterator[TrainingSample]:
        read = document if file.suffix in MARKDOWN else prose
        found = read(file.text(), limit=self._config.section_limit)
        told = [part for part in found.sections if len(part.text.split()) > 1]
        if len(told) < len(found.sections):
            self.noted["sections of one word"] += len(found.sections) - len(told)
        if not told:
            raise DataError("no text to speak of")
        for part in told:
            yield self._from_section(part, found, file)

    def _from_section(self, part: Section, whole: Document, file: SourceFile) -> TrainingSample:
        rng = self._run.rng(f"{file.relative}:{part.start}")
        path = part.path or (whole.title,)
        question = self._questions.ask(path, file.relative, rng, part=part.part, parts=part.parts)
        tags = tag_list(whole.fields.get("tags"))
        return TrainingSample(
            instruction=question,
            output=part.text.strip("\n"),
            domain=self.domain,
            source=file.relative,
            _metadata={"section": list(path), **({"tags": tags} if tags else {})},
            prov=Provenance(
                source=file.relative, start=part.start, end=part.end, kind="section", generator=self.name
            ),
        )

    # -- records

    def _from_entries(self, file: SourceFile) -> Iterator[TrainingSample]:
        used = 0
        for entry in entries(file, self._faults.line):
            try:
                found = record(entry.value)
            except DataError as fault:
                raw = json.dumps(entry.value).encode()
                self._faults.line(Fault(file.relative, entry.start, fault.reason, raw))
                continue
            if found is None:
                self.noted["records without text"] += 1
                continue
            used += 1
            if not self._is_old(found.when):
                yield from self._from_record(found, entry, file)
        if not used:
            raise DataError("no entries with a question and an answer, or with text")

    def _from_record(self, found: Record, entry: Entry, file: SourceFile) -> Iterator[TrainingSample]:
        question = found.instruction
        if not question:
            rng = self._run.rng(f"{file.relative}:{entry.name}")
            question = self._questions.ask((found.title,), file.relative, rng)
        elif not self._questions.claim(f"{question}\0{found.input}"):
            self._run.drop(self._from_question(question, found, entry, file), "asked before")
            return
        yield self._from_question(question, found, entry, file)

    def _from_question(self, question: str, found: Record, entry: Entry, file: SourceFile) -> TrainingSample:
        names = tool_names(found.messages or (), self._config.tools)
        return TrainingSample(
            instruction=question,
            output=found.output,
            input=found.input,
            thinking=thought(found.thinking or "", self._config.thinking),
            domain=found.domain or self.domain,
            source=found.source or file.relative,
            _metadata={**found.metadata, **({"tools": names} if names else {})},
            messages=styled(found.messages or (), self._config.thinking, self._config.tools),
            prov=Provenance(
                source=file.relative,
                start=entry.start,
                end=entry.end,
                kind="record",
                generator=self.name,
                group=f"{file.relative}#{entry.name}",
            ),
        )

    def _is_old(self, when: str) -> bool:
        try:
            return self._since is not None and moment(when) < self._since
        except ValueError:
            return False


def _changed(file: SourceFile) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(file.path.stat().st_mtime, datetime.UTC)
