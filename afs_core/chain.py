"""The links of a fused chain, and what flows out of the last: samples, or lines ready to write."""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afs_core.blame import working
from afs_core.errors import Unrepresentable, UsageError
from afs_core.front import Shape
from afs_core.jsonl import STANDARD_STREAM, remove_stale, temporary_path
from afs_core.link import BATCH, Link
from afs_core.looks import SPOOL, Looks, Waiting, looks_in
from afs_core.manifest import Counts
from afs_core.packed import Packed, pack, sample_of
from afs_core.ranged import Ranged
from afs_core.reading import Reading, is_streamed
from afs_core.rejects import Rejects, dropped_row, refused_row
from afs_core.sample import TrainingSample
from afs_core.spool import Spool
from afs_core.verdict import settled

if TYPE_CHECKING:
    from afs_core.crew import Crew
    from afs_core.run import Progress, Run
    from afs_core.sources import Sources
    from afs_core.stage import Stage, Use

__all__ = ["Chain", "Lines"]

Settled = Iterator[tuple[Packed, list[Any] | None]]


class Lines:
    """Rows as lines, each pack with what was decided on its rows; None: all go on as they are."""

    def __init__(self, packs: Settled) -> None:
        self.packs = packs


Flow = Iterator[TrainingSample] | Lines


class Chain:
    """``stack`` closes what the chain opens: files of rows between two looks, processes, rejects."""

    def __init__(
        self,
        stage: Stage,
        uses: tuple[Use, ...],
        run: Run,
        sources: Sources,
        stack: ExitStack,
        crew: Crew | None,
    ) -> None:
        self.stage, self.run, self._sources, self._stack, self._crew = stage, run, sources, stack, crew
        self._rejects = Rejects(stage.rejected or _rejects_path(stage), stack)
        self._reading = Reading(stage, self._rejects)
        self._marks_inputs = False
        self._links = [self._link(use) for use in uses]
        first, last = uses[0], uses[-1]
        self._generator = self._links[0] if first.kind == "generators" else None
        self._importer = self._links[0] if first.kind == "converters" and len(uses) > 1 else None
        exports = last.kind == "converters" and (len(uses) == 1 or last is not first)
        self.exporter = self._links[-1] if exports else None
        self._check_order(uses)
        self._check_rejected()

    def _link(self, use: Use) -> Link:
        view = self.run.view(use.text, seed=self.stage.seed)
        if self.stage.rejected is not None:
            view.on_drop = lambda *dropped: self._rejects.add(dropped_row(*dropped))
        link = Link(use, view, self.stage.config.get(use.text, {}))
        if hasattr(link.object, "stage_inputs"):
            link.object.stage_inputs = self.stage.inputs
            self._marks_inputs = True
        return link

    def _check_order(self, uses: tuple[Use, ...]) -> None:
        middle = [link.use for link in self._middle()]
        if any(use.kind in {"generators", "converters"} for use in middle):
            raise UsageError(
                f"stage {self.stage.name}: expected a generator or inputs, then scorers and transforms, "
                f"then at most one converter, got {', '.join(use.text for use in uses)}"
            )
        if self._generator is None and not self.stage.inputs:
            raise UsageError(f"stage {self.stage.name}: expected inputs, as no generator comes first")

    def _check_rejected(self) -> None:
        """What is set aside would be written over what is kept, or over what is still to be read."""
        stage = self.stage
        rejected = stage.rejected or (_rejects_path(stage) if stage.on_error == "skip" else None)
        if rejected is None:
            return
        for path in (stage.output, *stage.inputs):
            if path != STANDARD_STREAM and path.resolve() == rejected.resolve():
                what = "the output" if path == stage.output else "an input"
                raise UsageError(
                    f"{rejected}: expected another file for what is rejected; this is {what} of the stage"
                )

    def _middle(self) -> list[Link]:
        ends = (self._generator, self._importer, self.exporter)
        return [link for link in self._links if link not in ends]

    @property
    def is_ranged(self) -> bool:
        """Whether the inputs are files that may be read range by range, to their end."""
        made = self._generator is not None or self._importer is not None
        streamed = any(is_streamed(path) for path in self.stage.inputs)
        return not (made or streamed or self._marks_inputs or self.stage.limit is not None)

    @property
    def size(self) -> int | None:
        """Bytes that will be read, where they are known."""
        return self._sources.total() if self.is_ranged else None

    def flow(self, bar: Progress) -> Flow:
        """The whole chain but the exporter, lazily; ``bar`` hears of bytes where it is ranged.

        :class:`Lines` only where nothing but writing is left to do.
        """
        links = self._middle()
        if not self.is_ranged:
            return self._rest(self._source(), links)
        rowwise = list(itertools.takewhile(lambda link: link.rowwise, links))
        keyed = looks_in(links[len(rowwise) :])
        rest = links[len(rowwise) + len(keyed) :]
        ends = not rest and self.exporter is None
        looks = Looks(keyed)
        shape = Shape(
            rowwise=len(rowwise),
            keyed=len(keyed),
            seams=looks.assigns,
            splits=ends and self.stage.is_folder and not looks.assigns,
        )
        ranged = Ranged(
            self.stage,
            self.run,
            links[: len(rowwise) + len(keyed)],
            shape,
            reading=self._reading,
            rejects=self._rejects,
            sources=self._sources,
            stack=self._stack,
            crew=self._crew,
            bar=bar,
        )
        if keyed:
            lines = self._looked(looks, ranged.packs(spools=looks.rereads))
        elif ends or (rowwise and self.stage.workers > 1):
            lines = Lines((packed, None) for packed in ranged.packs())
        else:
            return self._rest(itertools.chain.from_iterable(ranged.batches()), rest)
        return lines if ends else self._rest(self._taken_up(lines), rest)

    def _source(self) -> Iterator[TrainingSample]:
        if self._generator is not None:
            return self._reading.generated(self._generator)
        if self._importer is not None:
            return self._reading.parsed(self._importer)
        return self._reading.samples(marked=self._marks_inputs)

    def _rest(self, samples: Iterator[TrainingSample], links: Sequence[Link]) -> Flow:
        """Links that samples stream through one by one; keyed ones together."""
        while links:
            keyed = [] if self._marks_inputs or self.stage.limit is not None else looks_in(links)
            if not keyed:
                samples, links = self._through(links[0], samples), links[1:]
                continue
            links = links[len(keyed) :]
            ends = not links and self.exporter is None
            looks = Looks(keyed)
            splits = ends and self.stage.is_folder and not looks.assigns
            lines = self._looked(looks, _packs(samples, looks, splits))
            if ends:
                return lines
            samples = self._taken_up(lines)
        return samples

    def _through(self, link: Link, samples: Iterator[TrainingSample]) -> Iterator[TrainingSample]:
        if getattr(link.object, "rereads", False):
            spool = self._stack.enter_context(Spool(link.entering(samples), self.run.workdir))
            return link.leaving(link.object.apply(spool))
        return link.stream(samples)

    def _looked(self, looks: Looks, packs: Iterator[Packed]) -> Lines:
        """Packs with the verdicts of keyed links; drops are told here."""
        waiting = Waiting(self._spool_path() if looks.rereads else None, self._stack)
        return Lines(looks.settled(packs, waiting))

    def _spool_path(self) -> Path:
        output = self.stage.output
        if output == STANDARD_STREAM:
            return self.run.workdir / "rows.spool"
        remove_stale(output)
        self._stack.callback(_remove_spools, output)
        return temporary_path(output, SPOOL)

    def _taken_up(self, lines: Lines) -> Iterator[TrainingSample]:
        for packed, fates in lines.packs:
            for line, fate in zip(packed.rows(), fates or itertools.repeat(None), strict=False):
                if isinstance(fate, tuple):
                    link, drop = fate
                    self.dropped(link, drop, line)
                else:
                    yield sample_of(line) if fate is None else fate.to(sample_of(line))

    def dropped(self, link: Link, drop: Any, line: bytes) -> None:
        """Count a dropped row, and set it aside where that is wanted."""
        if link.run.on_drop is None:
            link.run.dropped[drop.reason] += 1
        else:
            settled(sample_of(line), drop, link.run)

    def converted(self, samples: Iterator[TrainingSample], exporter: Link) -> Iterator[Any]:
        """The rows that the exporter makes of samples."""
        skip = self.stage.on_error == "skip"
        with working(exporter.label):
            for sample in exporter.entering(samples):
                try:
                    row = exporter.object.convert(sample)
                except Unrepresentable as fault:
                    if not skip:
                        raise _refused(fault, exporter.came_in) from None
                    exporter.run.dropped[f"{exporter.use.name} cannot hold it"] += 1
                    self._rejects.add(refused_row(sample, exporter.use.text, fault))
                    continue
                exporter.went_out += 1
                yield row

    def counts(self) -> tuple[Counts, ...]:
        limit = self.stage.limit
        cut = limit is not None and self._links[-1].went_out >= limit
        counts = [link.counts("over the limit" if cut else "no reason given") for link in self._links]
        noted = counts.pop(0).noted if self._importer is not None else {}
        return tuple(counts) if self._generator is not None else (self._reading.counts(noted), *counts)


def _packs(samples: Iterator[TrainingSample], looks: Looks, splits: bool) -> Iterator[Packed]:
    while batch := list(itertools.islice(samples, BATCH)):
        yield pack([batch], keyed=looks.links, seams=looks.assigns, splits=splits)


def _remove_spools(output: Path) -> None:
    for left in output.parent.glob(f".{glob.escape(output.name)}.{SPOOL}*{os.getpid()}.tmp"):
        left.unlink(missing_ok=True)


def _rejects_path(stage: Stage) -> Path:
    output = stage.output
    return output.with_name(f"{output.name if stage.is_folder else output.stem}.rejected.jsonl")


def _refused(fault: Unrepresentable, number: int) -> Unrepresentable:
    hint = f"{fault.hint}; " if fault.hint else ""
    return Unrepresentable(
        f"sample {number}: {fault.reason}",
        field=fault.field,
        hint=f"{hint}--lossy leaves the field out and counts it, --on-error skip sets such samples aside",
    )
