"""The chain of every exporter: generator, redaction, then what the caller adds, then the limit.

Samples come from people's own files, so nothing leaves unredacted unless that is asked for. What was
written is scanned once more, and set aside if it still holds a secret.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from afs_core.cli.console import Console
from afs_core.cli.options import data_path, require_settings
from afs_core.errors import GateRefused, Missing, UnknownName

if TYPE_CHECKING:
    from afs_core.registry import Registry
    from afs_core.run import Run
    from afs_core.stage import Outcome

__all__ = ["REDACTION", "export", "export_options"]

REDACTION = "transforms/redaction"
_SCAN = "secrets"

#: A use of the chain with its settings.
Step = tuple[str, Mapping[str, Any]]


def export_options() -> list[click.Option]:
    """``--output``, ``--limit`` and ``--no-redact``; their values are arguments of :func:`export`."""
    return [
        click.Option(
            ["--output"],
            type=data_path,
            help="JSON-lines file; a name without suffix is a folder, with a file for each split. "
            "[default: standard output]",
        ),
        click.Option(["--limit"], type=click.IntRange(min=1), help="Write at most this many samples."),
        click.Option(
            ["--no-redact", "redact"],
            is_flag=True,
            flag_value=False,
            default=True,
            help="Leave secrets and personal data in.",
        ),
    ]


def export(
    console: Console,
    generator: str,
    settings: Mapping[str, Any],
    output: Path | None = None,
    *,
    limit: int | None = None,
    redact: bool = True,
    then: Sequence[Step] = (),
    seed: int = 42,
) -> Outcome:
    """Run generator → redaction → ``then`` (scorers, transforms) → limit, and report it.

    ``limit`` is the number of samples written. Raises Missing (exit code 5) where redaction is
    absent or disabled and ``redact`` was not turned off, GateRefused (exit code 3) where the last
    scan finds a secret in what was written.
    """
    from afs_core.stage import Stage, execute

    console.keep_apart(output)
    with console.run(seed=seed) as run:
        sources = _checked(console.registry, generator, settings, redact)
        steps: list[Step] = [(f"generators/{generator}", {**sources, **settings})]
        steps += [(REDACTION, {}), *then] if redact else then
        stage = Stage(
            name=generator.rpartition("/")[2],
            uses=tuple(use for use, _ in steps),
            config={use: given for use, given in steps if given},
            output=Path("-") if output is None else output,
            limit=limit,
        )
        outcome = execute(stage, run)
        if redact and output is not None and output != Path("-"):
            _scan(output, run)
    console.report(outcome)
    return outcome


def _scan(output: Path, run: Run) -> None:
    """Raises GateRefused, with ``output`` renamed, where a secret is left in it."""
    from afs_core.protocols import EvalJob

    try:
        scanner = run.use("evaluators", _SCAN)
    except (Missing, UnknownName):  # another plugin redacts, and has no scan
        run.warn(f"{output} was not scanned for secrets that are left: nothing provides evaluators/{_SCAN}")
        return
    report = scanner.evaluate(EvalJob(output=run.workdir, data=(output,)))
    if report.passed:
        return
    aside = _set_aside(output)
    raise GateRefused(
        f"secrets are left in what was written: {'; '.join(finding.message for finding in report.findings)}",
        hint=f"look at {aside}, where it was set aside; afs redact --scan {aside} lists the places",
    )


def _set_aside(output: Path) -> Path:
    """Rename ``output`` and its manifest to a name of their own, ``<name>.refused``."""
    from afs_core.manifest import manifest_path

    aside = output.with_name(f"{output.name}.refused")
    if aside.is_dir():
        shutil.rmtree(aside)
    aside.unlink(missing_ok=True)
    manifest = manifest_path(output)
    output.replace(aside)
    if manifest.exists():  # beside a file; that of a folder went with it
        manifest.replace(manifest_path(aside))
    return aside


def _checked(registry: Registry, generator: str, settings: Mapping[str, Any], redact: bool) -> dict[str, Any]:
    """The paths that the generator reads though no flag names them: changed sources are new inputs."""
    configured = registry.configured("generators", generator)
    require_settings(registry.config_type("generators", generator), {**configured, **settings})
    if redact:
        _require_redaction(registry)
    effective = registry.config_for("generators", generator, settings)
    fields = msgspec.structs.asdict(effective) if isinstance(effective, msgspec.Struct) else {}
    return {name: value for name, value in fields.items() if _is_path(value)}


def _is_path(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(_is_path(part) for part in value)
    return isinstance(value, Path)


def _require_redaction(registry: Registry) -> None:
    kind, _, name = REDACTION.partition("/")
    try:
        registry.find(kind, name)
    except Missing as fault:
        hint = f"{fault.hint}, or --no-redact to export as it is"
        raise Missing(f"nothing is exported unredacted: {fault.message}", hint=hint) from None
