"""A user of their own, with a plugin of toys that does every kind of work in seconds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

AFS = [str(Path(sys.executable).with_name("afs"))]  # "python -m" may end by SIGINT itself, not by 130

TOYS = '''
import time
from pathlib import Path

import msgspec
from afs_core import (
    Artifact, Capability, DataError, EvalJob, Finding, Provenance, Report, TrainingSample, hookimpl
)
from afs_core.jsonl import Journal, atomic_write, read_samples


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Words:
    class Config(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        source: Path
        times: int = 1
        pause: float = 0.0
        tags: tuple[str, ...] = ()

    def __init__(self, config, run):
        self.config, self.run = config, run

    def generate(self):
        for word in self.config.source.read_text().split():
            if word == "broken":
                raise DataError("a broken word", path=self.config.source, hint="mend it")
            for number in range(self.config.times):
                time.sleep(self.config.pause)
                yield TrainingSample(f"{word} {number}?", word, source="words")


class Upper:
    class Config(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        strength: int = 1
        suffix: str = ""

    def __init__(self, config, run):
        self.config, self.run = config, run

    def apply(self, samples):
        for sample in samples:
            if sample.output == "drop":
                self.run.drop(sample, "unwanted")
            else:
                yield msgspec.structs.replace(sample, output=sample.output.upper() + self.config.suffix)


class Halves:
    class Config(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        strength: int = 1

    def __init__(self, config, run):
        pass

    def apply(self, samples):
        for number, sample in enumerate(samples):
            yield msgspec.structs.replace(sample, prov=Provenance(split=("train", "val")[number % 2]))


class Verdict:
    class Config(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        least: int = 0

    def __init__(self, config, run):
        self.config = config

    def evaluate(self, job):
        files = [*job.data, *([job.suite] if job.suite else [])]
        rows = [sample for file in files for sample in list(read_samples(file))[: job.limit]]
        path = job.output / "verdict.txt"
        with atomic_write(path) as stream:
            stream.write("".join(row.output for row in rows).encode())
        enough = len(rows) >= self.config.least
        finding = Finding(name="samples", passed=enough, value=len(rows), limit=f">= {self.config.least}")
        return Report(
            title="Verdict",
            passed=enough,
            findings=(finding,),
            artifacts=(Artifact(path=path, kind="report"),),
        )


class Copier:
    """Learns one word at a time by heart, and can go on where it stopped."""

    class Config(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        pause: float = 0.0
        log: str = ""

    def __init__(self, config, run):
        self.config, self.run = config, run

    def plan(self, job):
        raise NotImplementedError

    def train(self, job):
        words = [sample.output for file in job.data for sample in read_samples(file)]
        path = job.output / "steps.afs-state"
        if not job.resume:
            path.unlink(missing_ok=True)
        with Journal(path) as steps:
            for word in words[len(steps.entries):]:
                self.run.check_cancelled()
                time.sleep(self.config.pause)
                steps.append(word)
                with open(self.config.log, "a") as log:
                    log.write(word + "\\n")
            learnt = " ".join(steps.entries)
        with atomic_write(job.output / "weights.txt") as stream:
            stream.write(f"{job.base_model} {learnt}".encode())
        path.unlink()
        return Artifact(path=job.output / "weights.txt", kind="adapter")


class Base:
    def __init__(self, config, run):
        self.path = Path(__file__).with_name("base.txt")


@hookimpl
def afs_generators():
    return [
        Capability(name="words", target="toys:Words"),
        Capability(name="dear", target="toys:Words", requires=("no_such_engine: pip install dear",)),
    ]


@hookimpl
def afs_transforms():
    return [
        Capability(name="upper", target="toys:Upper"),
        Capability(name="halves", target="toys:Halves", tags=("splits",)),
    ]


@hookimpl
def afs_evaluators():
    return [Capability(name="verdict", target="toys:Verdict")]


@hookimpl
def afs_trainers():
    return [Capability(name="copier", target="toys:Copier")]


@hookimpl
def afs_provides():
    return [Capability(kind="models", name="toy", target="toys:Base")]
'''

Afs = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of plugins; one for all tests, as a module is imported once."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "toys.py").write_text(TOYS)
    (folder / "base.txt").write_text("untrained")
    return folder


@pytest.fixture(autouse=True)
def work(tmp_path: Path, toys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: the user's home, with the toys installed and three words."""
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / ".user" / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = tmp_path / ".user" / "config" / "afs"
    settings.mkdir(parents=True)
    (settings / "config.toml").write_text(f'[general]\nplugin_dirs = ["{toys}"]\n')
    (tmp_path / "words.txt").write_text("one two drop three")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def afs(work: Path) -> Afs:
    def call(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*AFS, *map(str, words)], cwd=work, capture_output=True, text=True, check=False, timeout=120
        )

    return call


@pytest.fixture
def broken_off(work: Path) -> Callable[..., int]:
    """``broken_off(SIGINT, until, "pipeline", ...)``: starts afs, waits until, sends the signal."""

    def call(number: signal.Signals, until: Callable[[], bool], *words: str) -> int:
        process = subprocess.Popen([*AFS, *words], cwd=work, stderr=subprocess.DEVNULL, env=os.environ)
        try:
            deadline = time.monotonic() + 60
            while not until():
                assert process.poll() is None, "it ended too early"
                assert time.monotonic() < deadline, "it never came so far"
                time.sleep(0.02)
            process.send_signal(number)
            return process.wait(timeout=60)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    return call
