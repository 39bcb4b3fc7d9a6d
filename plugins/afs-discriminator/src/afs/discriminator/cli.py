"""``afs discriminator data|train|score|filter``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from afs.training.options import cache_option, profile_option
from afs_core import Outcome, UsageError
from afs_core.cli import (
    Console,
    afs_command,
    data_path,
    on_error_option,
    output_option,
    rejected_option,
    required_input,
    sample_inputs,
)

if TYPE_CHECKING:
    from afs.discriminator.dataset import Dataset
    from afs.discriminator.figures import Figures

__all__ = ["data", "filter_", "score", "train"]

device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    help="Where a transformer runs  [default: auto]",
)
batch_option = click.option(
    "--batch-size",
    type=click.IntRange(1),
    help="Texts that a transformer takes at once  [default: as many as fit]",
)
precision_option = click.option(
    "--precision",
    type=click.Choice(["auto", "fp32", "bf16", "int8"]),
    help="Numbers that a transformer computes with  [default: auto]",
)


@afs_command(seed=True)
@click.option(
    "--sources",
    multiple=True,
    type=data_path,
    help="Folders or files: assembly, Markdown, Python, samples (JSONL)",
)
@click.option("--output", type=data_path, help="File that gets the labelled texts")
@click.option(
    "--generated", multiple=True, type=data_path, help="Samples that a model made: fakes as they are"
)
@click.option("--kind", "kinds", multiple=True, help="Corruptions that are used  [default: all]")
@click.option(
    "--fakes",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Fakes for each real text to train on",
)
@click.option("--limit", type=click.IntRange(1), help="Take so many real texts at most, by chance")
def data(
    console: Console,
    sources: tuple[Path, ...],
    output: Path | None,
    generated: tuple[Path, ...],
    kinds: tuple[str, ...],
    fakes: int,
    limit: int | None,
    seed: int,
) -> object:
    """Write real texts and as many fakes, each with its kind, split by source file."""
    from afs.discriminator.corruption import corruptions
    from afs.discriminator.dataset import build_examples
    from afs.discriminator.examples import write_examples

    if not sources:
        raise UsageError("expected --sources FOLDER, with the texts that are real")
    if output is None:
        raise UsageError("expected --output FILE for the labelled texts")
    unknown = [kind for kind in kinds if kind not in corruptions()]
    if unknown:
        raise UsageError(f"--kind: expected one of {', '.join(corruptions())}, got {', '.join(unknown)}")
    with console.run(seed=seed) as run:
        found = build_examples(sources, run, generated=generated, kinds=kinds, limit=limit, fakes=fakes)
    if not found.examples:
        raise UsageError(
            f"no real text with a fake beside it in {found.files:,} files",
            hint="name folders with more sources",
        )
    write_examples(output, found.examples)
    _show_data(console, found, output)
    return {"files": found.files, "units": found.units, "examples": len(found.examples),
            "kinds": found.kinds, "dropped": found.dropped}  # fmt: skip


def _show_data(console: Console, found: Dataset, output: Path) -> None:
    console.note(
        f"data  {found.files:,} files, {found.units:,} real texts in, {len(found.examples):,} texts out"
    )
    for reason, count in found.dropped.most_common():
        console.note(f"  {count:,} {reason}")
    splits = Counter((example.domain, example.split, example.label) for example in found.examples)
    rows = [
        {
            "domain": domain,
            **{
                split: splits[domain, split, 0] + splits[domain, split, 1]
                for split in ("train", "val", "test")
            },
        }
        for domain in sorted({domain for domain, _, _ in splits})
    ]
    console.table(rows)
    console.print()
    console.table([{"kind": kind, "fakes": count} for kind, count in sorted(found.kinds.items())])
    console.note(f"{output} written")


@afs_command(seed=True)
@click.option(
    "--input", "source", type=data_path, help="Labelled texts, as afs discriminator data writes them"
)
@click.option("--output", type=data_path, help="Folder that becomes the discriminator")
@click.option(
    "--backend",
    type=click.Choice(["ngram", "electra"]),
    help="What learns  [default: electra with --base-model, else ngram]",
)
@click.option(
    "--base-model", help="Checkpoint that electra starts from: a folder, or a name in the hub's cache"
)
@click.option("--epochs", type=click.IntRange(1), help="Passes over the data, of electra")
@click.option("--batch-size", type=click.IntRange(1), help="Texts in a step, of electra")
@click.option("--learning-rate", type=click.FloatRange(0, min_open=True), help="Peak rate")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), help="Where electra is trained")
@click.option(
    "--code-base",
    multiple=True,
    type=data_path,
    help="Folders that define the names texts use, of ngram",
)
@click.option("--set", "more", multiple=True, metavar="NAME=VALUE", help="Another setting of the backend")
def train(
    console: Console,
    source: Path | None,
    output: Path | None,
    backend: str | None,
    code_base: tuple[Path, ...],
    more: tuple[str, ...],
    seed: int,
    **settings: Any,
) -> object:
    """Train a discriminator, and say on files it has not seen how good it is."""
    from afs.discriminator.training import train_model

    if source is None or output is None:
        raise UsageError("expected --input FILE with labelled texts and --output FOLDER")
    given = {name: value for name, value in settings.items() if value is not None}
    given |= {"code_base": [str(folder) for folder in code_base]} if code_base else {}
    given |= dict(_named(text) for text in more)
    chosen = backend or ("electra" if "base_model" in given else "ngram")
    with console.run(seed=seed) as run:
        record, stood = train_model(source, output, run, backend=chosen, settings=given)
    if record.figures is not None:
        show_figures(console, record.figures)
    console.note(f"{output} {'is there, nothing to do' if stood else 'written'}")
    return record


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set: expected NAME=VALUE, got {text!r}")
    return name.replace("-", "_"), value


def show_figures(console: Console, figures: Figures) -> None:
    from afs.discriminator.card import kind_rows, summary, threshold_rows

    console.print(summary(figures))
    console.print()
    console.table(kind_rows(figures))
    console.print()
    console.table(threshold_rows(figures))
    console.print()
    console.print(f"Of the fakes, {figures.detected_share:.0%} are of detected kinds.")
    if not figures.sufficient:
        console.warn("near chance: afs discriminator filter refuses this model without --force")


@afs_command()
@click.option(
    "--model",
    type=data_path,
    help="Folder of the discriminator  [default: that of [discriminator] model_path]",
)
@sample_inputs
@click.option(
    "--output", type=data_path, default=Path("-"), help="Where the scored samples go  [default: stdout]"
)
@profile_option
@click.option("--no-electra", is_flag=True, help="Leave the discriminator out")
@click.option("--no-asar", is_flag=True, help="Leave the assembler out")
@batch_option
@device_option
@precision_option
@cache_option
@on_error_option
def score(
    console: Console,
    model: Path | None,
    inputs: tuple[Path, ...],
    output: Path,
    profile: str | None,
    no_electra: bool,
    no_asar: bool,
    cache: bool | None,
    on_error: str,
    **own: Any,
) -> object:
    """Set the quality score of every sample, with a discriminator among its signals."""
    from afs.discriminator.samples import score_samples, scoring

    if no_electra and model is not None:
        raise UsageError("--no-electra leaves out what --model names")
    without = [name for name, off in (("electra", no_electra), ("asar", no_asar)) if off]
    with console.run() as run:
        settings = scoring(run, model, profile=profile, without=without, cache=cache, **own)
        outcome = score_samples(required_input(inputs), output, settings, run, on_error=on_error)
    console.report(outcome)
    return outcome


@afs_command(name="filter")
@click.option(
    "--model",
    type=data_path,
    help="Folder of the discriminator that scores them first  [default: by the scores that are there]",
)
@sample_inputs
@output_option
@rejected_option
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="The least score that is kept",
)
@click.option("--force", is_flag=True, help="Filter by a model that was measured to be near chance")
@profile_option
@batch_option
@device_option
@precision_option
@cache_option
@on_error_option
def filter_(
    console: Console,
    model: Path | None,
    inputs: tuple[Path, ...],
    output: Path,
    rejected: Path | None,
    min_score: float,
    force: bool,
    profile: str | None,
    cache: bool | None,
    on_error: str,
    **own: Any,
) -> object:
    """Keep the samples that score high enough; with --model they are scored first."""
    from afs.discriminator.samples import check_trust, filter_samples, scoring

    given = [
        f"--{name.replace('_', '-')}"
        for name, value in {**own, "profile": profile}.items()
        if value is not None
    ]
    if model is None and given:
        raise UsageError(
            f"{', '.join(given)}: expected with --model", hint="name the discriminator with --model"
        )
    with console.run() as run:
        settings = None
        if model is not None:
            check_trust(model, force=force)
            settings = scoring(run, model, profile=profile, cache=cache, **own)
        outcome = filter_samples(
            required_input(inputs), output, min_score, settings, run, rejected=rejected, on_error=on_error
        )
    console.report(outcome)
    _show_floors(console, outcome)
    return outcome


def _show_floors(console: Console, outcome: Outcome) -> None:
    """What other floors would keep."""
    from afs.discriminator.floor import UNSCORED

    last = outcome.counts[-1]
    floors = {name.removeprefix("at "): count for name, count in last.noted.items() if name.startswith("at ")}
    if last.came_in and floors:
        shown = ", ".join(
            f"{floor} {count:,} ({count / last.came_in:.0%})" for floor, count in floors.items()
        )
        console.note(f"other floors would keep: {shown}")
    if last.dropped.get(UNSCORED) == last.came_in > 0:
        console.warn("no sample has a quality score; --model scores them first")
