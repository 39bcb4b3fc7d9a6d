"""Which files a model reference stands for, so that a stage knows what it reads.

Only what lies on this machine: a path, an adapter with its base, a model that a plugin ships.
What the reference means in full is for the plugin that opens it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afs_core.errors import DataError
from afs_core.manifest import ADAPTER, read_manifest

if TYPE_CHECKING:
    from afs_core.run import Run

__all__ = ["base_of", "is_adapter", "local_paths", "model_references"]

_PROVIDER = re.compile(r"[a-z][a-z0-9_-]+:(?!\\)")


def local_paths(reference: str, run: Run) -> list[Path]:
    """Files and folders behind ``reference``, an adapter's base among them; none for a server."""
    return list(dict.fromkeys(_parts(reference, run)))


def _parts(target: str, run: Run) -> Iterator[Path]:
    for part in _PROVIDER.sub("", target, count=1).split("+"):
        path = Path(part).expanduser()
        if part and path.exists():
            yield path
            if is_adapter(path):
                yield from _parts(base_of(path), run)
        elif any(entry.name == part for entry in run.registry.entries("models")):
            yield Path(run.use("models", part).path)


def is_adapter(path: Path) -> bool:
    """Whether ``path`` is the folder of a LoRA adapter."""
    return (path / ADAPTER).is_file()


def base_of(adapter: Path) -> str:
    """The base model that an adapter names. Raises DataError."""
    try:
        config = msgspec.json.decode((adapter / ADAPTER).read_bytes())
        return str(config["base_model_name_or_path"])
    except (OSError, msgspec.DecodeError, KeyError) as fault:
        raise DataError(f"expected an adapter that names its base model: {fault}", path=adapter) from None


def model_references(path: Path) -> list[str]:
    """How ``path`` is named as a model, if it is one: an adapter, a GGUF, a folder of either."""
    if is_adapter(path):
        return [f"hf:{base_of(path).removeprefix('hf:')}+{path}"]
    if path.suffix == ".gguf":
        return [f"gguf:{path}"]
    if not path.is_dir():
        return []
    if (path / "config.json").is_file():
        return [f"hf:{path}"]
    manifest = read_manifest(path)
    names = manifest.outputs if manifest is not None else [file.name for file in sorted(path.glob("*.gguf"))]
    return [f"gguf:{path / name}" for name in names if name.endswith(".gguf")]
