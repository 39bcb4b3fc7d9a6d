"""The ``electra`` scorer: how much a discriminator takes the answer of a sample for real."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.discriminator.model import Model
from afs_core import Missing, Score, TrainingSample
from afs_core.manifest import digest

if TYPE_CHECKING:
    from afs.discriminator.domains import Piece
    from afs.discriminator.figures import Figures
    from afs_core import Run

__all__ = ["DiscriminatorScorer", "ScorerConfig"]

_DIGITS = 6
_CACHE = "scores"


class ScorerConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[discriminator]`, and `[plugins.discriminator.electra]`."""

    model_path: Annotated[str, Meta(description="Folder of the discriminator")] = "models/electra"
    cache_dir: Annotated[
        str, Meta(description="Folder of cached scores; unset: discriminator in the cache folder of afs")
    ] = ""
    device: Annotated[Literal["auto", "cpu", "cuda", "mps"], Meta(description="Where a transformer runs")] = (
        "auto"
    )
    batch_size: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="Texts that a transformer takes at once; unset: as many as fit"),
    ] = None
    precision: Annotated[
        Literal["auto", "fp32", "bf16", "int8"],
        Meta(description="Numbers that a transformer computes with; auto: fp32 on a CPU"),
    ] = "auto"


class DiscriminatorScorer:
    """P(real) of the piece of the answer that looks least so: each block of code, and all prose together.
    Long pieces are judged in parts.

    Absent where no piece is long enough to be judged, or of a domain that the model learned from.
    Where there is no model at ``model_path`` the scorer raises Missing, and the signal is left out.
    """

    Config = ScorerConfig

    def __init__(self, config: ScorerConfig, run: Run) -> None:
        folder = Path(config.model_path).expanduser()
        if not folder.is_dir():
            raise Missing(
                f"there is no discriminator at {folder}",
                hint="afs discriminator train makes one; --model names it",
            )
        self._run = run
        #: Where :class:`afs.training.score_cache.ScoreCache` keeps its scores.
        self.cache_name = _cache_name(config.cache_dir)
        self.model = Model(
            folder, device=config.device, batch_size=config.batch_size, precision=config.precision
        )
        doubt = _doubt(self.model.record.figures)
        if doubt and f"{folder}: {doubt}" not in run.warnings:
            run.warn(f"{folder}: {doubt}")

    @cached_property
    def fingerprint(self) -> str:
        """Of the model's files, of the code, and of the numbers that it computes with; loads no model."""
        files = digest(self.model.folder, self._run.cache("digests"))
        return f"{files} {_code()} {self.model.precision}"

    def score_batch(self, samples: Sequence[TrainingSample]) -> list[Score]:
        found = [list(_judged(sample, self.model)) for sample in samples]
        scores = iter(self.model.scores([piece.text for some in found for piece in some]))
        return [_score([(next(scores), piece) for piece in some]) for some in found]


def _doubt(figures: Figures | None) -> str:
    if figures is None:
        return "nobody has measured this discriminator; its scores are not calibrated"
    return "" if figures.sufficient else f"held-out AUC {figures.auc.value:.2f}: its scores are near chance"


def _cache_name(folder: str) -> str:
    return str(Path(folder).expanduser().absolute() / _CACHE) if folder else f"discriminator/{_CACHE}"


def _judged(sample: TrainingSample, model: Model) -> Iterator[Piece]:
    from afs.discriminator.domains import pieces
    from afs.discriminator.parts import parts

    for text in _answers(sample):
        judged = (piece for piece in pieces(text) if model.judges(piece.domain))
        yield from (part for piece in judged for part in parts(piece))


def _answers(sample: TrainingSample) -> list[str]:
    turns = [message.content for message in sample.messages or () if message.role == "assistant"]
    return list(dict.fromkeys(text for text in (*turns, sample.output) if text.strip()))


def _score(found: list[tuple[float, Piece]]) -> Score:
    if not found:
        return Score(reason="nothing in the answer is of a kind and length that the discriminator judges")
    value, worst = min(found, key=lambda pair: pair[0])
    detail: dict[str, Any] = {"pieces": len(found), "worst": worst.domain}
    return Score(round(value, _DIGITS), detail=detail)


@cache
def _code() -> str:
    """Digest of the code that scores and of the tables behind it, so that what changed scores again."""
    hashed = hashlib.blake2b(digest_size=8)
    for package in ("afs.discriminator", "afs.asm", "afs.knowledge"):
        spec = find_spec(package)
        folder = Path(spec.origin or "").parent if spec else Path()
        for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.tsv"))):
            hashed.update(path.read_bytes())
    return hashed.hexdigest()
