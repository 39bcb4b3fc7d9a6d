"""From tables to stages: settings to their capability, names to paths, and an order."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afs.pipeline.file import Pipeline, StageTable
from afs_core import ConfigError, Stage
from afs_core.stage import BUILD_KINDS, JOBS, Use

if TYPE_CHECKING:
    from afs_core.registry import Registry

__all__ = ["stages_of"]

#: Settings whose value may be the name of a stage.
REFERENCES = frozenset({"suite", "baseline", "base_model", "models", "data", "base", "adapter", "imatrix"})
#: A transform with this tag sets ``prov.split``, so that its stage is a folder.
SPLITS = "splits"


def stages_of(pipeline: Pipeline, output: Path, registry: Registry) -> list[Stage]:
    """The stages in an order that has every input first; the file's order where that is free.

    Raises ConfigError for a cycle, an unknown stage or a setting that nobody takes.
    """
    places = {table.name: _place(table, output, registry) for table in pipeline.stages}
    order = _order(pipeline, places)
    return [_stage(table, pipeline, places, registry) for table in order]


def _place(table: StageTable, output: Path, registry: Registry) -> Path:
    uses = [Use.parse(text) for text in table.uses]
    folder = any(
        use.kind in BUILD_KINDS or SPLITS in registry.find(use.kind, use.name).capability.tags for use in uses
    )
    return output / (table.name if folder else f"{table.name}.jsonl")


def _order(pipeline: Pipeline, places: dict[str, Path]) -> list[StageTable]:
    tables = {table.name: table for table in pipeline.stages}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for table in pipeline.stages:
        sorter.add(table.name, *_needs(table, pipeline, places))
    try:
        sorter.prepare()
    except CycleError as fault:
        raise ConfigError(
            f"{pipeline.origin}: stages wait for each other: {' -> '.join(fault.args[1])}"
        ) from None
    order: list[StageTable] = []
    position = {name: number for number, name in enumerate(tables)}
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=position.__getitem__)
        order += [tables[name] for name in ready]
        sorter.done(*ready)
    return order


def _needs(table: StageTable, pipeline: Pipeline, places: dict[str, Path]) -> list[str]:
    needs = [_stage_named(name, places) for name in table.from_]
    for settings in (table.settings, *table.config.values()):
        needs += [
            _stage_named(item, places) for key in REFERENCES & set(settings) for item in _items(settings[key])
        ]
    for name in table.after:
        if name not in places:
            raise ConfigError(f"{pipeline.origin}: stage {table.name}: after names no stage: {name}")
    return [*table.after, *(name for name in needs if name)]


def _items(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _stage_named(text: str, places: dict[str, Path]) -> str:
    name = text.partition("/")[0]
    return name if name in places else ""


def _stage(table: StageTable, pipeline: Pipeline, places: dict[str, Path], registry: Registry) -> Stage:
    output = places[table.name]
    return Stage(
        name=table.name,
        uses=table.uses,
        inputs=tuple(_path(text, places) for text in table.from_),
        output=output,
        config=_configs(table, pipeline, places, registry),
        seed=table.seed,
        after=table.after,
        gate=table.gate,
        limit=table.limit,
        on_error=table.on_error,
        rejected=output.with_name(f"{table.name}.rejected.jsonl") if table.rejected else None,
    )


def _path(text: str, places: dict[str, Path]) -> Path:
    name, _, split = text.partition("/")
    if name not in places:
        return Path(text).expanduser()
    return places[name] / f"{split}.jsonl" if split else places[name]


def _configs(
    table: StageTable, pipeline: Pipeline, places: dict[str, Path], registry: Registry
) -> dict[str, dict[str, Any]]:
    configs: dict[str, dict[str, Any]] = {use: {} for use in table.uses}
    label = f"{pipeline.origin}: stage {table.name}"
    for use, settings in table.config.items():
        if use not in configs:
            raise ConfigError(f"{label}: config for {use}, which the stage does not use")
        configs[use] |= {name: _resolved(name, value, places) for name, value in settings.items()}
    fields = {use: _fields(Use.parse(use), registry) for use in table.uses}
    for name, value in table.settings.items():
        takers = [use for use in table.uses if name in fields[use]]
        if len(takers) != 1:
            raise _homeless(label, name, takers, fields)
        configs[takers[0]][name] = _resolved(name, value, places)
    return configs


def _fields(use: Use, registry: Registry) -> tuple[str, ...]:
    config = registry.config_type(use.kind, use.name)
    job = JOBS.get(use.kind)
    return (*(config.__struct_fields__ if config else ()), *(job.__struct_fields__ if job else ()))


def _homeless(label: str, name: str, takers: list[str], fields: dict[str, tuple[str, ...]]) -> ConfigError:
    if takers:
        return ConfigError(
            f"{label}: {name} is a setting of {' and '.join(takers)}",
            hint=f'write [stage.config."{takers[0]}"] to say which',
        )
    known = sorted({field for names in fields.values() for field in names})
    return ConfigError(
        f"{label}: nobody takes the setting {name}", hint=f"settings: {', '.join(known) or 'none'}"
    )


def _resolved(name: str, value: Any, places: dict[str, Path]) -> Any:
    if name not in REFERENCES:
        return value
    if isinstance(value, list):
        return [_resolved(name, item, places) for item in value]
    if isinstance(value, str) and _stage_named(value, places):
        return str(_path(value, places))
    return value
