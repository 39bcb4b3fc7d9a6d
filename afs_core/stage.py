"""One stage: resolve, key, run, write atomically, manifest. Every command goes through here.

    execute(Stage(name="curated", uses=("transforms/redaction", "transforms/split"),
                  inputs=(Path("sources.jsonl"),), output=Path("curated")), run)

Streams (generators, scorers, transforms, converters) fuse into one pass (:mod:`afs_core.stream`);
a build (trainer, quantizer, evaluator) takes a job (:mod:`afs_core.build`). The stage's key is
a digest of all that could change its output; where the manifest on disk has the same key and
the output is as it was written, there is nothing to do.
"""

from __future__ import annotations

import datetime
import functools
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.errors import DataError, GateRefused, UsageError
from afs_core.folders import taken_back
from afs_core.jsonl import STANDARD_STREAM
from afs_core.manifest import (
    Artifact,
    Counts,
    Manifest,
    Report,
    digest,
    manifest_path,
    read_manifest,
    write_manifest,
)
from afs_core.protocols import EvalJob, QuantizeJob, TrainJob

if TYPE_CHECKING:
    from afs_core.crew import Crew
    from afs_core.identity import Identity
    from afs_core.run import Run
    from afs_core.sources import Sources

__all__ = ["Outcome", "Stage", "Use", "execute", "split_settings", "stands"]

JOBS: dict[str, type[msgspec.Struct]] = {
    "trainers": TrainJob,
    "quantizers": QuantizeJob,
    "evaluators": EvalJob,
}
STREAM_KINDS = frozenset({"generators", "scorers", "transforms", "converters"})
BUILD_KINDS = frozenset(JOBS)


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. ``uses`` are ``KIND/NAME`` or ``KIND/PLUGIN/NAME``, ``config`` settings by use.

    A stream writes one JSON-lines file, or, where ``output`` :attr:`is_folder`, a folder with a
    file for each ``prov.split``. ``limit`` is the number of samples written. ``on_error`` ``skip``
    sets faulty lines aside in ``<output>.rejected.jsonl``; ``rejected`` asks for dropped samples
    too. A ``gate`` whose report has not passed raises GateRefused. ``workers`` are processes for the
    row-wise links at the head of a chain that reads files; they change nothing in what is written.
    """

    name: str
    uses: tuple[str, ...]
    output: Path
    inputs: tuple[Path, ...] = ()
    config: Mapping[str, Mapping[str, Any]] = {}
    seed: int | None = None
    after: tuple[str, ...] = ()
    gate: bool = False
    limit: int | None = None
    on_error: str = "stop"
    rejected: Path | None = None
    workers: int = 1

    @property
    def is_folder(self) -> bool:
        """Whether ``output`` is a folder: a build's, one that is there, or a name without a suffix.

        What begins with a digit is none: ``splits-v1.2`` and ``qwen2.5-data`` are folders.
        """
        built = any(Use.parse(use).kind in BUILD_KINDS for use in self.uses)
        return built or self.output.is_dir() or not re.match(r"\.[A-Za-z]", self.output.suffix)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a stage. ``skipped`` means that everything was up to date."""

    stage: str
    artifacts: tuple[Artifact, ...] = ()
    counts: tuple[Counts, ...] = ()
    report: Report | None = None
    skipped: bool = False
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()


class Use(msgspec.Struct, frozen=True):
    """One entry of ``uses``, taken apart; ``name`` is ``NAME`` or ``PLUGIN/NAME``."""

    kind: str
    name: str
    text: str

    @classmethod
    def parse(cls, text: str) -> Use:
        kind, _, name = text.partition("/")
        if not name or kind not in STREAM_KINDS | BUILD_KINDS:
            raise UsageError(
                f"expected KIND/NAME or KIND/PLUGIN/NAME, got {text!r}",
                hint=f"kinds of a stage: {', '.join(sorted(STREAM_KINDS | BUILD_KINDS))}",
            )
        return cls(kind, name, text)


class Made(msgspec.Struct, kw_only=True):
    """What a stream or a build hands back: relative output names to sha256 are for the manifest."""

    artifacts: tuple[Artifact, ...]
    outputs: dict[str, str]
    counts: tuple[Counts, ...] = ()
    report: Report | None = None
    details: dict[str, Any] = {}


def execute(stage: Stage, run: Run) -> Outcome:
    """Run ``stage``, or find that it is up to date. Raises what its capabilities raise."""
    from afs_core.build import build
    from afs_core.identity import Identity
    from afs_core.reading import is_streamed
    from afs_core.sources import Sources
    from afs_core.stream import stream

    uses = tuple(Use.parse(text) for text in stage.uses)
    work = _shape(stage, uses, stream, build)
    piped = stage.output == STANDARD_STREAM or any(is_streamed(path) for path in stage.inputs)
    sources = Sources() if work is build else Sources(stage.inputs)
    with _crew(stage, uses, run, sources) if work is stream and not piped else nullcontext() as crew:
        if crew is not None:
            sources.hash_ahead(run.cache("digests"))
        identity = Identity(stage, uses, run, sources, piped=piped)
        run = run.keyed(lambda: identity.key)
        if crew is None:
            run.salt  # noqa: B018  (the files are hashed before they are read)
        if work is stream:
            work = functools.partial(stream, sources=sources, crew=crew)
        if piped:
            return _outcome(stage, work(stage, uses, run, resume=False), 0.0, run)
        done = _up_to_date(stage, identity, run)
        if done is None:
            with taken_back(stage.output, _state_path(stage)):
                done = _perform(stage, uses, identity, work, run)
    if stage.gate and done.report is not None and not done.report.passed:
        raise GateRefused(f"{_titled(stage, done.report)}: {_why(done.report)}", hint=f"see {stage.output}")
    return done


def _crew(
    stage: Stage, uses: tuple[Use, ...], run: Run, sources: Sources
) -> AbstractContextManager[Crew | None]:
    """The ``workers`` of a stage over files, started before it is known what they are to do.

    None where they would have nothing to do: a single range, or a manifest that may stand.
    """
    from afs_core.crew import Crew
    from afs_core.identity import module_of
    from afs_core.ranges import RANGE

    count = min(stage.workers, sources.total() // RANGE)
    if count < 2 or uses[0].kind in {"generators", "converters"} or manifest_path(stage.output).is_file():
        return nullcontext()
    return Crew(count, [module_of(use, run) for use in uses])


def stands(stage: Stage, run: Run) -> bool:
    """Whether :func:`execute` would find that there is nothing to do."""
    from afs_core.identity import Identity
    from afs_core.sources import Sources

    uses = tuple(Use.parse(text) for text in stage.uses)
    try:
        identity = Identity(stage, uses, run, Sources(stage.inputs))
        return _up_to_date(stage, identity, run) is not None
    except DataError:  # what it reads is not there yet
        return False


Work = Callable[..., Made]


def _shape(stage: Stage, uses: tuple[Use, ...], stream: Work, build: Work) -> Work:
    kinds = [use.kind for use in uses]
    if kinds and all(kind in STREAM_KINDS for kind in kinds):
        return stream
    if len(kinds) == 1:
        return build
    raise UsageError(
        f"stage {stage.name}: expected a chain of streams or one build, "
        f"got {', '.join(stage.uses) or 'nothing'}"
    )


def _perform(stage: Stage, uses: tuple[Use, ...], identity: Identity, work: Work, run: Run) -> Outcome:
    from afs_core.identity import plain

    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    clock = time.monotonic()
    state = _state_path(stage)
    unfinished = uses[0].kind in BUILD_KINDS
    resume = unfinished and _read_text(state) == identity.key
    if unfinished:  # a build works in its folder: until it is done, nobody may trust it
        stage.output.mkdir(parents=True, exist_ok=True)
        manifest_path(stage.output).unlink(missing_ok=True)
        state.write_text(identity.key)
    made = work(stage, uses, run, resume=resume)
    seconds = time.monotonic() - clock
    write_manifest(
        stage.output,
        Manifest(
            key=identity.key,
            stage=stage.name,
            uses=stage.uses,
            kind=made.artifacts[0].kind if made.artifacts else "",
            outputs=made.outputs,
            inputs=identity.inputs,
            config={use: plain(settings) for use, settings in stage.config.items()},
            seed=identity.seed,
            versions=identity.versions,
            counts=made.counts,
            details=made.details,
            report=_kept(made.report),
            command=run.command,
            run_id=run.id,
            started=started,
            seconds=round(seconds, 3),
        ),
    )
    if unfinished:
        state.unlink(missing_ok=True)
    return _outcome(stage, made, seconds, run)


def _kept(report: Report | None) -> Report | None:
    """The report without its artifacts, which are the outputs of the manifest."""
    return None if report is None else msgspec.structs.replace(report, artifacts=())


def _outcome(stage: Stage, made: Made, seconds: float, run: Run) -> Outcome:
    return Outcome(
        stage=stage.name,
        artifacts=made.artifacts,
        counts=made.counts,
        report=made.report,
        seconds=seconds,
        warnings=tuple(run.warnings),
    )


def _up_to_date(stage: Stage, identity: Identity, run: Run) -> Outcome | None:
    from afs_core.identity import asks_a_server

    try:
        manifest = read_manifest(stage.output)
    except DataError:
        return None
    if manifest is None or manifest.key != identity.key or asks_a_server(stage, run):
        return None
    folder = stage.output if stage.output.is_dir() else stage.output.parent
    cache = run.cache("digests")
    for name, sha in manifest.outputs.items():
        if not (folder / name).is_file() or digest(folder / name, cache) != sha:
            return None
    each = manifest.details.get("artifacts", {})
    artifacts = tuple(
        Artifact(path=folder / name, kind=manifest.kind, details=each.get(name, manifest.details))
        for name in manifest.outputs
    )
    report = manifest.report
    if report is not None:
        report = msgspec.structs.replace(report, artifacts=artifacts)
    return Outcome(stage=stage.name, artifacts=artifacts, counts=manifest.counts, report=report, skipped=True)


def split_settings(kind: str, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings that are fields of the kind's job, and those of the capability's own Config."""
    job = JOBS.get(kind)
    fields = job.__struct_fields__ if job is not None else ()
    mine = {name: value for name, value in settings.items() if name in fields}
    return mine, {name: value for name, value in settings.items() if name not in fields}


def _state_path(stage: Stage) -> Path:
    from afs_core.manifest import STATE_SUFFIX

    return stage.output / f".stage{STATE_SUFFIX}"


def _read_text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _titled(stage: Stage, report: Report) -> str:
    same = stage.name.casefold() == report.title.casefold()
    return stage.name if same else f"{stage.name}: {report.title}"


def _why(report: Report) -> str:
    failed = [finding for finding in report.findings if not finding.passed]
    return "; ".join(f"{f.name}: {f.message or f.value} (limit {f.limit})" for f in failed[:5]) or "refused"
