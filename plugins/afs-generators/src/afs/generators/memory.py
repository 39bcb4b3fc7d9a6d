"""The ``memory`` generator: the memory folder of a context."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from afs.generators.notes import Notes, Settings
from afs_core import Run
from afs_core.manifest import digest

__all__ = ["Memory"]


class Memory(Notes):
    """Notes in ``[project] context_root``, below ``memory``, or wherever ``root`` says.

    Links are followed out of the folder: a context is put together from them.
    """

    class Config(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        root: Annotated[
            Path | None, Meta(description="The memory folder [default: memory in the context root].")
        ] = None
        domain: Annotated[str, Meta(description="Domain of samples whose entry names none.")] = "memory"

    follow = True

    def __init__(self, config: Config | None, run: Run) -> None:
        config = self.Config() if config is None else config
        self._named = config.root is not None
        root = config.root or Path(run.config.get("project.context_root")) / "memory"
        super().__init__(Notes.Config(**{**msgspec.structs.asdict(config), "root": root}), run, "memory")

    @property
    def fingerprint(self) -> str:
        """What the context's folder holds; a root that is named is an input of the stage itself."""
        if self._named or not self.root.exists():
            return ""
        return digest(self.root, self._run.cache("digests"))
