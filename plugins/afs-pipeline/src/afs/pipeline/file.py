"""The pipeline file: tables ``[[stage]]``, ``[variables]`` with defaults, ``${name}`` in strings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from afs_core import ConfigError

__all__ = ["Pipeline", "StageTable", "parse_pipeline", "read_pipeline"]

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NAME = re.compile(r"[\w.-]+")


class StageTable(msgspec.Struct, frozen=True, kw_only=True):
    """One ``[[stage]]``, variables filled in; what is no field here is a setting."""

    name: str
    uses: tuple[str, ...]
    from_: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    gate: bool = False
    limit: int | None = None
    seed: int | None = None
    on_error: str = "stop"
    rejected: bool = False
    config: dict[str, dict[str, Any]] = {}
    settings: dict[str, Any] = {}


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """``origin`` is the file, for messages."""

    origin: str
    stages: tuple[StageTable, ...]


def read_pipeline(path: Path, variables: Mapping[str, str] | None = None) -> Pipeline:
    """The pipeline in a file. Raises ConfigError with the file and the stage."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: cannot be read: {fault}") from None
    return parse_pipeline(text, str(path), variables)


def parse_pipeline(text: str, origin: str, variables: Mapping[str, str] | None = None) -> Pipeline:
    """The pipeline in a text; ``variables`` win over the file's own ``[variables]``."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ConfigError(f"{origin}: not TOML: {fault}") from None
    defaults = document.pop("variables", {})
    tables = document.pop("stage", [])
    if document or not isinstance(tables, list) or not tables:
        unknown = ", ".join(document) or "nothing"
        raise ConfigError(f"{origin}: expected tables [[stage]] and [variables], got {unknown}")
    values = {**defaults, **(variables or {})}
    _check_variables(set(variables or {}) - set(defaults), text, origin)
    stages = tuple(_stage(_filled(table, values, origin), origin) for table in tables)
    _check_names(stages, origin)
    return Pipeline(origin=origin, stages=stages)


def _check_variables(unknown: set[str], text: str, origin: str) -> None:
    used = set(_VARIABLE.findall(text))
    if unused := sorted(unknown - used):
        raise ConfigError(
            f"{origin}: no variable {', '.join(unused)}", hint=f"it has: {', '.join(sorted(used))}"
        )


def _filled(value: Any, values: Mapping[str, Any], origin: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(item, values, origin) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values, origin) for item in value]
    return (
        _VARIABLE.sub(lambda match: _value(match[1], values, origin), value)
        if isinstance(value, str)
        else value
    )


def _value(name: str, values: Mapping[str, Any], origin: str) -> str:
    if name not in values:
        raise ConfigError(f"{origin}: variable {name} has no value", hint=f"add --set {name}=VALUE")
    return str(values[name])


def _stage(table: dict[str, Any], origin: str) -> StageTable:
    label = f"{origin}: stage {table.get('name', '?')}"
    known = {name: value for name, value in table.items() if name in _FIELDS}
    known["from_"] = known.pop("from", [])
    for name in ("uses", "from_", "after"):
        known[name] = [known[name]] if isinstance(known.get(name), str) else known.get(name, [])
    known["settings"] = {name: value for name, value in table.items() if name not in _FIELDS}
    try:
        stage = msgspec.convert(known, StageTable)
    except msgspec.ValidationError as fault:
        raise ConfigError(f"{label}: {fault}") from None
    if not _NAME.fullmatch(stage.name):
        raise ConfigError(f"{label}: expected a name of letters, digits, dots and dashes")
    if not stage.uses:
        raise ConfigError(f"{label}: uses names nothing", hint='write uses = "KIND/NAME"')
    return stage


_FIELDS = frozenset(StageTable.__struct_fields__) - {"from_", "settings"} | {"from"}


def _check_names(stages: tuple[StageTable, ...], origin: str) -> None:
    seen: set[str] = set()
    for stage in stages:
        if stage.name in seen:
            raise ConfigError(f"{origin}: two stages are named {stage.name}")
        seen.add(stage.name)
