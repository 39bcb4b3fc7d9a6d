"""What trainers, quantizers and evaluators have in common: a job in, artifacts out, no side effect."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import msgspec
import pytest

from afs_core.errors import Cancelled
from afs_core.manifest import Artifact
from afs_core.run import Run
from afs_core.testing.conformance.base import Conformance, broken
from afs_core.testing.conformance.snapshot import changes, snapshot

__all__ = ["BuildConformance", "Built", "artifacts_lie_in"]


class Built(NamedTuple):
    """One build: what it returned, what it wrote, and what it should not have touched."""

    job: Any
    result: Any
    files: dict[str, str]
    beside: str
    inputs: str
    checks: int

    @property
    def output(self) -> Path:
        output: Path = self.job.output
        return output


class BuildConformance(Conformance):
    """Base of the three; builds once for all checks that only look at the result.

    ``volatile`` are patterns of file names whose bytes may differ from run to run (a log with
    times); everything else has to repeat under the same seed, unless ``repeats = False`` says
    that the hardware does not allow it.
    """

    volatile: ClassVar[tuple[str, ...]] = ()
    repeats: ClassVar[bool] = True

    _first: ClassVar[dict[type, Built]] = {}

    def job(self, folder: Path) -> Any:
        """The job of the checks: what it reads is written below ``folder`` first, its output is there too."""
        raise NotImplementedError(f"{type(self).__name__} needs a method job(self, folder)")

    def perform(self, made: Any, job: Any) -> Any:
        """The one call that builds."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _stopwatch(self, _workplace: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Counts ``run.check_cancelled()``, and cancels the run at the call that a check asks for."""
        self.checks, self.cancel_at = 0, 0
        check = Run.check_cancelled

        def counted(run: Run) -> None:
            self.checks += 1
            if self.checks == self.cancel_at:
                run.cancel()
            check(run)

        monkeypatch.setattr(Run, "check_cancelled", counted)

    @pytest.fixture
    def first(self, _stopwatch: None, tmp_path_factory: pytest.TempPathFactory) -> Built:
        """The build that the checks of one class share."""
        kept = BuildConformance._first
        if type(self) not in kept:
            kept[type(self)] = self.build(tmp_path_factory.mktemp("build"))
        return kept[type(self)]

    def build(self, folder: Path, job: Any = None) -> Built:
        """Build in a run of its own, and see what changed."""
        folder.mkdir(exist_ok=True)
        job = job or self.job(folder)
        made, inputs = self.make(), _inputs(job)
        job.output.mkdir(parents=True, exist_ok=True)  # as the stage does
        watched = {folder, self.folder}
        before = [snapshot(place, without=job.output) for place in watched]
        read = [_read(path) for path in inputs]
        self.checks = 0
        result = self.perform(made, job)
        after = [snapshot(place, without=job.output) for place in watched]
        return Built(
            job=job,
            result=result,
            files=self.files(job.output),
            beside="; ".join(filter(None, map(changes, before, after))),
            inputs="; ".join(filter(None, map(changes, read, map(_read, inputs)))),
            checks=self.checks,
        )

    def files(self, output: Path) -> dict[str, str]:
        """What was written, without what may differ."""
        return {
            name: content
            for name, content in snapshot(output).items()
            if not any(fnmatch.fnmatch(name.rpartition("/")[2], pattern) for pattern in self.volatile)
        }

    def interrupted(self, folder: Path, at: int) -> Any:
        """The job of a build that was cancelled at its ``at``-th look."""
        folder.mkdir()
        job = self.job(folder)
        job.output.mkdir(parents=True, exist_ok=True)
        made = self.make()
        self.checks, self.cancel_at = 0, at
        try:
            self.perform(made, job)
        except Cancelled:
            return job
        finally:
            self.cancel_at = 0
        return pytest.fail(
            broken(
                "a build of a cancelled run raises Cancelled at its next look",
                f"it looked {self.checks} times and went on to the end",
                "call self.run.check_cancelled() in every step, and let Cancelled through",
            )
        )

    def test_writes_only_its_output(self, first: Built) -> None:
        assert not first.beside, broken(
            "a build writes below job.output only", first.beside, "use run.workdir for scratch files"
        )

    def test_changes_nothing_that_it_reads(self, first: Built) -> None:
        assert not first.inputs, broken(
            "models and data that a build reads stay as they are", first.inputs, "open them for reading only"
        )

    def test_same_seed_gives_the_same_files(self, first: Built) -> None:
        if not self.repeats:
            pytest.skip("repeats = False")
        again = self.build(self.folder / "again")
        differences = changes(first.files, again.files)
        assert not differences, broken(
            "the same job and seed give the same bytes, in any folder",
            differences,
            "seed from the job or run.rng(name); write no time, run id or absolute path; "
            "files that must hold one belong to volatile = ('*.log',)",
        )


def artifacts_lie_in(output: Path, artifacts: Any) -> None:
    """Fail unless each is an Artifact that exists below ``output`` and holds something."""
    for artifact in artifacts:
        assert isinstance(artifact, Artifact), broken(
            "what was written is told as an Artifact", f"{artifact!r:.200}", "Artifact(path=..., kind=...)"
        )
        path = artifact.path
        assert path == output or output in path.parents, broken(
            f"an artifact lies in job.output, {output}", str(path), "write it there, and say so"
        )
        content = any(part.is_file() for part in path.rglob("*")) if path.is_dir() else path.is_file()
        assert content, broken(
            "an artifact exists and holds something", str(path), "write before you return it"
        )
        msgspec.json.encode(artifact.details)


def _inputs(job: msgspec.Struct) -> list[Path]:
    """Every existing path that the job names besides its output, model references among them."""
    found: list[Path] = []
    for name, value in msgspec.structs.asdict(job).items():
        if name != "output":
            found += (Path(item) for item in _each(value) if isinstance(item, (str, Path)) and str(item))
    return [path for path in found if path.exists()]


def _each(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, (list, tuple)) else (value,)


def _read(path: Path) -> dict[str, str]:
    if path.is_dir():
        return {f"{path.name}/{name}": content for name, content in snapshot(path).items()}
    return {name: content for name, content in snapshot(path.parent).items() if name == path.name}
