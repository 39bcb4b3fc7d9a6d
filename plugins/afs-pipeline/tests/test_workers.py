"""``--workers`` at the command line: the same bytes, killed at any moment, interrupted, out of space."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afs.pipeline import read_state
from afs_core.jsonl import write_samples
from afs_core.sample import TrainingSample

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc and sends signals")
Afs = Callable[..., subprocess.CompletedProcess[str]]
AFS = [str(Path(sys.executable).with_name("afs"))]  # "python -m" may end by SIGINT itself, not by 130

ROAD = """
[pipeline]
workers = 2
[variables]
pause = 0.0
[[stage]]
name = "loud"
uses = "transforms/slow"
from = "./rows.jsonl"
rejected = true
on_error = "skip"
pause = "${pause}"
[[stage]]
name = "dealt"
uses = ["transforms/slow", "transforms/deal"]
from = "loud"
workers = 1
"""
RUN = ("pipeline", "run", "--config", "road.toml", "--output", "out")

TOYS = """
import time
import msgspec
from afs_core import Capability, hookimpl
from afs_core.verdict import Assign, apply_keyed

class Slow:
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        pause: float = 0.0
    rowwise = True
    def __init__(self, config, run): self.config, self.run = config, run
    def apply(self, samples):
        time.sleep(self.config.pause)
        for sample in samples:
            if sample.output.endswith("77"): self.run.drop(sample, "unwanted")
            else: yield msgspec.structs.replace(sample, instruction=sample.instruction.upper())

class Deal:
    rereads = assigns = True
    columns = "I"
    def __init__(self, config, run): self.run = run
    def key(self, sample): return (int(sample.output),)
    def decide(self, keys):
        for (key,) in list(keys): yield Assign(("train", "val", "test")[key % 3])
    def apply(self, samples): return apply_keyed(self, samples, self.run)

@hookimpl
def afs_transforms():
    return [Capability(name="slow", target="slow_toys:Slow"),
            Capability(name="deal", tags=("splits",), target="slow_toys:Deal")]
"""


@pytest.fixture(autouse=True)
def road(work: Path, toys: Path) -> None:
    (toys / "slow_toys.py").write_text(TOYS)
    (work / "road.toml").write_text(ROAD)
    rows = [TrainingSample(f"say {number} " + "word " * 120, str(number)) for number in range(6000)]
    write_samples(work / "rows.jsonl", rows)  # four ranges
    with (work / "rows.jsonl").open("ab") as out:
        out.write(b"{torn\n")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.jsonl"))
    }


def children(process: int) -> list[int]:
    """The processes that ``process`` has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == process:
                found.append(int(entry.name))
    return found


def gone(process: int) -> bool:
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def start(*words: str, **settings: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*AFS, *words], stderr=subprocess.PIPE, env=os.environ, **settings)


def wait_for(told: Callable[[], Any], process: subprocess.Popen[bytes]) -> Any:
    deadline = time.monotonic() + 60
    while not (found := told()):
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.01)
    return found


@pytest.fixture
def unbroken(afs: Afs, work: Path) -> dict[str, bytes]:
    done = afs("pipeline", "run", "--config", "road.toml", "--output", "whole", "--workers", "1")
    assert done.returncode == 0, done.stderr
    return contents(work / "whole")


def test_workers_of_flag_file_and_stage_write_the_same(
    afs: Afs, work: Path, unbroken: dict[str, bytes]
) -> None:
    for words in ((), ("--workers", "3")):
        (done := afs(*RUN, *words, "--no-resume")).check_returncode()
        assert contents(work / "out") == unbroken
        assert "6,001 in" in done.stderr or "6001 in" in done.stderr
    assert sorted(unbroken) == [
        "dealt/test.jsonl",
        "dealt/train.jsonl",
        "dealt/val.jsonl",
        "loud.jsonl",
        "loud.rejected.jsonl",
    ]
    shown = afs(*RUN, "--workers", "3", "--dry-run")
    assert [line.split()[-3] for line in shown.stdout.splitlines()[1:]] == ["3", "1"]


def test_a_run_killed_at_any_moment_ends_as_an_unbroken_one(
    afs: Afs, work: Path, unbroken: dict[str, bytes]
) -> None:
    rng = random.Random(7)
    started = time.monotonic()
    afs(*RUN, "--set", "pause=0.01").check_returncode()
    took = time.monotonic() - started
    for number in range(4):
        process = start(*RUN, "--no-resume", "--set", "pause=0.01", "--workers", str(1 + number % 3))
        time.sleep(took * rng.uniform(0.3, 1.0))
        workers = children(process.pid)
        process.kill()
        process.wait()
        for worker in workers:
            deadline = time.monotonic() + 20
            while not gone(worker):
                assert time.monotonic() < deadline, "a worker outlived its run"
                time.sleep(0.02)
        assert afs(*RUN, "--set", "pause=0.01").returncode == 0
        assert contents(work / "out") == unbroken
        assert not [path.name for path in (work / "out").rglob("*") if path.name.startswith(".")]


@pytest.mark.parametrize("ends", ["parent", "worker"])
def test_what_ends_a_process_ends_the_run_and_leaves_nothing(
    afs: Afs, work: Path, unbroken: dict[str, bytes], ends: str
) -> None:
    process = start(*RUN, "--set", "pause=0.1", "--workers", "3")
    workers = wait_for(lambda: len(found := children(process.pid)) == 2 and found, process)
    wait_for(lambda: list((work / "out").glob(".loud*")), process)
    if ends == "parent":
        process.send_signal(signal.SIGINT)
    else:
        os.kill(workers[0], signal.SIGKILL)
    said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == (130 if ends == "parent" else 1), said
    assert ("interrupted" if ends == "parent" else "ended by signal SIGKILL") in said
    assert "Traceback" not in said
    assert all(gone(worker) for worker in workers)
    assert not contents(work / "out")
    assert not list((work / "out").glob(".*"))
    assert read_state(work / "out").stages[0].state == ("interrupted" if ends == "parent" else "failed")
    assert afs(*RUN, "--set", "pause=0.1").returncode == 0
    assert contents(work / "out") == unbroken


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_space_is_told_and_nothing_half_is_left(work: Path, workers: str) -> None:
    def little_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    process = start(*RUN, "--workers", workers, preexec_fn=little_space)
    said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 1, said
    assert "File too large" in said
    assert "Traceback" not in said
    assert not contents(work / "out")
    assert not list((work / "out").glob(".*"))


def test_no_permission_is_told(work: Path, afs: Afs) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may do everything")
    (work / "out").mkdir()
    (work / "out").chmod(0o500)
    done = afs(*RUN)
    assert done.returncode == 1
    assert "Permission denied" in done.stderr


def test_a_dry_run_counts_what_is_there(afs: Afs, work: Path) -> None:
    shown = afs(*RUN, "--dry-run")
    assert shown.returncode == 0, shown.stderr
    first, second = shown.stdout.splitlines()[1:]
    assert "6001" in first and first.split()[-1] == "no"
    assert "-" in second.split() and second.split()[-1] == "no"
    assert not (work / "out").exists()
    assert afs(*RUN).returncode == 0
    first, second = afs(*RUN, "--dry-run").stdout.splitlines()[1:]
    assert first.split()[-1] == second.split()[-1] == "yes"
    first, _ = afs(*RUN, "--dry-run", "--no-resume").stdout.splitlines()[1:]
    assert first.split()[-1] == "no"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("[pipeline]\nworkers = 0\n", "[pipeline]"),
        ("[pipeline]\nspeed = 2\n", "speed"),
        ("pipeline = 3\n", "pipeline = 3"),
        (ROAD.replace("workers = 1", 'workers = "many"'), "stage dealt"),
    ],
)
def test_wrong_workers_are_told(afs: Afs, work: Path, file: str, said: str) -> None:
    (work / "road.toml").write_text(
        file if "[[stage]]" in file else file + ROAD.replace("[pipeline]\nworkers = 2\n", "")
    )
    done = afs(*RUN)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_score_below_the_floor_is_dropped(afs: Afs, work: Path) -> None:
    for module in ("afs.redaction", "afs.training", "afs.dedupe"):
        pytest.importorskip(module)
    answers = ["word " * 100, "too short to be of any use"]
    write_samples(
        work / "in.jsonl", [TrainingSample(f"Tell me about {n} please", answers[n % 2]) for n in range(20)]
    )
    words = ("pipeline", "run", "--input", "in.jsonl", "--output", "cut", "--min-quality-score", "0.5")
    done = afs(*words, "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "20 in, 10 out (quality below 0.5 10)" in done.stderr
    assert afs(*words, "--set", "x=1").returncode == 2
    refused = afs(*RUN, "--min-quality-score", "0.5")
    assert (refused.returncode, "--min-quality-score is for --input" in refused.stderr) == (2, True)
