"""The road in a short configuration: the same bytes again, and after ``kill -9`` and Ctrl-C."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from afs.quickstart import sample_folder
from afs.quickstart.shipped import TinyModel

ROAD = """
[[stage]]
name = "sources"
uses = "generators/oracle"
source = "{source}"
kinds = ["address", "symbol"]
symbols = 30
variants = 2

[[stage]]
name = "curated"
uses = ["transforms/redaction", "transforms/quality", "transforms/exact-dedupe", "transforms/split"]
from = "sources"
weights = {{ electra = 0, asar = 0, entity = 0, length = 1 }}

[[stage]]
name = "adapter"
uses = "trainers/peft"
from = "curated"
base_model = "tiny"
max_steps = 12
batch_size = 8
gradient_accumulation_steps = 1
checkpoint_seconds = 0.5

[[stage]]
name = "gguf"
uses = "quantizers/gguf"
from = "adapter"
schemes = ["Q8_0", "Q4_K_M"]
"""
#: What the promise is about: datasets, weights and files, not the log and the manifests with their times.
KEPT = (
    "sources.jsonl",
    "curated/train.jsonl",
    "curated/val.jsonl",
    "curated/test.jsonl",
    "adapter/adapter_model.safetensors",
    "gguf/adapter-Q8_0.gguf",
    "gguf/adapter-Q4_K_M.gguf",
)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("road")
    shutil.copytree(sample_folder() / "Core", folder / "hack")
    (folder / "road.toml").write_text(ROAD.format(source="hack"))
    return folder


def start(road: Path, output: str, seed: int = 1) -> subprocess.Popen[bytes]:
    words = ["pipeline", "run", "--config", "road.toml", "--output", output, "--seed", str(seed)]
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("afs")), *words],
        cwd=road,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(road: Path, output: str, seed: int = 1) -> dict[str, str]:
    process = start(road, output, seed)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()
    return {name: hashlib.sha256((road / output / name).read_bytes()).hexdigest() for name in KEPT}


@pytest.fixture(scope="module")
def whole(road: Path) -> dict[str, str]:
    return finish(road, "whole")


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(road: Path, whole: dict[str, str]) -> None:
    assert finish(road, "again") == whole
    other = finish(road, "other", seed=2)
    assert [name for name in KEPT if other[name] == whole[name]] == []


def test_a_broken_run_goes_on_to_the_same_bytes(road: Path, whole: dict[str, str]) -> None:
    rng = random.Random(4)
    for kind in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        process = start(road, "broken")
        time.sleep(1 + 6 * rng.random())
        os.killpg(process.pid, kind)
        process.communicate(timeout=60)
        assert process.returncode in {0, 130, -signal.SIGKILL}
    assert finish(road, "broken") == whole


def test_nothing_in_the_artifacts_tells_where_or_when_they_were_made(
    road: Path, whole: dict[str, str]
) -> None:
    for name in KEPT:
        data = (road / "whole" / name).read_bytes()
        assert str(road).encode() not in data, name
        assert str(TinyModel(None, None).path).encode() not in data, name  # type: ignore[arg-type]
        assert time.strftime("%Y-%m-%d").encode() not in data, name
