"""The way back from an artifact to its sources, by the manifests beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from afs_core import DataError
from afs_core.manifest import Counts, Manifest, input_path, read_manifest

__all__ = ["Ancestor", "ancestors"]


class Ancestor(msgspec.Struct, frozen=True, kw_only=True):
    """One artifact or source on the way back; ``depth`` 0 is where the walk began.

    A source is what no stage made: it has no ``stage``. ``sha256`` is what the one before it read.
    """

    path: Path
    depth: int
    role: str = ""
    sha256: str = ""
    stage: str = ""
    uses: tuple[str, ...] = ()
    seed: int = 0
    versions: dict[str, str] = {}
    counts: tuple[Counts, ...] = ()
    started: str = ""
    command: tuple[str, ...] = ()


def ancestors(path: Path) -> Iterator[Ancestor]:
    """``path``, then what it was made from, each before its own inputs; a shared one once.

    Raises DataError where ``path`` has no manifest.
    """
    if read_manifest(path) is None:
        raise DataError(
            "expected an artifact of afs, found no manifest beside it",
            path=path,
            hint="a source that you wrote yourself has none",
        )
    yield from _walk(path, 0, "", "", set())


def _walk(path: Path, depth: int, role: str, sha256: str, seen: set[Path]) -> Iterator[Ancestor]:
    manifest = read_manifest(path) if path.exists() else None
    yield _ancestor(path, depth, role, sha256, manifest)
    if manifest is None:
        return
    for source in manifest.inputs:
        found = input_path(path, source)
        if found.resolve() not in seen:
            seen.add(found.resolve())
            yield from _walk(found, depth + 1, source.role, source.sha256, seen)


def _ancestor(path: Path, depth: int, role: str, sha256: str, manifest: Manifest | None) -> Ancestor:
    if manifest is None:
        return Ancestor(path=path, depth=depth, role=role, sha256=sha256)
    return Ancestor(
        path=path,
        depth=depth,
        role=role,
        sha256=sha256,
        stage=manifest.stage,
        uses=manifest.uses,
        seed=manifest.seed,
        versions=manifest.versions,
        counts=manifest.counts,
        started=manifest.started,
        command=manifest.command,
    )
