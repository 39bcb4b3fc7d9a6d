"""The backend that needs no checkpoint: figures of a text and boosted trees, learned in seconds.

Nothing heavy is imported before it trains or scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from afs.discriminator.backend import Example

if TYPE_CHECKING:
    from afs.discriminator.ngram_model import NGram
    from afs_core import Run

__all__ = ["NGramBackend", "NGramSettings"]

FILE: Final = "ngram.npz"


class NGramSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it learns."""

    code_base: Annotated[
        tuple[str, ...], Meta(description="Folders with assembly whose names the texts may use")
    ] = ()
    trees: Annotated[int, Meta(ge=1, description="Boosted trees")] = 150
    leaves: Annotated[int, Meta(ge=2, description="Leaves of a tree")] = 12
    learning_rate: Annotated[float, Meta(gt=0, description="What each tree adds")] = 0.05
    least: Annotated[int, Meta(ge=1, description="Texts that a leaf needs")] = 8
    share: Annotated[float, Meta(gt=0, le=1, description="Of the figures that a split chooses from")] = 0.3
    folds: Annotated[int, Meta(ge=2, description="Parts of the files that language models leave out")] = 5


class NGramBackend:
    """``ngram``."""

    name = "ngram"
    Settings = NGramSettings

    def require(self, precision: str) -> None:
        """Needs nothing but numpy."""

    def precision(self, precision: str, device: str) -> str:
        return ""

    def bases(self, settings: NGramSettings, run: Run) -> tuple[Path, ...]:
        return tuple(Path(folder).expanduser() for folder in settings.code_base)

    def train(
        self,
        train: Sequence[Example],
        val: Sequence[Example],
        folder: Path,
        settings: NGramSettings,
        run: Run,
    ) -> NGram:
        from afs.discriminator.ngram_training import learned

        found = learned(train, val, settings, run)
        found.save(folder / FILE)
        return found

    def load(self, folder: Path, *, device: str, batch_size: int | None, precision: str) -> NGram:
        from afs.discriminator.ngram_model import NGram

        return NGram.read(folder / FILE)
