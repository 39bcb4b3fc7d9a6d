"""What one setting may be: is the key known, does the value fit, may this file say it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from afs_core.names import nearest
from afs_core.settings import PLUGIN_SECTIONS, SECTIONS, SPELLINGS

__all__ = ["Verdict", "core_defaults", "core_fields", "judge"]

Key = tuple[str, ...]

_USER_ONLY = frozenset({("plugins", "enabled"), ("plugins", "dirs")})


class Verdict(NamedTuple):
    """``message`` is what is wrong, if anything, with the first ``depth`` names of the key
    (all for None); ``keep`` is False for an empty table."""

    value: Any = None
    message: str = ""
    keep: bool = True
    depth: int | None = None


class Field(NamedTuple):
    """A setting of the core: its type with constraints, default, sentence, and whether it is a path."""

    type: Any
    default: Any
    description: str
    is_path: bool

    def type_is(self, kind: type) -> bool:
        """Whether values are of ``kind``, whatever their constraints."""
        return isinstance(self.default, kind)


def judge(path: Key, written: Key, value: Any, kind: str, file: str) -> Verdict:
    """``path`` is the canonical key, ``written`` as it stands in the layer of this ``kind``."""
    if path[0] not in SECTIONS:
        return Verdict(message=_unknown_top(written[0], _is_table(path, value)), depth=1)
    if path in _USER_ONLY and kind == "project":
        return Verdict(message="only the user's own file may say which plugin code is loaded; left out here")
    field = core_fields().get(path)
    if field is not None:
        return _fit(field, value, kind, file)
    if len(path) == 1:
        return _table_only(path, value)
    return _other(path, written, value)


@cache
def core_fields() -> dict[Key, Field]:
    """Every setting of the core, in the order of the sections."""
    return {
        (section, field.name): _field(field)
        for section, struct in SECTIONS.items()
        for field in msgspec.structs.fields(struct)
    }


def core_defaults() -> Iterator[tuple[Key, Any]]:
    """Every core setting with its default; ``~`` expanded in paths."""
    for path, field in core_fields().items():
        yield path, _expanded(field.default, "") if field.is_path else field.default


def _field(field: msgspec.structs.FieldInfo) -> Field:
    info = msgspec.inspect.type_info(field.type)
    extra = getattr(info, "extra", None) or {}
    schema = getattr(info, "extra_json_schema", None) or {}
    return Field(field.type, field.default, schema.get("description", ""), bool(extra.get("path")))


def _fit(field: Field, value: Any, kind: str, file: str) -> Verdict:
    if kind == "environment" and isinstance(value, str) and isinstance(field.default, tuple):
        value = [part.strip() for part in value.split(",") if part.strip()]
    try:
        value = msgspec.convert(value, field.type)
    except msgspec.ValidationError as fault:
        hint = (
            "; quote it to make it text: '\"…\"'" if kind == "environment" and "`str`" in str(fault) else ""
        )
        return Verdict(message=f"{str(fault)[:1].lower()}{str(fault)[1:]}: {value!r}{hint}")
    base = str(Path(file).parent) if kind == "project" else ""
    return Verdict(_expanded(value, base) if field.is_path else value)


def _expanded(value: Any, base: str) -> Any:
    """``~`` and, in a project's file, a relative path mean the same from every folder."""
    if isinstance(value, tuple):
        return tuple(_expanded(part, base) for part in value)
    return os.path.join(base, os.path.expanduser(value)) if value else value  # noqa: PTH111, PTH118


def _table_only(path: Key, value: Any) -> Verdict:
    if _is_table(path, value):
        return Verdict(keep=False)
    return Verdict(message=f"expected a table [{path[0]}], got {value!r}")


def _other(path: Key, written: Key, value: Any) -> Verdict:
    """A key of a known section that is none of the core's: a plugin's, or nobody's."""
    section = path[0]
    if section == "plugins":
        if len(path) == 2 and value != {}:
            return Verdict(message=f"expected a table [plugins.{written[1]}], got {value!r}")
        return Verdict(value, keep=value != {})
    if path[:2] in core_fields():
        return Verdict(message=f"{path[1]} is one value, not a table")
    if section in PLUGIN_SECTIONS and (len(path) > 2 or value == {}):
        return Verdict(value, keep=value != {})
    name = written[-1] if len(path) == 2 else written[1]
    return Verdict(message=f"unknown key {name}{nearest(name, SPELLINGS[section])}")


def _unknown_top(name: str, is_table: bool) -> str:
    near = nearest(name, SECTIONS)
    if is_table and not near:
        return f"unknown section {name}; a plugin's settings stand in [plugins.{name}]"
    return f"unknown {'section' if is_table else 'key'} {name}{near}"


def _is_table(path: Key, value: Any) -> bool:
    return len(path) > 1 or value == {}
