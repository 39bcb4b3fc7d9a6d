"""From labelled texts to a model folder: train, calibrate on one held-out split, measure on another."""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import msgspec

from afs.discriminator.backend import REAL, Example, Learned
from afs.discriminator.calibration import fit_calibration
from afs.discriminator.card import card
from afs.discriminator.examples import by_split, read_examples
from afs.discriminator.figures import figures_of
from afs.discriminator.model import RECORD, Record, backend_named, write_record
from afs_core import DataError, Run, UsageError
from afs_core.manifest import Input, Manifest, digest, folder_files, read_manifest, write_manifest

__all__ = ["train_model"]

_KEY: Final = "staging.afs-state"
_CARD: Final = "README.md"


def train_model(
    data: Path, output: Path, run: Run, *, backend: str = "ngram", settings: Mapping[str, Any] | None = None
) -> tuple[Record, bool]:
    """Train ``backend`` on the labelled texts of ``data``; the record of the model in ``output``, and whether
    it was there already.

    The model is made beside ``output`` and takes its place when it is whole; an interrupted training goes on
    there as far as its backend can. Raises UsageError where ``output`` is something else, DataError for lines
    that are no labelled texts.
    """
    started, clock = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), time.monotonic()
    chosen = backend_named(backend)
    own = _settings(chosen, settings or {})
    splits = by_split(read_examples(data))
    record = Record(
        backend=backend,
        settings=_named(msgspec.to_builtins(own)),
        data=digest(data, run.cache("digests")),
        domains=dict(sorted(Counter(example.domain for example in splits["train"]).items())),
        seed=run.seed,
    )
    key = _key(record, [digest(base, run.cache("digests")) for base in chosen.bases(own, run)])
    _check_output(output)
    done = _finished(output, key)
    if done is not None:
        return done, True
    staging = _staging(output, key)
    learned = chosen.train(splits["train"], splits["val"], staging, own, run)
    record = _measured(record, learned, splits)
    write_record(staging, record)
    counts = {split: len(members) for split, members in splits.items()}
    (staging / _CARD).write_text(card(record, counts), encoding="utf-8")
    (staging / _KEY).unlink()
    _write_manifest(staging, output, data, record, key, run, started, time.monotonic() - clock)
    _take_place(staging, output)
    return record, False


def _settings(backend: Any, settings: Mapping[str, Any]) -> Any:
    try:
        return msgspec.convert(dict(settings), backend.Settings, strict=False)
    except msgspec.ValidationError as fault:
        known = ", ".join(backend.Settings.__struct_fields__)
        raise UsageError(f"the backend {backend.name}: {fault}", hint=f"its settings: {known}") from None


def _named(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as the model may tell them: folders without where they lie, which is this machine's affair."""
    return {
        name: [Path(folder).name for folder in value] if name == "code_base" else value
        for name, value in settings.items()
    }


def _key(record: Record, bases: Sequence[str]) -> str:
    """Digest of all that the model depends on; ``bases`` are those of what it goes on from."""
    told = [record, bases, metadata.version("afs-discriminator")]
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


def _check_output(output: Path) -> None:
    if output.exists() and not (
        output.is_dir() and ((output / RECORD).is_file() or not any(output.iterdir()))
    ):
        raise UsageError(
            f"{output}: expected a new folder or a discriminator to replace", hint="name another --output"
        )


def _finished(output: Path, key: str) -> Record | None:
    """The record of the model that is there, where it is what would be made."""
    from afs.discriminator.model import read_record

    try:
        manifest = read_manifest(output)
        whole = manifest is not None and all(
            (output / name).is_file() and digest(output / name) == sha
            for name, sha in manifest.outputs.items()
        )
        return read_record(output) if manifest is not None and manifest.key == key and whole else None
    except DataError:
        return None


def _staging(output: Path, key: str) -> Path:
    """The folder in which the model is made; what another training left there is removed."""
    staging = output.resolve().with_name(f".{output.resolve().name}.staging")
    state = staging / _KEY
    if not state.is_file() or state.read_text() != key:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        state.write_text(key)
    return staging


def _measured(record: Record, learned: Learned, splits: Mapping[str, list[Example]]) -> Record:
    val, test = splits["val"], splits["test"]
    real = [example.label == REAL for example in val]
    calibration = fit_calibration(_margins(learned, val), real, learned.prior)
    scores = [calibration.probability(margin) for margin in _margins(learned, test)]
    return msgspec.structs.replace(record, calibration=calibration, figures=figures_of(test, scores))


def _margins(learned: Learned, examples: list[Example]) -> list[float]:
    return learned.margins([example.text for example in examples])


def _write_manifest(
    staging: Path, output: Path, data: Path, record: Record, key: str, run: Run, started: str, seconds: float
) -> None:
    relative = Path(os.path.relpath(data.resolve(), output.resolve())).as_posix()
    manifest = Manifest(
        key=key,
        stage="discriminator train",
        uses=(f"discriminator/{record.backend}",),
        kind="discriminator",
        outputs={name: digest(file) for name, file in folder_files(staging)},
        inputs=(Input(path=relative, sha256=record.data, size=data.stat().st_size),),
        config=dict(record.settings),
        seed=record.seed,
        versions={"afs-discriminator": metadata.version("afs-discriminator")},
        command=run.command,
        run_id=run.id,
        started=started,
        seconds=round(seconds, 3),
    )
    write_manifest(staging, manifest)


def _take_place(staging: Path, output: Path) -> None:
    """``staging`` becomes ``output``; what was there goes when the new one stands."""
    target = output.resolve()
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    staging.rename(target)
    shutil.rmtree(old, ignore_errors=True)
