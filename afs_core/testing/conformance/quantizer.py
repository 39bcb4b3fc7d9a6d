"""What a quantizer promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from afs_core.errors import AfsError, Cancelled
from afs_core.protocols import QuantizeJob, Quantizer
from afs_core.testing.conformance.base import broken
from afs_core.testing.conformance.build import BuildConformance, Built, artifacts_lie_in

__all__ = ["QuantizerConformance"]


class QuantizerConformance(BuildConformance):
    """Holds a quantizer to its promises; the job should ask for two schemes or more.

    class TestGguf(QuantizerConformance):
        capability = "gguf"

        def job(self, folder):
            return QuantizeJob(base=make_model(folder / "base"), output=folder / "out",
                               schemes=("Q8_0", "Q4_K_M"), stem="small")
    """

    kind = "quantizers"
    protocol = Quantizer

    def job(self, folder: Path) -> QuantizeJob:
        """A small model to quantise, in two schemes; has to be overridden."""
        raise NotImplementedError(f"{type(self).__name__} needs a method job(self, folder) -> QuantizeJob")

    def perform(self, made: Any, job: QuantizeJob) -> Any:
        return made.quantize(job)

    def test_gives_one_artifact_for_each_scheme_in_order(self, first: Built) -> None:
        schemes, artifacts = first.job.schemes, list(first.result)
        artifacts_lie_in(first.output, artifacts)
        names = [artifact.path.name for artifact in artifacts]
        in_order = [f"-{scheme}." in name for scheme, name in zip(schemes, names, strict=False)]
        assert len(names) == len(schemes) and all(in_order), broken(
            f"one artifact for each of {', '.join(schemes)}, in this order, named <stem>-<scheme>.gguf",
            ", ".join(names) or "none",
            "go through job.schemes, and return what was written in that order",
        )

    def test_refuses_an_unknown_scheme(self) -> None:
        job = self.job(self.folder)
        job = msgspec.structs.replace(job, schemes=(*job.schemes, "no-such-scheme"))
        job.output.mkdir(parents=True, exist_ok=True)
        try:
            self.perform(self.make(), job)
            came = "it went on to the end"
        except AfsError:
            return
        except Exception as fault:
            came = f"{type(fault).__name__}: {fault}"
        pytest.fail(
            broken(
                "a scheme that the quantizer does not know is an AfsError",
                came,
                "look at all of job.schemes first, and raise UsageError with those that are known",
            )
        )

    def test_leaves_no_half_written_file(self, first: Built) -> None:
        if not self.repeats:
            pytest.skip("repeats = False: a whole file cannot be told from half of one")
        for at in sorted({1, max(1, first.checks // 2), max(1, first.checks)}):
            job = self.interrupted(self.folder / f"broken-{at}", at)
            self._look_for_halves(self.files(job.output), first.files)

    def _look_for_halves(self, found: dict[str, str], whole: dict[str, str]) -> None:
        halves = [name for name, content in found.items() if name in whole and content != whole[name]]
        assert not halves, broken(
            "a build that was interrupted leaves the old file or none",
            f"half-written: {', '.join(halves)}",
            "write through afs_core.atomic_write, or to a name of its own and rename at the end",
        )

    def test_can_be_run_again_after_an_interruption(self, first: Built) -> None:
        job = self.interrupted(self.folder / "broken", max(1, first.checks // 2))
        try:
            again = self.build(self.folder / "broken", job)
        except Cancelled:
            pytest.fail(broken("a second run goes to the end", "Cancelled", "keep no flag of the first run"))
        artifacts_lie_in(job.output, again.result)
