"""Statistics that hold for small evaluations, and reports as Markdown, JSON and one HTML file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.reports.html import render_html
    from afs.reports.markdown import render_markdown
    from afs.reports.ranking import auc, auc_difference, kendall, spearman
    from afs.reports.stages import pipeline_report
    from afs.reports.statistics import Interval, mcnemar, paired_difference, proportion, wilson
    from afs.reports.writing import write_report

__all__ = [
    "Interval",
    "auc",
    "auc_difference",
    "kendall",
    "mcnemar",
    "paired_difference",
    "pipeline_report",
    "proportion",
    "render_html",
    "render_markdown",
    "spearman",
    "wilson",
    "write_report",
]

_HOMES = {
    "Interval": "statistics",
    "auc": "ranking",
    "auc_difference": "ranking",
    "kendall": "ranking",
    "mcnemar": "statistics",
    "paired_difference": "statistics",
    "pipeline_report": "stages",
    "proportion": "statistics",
    "render_html": "html",
    "render_markdown": "markdown",
    "spearman": "ranking",
    "wilson": "statistics",
    "write_report": "writing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
