"""A trained discriminator in a folder: what it learned, how far it can be trusted, and its scores.

    model = Model.load("models/electra")
    model.scores(["LDA #$12 : RTS"])       # P(real), calibrated

The folder holds ``discriminator.json`` (:class:`Record`) and the files of the backend. A plain checkpoint
of a Hugging Face sequence classifier, label 0 real, is read as ``electra`` that nobody has calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from afs.discriminator.backend import Backend, Learned
from afs.discriminator.calibration import Calibration
from afs.discriminator.figures import Figures
from afs_core import DataError, UsageError
from afs_core.jsonl import atomic_write

__all__ = ["BACKENDS", "RECORD", "Model", "Record", "backend_named", "read_record", "write_record"]

BACKENDS: Final = {"ngram": "ngram:NGramBackend", "electra": "electra:ElectraBackend"}
RECORD: Final = "discriminator.json"
_FORMAT: Final = 1


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model. ``data`` is the digest of the labelled texts, ``domains`` how many of each
    domain it learned from; it says nothing of other domains. ``figures`` are None where nobody has
    measured it."""

    backend: str
    format: int = _FORMAT
    settings: dict[str, Any] = {}
    calibration: Calibration = Calibration()
    figures: Figures | None = None
    domains: dict[str, int] = {}
    data: str = ""
    seed: int = 42


class Model:
    """A discriminator; what it learned is read when it scores for the first time."""

    def __init__(
        self,
        folder: Path | str,
        *,
        device: str = "auto",
        batch_size: int | None = None,
        precision: str = "auto",
    ) -> None:
        """Raises DataError where ``folder`` holds no discriminator, Missing without its backend."""
        self.folder = Path(folder)
        self.record = read_record(self.folder)
        self._backend = backend_named(self.record.backend)
        self._backend.require(precision)
        self._device, self._batch_size, self._precision = device, batch_size, precision

    @classmethod
    def load(cls, folder: Path | str, **options: Any) -> Model:
        """The same, read at once, so that damage is told now: raises DataError."""
        model = cls(folder, **options)
        _ = model._learned
        return model

    @cached_property
    def _learned(self) -> Learned:
        return self._backend.load(
            self.folder, device=self._device, batch_size=self._batch_size, precision=self._precision
        )

    def scores(self, texts: Sequence[str]) -> list[float]:
        """P(real) of each text, in order."""
        calibration = self.record.calibration
        return [calibration.probability(margin) for margin in self._learned.margins(texts)]

    @property
    def precision(self) -> str:
        """The numbers that it computes with; empty where there is no choice."""
        return self._backend.precision(self._precision, self._device)

    def judges(self, domain: str) -> bool:
        """Whether it learned from texts of ``domain``; of a checkpoint nobody knows."""
        return not self.record.domains or domain in self.record.domains


def backend_named(name: str) -> Backend:
    """Raises UsageError for a name that there is not."""
    if name not in BACKENDS:
        raise UsageError(f"expected a backend of {', '.join(BACKENDS)}, got {name!r}")
    module, _, attribute = BACKENDS[name].partition(":")
    backend: Backend = getattr(import_module(f"afs.discriminator.{module}"), attribute)()
    return backend


def read_record(folder: Path) -> Record:
    """Raises DataError where there is no discriminator, or one that this version cannot read."""
    path = folder / RECORD
    try:
        record = msgspec.convert(_opened(msgspec.json.decode(path.read_bytes())), Record)
    except FileNotFoundError:
        if _is_checkpoint(folder):
            return Record(backend="electra")
        raise DataError(
            "expected a discriminator, found none", path=folder, hint="afs discriminator train makes one"
        ) from None
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}", path=path) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise DataError(f"not the record of a discriminator: {fault}", path=path) from None
    if record.format != _FORMAT or record.backend not in BACKENDS:
        raise DataError(
            f"format {record.format}, backend {record.backend!r}: of another version of afs", path=path
        )
    return record


def write_record(folder: Path, record: Record) -> None:
    with atomic_write(folder / RECORD) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def _opened(row: Any) -> Any:
    """Figures that are not known are null on disk and NaN here."""
    if isinstance(row, dict) and row.get("figures") is not None:
        row["figures"] = _with_nan(row["figures"])
    return row


def _with_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_nan(item) for item in value]
    return math.nan if value is None else value


def _is_checkpoint(folder: Path) -> bool:
    try:
        config = msgspec.json.decode((folder / "config.json").read_bytes())
    except (OSError, msgspec.MsgspecError):
        return False
    return isinstance(config, dict) and config.get("model_type") == "electra"
