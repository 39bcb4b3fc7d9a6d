"""Finds every plugin, filters by configuration before any import, and asks the rest what they offer."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import afs_core
from afs_core.candidates import Candidate, candidates
from afs_core.declaration import declare
from afs_core.names import nearest, same_name
from afs_core.status import PluginStatus

if TYPE_CHECKING:
    from afs_core.config import Config

__all__ = ["discover"]


def discover(config: Config, *, plugins: bool = True) -> tuple[list[PluginStatus], set[str]]:
    """What became of every plugin, the core's own part first, and every path that this depends on."""
    folders = [_user_folder(config) / folder for folder in config.plugin_dirs]
    found = candidates(folders)
    before = set(sys.modules)
    watched = _looked_at(config, folders, found)
    statuses = [_core()]
    for name, rivals in found.items():
        status, files = _judge(name, rivals, config, plugins)
        statuses.append(status)
        watched |= files
    statuses += [
        _missing(name, key, config, found) for key, name in _named(config) if not _knows(found, name)
    ]
    return statuses, watched | _imported(before, found)


def _judge(
    name: str, rivals: list[Candidate], config: Config, plugins: bool
) -> tuple[PluginStatus, set[str]]:
    candidate = rivals[0]
    reason = "left out by --no-plugins" if not plugins else _disabled(name, config)
    if reason:
        remedy = f"afs plugins enable {name}" if plugins else "run without --no-plugins"
        return candidate.status("disabled", reason, remedy), set()
    if len(rivals) > 1:
        return _duplicate(rivals), set()
    return declare(candidate)


def _disabled(name: str, config: Config) -> str:
    if any(same_name(name, other) for other in config.plugins_disabled):
        return f"disabled by plugins.disabled ({config.origin('plugins.disabled')})"
    if config.plugins_enabled and not any(same_name(name, other) for other in config.plugins_enabled):
        return f"not named by plugins.enabled ({config.origin('plugins.enabled')})"
    return ""


def _duplicate(rivals: list[Candidate]) -> PluginStatus:
    """Neither of two wins: which one came first on ``sys.path`` is nobody's decision."""
    who = [f"{rival.distribution} {rival.version}".strip() for rival in rivals]
    error = f"the name is claimed by {' and '.join(who)}"
    return PluginStatus(
        name=rivals[0].name,
        state="duplicate",
        distribution=" and ".join(rival.distribution for rival in rivals),
        version=" and ".join(rival.version for rival in rivals),
        module=" and ".join(rival.entry_point.value for rival in rivals),
        error=error,
        remedy=_removal(rivals[-1]),
    )


def _removal(candidate: Candidate) -> str:
    return f"rm {candidate.distribution}" if candidate.folder else f"pip uninstall {candidate.distribution}"


def _named(config: Config) -> list[tuple[str, str]]:
    enabled = [("plugins.enabled", name) for name in config.plugins_enabled]
    return enabled + [("plugins.disabled", name) for name in config.plugins_disabled]


def _knows(found: Iterable[str], name: str) -> bool:
    return any(same_name(name, other) for other in found)


def _missing(name: str, key: str, config: Config, found: Iterable[str]) -> PluginStatus:
    from afs_core import firstparty

    error = f"{key} names {name!r} ({config.origin(key)}), which is not installed{nearest(name, found)}"
    remedy = firstparty.install_line(name) if name in firstparty.PLUGINS else f"afs plugins disable {name}"
    return PluginStatus(name=name, state="missing", error=error, remedy=remedy)


def _core() -> PluginStatus:
    from afs_core.cli.builtin import COMMANDS

    return PluginStatus(
        name="core",
        state="loaded",
        distribution="afs-core",
        version=afs_core.__version__,
        module="afs_core.cli.builtin",
        commands=COMMANDS,
    )


def _user_folder(config: Config) -> Path:
    from afs_core.config import user_config_path

    return user_config_path().absolute().parent


def _looked_at(config: Config, folders: list[Path], found: dict[str, list[Candidate]]) -> set[str]:
    """Folders and files that say which plugins there are; also those that are not there yet."""
    from afs_core.config import project_config_path, user_config_path

    files = {*config.files, user_config_path().absolute(), *folders}
    project = project_config_path()
    paths = {str(path) for path in files if str(path)} | {path or "." for path in sys.path}
    paths |= {path for rivals in found.values() for rival in rivals for path in rival.watched}
    return paths | ({str(project)} if project else set())


def _imported(before: set[str], found: dict[str, list[Candidate]]) -> set[str]:
    """Files of every module that declarations loaded, and of the core; the standard library stands."""
    stable = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
    modules = [rival.entry_point.value for rivals in found.values() for rival in rivals]
    roots = {"afs_core", *(re.split("[.:]", module, maxsplit=1)[0] for module in modules)}
    files = set()
    for name, module in list(sys.modules.items()):
        file = vars(module).get("__file__")
        if name in before and name.partition(".")[0] not in roots:
            continue
        if isinstance(file, str) and ("site-packages" in file or not file.startswith(stable)):
            files.add(file)
    return files
