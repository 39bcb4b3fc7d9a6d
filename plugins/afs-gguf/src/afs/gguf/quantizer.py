"""The quantizer of the contract: a model folder and its adapter in, one GGUF file a scheme out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from afs_core.errors import UsageError
from afs_core.manifest import Artifact
from afs_core.protocols import QuantizeJob

from .conversion import Converted, convert
from .importance import Importance
from .merge import merge
from .merged import MergedModel
from .mixture import Scheme, scheme

if TYPE_CHECKING:
    from afs_core.run import Run

__all__ = ["GgufQuantizer", "MergeConfig", "QuantizeConfig", "SafetensorsMerger"]


class MergeConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the merge to safetensors."""

    any_base: Annotated[
        bool, Meta(description="Merge even if the adapter names its base model otherwise")
    ] = False


class QuantizeConfig(MergeConfig, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the conversion to GGUF."""

    name: Annotated[
        str, Meta(description="Name inside the file (general.name); the file's stem if empty")
    ] = ""
    threads: Annotated[
        int, Meta(description="Threads that encode; 0 means one for each core", ge=0, le=256)
    ] = 0


class GgufQuantizer:
    """Merges, converts and quantises in one streaming pass.

        job = QuantizeJob(base=Path("models/base"), adapter=Path("models/lora"),
                          schemes=("Q8_0", "Q4_K_M"), output=Path("models/gguf"))
        files = run.use("quantizers", "gguf").quantize(job)

    Memory follows the block size and the largest adapter pair, not the model.
    """

    Config = QuantizeConfig

    def __init__(self, config: QuantizeConfig, run: Run) -> None:
        self._config = config
        self._run = run

    def quantize(self, job: QuantizeJob) -> Sequence[Artifact]:
        """One artifact of kind ``gguf`` for each scheme, in order.

        Raises DataError by name for what the conversion does not cover, UsageError for an unknown
        scheme, and Missing where a K type is asked for and ggml's kernels are not installed.
        """
        stem = job.stem or (job.adapter or job.base).name
        targets = _targets(job, stem)
        importance = Importance(job.imatrix) if job.imatrix else None
        with (
            MergedModel(job.base, job.adapter, any_base=self._config.any_base) as model,
            _watched(self._run, f"quantise {stem}") as checkpoint,
        ):
            files = convert(
                model,
                targets,
                name=self._config.name or stem,
                importance=importance,
                threads=self._config.threads,
                checkpoint=checkpoint,
            )
        return [_artifact(file) for file in files]


class SafetensorsMerger:
    """Merges an adapter into its base as safetensors; the schemes of the job do not apply."""

    Config = MergeConfig

    def __init__(self, config: MergeConfig, run: Run) -> None:
        self._config = config
        self._run = run

    def quantize(self, job: QuantizeJob) -> Sequence[Artifact]:
        """One artifact of kind ``model``: ``job.output``, a folder that transformers loads."""
        if job.adapter is None:
            raise UsageError("a merge needs an adapter", hint="name the adapter's folder")
        with (
            MergedModel(job.base, job.adapter, any_base=self._config.any_base) as model,
            _watched(self._run, f"merge {job.adapter.name}") as checkpoint,
        ):
            applied = merge(model, job.output, checkpoint=checkpoint)
        size = sum(file.stat().st_size for file in job.output.glob("*.safetensors"))
        details = {"adapter_tensors": applied, "bytes": size}
        return [Artifact(path=job.output, kind="model", details=details)]


def _targets(job: QuantizeJob, stem: str) -> dict[Path, Scheme]:
    schemes = [scheme(name) for name in job.schemes]
    if not schemes or len({entry.name for entry in schemes}) != len(schemes):
        raise UsageError(f"expected one or more different schemes, got {list(job.schemes)}")
    return {job.output / f"{stem}-{entry.name}.gguf": entry for entry in schemes}


@contextmanager
def _watched(run: Run, label: str) -> Iterator[Callable[[float], None]]:
    """A progress bar in percent that is also where an interrupted run stops."""
    with run.progress(label, 100) as bar:
        shown = 0

        def checkpoint(share: float) -> None:
            nonlocal shown
            run.check_cancelled()
            bar.advance(int(share * 100) - shown)
            shown = int(share * 100)

        yield checkpoint


def _artifact(file: Converted) -> Artifact:
    details: dict[str, Any] = {
        "scheme": file.scheme,
        "bytes": file.size,
        "tensors": file.elements,
        "adapter_tensors": file.adapter_tensors,
    }
    return Artifact(path=file.path, kind="gguf", details=details)
