from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from afs.training.scoring_cli import analyze, calibrate, score
from afs_core import TrainingSample, read_samples, write_samples

PLUGIN = '''
import os
from pathlib import Path

from afs_core import Capability, Score, hookimpl


class Odd:
    """Says how many letters are different, and writes down that it was asked."""

    fingerprint = "odd-1"

    def __init__(self, config, run):
        pass

    def score_batch(self, samples):
        import time

        time.sleep(0.001 * len(samples))
        with Path(os.environ["ASKED"]).open("a") as stream:
            stream.write("x" * len(samples))
        return [self.score(sample) for sample in samples]

    def score(self, sample):
        return Score(len(set(sample.output)) / 100) if sample.domain == "asm" else Score(reason="no asm")


@hookimpl
def afs_scorers():
    return [Capability(name="odd", target="odd:Odd")]
'''

Invoke = Callable[..., Result]


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "odd.py").write_text(PLUGIN)
    return folder


@pytest.fixture
def afs(tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config" / "afs" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[general]\nplugin_dirs = ["{plugins}"]\n'
        "[plugins.training.quality.profiles.mine]\nweights = { odd = 0.5, length = 0.5 }\n"
    )

    def invoke(command: Any, *words: object) -> Result:
        return CliRunner().invoke(command, [str(word) for word in words])

    return invoke


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = random.Random(2)
    path = tmp_path / "samples.jsonl"
    letters = "abcdefghijklmnopqrstuvwxyz"
    write_samples(
        path,
        (
            TrainingSample(
                f"Question {n}",
                "".join(rng.choices(letters[: 20 if n % 3 else 8], k=rng.randrange(60, 400))),
                domain="asm" if n % 2 else "prose",
                source=f"file {n % 7}",
                _metadata={"label": int(n % 3 > 0)} if n < 110 else {},
            )
            for n in range(120)
        ),
    )
    return path


def asked(data: Path) -> int:
    file = data.with_name("asked")
    return len(file.read_text()) if file.exists() else 0


def test_a_profile_of_the_users_own_lists_what_counts(afs: Invoke, data: Path) -> None:
    out = data.with_name("scored.jsonl")
    result = afs(score, "--input", data, "--output", out, "--score-profile", "mine")
    assert result.exit_code == 0, result.output
    prose, code = list(read_samples(out))[:2]
    assert prose.metadata["quality_components"]["odd"] == {"value": None, "reason": "no asm"}
    parts = code.metadata["quality_components"]
    assert (parts["odd"]["weight"], parts["length"]["weight"]) == (0.5, 0.5)
    assert code.quality_score == pytest.approx(
        (parts["odd"]["value"] + parts["length"]["value"]) / 2, abs=1e-5
    )


def test_an_installed_scorer_that_no_profile_lists_changes_nobodys_scores(afs: Invoke, data: Path) -> None:
    assert afs(score, "--input", data, "--output", data.with_name("scored.jsonl")).exit_code == 0
    assert asked(data) == 0


def test_a_second_run_scores_only_what_is_new_and_gives_the_same_bytes(afs: Invoke, data: Path) -> None:
    first, second, third = (data.with_name(f"{n}.jsonl") for n in (1, 2, 3))
    words = ("--input", data, "--score-profile", "mine")
    afs(score, *words, "--output", first)
    assert asked(data) == 120
    again = afs(score, *words, "--output", second)
    assert asked(data) == 120
    assert "120 odd from the cache" in again.stderr
    assert first.read_bytes() == second.read_bytes()
    afs(score, "--input", second, "--score-profile", "mine", "--output", third)
    assert asked(data) == 120  # what scoring wrote is no part of what is scored
    assert third.read_bytes() == first.read_bytes()
    afs(score, *words, "--output", third, "--no-cache")
    assert asked(data) == 240
    assert third.read_bytes() == first.read_bytes()


def test_an_unknown_profile_or_scorer_is_named(
    afs: Invoke, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = afs(score, "--input", data, "--output", "x.jsonl", "--score-profile", "mien")
    assert unknown.exit_code == 2
    assert "generic, asm, dialogue, mine" in unknown.stderr
    monkeypatch.setenv("AFS_PLUGINS__TRAINING__QUALITY__WEIGHTS", "{ ood = 0.5 }")
    result = afs(score, "--input", data, "--output", "x.jsonl")
    assert result.exit_code == 2
    assert "'ood'" in result.stderr
    assert not Path("x.jsonl").exists()


def test_leaving_a_signal_out_keeps_the_users_other_weights(
    afs: Invoke, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFS_PLUGINS__TRAINING__QUALITY__WEIGHTS", "{ odd = 0.9 }")
    out = data.with_name("scored.jsonl")
    assert afs(score, "--input", data, "--output", out, "--no-electra", "--no-asar").exit_code == 0
    code = list(read_samples(out))[1]
    assert code.metadata["quality_components"]["odd"]["weight"] == 0.9


def test_analyze_shows_tables_and_bars(afs: Invoke, data: Path) -> None:
    out = data.with_name("scored.jsonl")
    afs(score, "--input", data, "--output", out, "--score-profile", "mine")
    plain, bars = afs(analyze, "--input", out), afs(analyze, "--input", out, "--histogram")
    assert "Scores: 120 of 120 samples have one" in plain.stdout
    assert "odd is absent from 60: no asm" in plain.stdout
    assert "####" not in plain.stdout
    assert "####" in bars.stdout
    found = json.loads(afs(analyze, "--input", out, "--json").stdout)["data"]
    assert found["domains"]["asm"]["samples"] == 60
    unscored = afs(analyze, "--input", data)
    assert "120 have none: never scored" in unscored.stdout


def test_analyze_of_a_folder_and_of_nothing(afs: Invoke, data: Path) -> None:
    folder = data.with_name("many")
    folder.mkdir()
    assert afs(analyze, "--input", folder).exit_code == 1
    (folder / "a.jsonl").write_bytes(data.read_bytes())
    (folder / "b.jsonl").touch()
    (folder / "b.rejected.jsonl").write_text("{}\n")
    assert "0 of 120 samples" in afs(analyze, "--input", folder).stdout


def test_calibrate_makes_a_profile_that_scores(afs: Invoke, data: Path) -> None:
    made = data.with_name("made.toml")
    result = afs(calibrate, "--labels", data, "--signal", "odd", "--name", "fitted", "--output", made)
    assert result.exit_code == 0, result.output
    assert "110 samples, 73 good" in result.stderr
    assert "10 without a label" in result.stderr
    assert "fitted, held out" in result.stdout
    profile = tomllib.loads(made.read_text())["plugins"]["training"]["quality"]["profiles"]["fitted"]
    assert sum(profile["weights"].values()) == pytest.approx(1)
    assert profile["weights"]["odd"] > 0
    config = data.parent / "config" / "afs" / "config.toml"
    config.write_text(config.read_text() + made.read_text())
    out = data.with_name("scored.jsonl")
    assert afs(score, "--input", data, "--output", out, "--score-profile", "fitted").exit_code == 0
    found = json.loads(afs(calibrate, "--labels", data, "--signal", "odd", "--json").stdout)["data"]
    assert found["fitted"]["auc"]["low"] < found["fitted"]["auc"]["value"]
    assert "profiles.calibrated" in found["profile"]


def test_calibrate_refuses_few_labels_and_names_a_bad_one(afs: Invoke, data: Path) -> None:
    few, bad = data.with_name("few.jsonl"), data.with_name("bad.jsonl")
    lines = data.read_text().splitlines(keepends=True)
    few.write_text("".join(lines[:20]))
    assert afs(calibrate, "--labels", few).exit_code == 3
    bad.write_text(lines[0] + lines[1].replace('"label":1', '"label":"yes"'))
    refused = afs(calibrate, "--labels", bad)
    assert refused.exit_code == 1
    assert "sample 2: expected a label" in refused.stderr
    assert afs(calibrate).exit_code == 2
    assert afs(calibrate, "--labels", data, "--name", "a.b").exit_code == 2
