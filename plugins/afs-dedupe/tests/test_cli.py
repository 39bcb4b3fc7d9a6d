from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from afs.dedupe.cli import dedupe
from afs_core import TrainingSample, read_samples, write_samples


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)


def test_dedupe_writes_the_kept_and_names_the_partner_of_the_dropped(tmp_path: Path) -> None:
    rows = [
        TrainingSample("What is A?", "one", quality_score=0.2),
        TrainingSample("What is B?", "two"),
        TrainingSample("what  is a?", "three", quality_score=0.8),
    ]
    write_samples(Path("raw.jsonl"), rows)
    result = CliRunner().invoke(
        dedupe,
        ["--input", "raw.jsonl", "--output", "unique.jsonl", "--rejected", "twice.jsonl", "--keep", "best"],
    )
    assert result.exit_code == 0, result.output
    assert "1 dropped: 1 same question as another sample" in result.stderr
    assert [row.output for row in read_samples(Path("unique.jsonl"))] == ["two", "three"]
    (dropped,) = [json.loads(line) for line in Path("twice.jsonl").read_text().splitlines()]
    assert dropped["sample"]["_metadata"]["duplicate_of"] == rows[2].sample_id


def test_unchanged_samples_are_written_as_they_were_read() -> None:
    line = '{ "instruction":"a", "output":"b", "number":123456789012345678901234567890 }\n'
    Path("raw.jsonl").write_text(line)
    assert CliRunner().invoke(dedupe, ["--input", "raw.jsonl", "--output", "out.jsonl"]).exit_code == 0
    assert Path("out.jsonl").read_text() == line


def test_near_runs_after_exact_and_logs_each_pair_with_its_similarity() -> None:
    long = "how do i read the second controller in the vertical blank routine of this game"
    rows = [
        TrainingSample(long, "one", quality_score=0.5),
        TrainingSample(long.upper(), "two", quality_score=0.9),
        TrainingSample(f"{long} please", "three", quality_score=0.7),
        TrainingSample("Something else entirely, with more words than a run.", "four"),
    ]
    write_samples(Path("raw.jsonl"), rows)
    files = ["--input", "raw.jsonl", "--output", "unique.jsonl", "--rejected", "pairs.jsonl"]
    result = CliRunner().invoke(dedupe, [*files, "--near", "--threshold", "0.8"])
    assert result.exit_code == 0, result.output
    assert "1 dropped: 1 near-duplicate of another sample" in result.stderr
    assert [row.output for row in read_samples(Path("unique.jsonl"))] == ["two", "four"]
    exact, near = [json.loads(line) for line in Path("pairs.jsonl").read_text().splitlines()]
    assert exact["sample"]["_metadata"] == {"duplicate_of": rows[1].sample_id}
    assert near["sample"]["_metadata"] == {"duplicate_of": rows[1].sample_id, "similarity": 0.9167}
    assert near["reason"] == "near-duplicate of another sample"


def test_options_of_near_alone_are_refused() -> None:
    write_samples(Path("raw.jsonl"), [TrainingSample("a", "b")])
    result = CliRunner().invoke(dedupe, ["--input", "raw.jsonl", "--threshold", "0.8"])
    assert result.exit_code != 0
    assert "--near" in str(result.exception) + result.output
