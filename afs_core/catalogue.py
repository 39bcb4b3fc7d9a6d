"""What the last discovery found, kept on disk, with every file that it depended on.

``afs --help`` reads it before anything else is imported, so this module lives on built-in
modules alone. One file a setting of interpreter, ``sys.path``, environment and project; it
counts only while each path that discovery looked at still has the same signature.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib

from afs_core import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["FAULTS", "cache_folder", "key", "read", "signature", "write"]

_MAGIC = b"afs-catalogue-1\n"
_KEPT = 16
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")

#: States of a plugin that the user should know about.
FAULTS = frozenset({"failed", "incompatible", "duplicate", "missing"})

Signature = tuple[int, int, int] | None


def cache_folder() -> str:
    """``$XDG_CACHE_HOME/afs`` or ``~/.cache/afs``."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return os.path.join(home, "afs")  # noqa: PTH118


def _project_file() -> str:
    """The nearest ``afs.toml`` from the working folder up, or ``""``."""
    try:
        folder = os.getcwd()  # noqa: PTH109
    except OSError:
        return ""
    while True:
        path = os.path.join(folder, "afs.toml")  # noqa: PTH118
        if os.path.isfile(path):  # noqa: PTH113
            return path
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return ""
        folder = parent


def signature(path: str) -> Signature:
    """Modification time, size and inode; None for what is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def read() -> dict[str, Any] | None:
    """The content as it was written, or None where there is none that still holds."""
    now = key()
    content = _load(_path(now))
    if content is None or content.get("key") != now:
        return None
    for path, seen in content["watched"].items():
        if signature(path) != seen:
            return None
    return content


def write(content: dict[str, Any], watched: Iterable[str], key: tuple[object, ...], started_ns: int) -> None:
    """Keep ``content`` until a watched path changes. A cache that cannot be written is none.

    ``key`` is what :func:`key` said before discovery, which may itself add to ``sys.path``.

    A path that changed after discovery started may hold something that discovery did not
    see: then nothing is written, and the next start discovers again.
    """
    signatures = {path: signature(path) for path in watched}
    if any(seen and seen[0] >= started_ns for seen in signatures.values()):
        return
    payload = marshal.dumps({**content, "key": key, "watched": signatures})
    try:
        _replace(_path(key), _head(payload) + payload)
        _prune()
    except OSError:
        pass


def key() -> tuple[object, ...]:
    """Everything outside of watched files that a discovery depends on."""
    environment = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith(("AFS_", "XDG_")) and not any(word in name for word in _SECRETS)
    )
    return (
        __version__,
        sys.version,
        sys.prefix,
        tuple(sys.path),
        tuple(environment),
        os.environ.get("HOME", ""),
        _project_file(),
        os.path.abspath(os.environ.get("AFS_CONFIG_PATH") or "/"),  # noqa: PTH100
    )


def _path(key: tuple[object, ...]) -> str:
    return os.path.join(cache_folder(), f"catalogue-{zlib.crc32(repr(key).encode()):08x}.bin")  # noqa: PTH118


def _load(path: str) -> dict[str, Any] | None:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123
            data = stream.read()
    except OSError:
        return None
    head, payload = data[: len(_MAGIC) + 4], data[len(_MAGIC) + 4 :]
    if head != _head(payload):
        return None
    try:
        content = marshal.loads(payload)
    except (ValueError, EOFError, TypeError):  # written by another version of Python
        return None
    return content if isinstance(content, dict) else None


def _head(payload: bytes) -> bytes:
    """What a sound file begins with, so that a torn or foreign one never reaches ``marshal``."""
    return _MAGIC + zlib.crc32(payload).to_bytes(4, "big")


def _replace(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
    temporary = f"{path}.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as stream:  # noqa: PTH123
        stream.write(data)
    os.replace(temporary, path)  # noqa: PTH105


def _prune() -> None:
    """Drop all but the newest few, so that folders and environments that are gone leave no litter."""
    with os.scandir(cache_folder()) as entries:
        ours = [entry for entry in entries if entry.name.startswith("catalogue-")]
        ages = sorted((entry.stat().st_mtime_ns, entry.path) for entry in ours)
    for _, path in ages[:-_KEPT]:
        os.unlink(path)  # noqa: PTH108
