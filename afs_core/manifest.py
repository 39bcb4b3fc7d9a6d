"""What an artifact is, and what made it: ``<file>.manifest.json``, ``manifest.json`` in a folder.

Times, run ids and absolute paths live here and nowhere else, so that the artifacts
themselves are the same bytes on every run.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from afs_core.errors import DataError
from afs_core.jsonl import atomic_write
from afs_core.store import Cache

__all__ = [
    "Artifact",
    "Counts",
    "Finding",
    "Input",
    "Manifest",
    "Report",
    "digest",
    "folder_files",
    "input_path",
    "manifest_path",
    "prefix_digest",
    "read_manifest",
    "verify",
    "write_manifest",
]

FOLDER_MANIFEST = "manifest.json"
#: What makes a folder that of a LoRA adapter.
ADAPTER = "adapter_config.json"
#: Ending of files that hold the state of an unfinished stage.
STATE_SUFFIX = ".afs-state"
NOT_CONTENT = (".manifest.json", ".tmp", STATE_SUFFIX)
#: The diary of a training, which holds times.
TRAINING_LOG = "training.log"


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
    series: dict[str, dict[str, list[tuple[float, float | None]]]] = {}
    notes: tuple[str, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Samples in and out of one capability, and why the rest did not come through.

    ``noted`` is what the capability counted itself, in an attribute of that name: secrets
    redacted by kind, files read by type.
    """

    name: str
    came_in: int = 0
    went_out: int = 0
    dropped: dict[str, int] = {}
    repaired: int = 0
    noted: dict[str, int] = {}


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
    """The manifest of ``artifact``: beside it, in it, or that of the folder which lists it.

    None where there is none; raises DataError for one that is damaged.
    """
    own = _read(manifest_path(artifact))
    if own is not None or artifact.is_dir():
        return own
    folder = _read(artifact.parent / FOLDER_MANIFEST)
    return folder if folder is not None and artifact.name in folder.outputs else None


def _read(path: Path) -> Manifest | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except msgspec.DecodeError as fault:
        raise DataError(
            f"not a manifest: {fault}", path=path, hint="delete it and run the stage again"
        ) from None


def write_manifest(artifact: Path, manifest: Manifest) -> None:
    """Write ``manifest`` beside ``artifact``, or into it where it is a folder."""
    with atomic_write(manifest_path(artifact)) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(manifest, enc_hook=str), indent=1))


def digest(path: Path, cache: Cache | None = None) -> str:
    """SHA-256 of a file; of a folder, over the sorted lines ``<file sha256>  <relative path>``.

    Manifests, a training's log, temporary files and ``.git`` are not part of a folder, nor is what
    was written later into that of a trained adapter, such as its metrics. A ``cache`` spares the
    reading of files whose size, times and inode are as they were. Raises DataError.
    """
    try:
        if path.is_dir():
            lines = (f"{_file_digest(file, cache)}  {name}\n" for name, file in _content(path))
            return hashlib.sha256("".join(lines).encode()).hexdigest()
        return _file_digest(path, cache)
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}", path=path) from None


def folder_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Relative POSIX name and path of every file below ``folder`` that is content, sorted.

    Manifests, the log of a training, and what is temporary or unfinished are not.
    """
    found = []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            if name in (FOLDER_MANIFEST, TRAINING_LOG) or name.endswith(NOT_CONTENT):
                continue
            file = Path(root, name)
            if file.is_file():
                found.append((file.relative_to(folder).as_posix(), file))
    yield from sorted(found)


def _content(folder: Path) -> Iterator[tuple[str, Path]]:
    if not (folder / ADAPTER).is_file():
        return folder_files(folder)
    try:
        manifest = _read(folder / FOLDER_MANIFEST)
    except DataError:
        manifest = None
    if manifest is None or ADAPTER not in manifest.outputs:
        return folder_files(folder)
    outputs = manifest.outputs
    return ((name, file) for name, file in folder_files(folder) if name in outputs)


def digests_ahead(sizes: Mapping[Path, int], cache: Cache) -> Callable[[], dict[Path, str]]:
    """Hash the first bytes of files in a thread; what is handed back waits for their digests, which
    :func:`digest` then finds in the cache."""
    stats = {path: path.stat() for path in sizes}
    keys = {path: _cache_key(path, stat) for path, stat in stats.items() if stat.st_size == sizes[path]}
    found = {path: sha.decode() for path, key in keys.items() if (sha := cache.get(key))}
    unknown = {path: size for path, size in sizes.items() if path not in found}

    def hash_files() -> None:
        with suppress(OSError):  # who needs the digest will say so
            for path, size in unknown.items():
                found[path] = prefix_digest(path, size)

    thread = threading.Thread(target=hash_files, daemon=True)
    thread.start()

    def digests() -> dict[Path, str]:
        thread.join()
        cache.put_many((key, found[path].encode()) for path, key in keys.items() if path in found)
        return found

    return digests


def _cache_key(path: Path, stat: os.stat_result) -> str:
    return f"sha256 {path.resolve()} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _file_digest(path: Path, cache: Cache | None) -> str:
    stat = path.stat()
    key = _cache_key(path, stat)
    known = cache.get(key) if cache is not None else None
    if known is not None:
        return known.decode()
    result = prefix_digest(path, stat.st_size)
    if cache is not None:
        cache.put(key, result.encode())
    return result


def prefix_digest(path: Path, size: int) -> str:
    """SHA-256 of the first ``size`` bytes of a file, which may be growing."""
    hashed, buffer = hashlib.sha256(), memoryview(bytearray(1 << 18))
    with path.open("rb", buffering=0) as stream:
        while size > 0 and (count := stream.readinto(buffer[: min(size, len(buffer))])):
            hashed.update(buffer[:count])
            size -= count
    return hashed.hexdigest()


def verify(artifact: Path) -> list[Finding]:
    """Re-hash an artifact and what it was made from; one finding for each file.

    Raises DataError where ``artifact`` has no manifest.
    """
    manifest = read_manifest(artifact)
    if manifest is None:
        raise DataError(
            "no manifest beside it", path=artifact, hint="afs writes one for every artifact it makes"
        )
    folder = artifact if artifact.is_dir() else artifact.parent
    findings = [_compare(name, folder / name, sha, "output") for name, sha in manifest.outputs.items()]
    for source in manifest.inputs:
        findings.append(_compare(source.path, input_path(artifact, source), source.sha256, source.role))
    return findings


def _compare(name: str, path: Path, expected: str, role: str) -> Finding:
    if not path.exists():
        return Finding(name=name, passed=False, limit=expected, message=f"{role} is missing")
    found = digest(path)
    message = f"{role} {'is as it was' if found == expected else 'has changed'}"
    return Finding(name=name, passed=found == expected, value=found, limit=expected, message=message)


def input_path(artifact: Path, source: Input) -> Path:
    """Where an input of ``artifact`` lies: its path is relative to the artifact's folder."""
    folder = artifact if artifact.is_dir() else artifact.parent
    return Path(os.path.normpath(folder / source.path))
