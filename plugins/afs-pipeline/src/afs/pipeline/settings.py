"""Settings of a stage to the capability that takes them, checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs.pipeline.file import StageTable
from afs.pipeline.places import Places
from afs_core import ConfigError
from afs_core.stage import JOBS, Use, split_settings

if TYPE_CHECKING:
    from afs_core.registry import Registry

__all__ = ["REFERENCES", "configs"]

#: Settings whose value may be the name of a stage.
REFERENCES = frozenset({"suite", "baseline", "base_model", "models", "data", "base", "adapter", "imatrix"})
#: Fields of a job that the stage itself fills.
_GIVEN = frozenset({"output", "seed", "limit", "resume"})
#: Fields of a job that the inputs may fill.
_FROM_INPUTS = frozenset({"output", "data", "base"})

Fields = Mapping[str, Any]


def configs(table: StageTable, places: Places, registry: Registry) -> dict[str, dict[str, Any]]:
    """Settings by use, names of stages as paths, every value as its capability wants it.

    Raises ConfigError for a setting that nobody takes, that two take, or that does not fit.
    """
    fields = {use: _fields(Use.parse(use), registry) for use in table.uses}
    found: dict[str, dict[str, Any]] = {use: {} for use in table.uses}
    for use, settings in table.config.items():
        if use not in found:
            raise ConfigError(f"config for {use}, which the stage does not use")
        for name, value in settings.items():
            found[use][name] = _value(name, value, fields[use], use, places)
    for name, value in table.settings.items():
        use = _taker(name, fields)
        found[use][name] = _value(name, value, fields[use], use, places)
    for use, settings in found.items():
        _check(Use.parse(use), settings, registry)
        settings.update(_limit(table, Use.parse(use)))
    return found


def _fields(use: Use, registry: Registry) -> Fields:
    """Names and types of the settings that a capability and its job take."""
    job = JOBS.get(use.kind)
    given = {name: kind for name, kind in _types(job).items() if name not in _GIVEN}
    return {**_types(registry.config_type(use.kind, use.name)), **given}


def _types(kind: type[Any] | None) -> dict[str, Any]:
    if kind is None:
        return {}
    if issubclass(kind, msgspec.Struct):
        return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    return dict(getattr(kind, "__annotations__", {}))


def _taker(name: str, fields: Mapping[str, Fields]) -> str:
    """The one use of the chain that has a setting of this name."""
    takers = [use for use, known in fields.items() if name in known]
    if len(takers) > 1:
        raise ConfigError(
            f"{name} is a setting of {' and '.join(takers)}",
            hint=f'write [stage.config."{takers[0]}"] to say which',
        )
    if not takers:
        known = sorted({field for names in fields.values() for field in names})
        raise ConfigError(f"nobody takes the setting {name}", hint=f"settings: {', '.join(known) or 'none'}")
    return takers[0]


def _value(name: str, value: Any, fields: Fields, use: str, places: Places) -> Any:
    """``value`` as the type of its field: a variable is text, a path may begin with ``~``."""
    if name in REFERENCES:
        value = _resolved(value, places)
    if name not in fields:
        known = ", ".join(sorted(fields)) or "none"
        raise ConfigError(f"{use} has no setting {name}", hint=f"settings: {known}")
    try:
        return msgspec.convert(value, fields[name], dec_hook=_as_path, strict=False)
    except msgspec.ValidationError as fault:
        raise ConfigError(f"{name} = {value!r}: {fault}") from None


def _as_path(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, (str, Path)):
        return Path(value).expanduser()
    raise TypeError(f"expected {kind.__name__}, got {value!r}")


def _resolved(value: Any, places: Places) -> Any:
    if isinstance(value, list):
        return [_resolved(item, places) for item in value]
    if isinstance(value, str) and places.stage_of(value):
        return str(places.path(value))
    return value


def _check(use: Use, settings: Mapping[str, Any], registry: Registry) -> None:
    """Whether anything is missing. Raises ConfigError now rather than after an hour of other stages."""
    job, own = split_settings(use.kind, settings)
    registry.config_for(use.kind, use.name, own)
    if use.kind in JOBS:
        needed = {field.name for field in msgspec.structs.fields(JOBS[use.kind]) if field.required}
        if missing := sorted(needed - _FROM_INPUTS - set(job)):
            raise ConfigError(f"{use.text} needs {', '.join(missing)}")


def _limit(table: StageTable, use: Use) -> dict[str, Any]:
    """A build has its limit in its job, a chain in its stage."""
    if table.limit is None or use.kind not in JOBS:
        return {}
    if "limit" not in JOBS[use.kind].__struct_fields__:
        raise ConfigError(f"{use.text} has no limit")
    return {"limit": table.limit}
