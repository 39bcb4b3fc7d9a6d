"""Options of a command out of a capability's Config, so that no plugin writes them twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Union

import click
import msgspec
from msgspec import inspect

from afs_core.errors import UsageError

__all__ = ["DataPath", "bare_type", "data_path", "options_of", "require_settings", "settings_from"]


class DataPath(click.ParamType):  # type: ignore[type-arg]  # generic only since click 8.4
    """A path with ``~`` expanded; ``-`` stands for standard input or output."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return value if isinstance(value, Path) else Path(value).expanduser()


data_path = DataPath()


def options_of(config: type[msgspec.Struct] | None, *, taken: tuple[str, ...] = ()) -> list[click.Option]:
    """One option a field, in the order of the fields; names in ``taken`` get none.

    ``bool`` becomes ``--x/--no-x``, a Literal or Enum a choice, a list repeatable, a dict
    ``--x NAME=VALUE`` repeatable. An option that is not given is left out of what
    :func:`settings_from` returns, so that a config file may speak; for the same reason click
    requires none: see :func:`require_settings`.
    """
    if config is None:
        return []
    return [_option(field) for field in msgspec.structs.fields(config) if field.name not in taken]


def settings_from(config: type[msgspec.Struct] | None, params: Mapping[str, Any]) -> dict[str, Any]:
    """The settings among ``params`` that were given on the command line, ready to validate."""
    fields = msgspec.structs.fields(config) if config is not None else ()
    given = {field.name: params.get(field.name) for field in fields}
    return {
        name: dict(value) if _is_mapping(config, name) else list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value is not None and value != ()
    }


def require_settings(config: type[msgspec.Struct] | None, settings: Mapping[str, Any]) -> None:
    """Raise UsageError, naming the flags, where neither command line nor config gave a needed field."""
    fields = msgspec.structs.fields(config) if config is not None else ()
    absent = [_flag(field.name) for field in fields if field.required and field.name not in settings]
    if absent:
        raise UsageError(
            f"missing: {', '.join(absent)}", hint="give it on the command line or in a config file"
        )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _option(field: inspect.Field | msgspec.structs.FieldInfo) -> click.Option:
    shape, description = bare_type(inspect.type_info(field.type))
    flag = _flag(field.name)
    kind: dict[str, Any] = _kind(shape)
    if isinstance(shape, inspect.BoolType):
        flag = f"{flag}/--no-{flag[2:]}"
    return click.Option(
        [flag, field.name],
        default=None,
        help=_help(description, field),
        **kind,
    )


def bare_type(shape: inspect.Type) -> tuple[inspect.Type, str]:
    """The type without Annotated and without ``| None``, and its description."""
    description = ""
    while True:
        if isinstance(shape, inspect.Metadata):
            description = (shape.extra_json_schema or {}).get("description", "") or description
            shape = shape.type
        elif isinstance(shape, inspect.UnionType):
            some = [part for part in shape.types if not isinstance(part, inspect.NoneType)]
            shape = some[0] if len(some) == 1 else _widest(some)
        else:
            return shape, description


def _widest(shapes: list[inspect.Type]) -> inspect.Type:
    """Of several types the one that holds them all: float over int, else text."""
    numbers = (inspect.IntType, inspect.FloatType)
    return inspect.FloatType() if all(isinstance(s, numbers) for s in shapes) else inspect.StrType()


def _kind(shape: inspect.Type) -> dict[str, Any]:
    if isinstance(shape, inspect.BoolType):
        return {"is_flag": True}
    if isinstance(shape, _COLLECTIONS):
        inner, _ = bare_type(shape.item_type)
        return {"multiple": True, "type": _scalar(inner)}
    if isinstance(shape, inspect.DictType):
        inner, _ = bare_type(shape.value_type)
        return {"multiple": True, "type": NamedValue(_scalar(inner)), "metavar": "NAME=VALUE"}
    return {"type": _scalar(shape)}


_COLLECTIONS: Any = Union[  # noqa: UP007  (isinstance takes it; the name reads as one type)
    inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType
]


def _scalar(shape: inspect.Type) -> click.ParamType[Any]:
    if isinstance(shape, inspect.LiteralType):
        return OneOf(shape.values)
    if isinstance(shape, inspect.EnumType):
        return OneOf([member.value for member in shape.cls])
    if isinstance(shape, inspect.IntType):
        return click.IntRange(min=_int(shape.ge), max=_int(shape.le))
    if isinstance(shape, inspect.FloatType):
        return click.FLOAT
    if isinstance(shape, inspect.CustomType) and issubclass(shape.cls, Path):
        return data_path
    return click.STRING


def _int(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _help(description: str, field: inspect.Field | msgspec.structs.FieldInfo) -> str:
    default = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    if default is msgspec.NODEFAULT:
        return f"{description}  [required]".strip()
    shown = _default_text(default)
    return f"{description}{f'  [default: {shown}]' if shown else ''}".strip()


def _default_text(default: Any) -> str:
    if default is None or default in ((), [], {}, "") or isinstance(default, bool):
        return "on" if default is True else "off" if default is False else ""
    if isinstance(default, Enum):
        return str(default.value)
    if isinstance(default, Mapping):
        return ", ".join(f"{name}={value}" for name, value in default.items())
    if isinstance(default, (list, tuple, set, frozenset)):
        return ", ".join(str(value) for value in default)
    return str(default)


def _is_mapping(config: type[msgspec.Struct] | None, name: str) -> bool:
    types = {field.name: field.type for field in msgspec.structs.fields(config)} if config else {}
    return isinstance(bare_type(inspect.type_info(types[name]))[0], inspect.DictType)


class OneOf(click.Choice):  # type: ignore[type-arg]
    """A choice among values that need not be text."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._by_text = {str(value): value for value in values}
        super().__init__(list(self._by_text))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self._by_text[super().convert(str(value), param, ctx)]


class NamedValue(click.ParamType):  # type: ignore[type-arg]
    """``NAME=VALUE`` as a pair."""

    name = "named"

    def __init__(self, value: click.ParamType[Any]) -> None:
        self._value = value

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).partition("=")
        if not name or not equals:
            self.fail(f"expected NAME=VALUE, got {value!r}", param, ctx)
        return name, self._value.convert(text, param, ctx)
