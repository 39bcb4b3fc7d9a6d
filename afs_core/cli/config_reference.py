"""Every setting for the reader: the JSON schema, and ``config.example.toml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.cli.options import bare_type
from afs_core.cli.plugin_settings import PluginSection, plugin_sections
from afs_core.settings import ALIASES, SECTIONS

if TYPE_CHECKING:
    from afs_core.registry import Registry

__all__ = ["example_toml", "json_schema"]

_HEAD = """\
# Every setting of afs, with its default.
#
# The user's file is ~/.config/afs/config.toml, a project's the afs.toml in its root; lines of
# the second win. AFS_SECTION__KEY=value in the environment wins over both, a flag over all.
# Uncomment what you change.
"""


def json_schema(registry: Registry) -> dict[str, Any]:
    """JSON schema (2020-12) of a config file, for editors."""
    sections = plugin_sections(registry)
    types = [*SECTIONS.values(), *(struct for section in sections for struct in section.types)]
    schemas, definitions = msgspec.json.schema_components(
        types, schema_hook=_path_schema, ref_template="#/$defs/{name}"
    )
    by_type = dict(zip(types, schemas, strict=True))
    for schema in schemas[len(SECTIONS) :]:  # a needed field may come from a flag instead
        definitions[schema["$ref"].rpartition("/")[2]]["required"] = []
    core = {name: _resolved(by_type[struct], definitions) for name, struct in SECTIONS.items()}
    for alias, key in ALIASES.items():
        core[alias[0]]["properties"][alias[1]] = core[key[0]]["properties"][key[1]]
    for section in sections:
        _add(core, section, [by_type[struct] for struct in section.types])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "afs configuration",
        "type": "object",
        "properties": core,
        "additionalProperties": False,
        "$defs": definitions,
    }


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A copy of a section's own schema, so that more properties may be added."""
    found = definitions.pop(schema["$ref"].rpartition("/")[2]) if "$ref" in schema else schema
    return found | {"properties": dict(found["properties"])}


def _add(core: dict[str, Any], section: PluginSection, schemas: list[dict[str, Any]]) -> None:
    open_table: dict[str, Any] = {"type": "object", "properties": {}}
    plugins = core["plugins"]["properties"]
    owner = core[section.plugin] if section.plugin in core else plugins.setdefault(section.plugin, open_table)
    owner["properties"][section.name] = schemas[0] if len(schemas) == 1 else {"anyOf": schemas or [{}]}
    core["plugins"]["additionalProperties"] = {"type": "object"}


def _path_schema(kind: type) -> dict[str, Any]:
    return {"type": "string", "format": "path"} if issubclass(kind, Path) else {}


def example_toml(registry: Registry) -> str:
    """A commented file that names every key of the core and of all loaded plugins."""
    parts = [_HEAD]
    for name, struct in SECTIONS.items():
        summary = (struct.__doc__ or "").strip()
        parts.append(_section((name,), [summary], msgspec.structs.fields(struct)))
    for section in plugin_sections(registry):
        if section.fields:
            about = [
                f"{entry.kind}/{entry.name}: {entry.capability.summary}".rstrip(": ")
                for entry in section.entries
            ]
            parts.append(_section(section.key, about, section.fields.values()))
    return "\n".join(parts)


def _section(key: tuple[str, ...], about: Iterable[str], fields: Iterable[msgspec.structs.FieldInfo]) -> str:
    lines = [f"# {line}" for line in about] + [f"[{'.'.join(key)}]"]
    for field in fields:
        lines += _setting(field)
    return "\n".join(lines) + "\n"


def _setting(field: msgspec.structs.FieldInfo) -> Iterator[str]:
    from afs_core.cli.config import toml_text

    description = _description(field.type)
    if description:
        yield f"# {description}."
    default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if default is msgspec.NODEFAULT:
        yield f"# {field.name} =   # needed"
    else:
        plain = msgspec.to_builtins(default, enc_hook=str)
        yield f"# {field.name} =   # unset" if plain is None else f"# {field.name} = {toml_text(plain)}"


def _description(kind: Any) -> str:
    return bare_type(msgspec.inspect.type_info(kind))[1].rstrip(".")
