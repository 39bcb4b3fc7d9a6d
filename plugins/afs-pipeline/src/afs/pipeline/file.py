"""The pipeline file: tables ``[[stage]]``, ``[variables]`` with defaults, ``${name}`` in strings, and
``[pipeline]`` with what holds for every stage."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from afs_core import ConfigError

__all__ = ["Pipeline", "StageTable", "parse_pipeline", "read_pipeline"]

_EXPECTED = "expected tables [[stage]], [variables] and [pipeline]"
T = TypeVar("T", bound=dict[str, Any] | list[Any])
_VARIABLE = re.compile(r"\$\{(\w+)\}")
# A dot would make a suffix, and a suffix a file of what is to be a folder.
_NAME = re.compile(r"[\w-]+")
Workers = Annotated[int, msgspec.Meta(ge=1)]


class StageTable(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One ``[[stage]]``, variables filled in; what is no field here is a setting."""

    name: str
    uses: tuple[str, ...]
    from_: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    gate: bool = False
    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    seed: int | None = None
    on_error: Literal["stop", "skip"] = "stop"
    rejected: bool = False
    workers: Workers | None = None
    config: dict[str, dict[str, Any]] = {}
    settings: dict[str, Any] = {}


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """``origin`` is the file, for messages; ``workers`` are for stages that name no number of theirs."""

    origin: str
    stages: tuple[StageTable, ...]
    workers: int = 1


class _Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[pipeline]``."""

    workers: Workers = 1


def read_pipeline(path: Path, variables: Mapping[str, Any] | None = None) -> Pipeline:
    """The pipeline in a file. Raises ConfigError with the file and the stage."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: cannot be read: {fault}") from None
    return parse_pipeline(text, str(path), variables)


def parse_pipeline(text: str, origin: str, variables: Mapping[str, Any] | None = None) -> Pipeline:
    """The pipeline in a text; ``variables`` win over the file's own ``[variables]``."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ConfigError(f"{origin}: not TOML: {fault}") from None
    defaults = _popped(document, "variables", dict, origin)
    common = _common(_popped(document, "pipeline", dict, origin), origin)
    tables = _popped(document, "stage", list, origin)
    if document or not tables:
        unknown = ", ".join(document) or "no stage"
        raise ConfigError(f"{origin}: {_EXPECTED}, got {unknown}")
    _check_used(set(variables or {}), tables, origin)
    values = {**defaults, **(variables or {})}
    stages = tuple(_stage(table, number, values, origin) for number, table in enumerate(tables, 1))
    _check_names(stages, origin)
    return Pipeline(origin=origin, stages=stages, workers=common.workers)


def _common(table: dict[str, Any], origin: str) -> _Common:
    try:
        return msgspec.convert(table, _Common)
    except msgspec.ValidationError as fault:
        raise ConfigError(f"{origin}: [pipeline]: {fault}") from None


def _popped(document: dict[str, Any], name: str, kind: type[T], origin: str) -> T:
    found = document.pop(name, kind())
    if not isinstance(found, kind) or any(not isinstance(item, dict) for item in found if kind is list):
        raise ConfigError(f"{origin}: {_EXPECTED}, got {name} = {found!r}")
    return found


def _check_used(given: set[str], tables: list[Any], origin: str) -> None:
    """A value for a variable that no stage uses is a slip of the pen."""
    used = set(_VARIABLE.findall(repr(tables)))
    if unused := sorted(given - used):
        raise ConfigError(
            f"{origin}: no stage uses the variable {', '.join(unused)}",
            hint=f"variables: {', '.join(sorted(used)) or 'none'}",
        )


def _filled(value: Any, values: Mapping[str, Any], label: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(item, values, label) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values, label) for item in value]
    if not isinstance(value, str):
        return value
    if alone := _VARIABLE.fullmatch(value):  # keeps its type: a number stays a number
        return _value(alone[1], values, label)
    return _VARIABLE.sub(lambda match: _text(_value(match[1], values, label)), value)


def _value(name: str, values: Mapping[str, Any], label: str) -> Any:
    if name not in values:
        raise ConfigError(f"{label}: variable {name} has no value", hint=f"add --set {name}=VALUE")
    return values[name]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stage(table: dict[str, Any], number: int, values: Mapping[str, Any], origin: str) -> StageTable:
    label = f"{origin}: stage {table.get('name') or number}"
    table = _filled(table, values, label)
    known = {name: value for name, value in table.items() if name in _FIELDS}
    for name in ("uses", "from", "after"):
        if isinstance(known.get(name), str):
            known[name] = [known[name]]
    known["settings"] = {name: value for name, value in table.items() if name not in _FIELDS}
    try:
        stage = msgspec.convert(known, StageTable, strict=False)
    except msgspec.ValidationError as fault:
        raise ConfigError(f"{label}: {fault}") from None
    if not _NAME.fullmatch(stage.name):
        raise ConfigError(f"{label}: expected a name of letters, digits, dashes and underscores")
    if not stage.uses:
        raise ConfigError(f"{label}: uses names nothing", hint='write uses = "KIND/NAME"')
    return stage


_FIELDS = frozenset(StageTable.__struct_encode_fields__) - {"settings"}


def _check_names(stages: tuple[StageTable, ...], origin: str) -> None:
    seen: set[str] = set()
    for stage in stages:
        if stage.name in seen:
            raise ConfigError(f"{origin}: two stages are named {stage.name}")
        seen.add(stage.name)
