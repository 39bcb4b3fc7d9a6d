"""A build: one trainer, quantizer or evaluator, given a job made from a stage.

Settings that are fields of the job go there; the rest are the capability's own Config. Inputs
find their place by what they are: sample files are data, an adapter or a GGUF is a model.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.blame import working
from afs_core.errors import UsageError
from afs_core.manifest import Artifact, Report, digest, folder_files
from afs_core.model_paths import base_of, is_adapter, model_references
from afs_core.protocols import EvalJob, QuantizeJob, TrainJob
from afs_core.sources import sample_files
from afs_core.stage import Made, Stage, Use, split_settings

if TYPE_CHECKING:
    from afs_core.run import Run

__all__ = ["build"]


def build(stage: Stage, uses: tuple[Use, ...], run: Run, *, resume: bool) -> Made:
    """Make the job, run it, and hash what it wrote."""
    use = uses[0]
    settings = dict(stage.config.get(use.text, {}))
    view = run.view(use.text, seed=stage.seed)
    label = run.registry.find(use.kind, use.name).label
    with working(label), redirect_stdout(sys.stderr):
        made = _KINDS[use.kind](stage, use, settings, view, resume)
    artifacts, report = made if isinstance(made, tuple) else (made, None)
    return Made(
        artifacts=tuple(artifacts),
        outputs=_outputs(stage.output, artifacts),
        report=report,
        details=_details(artifacts),
    )


def _details(artifacts: Sequence[Artifact]) -> dict[str, Any]:
    """What is known of the one artifact, or of each by its name."""
    if len(artifacts) == 1:
        return artifacts[0].details
    return {"artifacts": {artifact.path.name: artifact.details for artifact in artifacts}}


def _record(job: type[msgspec.Struct], fields: dict[str, Any]) -> Any:
    try:
        return msgspec.convert(fields, job, dec_hook=_as_path, strict=False)
    except msgspec.ValidationError as fault:
        raise UsageError(f"{job.__name__}: {fault}") from None


def _as_path(kind: type, value: Any) -> Any:
    return Path(value).expanduser() if issubclass(kind, Path) else value


def _train(stage: Stage, use: Use, settings: dict[str, Any], run: Run, resume: bool) -> Sequence[Artifact]:
    fields, own = split_settings(use.kind, settings)
    data: list[Path] = []
    validation: list[Path] = []
    for path in stage.inputs:
        for file in sample_files(path):
            split = file.stem if path.is_dir() else "train"
            {"train": data, "val": validation}.get(split, []).append(file)
    fields = {"data": data, "validation": validation, "resume": resume, "seed": run.seed} | fields
    job = _record(TrainJob, fields | {"output": stage.output})
    return [run.use(use.kind, use.name, **own).train(job)]


def _quantize(stage: Stage, use: Use, settings: dict[str, Any], run: Run, resume: bool) -> Sequence[Artifact]:
    fields, own = split_settings(use.kind, settings)
    for path in stage.inputs:
        fields.setdefault("adapter" if is_adapter(path) else "base", path)
    if "base" not in fields and "adapter" in fields:
        fields["base"] = base_of(Path(fields["adapter"]))
    if "base" not in fields:
        raise UsageError(f"stage {stage.name}: expected a model or an adapter as input")
    fields["base"] = _model_folder(str(fields["base"]), run)
    job = _record(QuantizeJob, fields | {"output": stage.output})
    return list(run.use(use.kind, use.name, **own).quantize(job))


def _evaluate(
    stage: Stage, use: Use, settings: dict[str, Any], run: Run, resume: bool
) -> tuple[Sequence[Artifact], Report]:
    fields, own = split_settings(use.kind, settings)
    models: list[str] = []
    data: list[Path] = []
    for path in stage.inputs:
        references = model_references(path)
        models += references
        data += () if references else (path,)
    found = {"models": models, "data": data, "resume": resume}
    job = _record(EvalJob, found | fields | {"output": stage.output})
    report: Report = run.use(use.kind, use.name, **own).evaluate(job)
    return report.artifacts, report


_KINDS: dict[str, Any] = {"trainers": _train, "quantizers": _quantize, "evaluators": _evaluate}


def _outputs(folder: Path, artifacts: Sequence[Artifact]) -> dict[str, str]:
    outputs = {}
    for artifact in artifacts:
        files = (
            folder_files(artifact.path) if artifact.path.is_dir() else [(artifact.path.name, artifact.path)]
        )
        for _, file in files:
            outputs[file.relative_to(folder).as_posix()] = digest(file)
    return outputs


def _model_folder(reference: str, run: Run) -> Path:
    path = Path(reference).expanduser()
    if path.is_dir():
        return path
    folder: Path = run.use("resolvers", "model").folder(reference)
    return folder
