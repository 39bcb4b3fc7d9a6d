"""A fused chain over samples: read once, write once, count everything.

Order of a chain: a generator or the inputs, then scorers and transforms, then at most one
converter. A converter in the first place of a longer chain parses rows instead.

Files are read in ranges. The row-wise links at the head of the chain do them in this process or,
with ``workers``, in others; keyed transforms (:mod:`afs_core.looks`) see keys first, and their
verdicts are carried out on lines. What is written does not depend on who did what.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stdout
from typing import TYPE_CHECKING, Any, BinaryIO

from afs_core.chain import Chain, Lines
from afs_core.collector import patient_collector
from afs_core.errors import UsageError
from afs_core.jsonl import STANDARD_STREAM, Writer, atomic_writes
from afs_core.manifest import Artifact
from afs_core.sample import TrainingSample
from afs_core.sources import SPLITS, Sources, sample_files
from afs_core.stage import Made, Stage, Use
from afs_core.target import Target

if TYPE_CHECKING:
    from afs_core.crew import Crew
    from afs_core.run import Progress, Run

__all__ = ["SPLITS", "sample_files", "stream"]


def stream(
    stage: Stage,
    uses: tuple[Use, ...],
    run: Run,
    *,
    resume: bool,
    sources: Sources | None = None,
    crew: Crew | None = None,
) -> Made:
    """Run the chain; ``resume`` means nothing here, a broken pass starts again. ``crew`` are processes
    that have started already.

    Standard output is for samples: what a capability prints goes to standard error.
    """
    standard_output = sys.stdout
    sources = Sources() if sources is None else sources
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(sys.stderr))
        stack.enter_context(patient_collector())
        chain = Chain(stage, uses, run, sources, stack, crew)
        if stage.output == STANDARD_STREAM:
            _write(chain, [standard_output.buffer])
            standard_output.buffer.flush()
            return Made(artifacts=(), outputs={}, counts=chain.counts())
        paths = [stage.output / f"{split}.jsonl" for split in SPLITS] if stage.is_folder else [stage.output]
        with atomic_writes(paths) as streams:
            writers = _write(chain, streams)
            sources.check(run)
        files = list(zip(paths, writers, strict=True))
    kind = "rows" if chain.exporter else "samples"
    return Made(
        artifacts=tuple(
            Artifact(path=path, kind=kind, details={"count": writer.count, "bytes": writer.size})
            for path, writer in files
        ),
        outputs={path.name: writer.sha256() for path, writer in files},
        counts=chain.counts(),
        details={"samples": {path.stem: writer.count for path, writer in files}},
    )


def _write(chain: Chain, streams: list[BinaryIO]) -> list[Writer]:
    """Write what comes out of ``chain``: all to the only stream, or each split to its own."""
    writers = [Writer(stream, aside=chain.stage.workers > 1) for stream in streams]
    with chain.run.progress(chain.stage.name, chain.size) as bar:
        flow = chain.flow(bar)
        if isinstance(flow, Lines):
            _write_lines(flow, Target(writers), chain)
        else:
            _write_samples(itertools.islice(flow, chain.stage.limit), writers, chain, bar)
    for writer in writers:
        writer.flush()
    return writers


def _write_lines(lines: Lines, target: Target, chain: Chain) -> None:
    for packed, fates in lines.packs:
        chain.run.check_cancelled()
        target.write_lines(packed, fates, chain.dropped)


def _write_samples(
    samples: Iterator[TrainingSample], writers: list[Writer], chain: Chain, bar: Progress
) -> None:
    rows: Iterator[Any] = samples
    write: Callable[[Any], None] = Target(writers).write
    if chain.exporter is not None:
        if len(writers) > 1:
            raise UsageError("a converter writes one file", hint="give --output a file name with a suffix")
        rows = chain.converted(samples, chain.exporter)
        write = writers[0].write_text if chain.stage.output.suffix == ".txt" else writers[0].write_row
    for number, row in enumerate(rows, 1):
        if not number & 255:
            chain.run.check_cancelled()
            if chain.size is None:
                bar.advance(256)
        write(row)
