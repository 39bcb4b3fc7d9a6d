"""Files read range by range through the front of a chain, here or by a crew, always in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.crew import Crew
from afs_core.crewmate import Mate, Setup
from afs_core.front import Done, Front, Shape
from afs_core.jsonl import Fault, open_binary
from afs_core.link import Link
from afs_core.packed import Packed
from afs_core.ranges import Range, lines_in, ranges_of
from afs_core.sample import TrainingSample
from afs_core.sources import Sources, sample_files

if TYPE_CHECKING:
    from afs_core.reading import Reading
    from afs_core.rejects import Rejects
    from afs_core.run import Progress, Run
    from afs_core.stage import Stage

__all__ = ["Ranged"]


class Ranged:
    """The inputs of a stage through its row-wise links, in as many processes as it asks for."""

    def __init__(
        self,
        stage: Stage,
        run: Run,
        links: Sequence[Link],
        shape: Shape,
        *,
        reading: Reading,
        rejects: Rejects,
        sources: Sources,
        stack: ExitStack,
        crew: Crew | None,
        bar: Progress,
    ) -> None:
        self._stage, self._run, self._links, self._shape = stage, run, links, shape
        self._reading, self._rejects, self._sources = reading, rejects, sources
        self._stack, self._crew, self._bar = stack, crew, bar
        self._front = Front(links, shape, reading.on_fault, reading.count_repair)
        self._told: set[str] = set()
        for link in links:
            link.run.on_warn = self._warn_once

    def batches(self) -> Iterator[list[TrainingSample]]:
        """Samples, a few at a time."""
        for _, batches in self._each(self._front.batches):
            yield from batches

    def packs(self, *, spools: bool = False) -> Iterator[Packed]:
        """Lines with keys; those of other processes may lie in files of theirs, if ``spools``."""
        spans = [span for path in self._files() for span in ranges_of(path, self._sources.size(path))]
        count = min(self._stage.workers, len(spans))
        if count > 1:
            crew = self._stack.enter_context(self._crew or Crew(count))
            yield from self._by_crew(crew, spans, spools)
        else:
            for _, packed in self._each(self._front.packed):
                yield packed

    def _files(self) -> Iterator[Path]:
        for path in self._stage.inputs:
            yield from sample_files(path)

    def _each(self, do: Callable[[list[bytes], Path, int], Any]) -> Iterator[tuple[Range, Any]]:
        """What ``do`` makes of each range in this process."""
        for path in self._files():
            with open_binary(path) as stream:
                before = 0
                for span in ranges_of(path, self._sources.size(path)):
                    lines = lines_in(span, stream)
                    yield span, do(lines, path, before)
                    before += len(lines)
                    self._finished(span)
        self._reading.read += self._front.read

    def _by_crew(self, crew: Crew, spans: list[Range], spools: bool) -> Iterator[Packed]:
        setup = Setup(
            stage=self._stage,
            uses=tuple(link.use for link in self._links),
            shape=self._shape,
            seed=self._run.seed,
            key=self._run.salt.hex() if self._run.salted else None,
            config=self._run.config,
            registry=self._run.registry,
            workdir=self._run.workdir,
            owner=os.getpid(),
            spools=spools,
        )
        before, path = 0, None
        mate = Mate(setup)
        self._stack.callback(mate.close)
        for span, done in crew.results(setup, spans, mate.do):
            before, path = (before, path) if span.path == path else (0, span.path)
            if done is None:
                lines = self._lines(span)
                yield self._front.packed(lines, span.path, before)
                before += len(lines)
            else:
                self._merge(done, before - int(span.start > 0))
                yield done.packed
                before += done.lines
            self._finished(span)
        self._reading.read += self._front.read

    def _lines(self, span: Range) -> list[bytes]:
        with open_binary(span.path) as stream:
            return lines_in(span, stream)

    def _merge(self, done: Done, before: int) -> None:
        self._reading.read += done.read
        self._reading.repaired += done.repaired
        for row in done.rejects:
            if isinstance(row, Fault):
                self._reading.set_aside(msgspec.structs.replace(row, line=row.line + before))
            else:
                self._rejects.add(row)
        for link, passage in zip(self._links, done.passages, strict=True):
            link.add(passage)
        for message in done.warnings:
            self._warn_once(message)

    def _warn_once(self, message: str) -> None:
        """Row-wise links say the same for every batch."""
        if message not in self._told:
            self._told.add(message)
            self._run.warn(message)

    def _finished(self, span: Range) -> None:
        self._run.check_cancelled()
        self._bar.advance(span.stop - span.start)
