"""The road itself: the pipeline file on a source, and the report at its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs.generators.sources import census
from afs.pipeline import Pipeline, read_pipeline
from afs.pipeline.state import StageState
from afs.quickstart.shipped import sample_folder
from afs.reports import pipeline_report, write_report
from afs_core import Artifact, GateRefused, Report, Stage
from afs_core.manifest import read_manifest

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["check_sources", "next_commands", "quickstart_pipeline", "road_report"]

FEWEST = 20
NOTES = (
    "The tiny model proves the road, not the quality: it is small enough to be trained on any laptop "
    "in a minute, and far too small to be of use.",
    "The probes ask for facts of the training split in words that it does not contain: a right answer "
    "shows that a fact was learnt, not that anything was understood beyond it.",
)


def quickstart_pipeline(source: Path) -> Pipeline:
    """The shipped pipeline file, reading ``source``; of a source that may hold notes alone, more
    sections are taken than of the sample."""
    values: dict[str, object] = {"source": str(source)}
    if source != sample_folder():
        values |= {"routines": 40, "sections": 60}
    return read_pipeline(Path(__file__).with_name("quickstart.toml"), values)


def check_sources(stage: StageState, source: Path) -> None:
    """Raises GateRefused where too few samples came out of ``source`` to go on with."""
    made = stage.counts[-1].went_out if stage.counts else 0
    if made >= FEWEST:
        return
    found = ", ".join(f"{count} {suffix}" for suffix, count in census(source).items()) or "no files"
    raise GateRefused(
        f"{source}: {made} samples came out of it, {FEWEST} are the least; files found: {found}",
        hint="name a folder with assembly in asar syntax, Markdown or text notes",
    )


def road_report(
    stages: Sequence[Stage], folder: Path, source: Path, run: Run
) -> tuple[Report, tuple[Artifact, ...]]:
    """The report over all stages, written to ``folder``."""
    report = pipeline_report(
        "Quickstart", [stage.output for stage in stages], (*NOTES, *next_commands(folder))
    )
    report = msgspec.structs.replace(
        report,
        summary={"source": source.name, **report.summary, **_probe_summary(stages)},
        tables={**_reordered(report.tables), "GGUF files": _files(folder / "gguf", report)},
    )
    return report, write_report(report, folder)


def _reordered(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What the reader came for first: the models, then how they came to be."""
    first = ("Models", "Against the baseline")
    return {name: tables[name] for name in (*first, *(n for n in tables if n not in first)) if name in tables}


def _probe_summary(stages: Sequence[Stage]) -> dict[str, Any]:
    probes = next((read_manifest(stage.output) for stage in stages if stage.name == "probes"), None)
    return {"probes": probes.counts[-1].went_out} if probes is not None and probes.counts else {}


def _files(folder: Path, report: Report) -> list[dict[str, Any]]:
    """Size of each file beside what parity found of it."""
    figures = {row["file"]: row for row in report.tables.get("parity", [])}
    return [
        {
            "file": path.name,
            "bytes": path.stat().st_size,
            "mean KL": figures[path.name]["kl"],
            "largest KL": figures[path.name]["kl_max"],
            "top-1": figures[path.name]["top1"],
            "equal in all else": not figures[path.name]["faults"],
        }
        for path in sorted(folder.glob("*.gguf"))
        if path.name in figures
    ]


def next_commands(folder: Path) -> list[str]:
    """What to type next, one line each."""
    gguf = folder / "gguf"
    return [
        "Go on with your own sources: afs quickstart --source ~/my-hack",
        "With a real base model: afs train --base-model Qwen/Qwen2.5-Coder-1.5B-Instruct "
        f"--data {folder / 'curated' / 'train.jsonl'} --output models/mine-lora",
        f"In LM Studio: copy the files of {gguf} to ~/.lmstudio/models/afs/quickstart/",
        f"In Ollama: write FROM {gguf}/NAME.gguf into a Modelfile, then: ollama create mine -f Modelfile",
    ]
