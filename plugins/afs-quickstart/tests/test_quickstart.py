"""One full quickstart feeds every assertion about it; it takes a minute or two."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from afs.reports.statistics import Interval
from afs_core.jsonl import read_samples

AFS = [sys.executable, "-m", "afs_core.cli"]


class Done(NamedTuple):
    folder: Path
    process: subprocess.CompletedProcess[str]
    report: dict[str, Any]


def afs(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*AFS, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False, timeout=900
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    folder = tmp_path_factory.mktemp("quickstart")
    process = afs("quickstart", "--json", cwd=folder)
    assert process.returncode == 0, process.stderr
    yield Done(folder / "runs" / "quickstart", process, json.loads(process.stdout)["data"])


def model(done: Done, name: str) -> dict[str, Any]:
    (row,) = [row for row in done.report["tables"]["Models"] if row["model"] == name]
    return dict(row)


def test_it_trains_on_60_to_80_symbols_and_asks_at_least_120_probes(done: Done) -> None:
    train = list(read_samples(done.folder / "curated" / "train.jsonl"))
    symbols = {s.metadata["fact"]["key"] for s in train if s.prov and s.prov.kind == "address"}
    probes = list(read_samples(done.folder / "probes.jsonl"))
    assert 60 <= len(symbols) <= 80
    assert len(probes) >= 120
    assert {probe.metadata["fact"]["key"] for probe in probes} <= {
        sample.metadata["fact"]["key"] for sample in train if "fact" in sample.metadata
    }


def test_the_base_knows_nothing_and_the_adapter_and_the_small_file_know_the_facts(done: Done) -> None:
    assert model(done, "tiny")["exact match"] <= 0.05
    for name in ("adapter", "adapter-Q4_K_M.gguf"):
        row = model(done, name)
        assert row["exact match"] >= 0.80, row
        assert row["low"] >= 0.70, row


def test_the_difference_is_tested_against_the_baseline(done: Done) -> None:
    rows = done.report["tables"]["Against the baseline"]
    assert len(rows) == 4
    for row in rows:
        interval = Interval(row["difference"], row["from"], row["to"])
        assert 0.7 < interval.low <= interval.value <= interval.high <= 1
        assert row["p (McNemar)"] < 1e-6


def test_three_files_are_proved_equal_to_the_trained_model(done: Done) -> None:
    files = done.report["tables"]["GGUF files"]
    assert len(files) == 3
    assert all(row["bytes"] > 1_000_000 for row in files)
    parity = [finding for finding in done.report["findings"] if finding["name"].startswith("parity")]
    assert parity
    assert all(finding["passed"] for finding in parity)


def test_the_k_types_are_really_there(done: Done) -> None:
    found = {}
    for scheme in ("Q5_K_M", "Q4_K_M"):
        (path,) = (done.folder / "gguf").glob(f"*{scheme}.gguf")
        inspected = afs("gguf", "inspect", path, "--json", cwd=done.folder)
        found[scheme] = inspected.stdout
    assert "Q4_K" in found["Q4_K_M"]
    assert "Q6_K" in found["Q4_K_M"]
    assert "Q5_K" in found["Q5_K_M"]


def test_the_report_opens_offline_and_draws_loss_and_counts(done: Done) -> None:
    page = (done.folder / "report.html").read_text()
    assert "<polyline" in page
    assert "exact-dedupe" in page
    assert "proves the road, not the quality" in page
    assert not [word for word in ("src=", "href=", "<script") if word in page]
    assert (done.folder / "report.md").read_text().startswith("# Quickstart")


def test_every_artifact_has_a_lineage_back_to_the_sources(done: Done) -> None:
    shown = afs("lineage", "show", done.folder / "gguf", cwd=done.folder)
    assert shown.returncode == 0
    for stage in ("gguf", "adapter", "curated", "sources"):
        assert f"<- {stage}:" in shown.stdout
    assert afs("lineage", "verify", done.folder / "compared", "--deep", cwd=done.folder).returncode == 0


def test_a_second_run_does_nothing(done: Done) -> None:
    started = time.monotonic()
    again = afs("quickstart", "--json", cwd=done.folder.parent.parent)
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("up to date") == 8
    assert time.monotonic() - started < 60
    assert json.loads(again.stdout)["data"]["tables"]["Models"] == done.report["tables"]["Models"]


def test_what_comes_next_is_said(done: Done) -> None:
    notes = " ".join(done.report["notes"])
    for words in ("--source", "--base-model", "LM Studio", "Ollama", "in words that it does not contain"):
        assert words in notes
