"""Where the stages of a pipeline write, and what a name in the file stands for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from afs.pipeline.file import Pipeline, StageTable
from afs_core import AfsError, ConfigError, DataError
from afs_core.stage import BUILD_KINDS, Use
from afs_core.stream import SPLITS

if TYPE_CHECKING:
    from afs_core.registry import Registry

__all__ = ["Place", "Places", "said_of"]

#: A transform with this tag sets ``prov.split``, so that its stage is a folder.
TAG = "splits"


class Place(msgspec.Struct, frozen=True):
    """What a stage writes: one file of samples, a folder of splits, or the folder of a build."""

    path: Path
    kind: Literal["file", "splits", "build"]


class Places:
    """The places of all stages, by name."""

    def __init__(self, pipeline: Pipeline, output: Path, registry: Registry) -> None:
        self._places: dict[str, Place] = {}
        for table in pipeline.stages:
            with said_of(pipeline, table):
                self._places[table.name] = _place(table, output, registry)

    def __getitem__(self, name: str) -> Place:
        return self._places[name]

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def stage_of(self, text: str) -> str:
        """The stage that ``text`` names, empty where it names none."""
        name = text.partition("/")[0]
        return name if name in self._places else ""

    def path(self, text: str) -> Path:
        """``STAGE``, ``STAGE/SPLIT``, ``STAGE/FILE`` of a build, or a path of the user's own.

        Raises ConfigError for a part that the stage does not have.
        """
        name = self.stage_of(text)
        if not name:
            return Path(text).expanduser()
        place, part = self._places[name], text.partition("/")[2]
        if not part:
            return place.path
        if place.kind == "build":
            return place.path / part
        if place.kind == "splits" and part in SPLITS:
            return place.path / f"{part}.jsonl"
        has = f"the splits {', '.join(SPLITS)}" if place.kind == "splits" else "one file and no parts"
        raise ConfigError(f"{text}: stage {name} has {has}", hint=f"for a path of your own write ./{text}")


def _place(table: StageTable, output: Path, registry: Registry) -> Place:
    uses = [Use.parse(text) for text in table.uses]
    tags = {tag for use in uses for tag in registry.find(use.kind, use.name).capability.tags}
    if any(use.kind in BUILD_KINDS for use in uses):
        return Place(output / table.name, "build")
    if TAG in tags:
        return Place(output / table.name, "splits")
    return Place(output / f"{table.name}.jsonl", "file")


@contextmanager
def said_of(pipeline: Pipeline, table: StageTable) -> Iterator[None]:
    """Every error of afs within starts with the file and the stage."""
    try:
        yield
    except DataError:
        raise
    except AfsError as fault:
        label = f"{pipeline.origin}: stage {table.name}"
        raise type(fault)(f"{label}: {fault.message}", hint=fault.hint) from None
