"""The typed contract of each capability kind, and the job records that the builds take.

A capability is made by its factory ``(config, run) -> object``; the run is bound then, so
methods never gain arguments. Jobs only ever gain fields with defaults.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from afs_core.manifest import Artifact, Report
from afs_core.sample import TrainingSample
from afs_core.verdict import Verdict

__all__ = [
    "Converter",
    "EmbeddingProvider",
    "EvalJob",
    "Evaluator",
    "Generator",
    "Keyed",
    "QuantizeJob",
    "Quantizer",
    "Score",
    "Scorer",
    "TrainJob",
    "TrainPlan",
    "Trainer",
    "Transform",
]


class Score(msgspec.Struct, frozen=True):
    """``value`` in 0..1, or None where the scorer does not apply; ``reason`` says why."""

    value: float | None = None
    reason: str = ""
    detail: dict[str, Any] = {}


class TrainJob(msgspec.Struct, frozen=True, kw_only=True):
    """``base_model`` is a model reference or path; ``data`` are sample files, ``validation``
    likewise; ``output`` is the folder that becomes the adapter."""

    base_model: str
    data: tuple[Path, ...]
    output: Path
    validation: tuple[Path, ...] = ()
    epochs: float = 3.0
    batch_size: int = 4
    gradient_accumulation_steps: int = 4
    learning_rate: float = 2e-4
    gradient_checkpointing: bool = False
    seed: int = 42
    model_name: str = ""
    resume: bool = True


class TrainPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What training would do. Token counts are exact where the tokenizer could be read.

    ``problems`` are reasons to refuse (exit code 3), ``warnings`` are not.
    """

    samples: int
    tokens: int = 0
    trained_tokens: int = 0
    cut_tokens: int = 0
    steps: int = 0
    memory_bytes: int = 0
    seconds: float = math.nan
    details: dict[str, Any] = {}
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class QuantizeJob(msgspec.Struct, frozen=True, kw_only=True):
    """``base`` is a model folder, ``adapter`` a LoRA folder merged on the way; ``output`` is the
    folder that receives one file for each of ``schemes``, named ``<stem>-<scheme>.gguf``."""

    base: Path
    output: Path
    adapter: Path | None = None
    schemes: tuple[str, ...] = ("Q4_K_M",)
    imatrix: Path | None = None
    stem: str = ""


class EvalJob(msgspec.Struct, frozen=True, kw_only=True):
    """``models`` and ``baseline`` are model references; ``suite`` and ``data`` sample files;
    ``output`` is a folder for what the evaluator writes; ``limit`` caps the questions asked.
    ``resume`` says that an unfinished run of the same job may have left its answers there."""

    output: Path
    models: tuple[str, ...] = ()
    baseline: str | None = None
    data: tuple[Path, ...] = ()
    suite: Path | None = None
    limit: int | None = None
    resume: bool = False


@runtime_checkable
class Generator(Protocol):
    """Samples out of sources. Seeded by the run; the same sources give the same samples."""

    def generate(self) -> Iterator[TrainingSample]: ...


@runtime_checkable
class Scorer(Protocol):
    """One score a sample, in order. ``fingerprint`` changes when scores could change."""

    @property
    def fingerprint(self) -> str: ...

    def score_batch(self, samples: Sequence[TrainingSample], /) -> Sequence[Score]: ...


@runtime_checkable
class Transform(Protocol):
    """Samples in, samples out. Samples are frozen: yield changed copies; a drop is
    ``run.drop(sample, reason)`` and not yielding it.

    A class attribute ``rowwise = True`` says that what becomes of a sample depends on it, the
    settings and the run alone. ``apply`` may then be called many times, each with some of the
    samples, and in other processes; only counts (``noted``, drops) may be kept in between.
    ``rereads = True`` asks for an iterable that can be iterated again. One
    ``stage_inputs = ()`` is set to the inputs of the stage; a sample then has the one it was read
    from in ``__dict__["input"]``, until it is changed.
    """

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]: ...


@runtime_checkable
class Keyed(Transform, Protocol):
    """A transform that decides on keys and never holds samples; those that follow each other share
    their looks, and the rows wait as lines.

    ``key(sample)`` is a tuple of numbers and texts, taken in any process; ``columns`` has one code
    of the module ``array`` for each, ``s`` for a text. ``decide(keys)`` gets all keys in order and yields
    one verdict each, in order: None (it goes on), :class:`~afs_core.verdict.Drop`, or
    :class:`~afs_core.verdict.Assign` where the attribute ``assigns`` is True. With ``rereads`` False a
    verdict must not wait for later keys. ``apply`` does the same for whoever has samples:
    ``return apply_keyed(self, samples, self.run)``.
    """

    rereads: bool
    columns: str

    def key(self, sample: TrainingSample, /) -> tuple[int | float | str, ...]: ...

    def decide(self, keys: Iterable[tuple[Any, ...]], /) -> Iterator[Verdict]: ...


@runtime_checkable
class Converter(Protocol):
    """A sample to and from another tool's row. Raises :class:`~afs_core.errors.Unrepresentable`."""

    def convert(self, sample: TrainingSample, /) -> dict[str, Any]: ...

    def parse(self, row: dict[str, Any], /) -> TrainingSample: ...

    def matches(self, row: dict[str, Any], /) -> bool: ...


@runtime_checkable
class Trainer(Protocol):
    """``plan`` reads and never writes, and needs no torch where it can; ``train`` makes the adapter."""

    def plan(self, job: TrainJob, /) -> TrainPlan: ...

    def train(self, job: TrainJob, /) -> Artifact: ...


@runtime_checkable
class Quantizer(Protocol):
    """One artifact for each scheme of the job, in order."""

    def quantize(self, job: QuantizeJob, /) -> Sequence[Artifact]: ...


@runtime_checkable
class Evaluator(Protocol):
    """Judges models or data; writes only below ``job.output``."""

    def evaluate(self, job: EvalJob, /) -> Report: ...


@runtime_checkable
class EmbeddingProvider(Protocol):
    """Texts to one float32 array of shape ``(n, d)``, row ``i`` for text ``i``."""

    @property
    def fingerprint(self) -> str: ...

    def embed(self, texts: Sequence[str], /, *, role: Literal["document", "query"] = "document") -> Any: ...
