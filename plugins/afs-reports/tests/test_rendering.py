from __future__ import annotations

import html.parser
import json
import math
from pathlib import Path

import msgspec
import pytest

from afs.reports import pipeline_report, render_html, render_markdown, write_report
from afs_core import Counts, DataError, Finding, Report
from afs_core.manifest import Manifest, write_manifest

REPORT = Report(
    title="Base & tuned <b>",
    passed=False,
    summary={"probes": 140, "p": 1.5e-9},
    findings=(Finding(name="tuned", passed=False, value=0.71, limit=">= .8"),),
    tables={
        "Models": [
            {"model": "a|b", "exact match": 0.9, "low": 0.8, "high": 0.95},
            {"model": "c", "loss": math.nan},
        ]
    },
    series={"Loss": {"train": [(1, 3.0), (2, 1.5), (3, math.nan)]}},
    notes=("A tiny model proves the road.",),
)


class _Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.outside += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href"}]
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, [(name, value) for name, value in attrs if name in {"src", "href"}])
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_from_outside_and_nests_well() -> None:
    page = render_html(REPORT)
    parser = _Links()
    parser.feed(page)
    assert parser.outside == []
    assert parser.open == []
    assert "@import" not in page and "url(" not in page and "<script" not in page


def test_the_page_escapes_what_it_shows_and_draws_curves_and_bars() -> None:
    page = render_html(REPORT)
    assert "Base &amp; tuned &lt;b&gt;" in page
    assert "<polyline" in page
    assert 'class="mark"' in page
    assert "nan" not in page


def test_markdown_holds_the_same_figures() -> None:
    text = render_markdown(REPORT)
    assert "Not passed." in text
    assert "| a\\|b | 0.9 | 0.8 | 0.95 | - |" in text
    assert "| tuned | no | 0.71 | >= .8 |  |" in text


def test_three_files_are_written_and_the_json_is_the_report(tmp_path: Path) -> None:
    artifacts = write_report(REPORT, tmp_path)
    assert [artifact.path.name for artifact in artifacts] == ["report.html", "report.md", "report.json"]
    again = json.loads((tmp_path / "report.json").read_text())
    assert again["summary"] == REPORT.summary
    assert again["tables"]["Models"][1]["loss"] is None


def test_stages_become_one_report(tmp_path: Path) -> None:
    for number, stage in enumerate(("sources", "judged")):
        artifact = tmp_path / f"{stage}.jsonl"
        artifact.write_text("")
        manifest = Manifest(
            key="k",
            stage=stage,
            uses=("transforms/x",),
            kind="samples",
            counts=(Counts(name="transforms/x", came_in=9, went_out=7, dropped={"odd": 2}),),
            report=REPORT if number else None,
            details={"series": {"Training loss": {"loss": [(1, 2.0)]}}},
        )
        write_manifest(artifact, manifest)
    report = pipeline_report("The road", [tmp_path / "sources.jsonl", tmp_path / "judged.jsonl"])
    assert not report.passed
    assert report.tables["Samples"][0] == {"step": "sources: x", "in": 9, "out": 7, "not taken": {"odd": 2}}
    assert set(report.series) == {"Training loss", "Loss"}
    assert report.findings[0].name == "judged: tuned"
    assert msgspec.json.encode(report, enc_hook=str)


def test_an_unfinished_stage_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no manifest"):
        pipeline_report("x", [tmp_path / "nothing.jsonl"])
