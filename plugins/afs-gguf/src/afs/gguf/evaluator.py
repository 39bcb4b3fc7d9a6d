"""The parity evaluator of the contract: does each GGUF file still say what its model says?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from afs_core.errors import UsageError
from afs_core.jsonl import read_samples
from afs_core.manifest import Finding, Report
from afs_core.protocols import EvalJob

from .merged import MergedModel
from .parity import LIMITS, Limits, Parity, compare, plan_positions
from .probes import TEXTS
from .reference import Reference
from .safetensors import Floats

if TYPE_CHECKING:
    from afs_core.run import Run

__all__ = ["ParityConfig", "ParityEvaluator"]

_LISTS = {
    "fields": "header equals the configuration",
    "vectors": "norms and biases equal the model's",
    "tokens": "texts give the same token ids",
    "prepended": "nothing is put in front of a text",
    "chats": "chats render to the same text",
    "stops": "every stop token stops",
}


class ParityConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the parity check."""

    base: Annotated[
        Path | None, Meta(description="Base model of the adapter, if it is not the one that it names")
    ] = None
    positions: Annotated[int, Meta(description="Next-token choices that are compared", ge=1, le=100_000)] = 96
    threads: Annotated[
        int, Meta(description="Threads of the GGUF engine; 0 lets it choose", ge=0, le=256)
    ] = 0
    max_kl: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(description="Limit on the mean KL divergence, instead of the scheme's own"),
    ] = None
    min_accepted: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="Least share of choices that the model accepts, instead of the scheme's own"),
    ] = None


class ParityEvaluator:
    """Compares GGUF files with the transformers model that they were made from.

    ``job.models`` names one model (``hf:BASE`` or ``hf:BASE+ADAPTER``, or it is the baseline)
    and any number of GGUF files; with ``job.data`` the compared positions come from its
    samples, else from texts of our own.
    """

    Config = ParityConfig

    def __init__(self, config: ParityConfig, run: Run) -> None:
        self._config = config
        self._run = run

    def evaluate(self, job: EvalJob) -> Report:
        """A finding for each file and question; passed if all are.

        A file that is damaged, or that takes the engine down, is a finding like any other.
        Raises UsageError unless there is one model and at least one GGUF file.
        """
        model, files = self._models(job)
        with MergedModel(*model, any_base=True) as merged:
            reference = Reference(*model)
            sequences = self._sequences(job, reference)
            found = []
            with self._run.progress("parity", len(files)) as bar:
                for file in files:
                    self._run.check_cancelled()
                    found.append(compare(file, merged, reference, sequences, threads=self._config.threads))
                    bar.advance()
        return self._report(found)

    def _sequences(self, job: EvalJob, reference: Reference) -> list[tuple[list[int], Floats]]:
        """Positions within the samples of the job, else within texts of our own."""
        if not job.data:
            return plan_positions(reference, TEXTS, self._config.positions)
        chats = islice(_chats(job), job.limit)
        texts = (reference.render(chat) or "\n".join(turn["content"] for turn in chat) for chat in chats)
        return plan_positions(reference, texts, self._config.positions, length=128)

    def _models(self, job: EvalJob) -> tuple[tuple[Path, Path | None], list[Path]]:
        names = [*job.models, *([job.baseline] if job.baseline else [])]
        files = [name for name in names if name.startswith("gguf:") or name.endswith(".gguf")]
        models = [name for name in names if name not in files]
        if len(models) != 1 or not files:
            raise UsageError(
                f"expected one model and at least one GGUF file, got {models} and {files}",
                hint="afs parity --model BASE --adapter ADAPTER FILE.gguf...",
            )
        base, _, adapter = models[0].removeprefix("hf:").partition("+")
        folder = self._config.base or Path(base).expanduser()
        if not folder.is_dir():
            folder = self._run.use("resolvers", "model").folder(base)
        lora = Path(adapter).expanduser() if adapter else None
        return (folder, lora), [Path(name.removeprefix("gguf:")).expanduser() for name in files]

    def _limits(self, scheme: str) -> Limits:
        """Unknown schemes are held to the loosest limits that there are."""
        own = LIMITS.get(scheme, LIMITS["Q4_K_M"])
        kl, accepted = self._config.max_kl, self._config.min_accepted
        return Limits(own.kl if kl is None else kl, own.accepted if accepted is None else accepted)

    def _report(self, found: Sequence[Parity]) -> Report:
        findings = tuple(finding for one in found for finding in self._findings(one))
        passed = all(finding.passed for finding in findings)
        return Report(
            title="GGUF parity",
            passed=passed,
            summary={"files": len(found), "failed": sum(not f.passed for f in findings)},
            findings=findings,
            tables={"parity": [_row(one) for one in found]},
            notes=(
                "Texts are in composed form (NFC); GGUF engines do not normalise.",
                "A choice is accepted where the model holds the two best tokens nearly equal.",
            ),
        )

    def _findings(self, one: Parity) -> Iterator[Finding]:
        name = one.path.name
        yield Finding(
            name=f"{name}: loads", passed=not one.failure, value=not one.failure, message=one.failure
        )
        if one.failure and one.divergence is None:
            return
        for key, meaning in _LISTS.items():
            faults = getattr(one, key)
            yield Finding(
                name=f"{name}: {key}",
                passed=not faults,
                value=len(faults),
                limit=f"0 faults: {meaning}",
                message="; ".join(faults[:5]),
            )
        if one.divergence is not None:
            yield from self._distances(one)

    def _distances(self, one: Parity) -> Iterator[Finding]:
        assert one.divergence is not None
        limits, got = self._limits(one.scheme), one.divergence
        yield Finding(
            name=f"{one.path.name}: kl",
            passed=got.kl <= limits.kl,
            value=got.kl,
            limit=f"mean KL divergence at most {limits.kl:g}",
        )
        yield Finding(
            name=f"{one.path.name}: accepted",
            passed=got.accepted >= limits.accepted,
            value=got.accepted,
            limit=f"at least {limits.accepted:g} of the choices accepted",
        )


def _chats(job: EvalJob) -> Iterator[list[dict[str, str]]]:
    for path in job.data:
        for sample in read_samples(path):
            turns = sample.to_messages()
            yield [{"role": turn["role"], "content": str(turn.get("content") or "")} for turn in turns]


def _row(one: Parity) -> dict[str, Any]:
    got = one.divergence
    return {
        "file": one.path.name,
        "scheme": one.scheme,
        "faults": sum(len(getattr(one, key)) for key in _LISTS) + bool(one.failure),
        "positions": got.positions if got else 0,
        "top1": got.top1 if got else None,
        "accepted": got.accepted if got else None,
        "kl": got.kl if got else None,
        "kl_max": got.kl_max if got else None,
    }
