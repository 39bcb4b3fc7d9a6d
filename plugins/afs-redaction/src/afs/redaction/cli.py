"""``afs redact``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs_core import EvalJob, GateRefused, Report, Stage, UsageError, execute
from afs_core.cli import Console, afs_command, data_path, required_input

_USE = "transforms/redaction"


@afs_command()
@click.argument("files", nargs=-1, type=data_path)
@click.option("--input", "inputs", multiple=True, type=data_path, help="Sample files; - or nothing is stdin.")
@click.option("--output", type=data_path, help="Where the samples go. [default: standard output]")
@click.option(
    "--scan", is_flag=True, help="Only look for what is left in FILES, and list it; 3 if anything is."
)
@click.option("--allow", multiple=True, metavar="SHA256", help="Digest of a value that is to stay.")
@click.option("--name", "names", multiple=True, help="A name or word to redact wherever it stands.")
@click.option("--rules", "rules_file", type=data_path, help="Further rules, as Gitleaks writes them.")
@click.option("--on-error", type=click.Choice(["stop", "skip"]), default="stop", show_default=True)
def redact(
    console: Console,
    files: tuple[Path, ...],
    inputs: tuple[Path, ...],
    output: Path | None,
    scan: bool,
    allow: tuple[str, ...],
    names: tuple[str, ...],
    rules_file: Path | None,
    on_error: str,
) -> object:
    """Replace secrets and personal data in samples by placeholders.

    With --scan nothing is written: FILES of any shape, and folders, are searched for what
    redaction would take out, and each place is a line FILE:LINE KIND.
    """
    given: dict[str, Any] = {"allow": allow, "names": names, "rules_file": rules_file}
    settings = {key: value for key, value in given.items() if value}
    paths = required_input((*files, *inputs))
    if scan:
        if output is not None:
            raise UsageError("--scan writes nothing, so it takes no --output")
        return _scanned(console, paths, settings)
    console.keep_apart(output)
    stage = Stage(
        name="redact",
        uses=(_USE,),
        inputs=paths,
        output=Path("-") if output is None else output,
        config={_USE: settings},
        on_error=on_error,
    )
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome


def _scanned(console: Console, paths: tuple[Path, ...], settings: dict[str, Any]) -> Report:
    with console.run() as run:
        evaluator = run.use("evaluators", "redaction/secrets", **settings)
        report: Report = evaluator.evaluate(EvalJob(output=run.workdir, data=paths))
    console.data = report
    for row in report.tables["hits"]:
        console.print(f"{row['file']}:{row['line']} {row['kind']}")
    for note in report.notes:
        console.note(note)
    console.note(f"secrets: {report.findings[0].message}")
    if not report.passed:
        raise GateRefused(
            f"secrets are left: {report.findings[0].message}", hint="afs redact --input FILE --output FILE"
        )
    return report
