"""What an artifact is, and what made it: ``<file>.manifest.json``, ``manifest.json`` in a folder.

Times, run ids and absolute paths live here and nowhere else, so that the artifacts
themselves are the same bytes on every run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from afs_core.errors import DataError

__all__ = [
    "Artifact",
    "Check",
    "Counts",
    "Finding",
    "Input",
    "Manifest",
    "Report",
    "digest",
    "manifest_path",
    "read_manifest",
    "verify",
    "write_manifest",
]

_CHUNK = 1 << 20
FOLDER_MANIFEST = "manifest.json"


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """Something on disk that a stage made.

    ``kind`` is ``samples``, ``rows``, ``adapter``, ``model``, ``gguf``, ``report`` or a kind of a
    plugin's own. ``details`` are figures about it (a loss, tensor types, tokens).
    """

    path: Path
    kind: str
    details: dict[str, Any] = {}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One judged figure of a report; ``limit`` says what would have passed."""

    name: str
    passed: bool
    value: Any = None
    limit: str = ""
    message: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluator found. A gate lets a run go on only if ``passed``.

    ``tables`` are lists of flat rows by name, ``series`` are curves (``{"name": [[x, y], ...]}``),
    ``notes`` plain sentences for the reader. ``artifacts`` are files it wrote.
    """

    title: str
    passed: bool
    summary: dict[str, Any] = {}
    findings: tuple[Finding, ...] = ()
    tables: dict[str, list[dict[str, Any]]] = {}
    series: dict[str, dict[str, list[tuple[float, float]]]] = {}
    notes: tuple[str, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Samples in and out of one capability, and why the rest did not come through."""

    name: str
    came_in: int = 0
    went_out: int = 0
    dropped: dict[str, int] = {}
    repaired: int = 0


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder that was read: ``sha256`` as :func:`digest` gives it."""

    path: str
    sha256: str
    size: int = 0
    role: str = "input"


class Manifest(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Everything that made an artifact. ``outputs`` maps relative names to sha256."""

    key: str
    stage: str
    uses: tuple[str, ...]
    kind: str
    outputs: dict[str, str] = {}
    inputs: tuple[Input, ...] = ()
    config: dict[str, Any] = {}
    seed: int = 0
    versions: dict[str, str] = {}
    counts: tuple[Counts, ...] = ()
    details: dict[str, Any] = {}
    report: Report | None = None
    command: tuple[str, ...] = ()
    run_id: str = ""
    started: str = ""
    seconds: float = 0.0
    version: int = 1


def manifest_path(artifact: Path) -> Path:
    """Where the manifest of ``artifact`` lies."""
    if artifact.is_dir():
        return artifact / FOLDER_MANIFEST
    return artifact.with_name(artifact.name + ".manifest.json")


def read_manifest(artifact: Path) -> Manifest | None:
    """The manifest beside ``artifact``, or None; raises DataError for one that is torn."""
    path = manifest_path(artifact)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise DataError(
            f"not a manifest: {fault}", path=path, hint="delete it and run the stage again"
        ) from None
