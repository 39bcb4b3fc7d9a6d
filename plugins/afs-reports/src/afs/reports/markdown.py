"""A report as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from afs.reports.cells import cell, columns, is_number
from afs_core import Report

__all__ = ["render_markdown"]


def render_markdown(report: Report) -> str:
    """Title, verdict, findings, tables, the ends of curves, notes."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {report.title}"
    yield ""
    yield "Passed." if report.passed else "Not passed."
    if report.summary:
        yield ""
        yield from (f"- {name}: {cell(value)}" for name, value in report.summary.items())
    if failed := [finding for finding in report.findings if not finding.passed]:
        yield from _table("Not passed", [_finding(finding) for finding in failed])
    for name, rows in report.tables.items():
        yield from _table(name, rows)
    for name, curves in report.series.items():
        yield from _table(name, [_ends(label, points) for label, points in curves.items() if points])
    if report.notes:
        yield ""
        yield "\n\n".join(report.notes)
    if report.findings:
        yield from _table("What was checked", [_finding(finding) for finding in report.findings])


def _finding(finding: Any) -> dict[str, Any]:
    return {
        "finding": finding.name,
        "passed": finding.passed,
        "value": finding.value,
        "limit": finding.limit,
        "message": finding.message,
    }


def _ends(label: str, points: Sequence[tuple[float, float | None]]) -> dict[str, Any]:
    (first, start), (last, end) = points[0], points[-1]
    return {"curve": label, "from": first, "first": start, "to": last, "last": end}


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = columns(rows)
    yield ""
    yield f"## {title}"
    yield ""
    yield "| " + " | ".join(names) + " |"
    yield "|" + "|".join("---:" if _numeric(rows, name) else "---" for name in names) + "|"
    for row in rows:
        yield "| " + " | ".join(cell(row.get(name)).replace("|", "\\|") for name in names) + " |"


def _numeric(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    present = [row[name] for row in rows if row.get(name) is not None]
    return bool(present) and all(is_number(value) for value in present)
