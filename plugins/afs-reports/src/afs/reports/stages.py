"""Many stages in one report: what went in and out of each, and what each of them found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from afs_core import DataError, Finding, Report
from afs_core.manifest import Manifest, read_manifest

__all__ = ["pipeline_report"]


def pipeline_report(title: str, outputs: Sequence[Path], notes: Sequence[str] = ()) -> Report:
    """One report over the manifests of ``outputs``, in their order.

    Raises DataError where one of them has none.
    """
    manifests = [_manifest(path) for path in outputs]
    reports = [(m.stage, m.report) for m in manifests if m.report is not None]
    tables: dict[str, list[dict[str, Any]]] = {"Samples": [row for m in manifests for row in _flow(m)]}
    series: dict[str, dict[str, list[tuple[float, float | None]]]] = {}
    for manifest in manifests:
        series |= manifest.details.get("series", {})
    for _, report in reports:
        tables |= report.tables
        series |= report.series
    return Report(
        title=title,
        passed=all(report.passed for _, report in reports),
        summary={"seconds": round(sum(m.seconds for m in manifests), 1), "seed": manifests[0].seed},
        findings=tuple(_named(stage, finding) for stage, report in reports for finding in report.findings),
        tables=tables,
        series=series,
        notes=(*notes, *(note for _, report in reports for note in report.notes)),
    )


def _manifest(path: Path) -> Manifest:
    manifest = read_manifest(path)
    if manifest is None:
        raise DataError("expected a finished stage, found no manifest", path=path)
    return manifest


def _flow(manifest: Manifest) -> list[dict[str, Any]]:
    rows = []
    for link in manifest.counts:
        row: Mapping[str, Any] = {
            "step": f"{manifest.stage}: {link.name.partition('/')[2] or link.name}",
            "in": link.came_in if link.came_in else None,
            "out": link.went_out,
            "not taken": dict(link.dropped),
        }
        rows.append(dict(row))
    return rows


def _named(stage: str, finding: Finding) -> Finding:
    return Finding(
        name=f"{stage}: {finding.name}",
        passed=finding.passed,
        value=finding.value,
        limit=finding.limit,
        message=finding.message,
    )
