"""The documents' snippets on whole files, as they are written there."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from afs.training import load_jsonl, score_jsonl, split_dataset
from afs.training.converters import AlpacaConverter
from afs.training.scoring import QualityScorer, ScoringConfig, ScoringWeights
from afs_core import DataError, TrainingSample, read_manifest, write_samples


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)
    rows = (TrainingSample(f"Question {n}?", "An answer. " * n, domain="oracle") for n in range(40))
    write_samples(Path("training_data/oracle.jsonl"), rows)


def test_the_workflow_of_the_reference_runs() -> None:
    config = ScoringConfig.from_profile("generic")
    score_jsonl(
        input_path=Path("training_data/oracle.jsonl"),
        output_path=Path("training_data/oracle_scored.jsonl"),
        config=config,
    )
    scored = load_jsonl(Path("training_data/oracle_scored.jsonl"))
    assert len(scored) == 40
    assert all(0 <= sample.score <= 1 for sample in scored)
    assert read_manifest(Path("training_data/oracle_scored.jsonl")) is not None

    splits = split_dataset(scored, train_ratio=0.8, val_ratio=0.1, stratify_by="domain", seed=42)
    for split_name, samples in splits.items():
        with Path(f"training_data/{split_name}.jsonl").open("w") as f:
            for sample in samples:
                f.write(sample.to_json() + "\n")
    assert len(load_jsonl("training_data/train.jsonl")) == 32

    converter = AlpacaConverter()
    rows = [converter.convert(sample) for sample in splits["train"]]
    assert json.dumps(rows[0])


def test_a_scorer_needs_no_run() -> None:
    config = ScoringConfig(
        weights=ScoringWeights(electra=0.4, asar=0.3, entity=0.2, length=0.1),
        min_output_length=50,
        ideal_output_length=500,
        max_output_length=5000,
    )
    sample = TrainingSample(
        instruction="What does LDA do?", output="LDA loads the accumulator from memory.", domain="asm"
    )
    score = QualityScorer(config=config).score(sample)
    assert f"{score.electra_score:.2f}" == "nan" or 0 <= score.electra_score <= 1
    assert not math.isnan(score.overall)
    assert score.length_score == pytest.approx(0.38)


def test_loading_says_where_a_file_is_wrong() -> None:
    Path("wrong.jsonl").write_text('{"instruction": "a", "output": "b"}\n{"instruction": "a"}\n')
    with pytest.raises(DataError, match=r"wrong\.jsonl:2: "):
        load_jsonl("wrong.jsonl")
