"""A report as one HTML file that opens offline: its style and its drawings are in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from afs.reports.cells import cell, columns, is_number
from afs.reports.drawing import bars, curves
from afs_core import Finding, Report

__all__ = ["render_html"]

_STYLE = """
:root{--ink:#1c2024;--paper:#fdfdfc;--soft:#6b7480;--line:#dfe3e8;--good:#1c7c4a;--bad:#b3261e;
--c0:#3466c2;--c1:#c2703d;--c2:#2f8f6b;--c3:#8a4fb0;--c4:#a8882a;--c5:#b0436e}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#16181b;--soft:#98a1ab;--line:#2c3238;
--good:#5cc48d;--bad:#ff8a80;--c0:#7aa2f0;--c1:#e6a173;--c2:#6fcfa8;--c3:#c59be6;--c4:#dcc06a;--c5:#e98bb0}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
.verdict{font-weight:600}.good{color:var(--good)}.bad{color:var(--bad)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.92rem}
th,td{padding:.28rem .7rem .28rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
dl{display:grid;grid-template-columns:max-content auto;
gap:.15rem 1.2rem;margin:.8rem 0}dt{color:var(--soft)}dd{margin:0}
svg{width:100%;max-width:40rem;height:auto;font:11px system-ui,sans-serif;fill:var(--ink)}
svg polyline{fill:none;stroke-width:2}svg .grid{stroke:var(--line)}svg .mark{stroke:var(--ink);fill:none}
svg .end{text-anchor:end}svg .mid{text-anchor:middle}
""" + "".join(f"rect.c{n}{{fill:var(--c{n})}}polyline.c{n}{{stroke:var(--c{n})}}" for n in range(6))


def render_html(report: Report) -> str:
    """The whole page. Every text is escaped."""
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(_body(report))
        + "\n</body></html>\n"
    )


def _body(report: Report) -> Iterator[str]:
    yield f"<h1>{escape(report.title)}</h1>"
    word, kind = ("Passed", "good") if report.passed else ("Not passed", "bad")
    yield f'<p class="verdict {kind}">{word}</p>'
    if report.summary:
        pairs = "".join(f"<dt>{escape(k)}</dt><dd>{escape(cell(v))}</dd>" for k, v in report.summary.items())
        yield f"<dl>{pairs}</dl>"
    if failed := [finding for finding in report.findings if not finding.passed]:
        yield "<h2>Not passed</h2>"
        yield _table([_finding(finding) for finding in failed])
    for name, rows in report.tables.items():
        yield f"<h2>{escape(name)}</h2>"
        yield _chart(rows) + _table(rows)
    for name, series in report.series.items():
        yield f"<h2>{escape(name)}</h2>"
        yield curves(series)
    for note in report.notes:
        yield f"<p>{escape(note)}</p>"
    if report.findings:
        yield "<h2>What was checked</h2>"
        yield _table([_finding(finding) for finding in report.findings])


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding.name,
        "passed": finding.passed,
        "value": finding.value,
        "limit": finding.limit,
        "message": finding.message,
    }


def _chart(rows: Sequence[Mapping[str, Any]]) -> str:
    """Bars for a table whose rows say ``out`` (samples) or ``exact match`` with ``low`` and ``high``."""
    for column in ("exact match", "out"):
        named = [(str(next(iter(row.values()))), row) for row in rows if is_number(row.get(column))]
        finite = {name: float(row[column]) for name, row in named if math.isfinite(row[column])}
        if finite:
            marks = {name: (row["low"], row["high"]) for name, row in named if is_number(row.get("low"))}
            return bars(finite, {name: mark for name, mark in marks.items() if all(map(math.isfinite, mark))})
    return ""


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    names = columns(rows)
    right = {name for name in names if _numeric(rows, name)}
    head = "".join(f"<th{_right(name in right)}>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{_cells(row, names, right)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: Mapping[str, Any], names: Sequence[str], right: set[str]) -> str:
    return "".join(
        f"<td{_class(row.get(name), name in right)}>{escape(cell(row.get(name)))}</td>" for name in names
    )


def _class(value: Any, right: bool) -> str:
    if isinstance(value, bool):
        return f' class="{"good" if value else "bad"}"'
    return _right(right)


def _right(right: bool) -> str:
    return ' class="n"' if right else ""


def _numeric(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    present = [row[name] for row in rows if row.get(name) is not None]
    return bool(present) and all(is_number(value) for value in present)
