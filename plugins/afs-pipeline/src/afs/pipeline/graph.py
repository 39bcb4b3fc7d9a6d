"""From tables to stages: settings to their capability, names to paths, and an order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afs.pipeline.file import Pipeline, StageTable
from afs.pipeline.places import Places, said_of
from afs.pipeline.settings import REFERENCES, configs
from afs_core import ConfigError, Stage

if TYPE_CHECKING:
    from afs_core.registry import Registry

__all__ = ["stages_of"]


def stages_of(pipeline: Pipeline, output: Path, registry: Registry) -> list[Stage]:
    """The stages in an order that has every input first; the file's order where that is free.

    Raises ConfigError for a cycle, an unknown stage or a setting that nobody takes, and what the
    registry raises for an unknown or missing capability; each names the file and the stage.
    """
    places = Places(pipeline, output, registry)
    stages = {}
    for table in pipeline.stages:
        with said_of(pipeline, table):
            stages[table.name] = _stage(table, places, registry, pipeline.workers)
    return [stages[name] for name in _order(pipeline, places)]


def _stage(table: StageTable, places: Places, registry: Registry, workers: int) -> Stage:
    for name in table.after:
        if name not in places:
            raise ConfigError(f"after names no stage: {name}")
    output = places[table.name].path
    return Stage(
        name=table.name,
        uses=table.uses,
        inputs=tuple(places.path(text) for text in table.from_),
        output=output,
        config=configs(table, places, registry),
        seed=table.seed,
        after=table.after,
        gate=table.gate,
        limit=table.limit,
        on_error=table.on_error,
        rejected=output.with_name(f"{table.name}.rejected.jsonl") if table.rejected else None,
        workers=table.workers or workers,
    )


def _order(pipeline: Pipeline, places: Places) -> Iterator[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for table in pipeline.stages:
        sorter.add(table.name, *_needs(table, places))
    try:
        sorter.prepare()
    except CycleError as fault:
        circle = " -> ".join(fault.args[1])
        raise ConfigError(f"{pipeline.origin}: stages wait for each other: {circle}") from None
    position = {table.name: number for number, table in enumerate(pipeline.stages)}
    ready: list[tuple[int, str]] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (position[name], name))
        _, first = heapq.heappop(ready)
        yield first
        sorter.done(first)


def _needs(table: StageTable, places: Places) -> set[str]:
    """The stages that have to be done before."""
    named = list(table.from_)
    for settings in (table.settings, *table.config.values()):
        named += [text for key in REFERENCES & settings.keys() for text in _texts(settings[key])]
    return {*table.after, *filter(None, map(places.stage_of, named))}


def _texts(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
