"""Whether the assembly of a sample assembles: the signal `asar` of the quality score."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec

from afs.asm.checking.checker import CheckResult
from afs.asm.language.answer_code import code_texts, without_elisions
from afs.asm.language.findings import ERROR
from afs_core import Missing, Score, TrainingSample
from afs_core.worker import WorkerError

from .engine import OwnEngine, open_engine

if TYPE_CHECKING:
    from afs_core import Run

_SHOWN: Final = 3
_ABOUT_FAULTS = re.compile(
    r"\b(?:bugs?|buggy|debug\w*|fix\w*|wrong|errors?|broken|invalid|incorrect\w*|mistakes?|fails?|crash\w*|problem)\b",
    re.I,
)


class AsarConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[plugins.asm.asar]`."""

    engine: Annotated[
        Literal["auto", "own"],
        msgspec.Meta(description="auto: the asar of AFS_ASAR or PATH if there is one; own: never"),
    ] = "auto"
    seconds: Annotated[float, msgspec.Meta(gt=0, description="How long asar may work at one text")] = 10.0


class AsarScorer:
    """1 where every piece of assembly in a sample is valid, names that it does not define taken as known; 0
    where one is not; None for prose and data.

    The code of the answer counts; where the answer has none, that of the question, unless the question is
    about a fault. `detail` names the engine, how many pieces there are, and the first faults.
    """

    Config = AsarConfig

    def __init__(self, config: AsarConfig, run: Run) -> None:
        self._engine = _engine(config)

    @property
    def fingerprint(self) -> str:
        return f"{self._engine.name} {_rules()}"

    def score_batch(self, samples: Sequence[TrainingSample]) -> list[Score]:
        return [self._score(sample) for sample in samples]

    def _score(self, sample: TrainingSample) -> Score:
        codes = [without_elisions(code) for code in _codes(sample)]
        if not codes:
            return Score(None, "no assembly in it")
        results = [self._engine.check(code) for code in codes]
        invalid = [result for result in results if not result.syntax_ok]
        return Score(float(not invalid), _reason(invalid), _detail(results))


def _engine(config: AsarConfig) -> OwnEngine:
    if config.engine == "own":
        return OwnEngine()
    try:
        return open_engine(seconds=config.seconds)
    except WorkerError as fault:
        hint = "unset AFS_ASAR, or let it name an asar that works"
        raise Missing(f"asar cannot be used: {fault.message}", hint=hint) from None


def _codes(sample: TrainingSample) -> list[str]:
    """The assembly that a sample answers with, or else asks about."""
    found = [block.text for text in _answers(sample) for block in code_texts(text)]
    asked = f"{sample.instruction}\n{sample.input}"
    if found or _ABOUT_FAULTS.search(asked):
        return found
    return [block.text for text in (sample.instruction, sample.input) for block in code_texts(text)]


def _answers(sample: TrainingSample) -> Iterator[str]:
    texts = [message.content for message in sample.messages or () if message.role == "assistant"]
    yield from dict.fromkeys(text for text in (*texts, sample.output) if text)


def _reason(invalid: list[CheckResult]) -> str:
    if not invalid:
        return ""
    first = next((finding for finding in invalid[0].findings if finding.severity == ERROR), None)
    return str(first) if first else "asar refuses it"


def _detail(results: list[CheckResult]) -> dict[str, Any]:
    faults = [str(finding) for result in results for finding in result.findings if finding.severity == ERROR]
    warnings = sum(len(result.findings) for result in results) - len(faults)
    return {
        "engine": results[0].engine,
        "pieces": len(results),
        "invalid": sum(not result.syntax_ok for result in results),
        "assembles": all(result.assembles for result in results),
        "stubs": sum(len(result.stubs) for result in results),
        "warnings": warnings,
        "faults": faults[:_SHOWN],
    }


@cache
def _rules() -> str:
    """Digest of the check itself, so that changed rules score again."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(Path(__file__).parents[1].rglob("*.[pt][ys]*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
