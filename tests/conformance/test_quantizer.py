"""The conformance class of quantizers passes a good one, and rejects each of these by name.

This module is also the plugin that it plants. The good one keeps the upper bits of every byte.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from afs_core import Artifact, Capability, QuantizeJob, Run, UsageError, atomic_write, hookimpl

BITS = {"B4": 0xF0, "B2": 0xC0}


class Given:
    def job(self, folder: Path) -> QuantizeJob:
        base = folder / "base"
        base.mkdir()
        (base / "weights.bin").write_bytes(bytes(range(256)) * 8)
        return QuantizeJob(base=base, output=folder / "out", schemes=("B4", "B2"), stem="small")


class Good:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run

    def quantize(self, job: QuantizeJob, /) -> Any:
        unknown = [scheme for scheme in job.schemes if scheme not in BITS]
        if unknown:
            raise UsageError(f"expected schemes of {', '.join(BITS)}, got {', '.join(unknown)}")
        return [self.one(job, scheme) for scheme in job.schemes]

    def one(self, job: QuantizeJob, scheme: str) -> Any:
        path = job.output / f"{job.stem}-{scheme}.gguf"
        self.write(path, (job.base / "weights.bin").read_bytes(), BITS[scheme])
        return Artifact(path=path, kind="gguf")

    def write(self, path: Path, weights: bytes, mask: int) -> None:
        with atomic_write(path) as stream:
            self.blocks(stream, weights, mask)

    def blocks(self, stream: Any, weights: bytes, mask: int) -> None:
        for start in range(0, len(weights), 256):
            self.run.check_cancelled()
            stream.write(bytes(byte & mask for byte in weights[start : start + 256]))


class WritesInPlace(Good):
    def write(self, path: Path, weights: bytes, mask: int) -> None:
        with path.open("wb") as stream:
            self.blocks(stream, weights, mask)


class Backwards(Good):
    def quantize(self, job: QuantizeJob, /) -> Any:
        return super().quantize(job)[::-1]


class FirstOnly(Good):
    def quantize(self, job: QuantizeJob, /) -> Any:
        return super().quantize(job)[:1]


class PathsOnly(Good):
    def one(self, job: QuantizeJob, scheme: str) -> Any:
        return super().one(job, scheme).path


class SaysAndDoesNot(Good):
    def write(self, path: Path, weights: bytes, mask: int) -> None:
        self.blocks((self.run.workdir / "nowhere").open("wb"), weights, mask)


class TakesAnyScheme(Good):
    def quantize(self, job: QuantizeJob, /) -> Any:
        return [self.one(job, scheme) for scheme in job.schemes if scheme in BITS]


class FailsOnSchemes(Good):
    def quantize(self, job: QuantizeJob, /) -> Any:
        return [self.one(job, scheme) for scheme in job.schemes]


class WritesIntoTheBase(Good):
    def write(self, path: Path, weights: bytes, mask: int) -> None:
        super().write(path, weights, mask)
        (path.parents[1] / "base" / "index.json").write_text("{}")


class ChangesTheBase(Good):
    def write(self, path: Path, weights: bytes, mask: int) -> None:
        super().write(path, weights, mask)
        (path.parents[1] / "base" / "weights.bin").write_bytes(weights[1:])


class KeepsTheTime(Good):
    def blocks(self, stream: Any, weights: bytes, mask: int) -> None:
        super().blocks(stream, weights, mask)
        stream.write(str(time.perf_counter_ns()).encode())


class NeverLooksUp(Good):
    def blocks(self, stream: Any, weights: bytes, mask: int) -> None:
        stream.write(bytes(byte & mask for byte in weights))


class BlockedByItsLock(Good):
    def quantize(self, job: QuantizeJob, /) -> Any:
        lock = job.output / ".lock"
        if lock.exists():
            raise UsageError("another run is at work")
        lock.write_text("")
        made = super().quantize(job)
        lock.unlink()
        return made


class NoQuantizer:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run


_ARTIFACTS = "test_gives_one_artifact_for_each_scheme_in_order"
_BASE = {"test_changes_nothing_that_it_reads", "test_writes_only_its_output"}
_AGAIN = "test_can_be_run_again_after_an_interruption"

REJECTED: dict[type, set[str]] = {
    Good: set(),
    WritesInPlace: {"test_leaves_no_half_written_file"},
    Backwards: {_ARTIFACTS},
    FirstOnly: {_ARTIFACTS},
    PathsOnly: {_ARTIFACTS, _AGAIN},
    SaysAndDoesNot: {_ARTIFACTS, _AGAIN},
    TakesAnyScheme: {"test_refuses_an_unknown_scheme"},
    FailsOnSchemes: {"test_refuses_an_unknown_scheme"},
    WritesIntoTheBase: _BASE,
    KeepsTheTime: {"test_same_seed_gives_the_same_files", "test_leaves_no_half_written_file"},
    NeverLooksUp: {"test_leaves_no_half_written_file", _AGAIN},
}


@hookimpl
def afs_quantizers() -> list[Capability]:
    names = [kind.__name__ for kind in (*REJECTED, ChangesTheBase, BlockedByItsLock, NoQuantizer)]
    return [Capability(name=name, target=f"planted:{name}", summary="Planted.") for name in names]


def test_rejects_planted_faults_by_name(planted: Any) -> None:
    failures = planted(__file__, "quantizers", "QuantizerConformance", REJECTED)
    assert "changed: base/weights.bin" in failures["ChangesTheBase"]["test_changes_nothing_that_it_reads"]
    assert "another run is at work" in failures["BlockedByItsLock"][_AGAIN]
    assert "test_is_of_its_kind" in failures["NoQuantizer"]
