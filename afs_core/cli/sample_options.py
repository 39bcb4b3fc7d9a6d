"""Options that commands over samples share."""

from __future__ import annotations

import functools
from pathlib import Path

import click

from afs_core.cli.options import data_path

__all__ = ["faulty", "on_error_option", "output_option", "rejected_option", "sample_inputs"]

sample_inputs = click.option(
    "--input", "inputs", multiple=True, type=data_path, help="Sample files or folders, or - for stdin"
)
output_option = click.option(
    "--output", type=data_path, default=Path("-"), help="File that is written  [default: stdout]"
)
rejected_option = click.option(
    "--rejected", type=data_path, help="Where the samples go that are not taken, each with the reason"
)
#: ``--on-error`` with a help of the command's own.
faulty = functools.partial(
    click.option, "--on-error", type=click.Choice(["stop", "skip"]), default="stop", show_default=True
)
on_error_option = faulty(
    help="What a line that is no sample does; skip sets it aside in OUTPUT.rejected.jsonl"
)
