"""``afs asm check``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from afs.asm.asar.engine import OwnEngine, open_engine
from afs.asm.checking.checker import CheckResult
from afs.asm.language.answer_code import code_texts
from afs.asm.language.findings import ERROR, WARNING, Finding
from afs.asm.sources.code_base import known_names, sources_below
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
    engine: str


@afs_command()
@click.argument("files", nargs=-1, type=data_path, metavar="[FILE]...")
@click.option("--input", "inputs", multiple=True, type=data_path, help="Samples; each is checked by itself")
@click.option("--field", default="output", show_default=True, help="Which field of a sample holds the code")
@click.option("--root", type=data_path, help="Folder whose files define the names that are known")
@click.option("--symbols", multiple=True, type=data_path, help="File of known names: .sym, .mlb, .asm")
@click.option(
    "--engine",
    type=click.Choice(["auto", "own"]),
    default="auto",
    show_default=True,
    help="auto: the asar of AFS_ASAR or PATH if there is one; own: never",
)
def check(
    console: Console,
    files: tuple[Path, ...],
    inputs: tuple[Path, ...],
    field: str,
    root: Path | None,
    symbols: tuple[Path, ...],
    engine: str,
) -> None:
    """Check assembly in asar syntax: files, folders, or a field of samples.

    Names that a text does not define are taken as known, and what a file of a folder pushes another
    may pull. With --json, one verdict a line. Ends with
    exit code 3 if there are errors.
    """
    if not inputs:
        files = required_input(files, "FILE")
    checked = errors = applicable = 0
    known = known_names([] if root is None else [_folder(root)], symbols)
    with OwnEngine() if engine == "own" else open_engine() as judge:
        for verdict in _verdicts(judge, known, files, inputs, field):
            checked += 1
            applicable += verdict.applicable
            errors += _show(console, verdict)
        console.note(_summary(checked, applicable, errors, judge.name))
    raise click.exceptions.Exit(REFUSED if errors else 0)


def _summary(checked: int, applicable: int, errors: int, engine: str) -> str:
    without = checked - applicable
    note = f"{checked} checked, {errors} with errors"
    note += f", {without} without assembly" if without else ""
    return f"{note} ({'own check, no asar' if engine == 'afs' else engine})"


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise DataError("a folder was expected", path=path, hint="name the folder of the code base")
    return path


def _verdicts(
    judge: OwnEngine, known: Iterable[str], files: tuple[Path, ...], inputs: tuple[Path, ...], field: str
) -> Iterator[Verdict]:
    for path, is_part in _each_file(files):
        result = judge.check(_read(path), known)
        yield _verdict(_name(path), 0, _part(result) if is_part else result, applicable=True)
    for path in inputs:
        for number, row in enumerate(read_rows(path), 1):
            yield _of_sample(judge, known, path, number, row, field)


def _part(result: CheckResult) -> CheckResult:
    """The check of one file of a code base: what it pushes another may pull."""
    findings = tuple(
        msgspec.structs.replace(finding, severity=WARNING) if finding.code == "unbalanced" else finding
        for finding in result.findings
    )
    right = not any(finding.severity == ERROR for finding in findings)
    return msgspec.structs.replace(result, findings=findings, syntax_ok=right)


def _each_file(files: tuple[Path, ...]) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether it is one of a folder's."""
    for path in files:
        if str(path) != "-" and path.is_dir():
            found = sources_below(path)
            if not found:
                raise DataError("no file of assembly in this folder", path=path, hint="name a file")
            yield from ((file, True) for file in found)
        else:
            yield path, False


def _of_sample(
    judge: OwnEngine, known: Iterable[str], path: Path, number: int, row: dict[str, Any], field: str
) -> Verdict:
    text = row.get(field)
    if not isinstance(text, str):
        fields = ", ".join(sorted(row))
        hint = f"name one of its fields with --field: {fields}"
        raise DataError(f"a text was expected in the field `{field}`", path=path, line=number, hint=hint)
    blocks = code_texts(text)
    results = [(block.line, judge.check(block.text, known)) for block in blocks]
    return _verdict(_name(path), number, _together(results, judge.name), applicable=bool(results))


def _together(results: list[tuple[int, CheckResult]], engine: str) -> CheckResult:
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
        results[0][1].engine if results else engine,
    )


def _verdict(file: str, row: int, result: CheckResult, *, applicable: bool) -> Verdict:
    return Verdict(
        file,
        row,
        applicable,
        result.assembles,
        result.syntax_ok,
        result.findings,
        result.stubs,
        result.engine,
    )


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
