"""The commands of afs-gguf: fill in a stage, print the outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs_core.cli.command import Console, afs_command, data_path, options_of, settings_from
from afs_core.errors import GateRefused
from afs_core.model_paths import local_paths
from afs_core.stage import Outcome, Stage, execute

from .evaluator import ParityConfig
from .inspection import inspect_gguf
from .quantizer import MergeConfig, QuantizeConfig

__all__ = ["inspect_command", "merge_command", "parity_command", "quantize_command"]

_GGUF, _MERGE, _PARITY = "quantizers/gguf", "quantizers/safetensors", "evaluators/parity"
_base = click.option("--base", "--base-model", "base", help="Base model; the adapter's own if left out.")


@afs_command(name="merge", params=options_of(MergeConfig))
@click.argument("adapter", type=data_path)
@_base
@click.option("--output", required=True, type=data_path, help="Folder of the merged model.")
def merge_command(
    console: Console, adapter: Path, base: str | None, output: Path, **settings: Any
) -> Outcome:
    """Merge ADAPTER into its base model, as safetensors, block by block."""
    chosen = settings_from(MergeConfig, settings) | _chosen_base(base)
    return _execute(
        console,
        Stage(
            name="merge",
            uses=(_MERGE,),
            inputs=(_found(console, adapter),),
            output=output,
            config={_MERGE: chosen},
        ),
    )


@afs_command(name="quantize", params=options_of(QuantizeConfig))
@click.argument("model", type=data_path)
@_base
@click.option(
    "--scheme",
    "schemes",
    multiple=True,
    default=("Q4_K_M",),
    show_default=True,
    help="BF16, F16, Q8_0, Q5_K_M or Q4_K_M; may be repeated, all come from one pass.",
)
@click.option("--output", required=True, type=data_path, help="Folder of the GGUF files.")
@click.option("--stem", default="", help="Files are STEM-SCHEME.gguf; the model's name if left out.")
@click.option("--imatrix", type=data_path, help="Importance matrix (GGUF) that guides the K types.")
def quantize_command(
    console: Console,
    model: Path,
    base: str | None,
    schemes: tuple[str, ...],
    output: Path,
    stem: str,
    imatrix: Path | None,
    **settings: Any,
) -> Outcome:
    """Write GGUF files from MODEL: a model folder, or an adapter, which is merged on the way."""
    chosen = settings_from(QuantizeConfig, settings) | {"schemes": list(schemes), "stem": stem or model.name}
    chosen |= _chosen_base(base)
    chosen |= {"imatrix": imatrix} if imatrix else {}
    found = _found(console, model)
    return _execute(
        console, Stage(name="quantize", uses=(_GGUF,), inputs=(found,), output=output, config={_GGUF: chosen})
    )


@afs_command(name="parity", params=options_of(ParityConfig))
@click.argument("files", nargs=-1, required=True, type=data_path)
@click.option("--model", required=True, type=data_path, help="Model or adapter behind the files.")
@click.option("--data", multiple=True, type=data_path, help="Samples to compare on.")
@click.option("--output", type=data_path, help="Folder of the report; beside the first file if left out.")
def parity_command(
    console: Console,
    files: tuple[Path, ...],
    model: Path,
    data: tuple[Path, ...],
    output: Path | None,
    **settings: Any,
) -> Outcome:
    """Compare GGUF FILES with the model they were made from: tokens, chats, stops, distributions."""
    outcome = _execute(
        console,
        Stage(
            name="parity",
            uses=(_PARITY,),
            inputs=(_found(console, model), *files, *data),
            output=output or files[0].parent / "parity",
            config={_PARITY: settings_from(ParityConfig, settings)},
        ),
    )
    if outcome.report is not None:
        console.table(outcome.report.tables["parity"])
        if not outcome.report.passed:
            raise GateRefused("the files do not agree with the model", hint="convert them again")
    return outcome


@afs_command(name="inspect")
@click.argument("file", type=data_path)
@click.option("--tensors/--no-tensors", default=False, help="List every tensor.")
def inspect_command(console: Console, file: Path, tensors: bool) -> dict[str, Any]:
    """Show header, metadata and tensor types of FILE, which may come from anywhere."""
    shown = inspect_gguf(file, tensors=tensors)
    console.print(f"GGUF version {shown['version']}, {shown['bytes']:,} bytes, {shown['weights']:,} weights")
    elements = shown["elements"].items()
    console.print(", ".join(f"{count} {name}" for name, count in elements))
    console.table([{"key": key, "value": value} for key, value in shown["metadata"].items()])
    console.table(shown.get("tensors", []))
    return shown


def _execute(console: Console, stage: Stage) -> Outcome:
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome


def _found(console: Console, model: Path) -> Path:
    """``model``, or, where no such path is there, the model that a plugin ships under that name."""
    if model.exists():
        return model
    with console.run() as run:
        return next(iter(local_paths(str(model), run)), model)


def _chosen_base(base: str | None) -> dict[str, Any]:
    """A folder as a path, so that its content counts; anything else is a name to resolve."""
    if not base:
        return {}
    folder = Path(base).expanduser()
    return {"base": folder if folder.is_dir() else base}
