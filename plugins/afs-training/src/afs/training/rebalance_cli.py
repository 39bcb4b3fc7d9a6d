"""``afs training rebalance`` and ``afs training merge``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from afs.training.mixture import shares_of
from afs.training.options import given
from afs.training.selection import SELECTORS
from afs_core import Counts, Outcome, Stage, UsageError, execute
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
from afs_core.cli.options import NamedValue

__all__ = ["RATIOS", "merge", "rebalance"]

_REBALANCE, _DEDUPE = "transforms/rebalance", "transforms/exact-dedupe"
#: What an expert is made of: data of its own field, general data, and what models wrote.
RATIOS = {"expert": 0.60, "general": 0.25, "synthetic": 0.15}

_count = click.IntRange(min=1)
_max_total = click.option("--max-total", type=_count, help="Most samples in all")
_oversample = click.option(
    "--allow-oversample",
    is_flag=True,
    default=None,
    help="Take every sample, and copies where a part is too small",
)
_shuffle = click.option("--shuffle/--no-shuffle", default=None, help="Mix the order  [default: on]")


def _weights(flag: str, help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    kind = NamedValue(click.FloatRange(min=0))
    return click.option(flag, "weights", multiple=True, type=kind, metavar="NAME=SHARE", help=help)


@afs_command(seed=True)
@sample_inputs
@output_option
@rejected_option
@on_error_option
@_weights("--weight", "Share of a tag, an input's name, a source or a domain  [default: inputs alike]")
@click.option("--min-quality-score", type=click.FloatRange(0, 1), help="Leave out what scores lower")
@click.option("--max-per-domain", type=_count, help="Most samples of one domain, copies not counted")
@_max_total
@_oversample
@click.option(
    "--selector", type=click.Choice(SELECTORS), help="Which samples of a part are taken  [default: random]"
)
@_shuffle
def rebalance(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    rejected: Path | None,
    on_error: str,
    weights: tuple[tuple[str, float], ...],
    seed: int,
    **settings: Any,
) -> object:
    """Take samples of several sources in the proportions asked for."""
    stage = Stage(
        name="rebalance",
        uses=(_REBALANCE,),
        inputs=required_input(inputs),
        output=output,
        config={_REBALANCE: given({"weights": _unique(weights) or None, **settings})},
        seed=seed,
        on_error=on_error,
        rejected=rejected,
    )
    return _rebalanced(console, stage, seed)


@afs_command(seed=True)
@click.option("--expert", multiple=True, type=data_path, help="Data of the expert's own field")
@click.option("--general", multiple=True, type=data_path, help="General data")
@click.option("--synthetic", multiple=True, type=data_path, help="Data that models wrote")
@output_option
@rejected_option
@on_error_option
@_weights("--ratio", "Share of a part  [default: expert=0.6, general=0.25, synthetic=0.15]")
@_max_total
@_oversample
@_shuffle
def merge(
    console: Console,
    expert: tuple[Path, ...],
    general: tuple[Path, ...],
    synthetic: tuple[Path, ...],
    output: Path,
    rejected: Path | None,
    on_error: str,
    weights: tuple[tuple[str, float], ...],
    seed: int,
    **settings: Any,
) -> object:
    """Merge expert, general and synthetic data, 60/25/15.

    Of samples that ask the same one stays, that of the expert data first. Parts that are not given
    leave their share to the others.
    """
    parts = {"expert": expert, "general": general, "synthetic": synthetic}
    parts = {name: files for name, files in parts.items() if files}
    if not parts:
        raise UsageError("--expert, --general or --synthetic is missing", hint="name a file for each part")
    names = {str(file): name for name, files in parts.items() for file in files}
    stage = Stage(
        name="merge",
        uses=(_DEDUPE, _REBALANCE),
        inputs=_distinct(parts),
        output=output,
        config={
            _DEDUPE: {"keep": "first"},
            _REBALANCE: given({"weights": _ratios(parts, weights), "input_names": names, **settings}),
        },
        seed=seed,
        on_error=on_error,
        rejected=rejected,
    )
    return _rebalanced(console, stage, seed)


def _distinct(parts: Mapping[str, tuple[Path, ...]]) -> tuple[Path, ...]:
    files = [file for files in parts.values() for file in files]
    twice = [str(file) for file in files if files.count(file) > 1]
    if twice:
        raise UsageError(f"{twice[0]} is given twice", hint="each file belongs to one part")
    return tuple(files)


def _ratios(parts: Mapping[str, Any], given: tuple[tuple[str, float], ...]) -> dict[str, float]:
    asked = _unique(given)
    if strange := sorted(set(asked) - set(parts)):
        raise UsageError(f"--ratio {strange[0]}: no file is given for it", hint=f"parts: {', '.join(parts)}")
    return {name: asked.get(name, RATIOS[name]) for name in parts}


# What came of the shares


def _rebalanced(console: Console, stage: Stage, seed: int) -> Outcome:
    with console.run(seed=seed) as run:
        weights = run.registry.config_for("transforms", "rebalance", stage.config[_REBALANCE]).weights
        outcome = execute(stage, run)
    console.report(outcome)
    for line in share_lines(outcome.counts[-1], weights):
        console.note(line)
    return outcome


def share_lines(counts: Counts, weights: Mapping[str, float]) -> Iterator[str]:
    """``oracle  40.0% asked  40.0% got  1,500 from 2,500`` for each part."""
    taken = {key.removeprefix("from "): n for key, n in counts.noted.items() if key.startswith("from ")}
    shares = shares_of(weights or dict.fromkeys(taken, 1.0))
    width, total = max(map(len, taken), default=0), sum(taken.values())
    for name, count in taken.items():
        got = count / total if total else 0.0
        copies = counts.noted.get(f"copies of {name}", 0)
        there = count - copies + counts.dropped.get(f"beyond the share of {name}", 0)
        more = f", {copies:,} of them copies" if copies else ""
        asked = float(shares[name])
        yield f"{name.ljust(width)}  {asked:6.1%} asked  {got:6.1%} got  {count:,} from {there:,}{more}"


def _unique(pairs: tuple[tuple[str, float], ...]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in pairs:
        if name in found:
            raise UsageError(f"{name} has two weights, {found[name]:g} and {value:g}")
        found[name] = value
    return found
