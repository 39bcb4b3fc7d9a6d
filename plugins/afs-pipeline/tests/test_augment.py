"""``afs pipeline run --augment``: variants of the train split, in any number of processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs_core import read_samples, write_samples
from afs_core.sample import TrainingSample
from afs_core.testing.commandline import Cli

pytestmark = pytest.mark.usefixtures("afs_home")


def test_only_the_train_split_gets_variants(afs_cli: Cli, tmp_path: Path) -> None:
    for module in ("afs.augment", "afs.redaction", "afs.training", "afs.dedupe"):
        pytest.importorskip(module)
    words = "tide gull lantern oyster reef harbour squall anchor drift kelp".split()  # noqa: SIM905
    rows = [
        TrainingSample(f"What does ${0x7E0000 + 7 * n:06X} hold?", f"The {word} count, number {n}.")
        for n, word in enumerate(words * 2)
    ]
    write_samples(tmp_path / "in.jsonl", rows)
    args = ("pipeline", "run", "--input", tmp_path / "in.jsonl", "--augment", "2")
    for name, workers in (("one", "1"), ("two", "2")):
        done = afs_cli(*args, "--output", tmp_path / name, "--workers", workers)
        assert done.exit_code == 0, done.stderr
    curated = tmp_path / "one" / "curated"
    train = list(read_samples(curated / "train.jsonl"))
    variants = [row for row in train if "variant" in row.metadata]
    assert len(variants) == 2 * (len(train) - len(variants)) == 32
    ids = {row.sample_id for row in train if "variant" not in row.metadata}
    assert all(row.prov and row.prov.parents[0] in ids for row in variants)
    for split in ("val", "test"):
        assert not any("variant" in row.metadata for row in read_samples(curated / f"{split}.jsonl"))
    assert (tmp_path / "two" / "curated" / "train.jsonl").read_bytes() == (
        curated / "train.jsonl"
    ).read_bytes()


def test_without_the_plugin_it_ends_with_exit_code_5(afs_cli: Cli, tmp_path: Path) -> None:
    write_samples(tmp_path / "in.jsonl", [TrainingSample("What?", "That.")])
    args = (
        "pipeline",
        "run",
        "--input",
        tmp_path / "in.jsonl",
        "--output",
        tmp_path / "out",
        "--augment",
        "1",
    )
    done = afs_cli(*args, AFS_PLUGINS__DISABLED='["augment"]')
    assert done.exit_code == 5, done.stderr
    assert "augment" in done.stderr and not (tmp_path / "out" / "curated").exists()
