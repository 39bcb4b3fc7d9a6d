"""``afs training convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from afs.training.detection import format_name
from afs.training.rows import origin_of
from afs_core import Outcome, Run, Stage, execute
from afs_core.cli import Console, afs_command, data_path, required_input
from afs_core.documents import document_files
from afs_core.errors import UsageError
from afs_core.stream import SPLITS

__all__ = ["convert"]

_MLX = {"val": "valid"}


@afs_command()
@click.option(
    "--input",
    "source",
    type=data_path,
    help="File, gzipped or not, folder of splits or of files, or -",
)
@click.option(
    "--output",
    type=data_path,
    help="File, a folder for a folder of splits, .txt for plain text  "
    "[default: STEM_FORMAT.jsonl beside the input]",
)
@click.option(
    "--format",
    "form",
    required=True,
    help="alpaca, sharegpt, openai, chatml, mlx, llama-cpp, trl, axolotl, llama-factory, samples, "
    "or a plugin's format",
)
@click.option("--from", "origin", help="Format of the input, or auto for a mixture  [default: detected]")
@click.option(
    "--cot-mode", type=click.Choice(["drop", "tags", "field"]), help="Where reasoning goes  [default: drop]"
)
@click.option(
    "--from-cot-mode",
    type=click.Choice(["drop", "tags"]),
    help="tags: reasoning stands in <think> before the input's answers",
)
@click.option(
    "--roles", type=click.Choice(["user-assistant", "human-gpt"]), help="Names of the speakers in sharegpt"
)
@click.option("--layout", help="mlx: chat, completions; trl: prompt-completion, messages")
@click.option("--template", help="llama-cpp: chatml, llama3, gemma, phi3, alpaca")
@click.option("--arguments", type=click.Choice(["object", "text"]), help="mlx: arguments of tool calls")
@click.option("--task", type=click.Choice(["write", "explain"]), help="From codesearchnet: what is asked for")
@click.option(
    "--lossy", is_flag=True, help="Leave out what the format cannot hold, counted, instead of stopping"
)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="What a row that cannot be read or held does; skip sets it aside in OUTPUT.rejected.jsonl",
)
def convert(
    console: Console,
    source: Path | None,
    output: Path | None,
    form: str,
    origin: str | None,
    on_error: str,
    **settings: Any,
) -> object:
    """Write samples in the format of another tool, or another tool's rows as samples."""
    (source,) = required_input((source,) if source else ())
    form = format_name(form)
    with console.run() as run:
        run.registry.find("converters", form)
        files = _files(source, output, form)
        for _, target in files:
            console.keep_apart(target)
            _check_text(target, form, run)
        first = document_files(files[0][0])[0]
        origin = format_name(origin) if origin else origin_of(first, run)
        uses = tuple(f"converters/{name}" for name in (origin, form) if name)
        config = _configured(origin, form, settings, run)
        outcomes = [
            execute(
                Stage(
                    name="convert", uses=uses, inputs=(path,), output=target, config=config, on_error=on_error
                ),
                run,
            )
            for path, target in files
        ]
    for outcome in outcomes:
        console.report(outcome)
    if form == "llama-factory":
        _describe(console, [target for _, target in files])
    return outcomes[0] if len(outcomes) == 1 else outcomes


def _made(stage: Stage, source: Path, target: Path, run: Run) -> Outcome:
    return execute(replace(stage, inputs=(source,), output=target), run)


def _files(source: Path, output: Path | None, form: str) -> list[tuple[Path, Path]]:
    """What is read and what it becomes: one pair, or one for each split of a folder."""
    splits = [name for name in SPLITS if (source / f"{name}.jsonl").is_file()] if source.is_dir() else []
    bare = form.rpartition("/")[2]
    suffix = ".txt" if bare == "llama-cpp" else ".jsonl"
    if not splits or (output is not None and not _is_folder(output)):
        return [(source, output or _beside(source, f"_{bare}{suffix}"))]
    folder = output or source.with_name(f"{source.name}_{bare}")
    named = _MLX if bare == "mlx" else {}
    return [(source / f"{name}.jsonl", folder / f"{named.get(name, name)}{suffix}") for name in splits]


def _is_folder(output: Path) -> bool:
    return Stage(name="convert", uses=(), output=output).is_folder


def _beside(source: Path, ending: str) -> Path:
    """``train.jsonl`` to ``train_alpaca.jsonl``; a pipe stays one."""
    if source == Path("-"):
        return source
    stem = source.name if source.is_dir() else Path(source.name.removesuffix(".gz")).stem
    return source.with_name(f"{stem}{ending}")


def _check_text(target: Path, form: str, run: Run) -> None:
    if target.suffix == ".txt" and not getattr(run.registry.factory("converters", form), "plain_text", False):
        raise UsageError(
            f"--output: {form} writes JSON lines, which {target.name} is no name for",
            hint=f"--output {target.with_suffix('.jsonl')}, or --format llama-cpp or chatml",
        )


def _configured(
    origin: str | None, form: str, settings: dict[str, Any], run: Run
) -> dict[str, dict[str, Any]]:
    """Each setting for the side that it is about; raises UsageError where that side has none of the name."""
    reads = {"cot_mode": settings.pop("from_cot_mode"), "task": settings.pop("task")}
    reads = {name: value for name, value in reads.items() if value is not None}
    writes = {name: value for name, value in settings.items() if value is not None and name != "lossy"}
    both: dict[str, dict[str, Any]] = {}
    for name, given in ((origin, reads), (form, writes)):
        if name is None and given:
            raise UsageError(f"{_flags(given)}: the input is samples, which have no such option")
        if name is None:
            continue
        known = getattr(run.registry.config_type("converters", name), "__struct_fields__", ())
        unknown = {key: value for key, value in given.items() if key not in known}
        if unknown:
            options = ", ".join(f"--{key.replace('_', '-')}" for key in known) or "no options"
            raise UsageError(f"{_flags(unknown)}: {name} has no such option", hint=f"{name} has {options}")
        lossy = {"lossy": True} if settings["lossy"] and "lossy" in known else {}
        both[f"converters/{name}"] = {**given, **lossy}
    return both


def _flags(given: dict[str, Any]) -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in given)


def _describe(console: Console, files: list[Path]) -> None:
    """Enter files in the ``dataset_info.json`` beside them, where LLaMA-Factory looks for its datasets."""
    from afs.training.converters.llama_factory import enter

    for file in files:
        if file != Path("-"):
            name, path = enter(file)
            console.note(f"{path} names it {name}")
