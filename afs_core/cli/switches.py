"""Names in and out of the plugin lists of the user's file, whose comments and order stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from afs_core.config import user_config_path
from afs_core.errors import ConfigError, UsageError
from afs_core.jsonl import atomic_write
from afs_core.names import same_name

__all__ = ["allow", "forbid"]

_ENABLED = (("plugins", "enabled"), ("general", "enabled_plugins"))
_DISABLED = (("plugins", "disabled"), ("general", "disabled_plugins"))


def allow(name: str) -> Path:
    """Take ``name`` off the disabled list, and onto the enabled one where there is one."""
    file, document = _read()
    for spelling in _DISABLED:
        _remove(_list(document, spelling), name)
    chosen = next((found for spelling in _ENABLED if (found := _list(document, spelling))), None)
    if chosen is not None and not _holds(chosen, name):
        chosen.append(name)
    return _write(file, document)


def forbid(name: str, *, installed: bool = True) -> Path:
    """Put ``name`` on the disabled list; one that is not ``installed`` is only taken off the enabled one."""
    file, document = _read()
    for spelling in _ENABLED:
        chosen = _list(document, spelling)
        if chosen is not None and _holds(chosen, name) and not installed:
            if len(chosen) == 1:
                where = ".".join(spelling)
                raise UsageError(
                    f"{name} is the only name in {where}; an empty list means all plugins",
                    hint=f"correct {where} in {file}",
                )
            _remove(chosen, name)
    if installed:
        _add(document, name)
    return _write(file, document)


def _add(document: Any, name: str) -> None:
    import tomlkit

    lists = [found for spelling in _DISABLED if (found := _list(document, spelling)) is not None]
    if any(_holds(found, name) for found in lists):
        return
    if lists:
        lists[0].append(name)
        return
    if "plugins" not in document:
        document["plugins"] = tomlkit.table()
    document["plugins"]["disabled"] = [name]


def _list(document: Any, spelling: tuple[str, str]) -> Any:
    section = document.get(spelling[0])
    return section.get(spelling[1]) if isinstance(section, dict) else None


def _holds(names: Any, name: str) -> bool:
    return any(same_name(str(other), name) for other in names)


def _remove(names: Any, name: str) -> None:
    for index in reversed(range(len(names or ()))):
        if same_name(str(names[index]), name):
            del names[index]


def _read() -> tuple[Path, Any]:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = user_config_path().resolve()
    try:
        return file, tomlkit.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return file, tomlkit.document()
    except (TOMLKitError, UnicodeDecodeError) as fault:
        raise ConfigError(
            f"{file}: not TOML: {fault}", hint="correct it, then: afs config validate"
        ) from None


def _write(file: Path, document: Any) -> Path:
    import tomlkit

    text = tomlkit.dumps(document)
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(file) as stream:
            stream.write(text.encode())
    return file
