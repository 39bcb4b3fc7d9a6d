"""Makes a capability out of its descriptor: requirements, import, config, factory, in this order."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.capability import Capability
from afs_core.errors import AfsError, ConfigError, Missing, PluginError
from afs_core.names import nearest, same_name
from afs_core.status import PluginStatus

if TYPE_CHECKING:
    import pluggy

    from afs_core.config import Config
    from afs_core.registry import Entry

__all__ = ["config", "config_type", "configured", "factory", "made", "observe", "require", "target"]


def require(requirements: Sequence[str], label: str) -> None:
    """Raise Missing for the first ``"module"`` or ``"module: install line"`` that is not importable."""
    for requirement in requirements:
        module, _, line = (part.strip() for part in requirement.partition(":"))
        if not _importable(module):
            raise Missing(f"{label} needs the module {module}", hint=line or f"pip install {module}")


def target(path: str, label: str) -> Any:
    """Import ``"package.module:attribute"``; whatever goes wrong is said of ``label``."""
    module, _, attribute = path.partition(":")
    try:
        found: Any = import_module(module)
        for name in attribute.split("."):
            found = getattr(found, name)
    except AfsError:
        raise
    except ModuleNotFoundError as fault:
        raise _not_found(fault, module, label) from fault
    except (Exception, SystemExit) as fault:
        raise PluginError(f"{label}: {path} could not be imported: {_text(fault)}") from fault
    return found


def factory(capability: Capability, label: str) -> Any:
    """The callable ``(config, run) -> object`` of a capability whose requirements are met."""
    require(capability.requires, label)
    found = target(capability.target, label)
    try:
        inspect.signature(found).bind(None, None)
    except TypeError as fault:
        raise PluginError(f"{label}: {capability.target} is no factory (config, run): {fault}") from fault
    except ValueError:  # a builtin without a signature
        pass
    return found


def config_type(capability: Capability, made_by: Any) -> type[Any] | None:
    """The ``config`` target, else the factory's own ``Config``, else None."""
    if capability.config:
        named: type[Any] = target(capability.config, capability.name)
        return named
    own = getattr(made_by, "Config", None)
    return own if isinstance(own, type) else None


def config(
    entry: Entry, made_by: Any, siblings: Sequence[Entry], config: Config | None, settings: Mapping[str, Any]
) -> Any:
    """The effective Config: ``[plugins.PLUGIN]`` < ``[plugins.PLUGIN.NAME]`` < ``settings``.

    Raises ConfigError, with the place of the first key that is not known or does not fit.
    """
    kind = config_type(entry.capability, made_by)
    fields = _fields(kind)
    wide, own = _sections(entry, config)
    for key in wide:
        if key not in fields and not any(_accepts(sibling, key) for sibling in siblings):
            _refuse_shared(entry, key, fields, siblings, config)
    values = configured(entry, made_by, config) | dict(settings)
    for key in values:
        if key not in fields:
            where = _place(entry, key, config) if key in own else entry.label
            raise ConfigError(f"{where}: unknown setting {key!r}{nearest(key, fields)}", hint=_known(fields))
    return None if kind is None else _converted(entry, kind, values, own, config)


def configured(entry: Entry, made_by: Any, config: Config | None) -> dict[str, Any]:
    """``[plugins.PLUGIN]`` as far as it is for this capability, under ``[plugins.PLUGIN.NAME]``."""
    fields = _fields(config_type(entry.capability, made_by))
    wide, own = _sections(entry, config)
    return {key: value for key, value in wide.items() if key in fields} | own


def made(label: str, made_by: Any, config: Any, run: Any) -> Any:
    """Call the factory; an error that is not afs's own is said of ``label``."""
    try:
        return made_by(config, run)
    except AfsError:
        raise
    except (Exception, SystemExit) as fault:
        raise PluginError(f"{label} could not be made: {_text(fault)}") from fault


def observe(plugin: PluginStatus, hook: str, arguments: Mapping[str, Any]) -> None:
    """Call one hook of one plugin. What it raises is logged and told, and changes nothing."""
    try:
        getattr(_manager(plugin).hook, hook)(**arguments)
    except (Exception, SystemExit) as fault:
        message = f"{plugin.label}: {hook} raised {_text(fault)}"
        logging.getLogger("afs.plugins").info(message, exc_info=True)
        if "run" in arguments:
            arguments["run"].warn(message)


@cache
def _manager(plugin: PluginStatus) -> pluggy.PluginManager:
    from afs_core.candidates import GROUP, Candidate
    from afs_core.declaration import load

    point = metadata.EntryPoint(plugin.name, plugin.module, GROUP)
    return load(Candidate(point, plugin.distribution, plugin.version, (), plugin.folder))


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def _not_found(fault: ModuleNotFoundError, module: str, label: str) -> AfsError:
    name = fault.name or ""
    if not name or module == name or module.startswith(f"{name}."):
        return PluginError(f"{label}: there is no module {module}")
    return Missing(f"{label} needs the module {name}", hint=f"pip install {name.partition('.')[0]}")


def _text(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {fault}"


def _fields(kind: type[Any] | None) -> dict[str, Any]:
    if kind is None:
        return {}
    if issubclass(kind, msgspec.Struct):
        return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    return dict(getattr(kind, "__annotations__", {}))


def _sections(entry: Entry, config: Config | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Plugin-wide settings, and the capability's own."""
    if config is None:
        return {}, {}
    wide = config.section(f"plugins.{entry.plugin}")
    table = next((key for key in wide if same_name(key, entry.name) and isinstance(wide[key], dict)), "")
    own: dict[str, Any] = wide.pop(table, {})
    return wide, {key.replace("-", "_"): value for key, value in own.items()}


def _accepts(sibling: Entry, key: str) -> bool:
    """Whether ``key`` is the sibling's table, or may be one of its settings."""
    if same_name(sibling.name, key):
        return True
    try:
        made_by = target(sibling.capability.target, sibling.label)
        return key in _fields(config_type(sibling.capability, made_by))
    except AfsError:  # it cannot be asked now, so it has the benefit of the doubt
        return True


def _refuse_shared(
    entry: Entry, key: str, fields: Mapping[str, Any], siblings: Sequence[Entry], config: Config | None
) -> None:
    from afs_core.settings import SECTIONS

    if key in SECTIONS.get(entry.plugin, msgspec.Struct).__struct_fields__:
        return
    known = [*fields, entry.name, *(sibling.name for sibling in siblings)]
    place = config.origin(f"plugins.{entry.plugin}.{key}") if config is not None else ""
    raise ConfigError(
        f"{place}: plugins.{entry.plugin}: unknown setting {key!r}{nearest(key, known)}", hint=_known(known)
    )


def _place(entry: Entry, key: str, config: Config | None) -> str:
    name = f"plugins.{entry.plugin}.{entry.name}.{key}"
    return name if config is None else f"{config.origin(name)}: {name.rpartition('.')[0]}"


def _known(names: Sequence[str] | Mapping[str, Any]) -> str:
    return f"known settings: {', '.join(names) or 'none'}"


def _converted(
    entry: Entry, kind: type[Any], values: dict[str, Any], own: Mapping[str, Any], config: Config | None
) -> Any:
    try:
        return msgspec.convert(values, kind, dec_hook=_path)
    except msgspec.ValidationError as fault:
        key = str(fault).rpartition("`$.")[2].partition("`")[0].partition("[")[0].partition(".")[0]
        where = _place(entry, key, config) if key in own else entry.label
        raise ConfigError(f"{where}: {key}: {fault}" if key else f"{where}: {fault}") from fault


def _path(kind: type[Any], value: Any) -> Any:
    if kind is Path and isinstance(value, (str, Path)):
        return Path(value).expanduser()
    raise TypeError(f"expected {kind.__name__}, got {value!r}")
