"""The settings that plugins add: every ``[plugins.NAME.CAPABILITY]`` with its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.config import Config, ConfigProblem, canonical
from afs_core.errors import AfsError
from afs_core.names import nearest

if TYPE_CHECKING:
    from afs_core.registry import Entry, Registry

__all__ = ["PluginSection", "plugin_problems", "plugin_sections", "validated"]


class PluginSection(msgspec.Struct, frozen=True):
    """Everything that one section may hold; two kinds may share a capability's name.

    ``faults`` say why a Config is not among ``types``.
    """

    plugin: str
    name: str
    entries: tuple[Any, ...]
    types: tuple[type[msgspec.Struct], ...]
    faults: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        return ("plugins", self.plugin, self.name)

    @property
    def fields(self) -> dict[str, msgspec.structs.FieldInfo]:
        return {field.name: field for struct in self.types for field in msgspec.structs.fields(struct)}


def plugin_sections(registry: Registry, plugin: str = "") -> list[PluginSection]:
    """Sections of all plugins, or of one, by name. Imports the config types; one that cannot be
    had is a fault of its section."""
    grouped: dict[tuple[str, str], list[Entry]] = {}
    for entry in registry.entries():
        if not plugin or canonical((entry.plugin,)) == canonical((plugin,)):
            grouped.setdefault((entry.plugin, entry.name), []).append(entry)
    return [_section(registry, *names, entries) for names, entries in sorted(grouped.items())]


def _section(registry: Registry, plugin: str, name: str, entries: list[Entry]) -> PluginSection:
    types, faults = [], []
    for entry in entries:
        try:
            found = registry.config_type(entry.kind, f"{entry.plugin}/{entry.name}")
            if found is not None:
                msgspec.inspect.type_info(found)
                types.append(found)
        except AfsError as fault:
            faults.append(fault.message)
        except TypeError as fault:
            faults.append(f"{entry.label}: its Config is not one: {fault}")
    return PluginSection(plugin, name, tuple(entries), tuple(types), tuple(faults))


def plugin_problems(config: Config, registry: Registry) -> list[ConfigProblem]:
    """What is wrong below ``[plugins.NAME]`` for the plugins that are installed."""
    from afs_core.setting_rules import core_fields

    problems = []
    sections: dict[str, list[PluginSection]] = {}
    for key, value in config.items():
        owner, rest = _owner(key)
        if not rest or canonical((owner, *rest))[:2] in core_fields():
            continue
        if owner not in sections:
            sections[owner] = plugin_sections(registry, owner)
        message = _judge(sections[owner], rest, value)
        if message:
            problems.append(config.problem_of(key, message))
    return problems


def validated(registry: Registry, key: tuple[str, ...], value: Any) -> str:
    """What is wrong with one value, or nothing."""
    owner, rest = _owner(".".join(canonical(key)))
    return _judge(plugin_sections(registry, owner), rest, value) if rest else ""


def _owner(key: str) -> tuple[str, tuple[str, ...]]:
    """The plugin that a full key belongs to, and the rest of the key; ``""`` for the core's own."""
    from afs_core.settings import PLUGIN_SECTIONS

    names = tuple(key.split("."))
    if names[0] == "plugins" and len(names) > 2:
        return names[1], names[2:]
    return (names[0], names[1:]) if names[0] in PLUGIN_SECTIONS else ("", ())


def _judge(sections: list[PluginSection], rest: tuple[str, ...], value: Any) -> str:
    if not sections:  # not installed, not loaded, or without settings: nobody's to judge
        return ""
    if len(rest) == 1:
        fields = {name: field for section in sections for name, field in section.fields.items()}
        return _fit(fields, rest, value)
    named = next((s for s in sections if canonical((s.name,)) == canonical(rest[:1])), None)
    if named is None:
        known = [section.name for section in sections]
        return f"plugin {sections[0].plugin} has no capability {rest[0]}{nearest(rest[0], known)}"
    return _fit(named.fields, rest[1:], value) if named.types else ""


def _fit(fields: dict[str, msgspec.structs.FieldInfo], rest: tuple[str, ...], value: Any) -> str:
    field = fields.get(canonical(rest[:1])[0])
    if field is None:
        return f"unknown key {rest[0]}{nearest(rest[0], fields)}"
    if len(rest) > 1:  # a value inside a table that is one setting; judged as a whole when it is used
        return ""
    try:
        msgspec.convert(value, field.type, dec_hook=lambda kind, given: kind(given))
    except (msgspec.ValidationError, TypeError, ValueError) as fault:
        return f"{str(fault)[:1].lower()}{str(fault)[1:]}: {value!r}"
    return ""
