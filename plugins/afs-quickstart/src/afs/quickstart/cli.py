"""``afs quickstart``."""

from __future__ import annotations

from pathlib import Path

import click

from afs.pipeline import run_stages, stages_of
from afs.pipeline.state import StageState
from afs.quickstart.road import NOTES, check_sources, next_commands, quickstart_pipeline, road_report
from afs.quickstart.shipped import sample_folder
from afs_core import DataError, Report
from afs_core.cli import Console, afs_command, data_path

DEFAULT = Path("runs/quickstart")
SHOWN = ("Models", "Against the baseline", "GGUF files")


@afs_command(seed=True)
@click.option("--source", type=data_path, help="Folder of assembly, Markdown or notes [default: the sample].")
@click.option("--output", type=data_path, default=DEFAULT, show_default=True, help="Folder of the run.")
def quickstart(console: Console, source: Path | None, output: Path, seed: int) -> Report:
    """From sources to an evaluated model, offline, in one go."""
    source = sample_folder() if source is None else source
    if not source.is_dir():
        raise DataError("expected a folder of sources", path=source)
    pipeline = quickstart_pipeline(source)

    def tell(number: int, total: int, stage: StageState) -> None:
        if stage.state == "running":
            console.note(f"[{number}/{total}] {stage.name}")
            return
        console.note(f"      {stage.state}, {stage.seconds:.1f} s {stage.flow}".rstrip())
        if stage.name == "sources":
            check_sources(stage, source)

    with console.run(seed=seed) as run:
        stages = stages_of(pipeline, output, run.registry)
        run_stages(stages, output, run, origin=pipeline.origin, on_stage=tell)
        report, artifacts = road_report(stages, output, source, run)
    _show(console, report, output)
    for artifact in artifacts:
        console.note(f"{artifact.path} written")
    return report


def _show(console: Console, report: Report, output: Path) -> None:
    for name in ("Samples", *SHOWN):
        if rows := report.tables.get(name):
            console.print(f"\n{name}")
            console.table(rows)
    console.print()
    for note in (*NOTES, *next_commands(output)):
        console.print(note)
