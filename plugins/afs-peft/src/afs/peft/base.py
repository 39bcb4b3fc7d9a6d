"""The folder of the base model that a job names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from afs_core import UnknownName, UsageError

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["base_folder"]


def base_folder(reference: str, run: Run) -> Path:
    """Where the checkpoint lies that ``reference`` names; never asks the network.

    A folder works with afs-peft alone, any other name is what afs-models makes of it. Raises
    UnknownName, UsageError for a base with an adapter, Missing where afs-models is needed.
    """
    name = reference.removeprefix("hf:")
    path = Path(name).expanduser()
    if (path / "config.json").is_file():
        return path
    if "+" in name and not path.exists():
        raise UsageError(
            f"expected a base model without an adapter, got {reference!r}",
            hint="merge the adapter into its base first: afs merge",
        )
    if path.exists() or _looks_like_a_path(name):
        raise UnknownName(
            f"no base model at {name}: expected a folder with config.json",
            hint="check the path, or fetch the model first: hf download NAME",
        )
    folder: Path = run.use("resolvers", "model").folder(reference)
    return folder


def _looks_like_a_path(name: str) -> bool:
    return name.startswith(("/", "./", "../", "~")) or ("/" in name and Path(name).parent.is_dir())
