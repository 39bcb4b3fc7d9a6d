"""A fused chain over samples: read once, write once, count everything.

Order of a chain: a generator or the inputs, then scorers and transforms, then at most one
converter. A converter in the first place of a longer chain parses rows instead.
"""

from __future__ import annotations

import itertools
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.blame import working
from afs_core.documents import document_files, read_entries
from afs_core.errors import DataError, PluginError, Unrepresentable, UsageError
from afs_core.jsonl import (
    STANDARD_STREAM,
    Fault,
    Writer,
    atomic_write,
    read_samples,
)
from afs_core.manifest import Artifact, Counts
from afs_core.sample import Provenance, TrainingSample
from afs_core.stage import Made, Stage, Use

if TYPE_CHECKING:
    from afs_core.protocols import Scorer
    from afs_core.run import Run

__all__ = ["Spool", "sample_files", "stream"]

SPLITS = ("train", "val", "test")
_BATCH = 64


def stream(stage: Stage, uses: tuple[Use, ...], run: Run, *, resume: bool) -> Made:
    """Run the chain; ``resume`` means nothing here, a broken pass starts again.

    Standard output is for samples: what a capability prints goes to standard error.
    """
    standard_output = sys.stdout
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(sys.stderr))
        chain = _Chain(stage, uses, run, stack)
        samples = itertools.islice(chain.samples(), stage.limit)
        if stage.output == STANDARD_STREAM:
            writer = Writer(standard_output.buffer)
            chain.write(samples, writer)
            writer.flush()
            standard_output.buffer.flush()
            return Made(artifacts=(), outputs={}, counts=chain.counts())
        files = chain.write_splits(samples) if stage.is_folder else chain.write_file(samples)
    artifacts = tuple(
        Artifact(path=path, kind=chain.kind, details={"count": count, "bytes": size})
        for path, (count, size, _) in files.items()
    )
    outputs = {path.name: sha for path, (_, _, sha) in files.items()}
    return Made(
        artifacts=artifacts,
        outputs=outputs,
        counts=chain.counts(),
        details={"samples": {path.stem: count for path, (count, _, _) in files.items()}},
    )


Written = dict[Path, tuple[int, int, str]]


class _Link:
    """One capability of a chain: its object, its view of the run, and what passed through it."""

    def __init__(self, use: Use, run: Run, settings: Mapping[str, Any]) -> None:
        self.use, self.run = use, run
        self.object = run.use(use.kind, use.name, **settings)
        self.label = run.registry.find(use.kind, use.name).label
        self.came_in = 0
        self.went_out = 0

    def counts(self, unexplained: str) -> Counts:
        dropped = dict(self.run.dropped)
        lost = self.came_in - self.went_out - sum(dropped.values())
        if lost > 0 and self.use.kind == "transforms":
            dropped[unexplained] = lost
        noted = dict(sorted(getattr(self.object, "noted", {}).items()))
        return Counts(
            name=self.use.text,
            came_in=self.came_in,
            went_out=self.went_out,
            dropped=dropped,
            noted=noted,
        )


class _Chain:
    def __init__(self, stage: Stage, uses: tuple[Use, ...], run: Run, stack: ExitStack) -> None:
        self.stage, self.run, self.stack = stage, run, stack
        self.read = 0
        self.repaired = 0
        self.faults: Counter[str] = Counter()
        self.marks_inputs = False
        self._rejects: Writer | None = None
        self.links = [self._link(use) for use in uses]
        first, last = uses[0], uses[-1]
        self.generator = self.links[0] if first.kind == "generators" else None
        self.importer = self.links[0] if first.kind == "converters" and len(uses) > 1 else None
        exports = last.kind == "converters" and (len(uses) == 1 or last is not first)
        self.exporter = self.links[-1] if exports else None
        self.kind = "rows" if self.exporter else "samples"
        self._check_order(uses)

    def _link(self, use: Use) -> _Link:
        view = self.run.view(use.text, seed=self.stage.seed, on_drop=self._reject_sample)
        link = _Link(use, view, self.stage.config.get(use.text, {}))
        if hasattr(link.object, "stage_inputs"):
            link.object.stage_inputs = self.stage.inputs
            self.marks_inputs = True
        return link

    def _check_order(self, uses: tuple[Use, ...]) -> None:
        middle = [link.use for link in self._middle()]
        if any(use.kind in {"generators", "converters"} for use in middle):
            raise UsageError(
                f"stage {self.stage.name}: expected a generator or inputs, then scorers and transforms, "
                f"then at most one converter, got {', '.join(use.text for use in uses)}"
            )
        if self.generator is None and not self.stage.inputs:
            raise UsageError(f"stage {self.stage.name}: expected inputs, as no generator comes first")

    def _middle(self) -> list[_Link]:
        ends = (self.generator, self.importer, self.exporter)
        return [link for link in self.links if link not in ends]

    # -- reading

    def samples(self) -> Iterator[TrainingSample]:
        """The whole chain but the exporter, lazily."""
        samples = self._source()
        for link in self._middle():
            samples = self._through(link, samples)
        return samples

    def _source(self) -> Iterator[TrainingSample]:
        if self.generator is not None:
            with working(self.generator.label):
                made = self.generator.object.generate()
            return _count_out(made, self.generator)
        if self.importer is not None:
            return self._parsed(self.importer)
        return self._read()

    def _read(self) -> Iterator[TrainingSample]:
        on_fault = self._set_aside if self.stage.on_error == "skip" else None
        for path in self.stage.inputs:
            for file in sample_files(path):
                samples = read_samples(file, on_fault=on_fault, on_repair=self._count_repair)
                for sample in _marked(samples, path) if self.marks_inputs else samples:
                    self.read += 1
                    yield sample

    def _parsed(self, link: _Link) -> Iterator[TrainingSample]:
        """Samples out of another tool's rows; each says where it came from."""
        on_fault = self._set_aside if self.stage.on_error == "skip" else None
        generator = f"import/{link.use.name}"
        for root in self.stage.inputs:
            for path in document_files(root):
                source = _name_below(root, path)
                for entry in read_entries(path, on_fault=on_fault):
                    try:
                        sample = link.object.parse(entry.row)
                    except DataError as fault:
                        wrong = Fault(str(path), entry.start, fault.reason, msgspec.json.encode(entry.row))
                        if on_fault is None:
                            raise wrong.error() from None
                        on_fault(wrong)
                        continue
                    self.read += 1
                    group = f"{source}:{entry.start}"
                    place = Provenance(source, entry.start, entry.end, "", generator, group=group)
                    yield _imported(sample, place)

    def _through(self, link: _Link, samples: Iterator[TrainingSample]) -> Iterator[TrainingSample]:
        incoming = _count_in(samples, link)
        if link.use.kind == "scorers":
            return _count_out(_scored(link.object, link.use.name, incoming), link)
        if getattr(link.object, "rereads", False):
            spool = self.stack.enter_context(Spool(incoming, self.run.workdir))
            return _count_out(link.object.apply(spool), link)
        return _count_out(link.object.apply(incoming), link)

    # -- writing

    def write(self, samples: Iterable[TrainingSample], writer: Writer) -> None:
        with self.run.progress(self.stage.name) as bar:
            rows = samples if self.exporter is None else self._converted(self.exporter, samples)
            write: Callable[[Any], None] = writer.write
            if self.exporter is not None:
                write = writer.write_text if self.stage.output.suffix == ".txt" else writer.write_row
            for number, row in enumerate(rows, 1):
                if not number & 255:
                    self.run.check_cancelled()
                    bar.advance(256)
                write(row)

    def _converted(self, link: _Link, samples: Iterable[TrainingSample]) -> Iterator[dict[str, Any]]:
        skip = self.stage.on_error == "skip"
        with working(link.label):
            for sample in samples:
                link.came_in += 1
                try:
                    row = link.object.convert(sample)
                except Unrepresentable as fault:
                    if not skip:
                        raise _refused(fault, link.came_in) from None
                    link.run.dropped[f"{link.use.name} cannot hold it"] += 1
                    self._set_refused_aside(sample, link.use.text, fault)
                    continue
                link.went_out += 1
                yield row

    def write_file(self, samples: Iterable[TrainingSample]) -> Written:
        with atomic_write(self.stage.output) as out:
            writer = Writer(out)
            self.write(samples, writer)
            sha = writer.sha256()
        return {self.stage.output: (writer.count, writer.size, sha)}

    def write_splits(self, samples: Iterable[TrainingSample]) -> Written:
        """One file for each split; a sample without one is for training."""
        with ExitStack() as stack:
            writers: dict[str, Writer] = {}
            for split in SPLITS:
                out = stack.enter_context(atomic_write(self.stage.output / f"{split}.jsonl"))
                writers[split] = Writer(out)
            self.write(samples, _Partition(writers))  # type: ignore[arg-type]
            return {
                self.stage.output / f"{split}.jsonl": (writer.count, writer.size, sha)
                for split, writer in writers.items()
                for sha in (writer.sha256(),)
            }

    # -- what did not come through

    def counts(self) -> tuple[Counts, ...]:
        limit = self.stage.limit
        cut = limit is not None and self.links[-1].went_out >= limit
        counts = [link.counts("over the limit" if cut else "no reason given") for link in self.links]
        noted = counts.pop(0).noted if self.importer is not None else {}
        if self.generator is None:
            bad = sum(self.faults.values())
            read = Counts(
                name="read",
                came_in=self.read + bad,
                went_out=self.read,
                dropped=dict(self.faults),
                repaired=self.repaired,
                noted=noted,
            )
            return (read, *counts)
        return tuple(counts)

    def _count_repair(self, number: int) -> None:
        self.repaired += 1

    def _set_aside(self, fault: Fault) -> None:
        self.faults["not a sample"] += 1
        raw = fault.raw.decode("utf-8", "backslashreplace").rstrip("\n")
        row = {"file": fault.path, "line": fault.line, "reason": fault.reason, "raw": raw}
        self._rejects_writer().write_row(row)

    def _set_refused_aside(self, sample: TrainingSample, by: str, fault: Unrepresentable) -> None:
        row = {"reason": fault.reason, "field": fault.field, "by": by, "sample": sample.to_dict()}
        self._rejects_writer().write_row(row)

    def _reject_sample(self, sample: TrainingSample, by: str, reason: str) -> None:
        if self.stage.rejected is not None:
            self._rejects_writer().write_row({"reason": reason, "by": by, "sample": sample.to_dict()})

    def _rejects_writer(self) -> Writer:
        if self._rejects is None:
            path = self.stage.rejected or _rejects_path(self.stage)
            out = self.stack.enter_context(atomic_write(path))
            self._rejects = Writer(out)
            self.stack.callback(self._rejects.flush)
        return self._rejects


class _Partition:
    """Sends each sample to the writer of its split."""

    def __init__(self, writers: Mapping[str, Writer]) -> None:
        self._writers = writers

    def write(self, sample: TrainingSample) -> None:
        split = (sample.prov.split if sample.prov else "") or "train"
        try:
            writer = self._writers[split]
        except KeyError:
            raise DataError(f"expected a split of {', '.join(SPLITS)}, got {split!r}") from None
        writer.write(sample)

    def write_row(self, row: dict[str, Any]) -> None:
        raise UsageError("a converter writes one file", hint="give --output a file name with a suffix")


class Spool:
    """Samples that can be iterated again: the first look writes them down, later ones read them.

    The file lies in the run's scratch folder and goes with the spool.
    """

    def __init__(self, samples: Iterator[TrainingSample], folder: Path) -> None:
        self._samples: Iterator[TrainingSample] | None = samples
        self._folder = folder
        self._file: Any = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._file is not None:
            self._file.close()

    def __iter__(self) -> Iterator[TrainingSample]:
        if self._samples is not None:
            yield from self._first_look(self._samples)
        else:
            yield from read_samples(Path(self._file.name))

    def _first_look(self, samples: Iterator[TrainingSample]) -> Iterator[TrainingSample]:
        self._file = tempfile.NamedTemporaryFile(dir=self._folder, suffix=".spool")  # noqa: SIM115
        writer = Writer(self._file)
        for sample in samples:
            writer.write(sample)
            yield sample
        writer.flush()
        self._file.flush()
        self._samples = None


def _marked(samples: Iterator[TrainingSample], path: Path) -> Iterator[TrainingSample]:
    for sample in samples:
        sample.__dict__["input"] = path
        yield sample


def _count_in(samples: Iterator[TrainingSample], link: _Link) -> Iterator[TrainingSample]:
    for sample in samples:
        link.came_in += 1
        yield sample


def _count_out(samples: Iterable[TrainingSample], link: _Link) -> Iterator[TrainingSample]:
    with working(link.label):
        for sample in samples:
            if not isinstance(sample, TrainingSample):
                raise PluginError(f"{link.label}: expected a TrainingSample, got {type(sample).__name__}")
            link.went_out += 1
            yield sample


def _name_below(root: Path, path: Path) -> str:
    if path == STANDARD_STREAM:
        return ""
    return path.relative_to(root).as_posix() if path != root else path.name


def _imported(sample: TrainingSample, place: Provenance) -> TrainingSample:
    """``sample`` with its place, and a group of its own where ``parse`` gave it none: the source file
    as a group would keep all of a dataset on one side of a split."""
    prov = sample.prov
    if prov is not None:
        if prov.generator:  # a sample of afs, which says so itself
            return sample
        group = prov.group or place.group
        place = msgspec.structs.replace(place, kind=prov.kind, group=group, split=prov.split)
    return msgspec.structs.replace(sample, prov=place)


def _refused(fault: Unrepresentable, number: int) -> Unrepresentable:
    hint = f"{fault.hint}; " if fault.hint else ""
    return Unrepresentable(
        f"sample {number}: {fault.reason}",
        field=fault.field,
        hint=f"{hint}--lossy leaves the field out and counts it, --on-error skip sets such samples aside",
    )


def _scored(scorer: Scorer, name: str, samples: Iterator[TrainingSample]) -> Iterator[TrainingSample]:
    """Samples with ``quality_score`` and ``_metadata.scores[name]`` set where the scorer applies."""
    while batch := list(itertools.islice(samples, _BATCH)):
        for sample, score in zip(batch, scorer.score_batch(batch), strict=True):
            if score.value is None or math.isnan(score.value):
                yield sample
                continue
            scores = {**sample.metadata.get("scores", {}), name: score.value}
            yield msgspec.structs.replace(
                sample, quality_score=score.value, _metadata={**sample.metadata, "scores": scores}
            )


def sample_files(path: Path) -> tuple[Path, ...]:
    """``path`` itself, or the splits of a folder; raises DataError where it has none."""
    if not path.is_dir():
        return (path,)
    found = tuple(path / f"{split}.jsonl" for split in SPLITS if (path / f"{split}.jsonl").exists())
    if not found:
        raise DataError(f"expected a file, or a folder with {', '.join(SPLITS)}.jsonl", path=path)
    return found


def _rejects_path(stage: Stage) -> Path:
    output = stage.output
    return output.with_name(f"{output.name if stage.is_folder else output.stem}.rejected.jsonl")
