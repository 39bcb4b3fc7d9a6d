"""A model in its folder: trained, read, trusted as far as it was measured; as a scorer, as commands."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afs.discriminator import Model, filter_jsonl, score_jsonl, scorer
from afs.discriminator.backend import FAKE, REAL
from afs.discriminator.examples import by_split, read_examples
from afs.discriminator.model import RECORD, read_record
from afs.discriminator.ngram import NGramBackend
from afs.discriminator.scorer import DiscriminatorScorer, ScorerConfig
from afs.discriminator.training import train_model
from afs.reports import auc
from afs.training.scoring import ScoringConfig
from afs_core import (
    DataError,
    GateRefused,
    Missing,
    Run,
    TrainingSample,
    UsageError,
    read_samples,
    write_samples,
)
from afs_core.testing import ScorerConformance, example_samples
from afs_core.testing.commandline import Cli


class TestElectra(ScorerConformance):
    capability = "electra"

    @pytest.fixture(autouse=True)
    def _model(self, trained: Path) -> None:
        self.model = trained

    def settings_in(self, folder: Path) -> Mapping[str, Any]:
        shutil.copytree(self.model, folder / "model")
        return {"model_path": str(folder / "model")}

    def samples(self) -> Sequence[TrainingSample]:
        return [*example_samples(), sample("```asm\nDraw:\n  LDA $10\n  STA $12\n  RTS\n```")]


def sample(output: str, **fields: Any) -> TrainingSample:
    return TrainingSample(instruction="Write it.", output=output, **fields)


def test_it_tells_fakes_of_files_it_has_not_seen(trained: Path, labelled: Path) -> None:
    test = by_split(read_examples(labelled))["test"]
    scores = Model.load(trained).scores([example.text for example in test])
    found = auc(scores, [example.label == REAL for example in test]).value
    figures = read_record(trained).figures
    assert figures is not None and found == pytest.approx(figures.auc.value, abs=1e-3) and found > 0.8
    assert sum(kind.fakes for kind in figures.kinds) == sum(example.label == FAKE for example in test)
    kept = [row.real_kept for row in figures.thresholds]
    assert kept == sorted(kept, reverse=True)


def test_the_card_says_what_is_not_detected(trained: Path) -> None:
    card, figures = (trained / "README.md").read_text(), read_record(trained).figures
    assert figures is not None
    for kind in figures.kinds:
        (row,) = [line for line in card.splitlines() if line.startswith(f"| {kind.kind} |")]
        assert ("not detected" in row) is (kind.auc.value < 0.65)


def test_training_again_writes_the_same_model(trained: Path, labelled: Path, tmp_path: Path) -> None:
    with Run.open(seed=3) as run:
        train_model(labelled, tmp_path / "again", run, settings={"trees": 40})
        _, stood = train_model(labelled, tmp_path / "again", run, settings={"trees": 40})
    assert stood and [path.name for path in tmp_path.iterdir()] == ["again"]
    for name in ("ngram.npz", RECORD, "README.md"):
        assert (tmp_path / "again" / name).read_bytes() == (trained / name).read_bytes()


def test_what_is_no_discriminator_is_not_replaced(labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with Run.open() as run:
        with pytest.raises(UsageError, match="a discriminator to replace"):
            train_model(labelled, tmp_path / "mine", run)
        with pytest.raises(UsageError, match="treees"):
            train_model(labelled, tmp_path / "new", run, settings={"treees": 3})


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", None])
def test_a_damaged_model_is_named(trained: Path, tmp_path: Path, damage: bytes | None) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained, folder)
    if damage is None:
        np.savez(folder / "ngram.npz", names=np.array([{}], dtype=object))  # only pickle could read it
    else:
        (folder / "ngram.npz").write_bytes(damage)
    with pytest.raises(DataError, match=r"ngram\.npz"):
        Model.load(folder)
    (folder / RECORD).write_text('{"backend": "ngram", "format": 99}')
    with pytest.raises(DataError, match="another version"):
        Model.load(folder)
    with pytest.raises(DataError, match="expected a discriminator"):
        Model.load(tmp_path)


def test_the_worst_piece_of_an_answer_counts_and_short_answers_do_not(
    trained: Path, afs_run: Run, dataset: Any
) -> None:
    scorer = DiscriminatorScorer(ScorerConfig(model_path=str(trained)), afs_run)
    code = [e.text for e in dataset.examples if e.domain == "asm" and e.split == "test"]
    scores = Model.load(str(trained)).scores(code)
    best, worst = code[int(np.argmax(scores))], code[int(np.argmin(scores))]
    given = [sample(f"```asm\n{text}\n```") for text in (best, worst)]
    both = sample(f"First:\n```asm\n{best}\n```\nThen:\n```asm\n{worst}\n```")
    found = [score.value for score in scorer.score_batch([*given, both])]
    assert found == pytest.approx([max(scores), min(scores), min(scores)], abs=1e-5)
    for text in ("$7EF36D", "", "It loads A.", "def f(x):\n    y = x + 1\n    return y\n"):
        (score,) = scorer.score_batch([sample(text)])
        assert score.value is None and score.reason


def test_a_long_answer_counts_as_its_worst_part(trained: Path, afs_run: Run, dataset: Any) -> None:
    scorer = DiscriminatorScorer(ScorerConfig(model_path=str(trained)), afs_run)
    prose = [e.text for e in dataset.examples if e.domain == "prose" and e.text.endswith(".")]
    long = " ".join(prose * (1 + 30_000 // sum(map(len, prose))))
    (score,) = scorer.score_batch([sample(long)])
    assert score.value is not None and score.detail["pieces"] == -(-len(long) // 8000)


def test_code_that_changed_anywhere_below_a_package_scores_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "package" / "room"
    room.mkdir(parents=True)
    spec = ModuleSpec("package", None, origin=str(tmp_path / "package" / "__init__.py"))
    monkeypatch.setattr(scorer, "find_spec", lambda name: spec)
    found = set()
    for text in ("one = 1", "one = 2"):
        (room / "table.tsv").write_text(text)
        found.add(scorer._code.__wrapped__())
    assert len(found) == 2


def test_without_a_model_the_signal_is_missing(tmp_path: Path, afs_run: Run) -> None:
    with pytest.raises(Missing, match="no discriminator"):
        DiscriminatorScorer(ScorerConfig(model_path=str(tmp_path / "none")), afs_run)


@pytest.fixture
def raw(tmp_path: Path, dataset: Any) -> Path:
    """Samples whose answers are real and corrupted routines."""
    texts = [e.text for e in dataset.examples if e.domain == "asm" and e.split == "test"]
    path = tmp_path / "raw.jsonl"
    write_samples(path, [sample(f"```asm\n{text}\n```", domain="asm") for text in texts])
    return path


def weaken(trained: Path, folder: Path) -> Path:
    """A copy of a model whose record says that it is near chance."""
    shutil.copytree(trained, folder)
    record = json.loads((folder / RECORD).read_text())
    record["figures"]["auc"] = {"value": 0.6, "low": 0.55, "high": 0.65}
    (folder / RECORD).write_text(json.dumps(record))
    return folder


def test_functions_as_the_documents_call_them(trained: Path, raw: Path, tmp_path: Path) -> None:
    config = ScoringConfig.from_profile("asm")
    scored, kept, rejected = (tmp_path / name for name in ("scored.jsonl", "kept.jsonl", "rejected.jsonl"))
    score_jsonl(input_path=raw, output_path=scored, model=trained, config=config, device="cpu")
    rows = list(read_samples(scored))
    assert [row.output for row in rows] == [row.output for row in read_samples(raw)]
    assert all(row.metadata["quality_components"]["electra"]["value"] is not None for row in rows)
    filter_jsonl(input_path=scored, output_path=kept, rejected_path=rejected, min_score=0.6)
    assert [r.output for r in read_samples(kept)] == [row.output for row in rows if row.score >= 0.6]
    assert len(list(read_samples(kept))) + len(rejected.read_text().splitlines()) == len(rows)
    with pytest.raises(GateRefused, match=r"held-out AUC 0\.600"):
        filter_jsonl(raw, tmp_path / "no.jsonl", model=weaken(trained, tmp_path / "weak"))


def test_what_was_scored_before_needs_no_model(
    trained: Path, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = tmp_path / "first.jsonl", tmp_path / "again.jsonl"
    score_jsonl(raw, first, model=trained)
    monkeypatch.setattr(NGramBackend, "load", lambda *_, **__: pytest.fail("the model was read"))
    score_jsonl(raw, again, model=trained)
    assert again.read_bytes() == first.read_bytes()


def test_scores_are_cached_where_the_configuration_says(afs_cli: Cli, raw: Path, trained: Path) -> None:
    (afs_cli.folder / "afs.toml").write_text('[discriminator]\ncache_dir = "mine"\n')
    line = ("discriminator", "score", "--model", trained, "--no-asar", "--input", raw, "--output")
    assert afs_cli(*line, "one.jsonl").exit_code == 0
    assert (afs_cli.folder / "mine" / "scores.sqlite").is_file()
    assert "electra from the cache" in afs_cli(*line, "two.jsonl").stderr
    (afs_cli.folder / "afs.toml").write_text('[discriminator]\ncache_dir = "other"\n')
    assert "electra from the cache" not in afs_cli(*line, "three.jsonl").stderr


def test_the_commands_from_sources_to_a_filtered_file(
    afs_cli: Cli, sources: Path, raw: Path, trained: Path
) -> None:
    data = afs_cli("discriminator", "data", "--sources", sources, "--output", "d.jsonl", "--json")
    assert data.exit_code == 0, data.stderr
    assert data.envelope["data"]["examples"] == len(read_examples(afs_cli.folder / "d.jsonl"))
    done = afs_cli(
        "discriminator", "train", "--input", "d.jsonl", "--output", "models/electra", "--set", "trees=30"
    )
    assert done.exit_code == 0 and "held-out AUC" in done.stdout and "asm-splice" in done.stdout, done.stderr
    line = ("filter", "--model", "models/electra", "--input", raw, "--output", "kept.jsonl")
    done = afs_cli("discriminator", *line, "--rejected", "no.jsonl", "--min-score", "0.6")
    assert done.exit_code == 0 and "other floors would keep: 0.1 " in done.stderr, done.stderr
    kept = list(read_samples(afs_cli.folder / "kept.jsonl"))
    assert 0 < len(kept) < len(list(read_samples(raw))) and all(row.score >= 0.6 for row in kept)


def test_a_model_knows_its_code_base(afs_cli: Cli, sources: Path, labelled: Path) -> None:
    line = ("discriminator", "train", "--input", labelled, "--set", "trees=20", "--output", "model")
    assert afs_cli(*line, "--code-base", sources).exit_code == 0
    assert str(sources) not in (afs_cli.folder / "model" / RECORD).read_text()
    assert "nothing to do" in afs_cli(*line, "--code-base", sources).stderr
    right = (sources / "keel.asm").read_text().split("\n\n")[1]
    wrong = right.replace("HasKeel", "HasKeell")
    real, fake = Model.load(afs_cli.folder / "model").scores([right, wrong])
    assert fake < real
    missing = afs_cli(*line, "--code-base", "nowhere")
    assert missing.exit_code == 1 and "nowhere" in missing.stderr


def test_a_model_near_chance_filters_only_by_force(afs_cli: Cli, raw: Path, trained: Path) -> None:
    weak = weaken(trained, afs_cli.folder / "weak")
    line = ("discriminator", "filter", "--model", weak, "--input", raw, "--output", "kept.jsonl")
    refused = afs_cli(*line)
    assert (
        refused.exit_code == 3 and "0.600" in refused.stderr and not (afs_cli.folder / "kept.jsonl").exists()
    )
    assert afs_cli(*line, "--force").exit_code == 0


def test_a_filter_without_scores_and_model_says_so(afs_cli: Cli, raw: Path) -> None:
    outcome = afs_cli("discriminator", "filter", "--input", raw, "--output", "kept.jsonl")
    assert outcome.exit_code == 0 and "--model scores them first" in outcome.stderr


def test_wrong_usage_is_told(afs_cli: Cli, raw: Path) -> None:
    for line, code, words in (
        (("data", "--output", "x"), 2, "--sources"),
        (("train", "--input", raw), 2, "--output"),
        (("train", "--input", raw, "--output", "m"), 1, "not a labelled text"),
        (
            ("score", "--model", "nowhere", "--input", raw, "--output", "x.jsonl"),
            1,
            "expected a discriminator",
        ),
        (("score", "--model", "m", "--no-electra", "--input", raw), 2, "--no-electra"),
        (("filter", "--device", "cpu", "--input", raw, "--output", "x.jsonl"), 2, "--model"),
    ):
        done = afs_cli("discriminator", *line)
        assert (done.exit_code, words in done.stderr) == (code, True), done.stderr
    done = afs_cli("discriminator", "score", "--input", raw, "--output", "x.jsonl")
    assert done.exit_code == 0 and "electra (not available: there is no discriminator" in done.stderr


def test_a_killed_scoring_goes_on_where_it_was(
    afs_cli: Cli, raw: Path, trained: Path, tmp_path: Path
) -> None:
    many = tmp_path / "many.jsonl"
    rows = list(read_samples(raw))
    write_samples(many, [sample(f"{row.output}\nNote {n}.") for n in range(4000) for row in rows[:1]])
    line = [sys.executable, "-m", "afs_core", "discriminator", "score", "--model", str(trained),
            "--no-asar", "--input", str(many), "--output", "out.jsonl"]  # fmt: skip
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path)}
    process = subprocess.Popen(line, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL)
    cache = tmp_path / "cache" / "afs" / "discriminator" / "scores.sqlite-wal"
    while process.poll() is None and not (cache.exists() and cache.stat().st_size > 200_000):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out.jsonl").exists()
    done = subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert "electra from the cache" in done.stderr
    assert [row.output for row in read_samples(tmp_path / "out.jsonl")] == [
        r.output for r in read_samples(many)
    ]
