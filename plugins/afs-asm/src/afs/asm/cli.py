"""``afs asm check``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from afs.asm.checker import CheckResult
from afs.asm.checker import check as check_code
from afs.asm.fences import LANGUAGES, fenced_blocks
from afs.asm.findings import ERROR, Finding
from afs_core import DataError, read_rows
from afs_core.cli import Console, afs_command, data_path
from afs_core.cli.command import required_input
from afs_core.jsonl import open_binary

REFUSED = 3


class Verdict(msgspec.Struct, frozen=True):
    """One line of ``--json``: the check of a file, or of one sample's field.

    ``row`` is the sample's number, 0 for a file. ``applicable`` is false where there is no code.
    """

    file: str
    row: int
    applicable: bool
    assembles: bool
    syntax_ok: bool
    findings: tuple[Finding, ...]
    stubs: tuple[str, ...]


@afs_command()
@click.argument("files", nargs=-1, type=data_path, metavar="[FILE]...")
@click.option("--input", "inputs", multiple=True, type=data_path, help="Samples; each is checked by itself")
@click.option("--field", default="output", show_default=True, help="Which field of a sample holds the code")
def check(console: Console, files: tuple[Path, ...], inputs: tuple[Path, ...], field: str) -> None:
    """Check assembly in asar syntax: files, or a field of samples.

    Names that a text does not define are taken as known. With --json, one verdict a line. Ends with
    exit code 3 if there are errors.
    """
    if not inputs:
        files = required_input(files, "FILE")
    checked = errors = 0
    for verdict in _verdicts(files, inputs, field):
        checked += 1
        errors += _show(console, verdict)
    console.note(f"{checked} checked, {errors} with errors")
    raise click.exceptions.Exit(REFUSED if errors else 0)


def _verdicts(files: tuple[Path, ...], inputs: tuple[Path, ...], field: str) -> Iterator[Verdict]:
    for path in files:
        yield _verdict(_name(path), 0, check_code(_read(path)), applicable=True)
    for path in inputs:
        for number, row in enumerate(read_rows(path), 1):
            yield _of_sample(path, number, row, field)


def _of_sample(path: Path, number: int, row: dict[str, Any], field: str) -> Verdict:
    text = row.get(field)
    if not isinstance(text, str):
        fields = ", ".join(sorted(row))
        hint = f"name one of its fields with --field: {fields}"
        raise DataError(f"a text was expected in the field `{field}`", path=path, line=number, hint=hint)
    pieces = _pieces(text)
    results = [(first, check_code(code)) for first, code in pieces]
    return _verdict(_name(path), number, _together(results), applicable=bool(results))


def _pieces(text: str) -> list[tuple[int, str]]:
    """The code in a text, each piece with the number of its first line: its blocks, or all of it."""
    blocks = list(fenced_blocks(text))
    if blocks:
        return [(block.line, block.text) for block in blocks if block.language in LANGUAGES]
    return [(1, text)] if text.strip() else []


def _together(results: list[tuple[int, CheckResult]]) -> CheckResult:
    findings = [
        msgspec.structs.replace(finding, line=finding.line + first - 1)
        for first, result in results
        for finding in result.findings
    ]
    return CheckResult(
        all(result.assembles for _, result in results),
        all(result.syntax_ok for _, result in results),
        tuple(findings),
        tuple(dict.fromkeys(name for _, result in results for name in result.stubs)),
    )


def _verdict(file: str, row: int, result: CheckResult, *, applicable: bool) -> Verdict:
    return Verdict(file, row, applicable, result.assembles, result.syntax_ok, result.findings, result.stubs)


def _show(console: Console, verdict: Verdict) -> bool:
    """Print a verdict; whether it has errors."""
    if console.json:
        click.echo(msgspec.json.encode(verdict))
    else:
        place = f"{verdict.file}:{verdict.row} " if verdict.row else f"{verdict.file}:"
        for finding in verdict.findings:
            console.print(f"{place}{finding}")
    return any(finding.severity == ERROR for finding in verdict.findings)


def _name(path: Path) -> str:
    return "<stdin>" if str(path) == "-" else str(path)


def _read(path: Path) -> str:
    with open_binary(path) as stream:
        return stream.read().decode("utf-8", "replace")
