"""The ``rehearsal-selection`` and ``rehearsal`` transforms."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from afs.training.rehearsal_choice import RehearsalChoice, RehearsalRules, rehearsed
from afs.training.rehearsal_mix import RehearsalMix
from afs.training.shuffle import shuffled
from afs_core import DataError, Run, TrainingSample, UsageError, read_samples
from afs_core.stream import sample_files

__all__ = ["Rehearsal", "RehearsalSelection"]


class RehearsalSelection:
    """Keeps what is worth rehearsing of the data of earlier versions, marked with its version.

    A sample that is marked already keeps its mark. Looks twice.
    """

    class Config(RehearsalRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
        version: Annotated[str, Meta(description="Version of the data; unset means the input's name")] = ""
        versions: Annotated[dict[str, str], Meta(description="Versions of single inputs by path")] = (
            msgspec.field(default_factory=dict)
        )

    rereads = True
    #: The inputs of the stage, set by whoever reads them.
    stage_inputs: tuple[Path, ...] = ()

    def __init__(self, config: Config, run: Run) -> None:
        self._config = config
        self._run = run

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        versions = _Versions(self._config, self.stage_inputs)
        choice = RehearsalChoice(versions.look(samples), self._config, self._run.rng("rehearsal"))
        for message in choice.told():
            self._run.warn(message)
        for sample, reason, version in zip(samples, choice.reasons(), versions, strict=True):
            if reason:
                self._run.drop(sample, reason)
            else:
                yield rehearsed(sample, version)


class _Versions:
    """The version of every row, known from the first look, at which samples know their input."""

    def __init__(self, config: RehearsalSelection.Config, inputs: tuple[Path, ...]) -> None:
        self._config = config
        self._only = inputs[0] if len(inputs) == 1 else None
        self._numbers: dict[str, int] = {}
        self._rows = array("I")

    def look(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        for sample in samples:
            version = self._version(sample.__dict__.get("input", self._only))
            self._rows.append(self._numbers.setdefault(version, len(self._numbers)))
            yield sample

    def __iter__(self) -> Iterator[str]:
        names = list(self._numbers)
        return (names[number] for number in self._rows)

    def _version(self, origin: Path | None) -> str:
        named = self._config.versions.get(str(origin)) or self._config.version
        if named:
            return named
        if origin is None:
            raise UsageError(
                "rehearsal-selection: the version is not named, and the input of the samples is not known",
                hint="name it: version = 'v1', or --version v1",
            )
        return origin.stem


class Rehearsal:
    """New samples and then old ones of a buffer, so many that they are the given share of all."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        buffer: Annotated[Path, Meta(description="File of samples to rehearse")]
        rehearsal_ratio: Annotated[
            float, Meta(description="Share of rehearsed samples among all for training", ge=0, le=1)
        ] = 0.3
        shuffle: Annotated[bool, Meta(description="Mix the order; else the new samples come first")] = False

    def __init__(self, config: Config, run: Run) -> None:
        self._config = config
        self._run = run
        self.noted: dict[str, int] = {}

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        buffer = _Buffer(self._config.buffer)
        mix = RehearsalMix(self._config.rehearsal_ratio, self._run.rng("rehearsal-mix"))
        self.noted = mix.noted
        old = (rehearsed(sample, buffer.name) for sample in mix.old(buffer))
        mixed: Iterator[TrainingSample] = chain(mix.new(samples, self._run.drop), old)
        if self._config.shuffle:
            mixed = shuffled(mixed, self._run.workdir, self._run.rng("shuffle"))
        yield from mixed
        for message in mix.told():
            self._run.warn(message)


class _Buffer:
    """The samples of a file or split folder, as often as they are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path.expanduser()
        self.name = path.stem
        if not self._path.exists():
            raise DataError(
                "expected a rehearsal buffer, found nothing",
                path=self._path,
                hint="afs training rehearsal-build --input OLD --version v1 --output BUFFER makes one",
            )

    def __iter__(self) -> Iterator[TrainingSample]:
        for file in sample_files(self._path):
            yield from read_samples(file)
