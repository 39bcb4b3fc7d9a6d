"""Loads one plugin and asks it what it offers; whatever it does wrong becomes its status.

stevedore loads the entry point, one manager a plugin, so that one failure is one failure.
pluggy validates what was loaded and calls its hooks, also one manager a plugin: what it
reports is then always about that plugin.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pluggy
from stevedore.named import NamedExtensionManager

from afs_core import hookspecs
from afs_core.candidates import GROUP, Candidate
from afs_core.capability import CONTRACT_KINDS, Capability, Check, Command
from afs_core.errors import PluginError
from afs_core.names import nearest
from afs_core.status import PluginStatus

__all__ = ["API_CURRENT", "API_FLOOR", "declare", "load"]

API_FLOOR = 1
API_CURRENT = 1

_KIND_HOOKS = {f"afs_{kind}": kind for kind in CONTRACT_KINDS} | {"afs_provides": ""}
_RECORDS: dict[str, type[msgspec.Struct]] = {
    **dict.fromkeys(_KIND_HOOKS, Capability),
    "afs_commands": Command,
    "afs_checks": Check,
}


class _Refused(Exception):
    """A plugin that must not be used: what is wrong, and the command that helps."""

    def __init__(self, error: str, remedy: str = "", state: str = "failed") -> None:
        super().__init__(error)
        self.error, self.remedy, self.state = error, remedy, state


class _OnePlugin(NamedExtensionManager[Any]):
    """stevedore over one entry point that was found already, so that its distribution is known."""

    def __init__(self, entry_point: metadata.EntryPoint) -> None:
        self._found = entry_point
        super().__init__(GROUP, [entry_point.name], on_load_failure_callback=_raise)

    def list_entry_points(self) -> list[metadata.EntryPoint]:
        return [self._found]


def _raise(_manager: object, _entry_point: object, fault: BaseException) -> None:
    raise fault


def declare(candidate: Candidate) -> tuple[PluginStatus, set[str]]:
    """Load ``candidate`` and ask it what it offers; also the files that the answer depends on."""
    try:
        with contextlib.redirect_stdout(sys.stderr), _no_bytecode():
            manager = load(candidate)
            offers = _offers(manager, candidate.name)
        return candidate.status("loaded", **offers), set()
    except KeyboardInterrupt:
        raise
    except _Refused as refusal:
        return _fault(candidate, refusal, refusal.error, refusal.remedy, refusal.state)
    except BaseException as fault:
        return _fault(candidate, fault, _described(fault), _remedy(candidate, fault))


def load(candidate: Candidate) -> pluggy.PluginManager:
    """A manager that holds this one plugin, validated. Raises whatever the plugin does."""
    plugin = _import(candidate)
    _check_api(plugin, candidate)
    manager = pluggy.PluginManager("afs")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name=candidate.name)
        manager.check_pending()
    except pluggy.PluginValidationError as fault:
        raise _Refused(_validation_message(str(fault))) from fault
    return manager


@contextlib.contextmanager
def _no_bytecode() -> Iterator[None]:
    """Bytecode tells edits apart by whole seconds; a declaration that was just edited is read afresh."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _fault(
    candidate: Candidate, fault: BaseException, error: str, remedy: str, state: str = "failed"
) -> tuple[PluginStatus, set[str]]:
    if os.environ.get("AFS_PLUGINS_STRICT") == "1":
        raise PluginError(f"{candidate.status(state).label}: {error}", hint=remedy) from fault
    remedy = remedy or f"afs plugins disable {candidate.name}"
    return candidate.status(state, error, remedy), _files_behind(candidate, fault)


def _import(candidate: Candidate) -> Any:
    if candidate.folder and candidate.folder not in sys.path:
        sys.path.append(candidate.folder)
        importlib.invalidate_caches()
    plugin = _OnePlugin(candidate.entry_point)[candidate.name].plugin
    if candidate.folder and isinstance(plugin, ModuleType):
        file = str(vars(plugin).get("__file__"))
        if not Path(file).is_relative_to(candidate.folder):
            raise _Refused(f"its name is taken by the module {file}", f"rename {candidate.distribution}")
    return plugin


def _check_api(plugin: Any, candidate: Candidate) -> None:
    number = inspect.getattr_static(plugin, "AFS_API", API_CURRENT)
    if not isinstance(number, int):
        raise _Refused(f"AFS_API is {number!r}, expected a whole number such as {API_CURRENT}")
    if number > API_CURRENT:
        error = f"made for core API {number}, newer than this core's {API_CURRENT}"
        raise _Refused(error, "pip install --upgrade afs-core", "incompatible")
    if number < API_FLOOR:
        error = f"made for core API {number}, older than the oldest that this core knows, {API_FLOOR}"
        raise _Refused(error, f"pip install --upgrade {candidate.distribution}", "incompatible")


def _offers(manager: pluggy.PluginManager, name: str) -> dict[str, Any]:
    callers = manager.get_hookcallers(manager.get_plugin(name)) or []
    hooks = tuple(sorted(caller.name for caller in callers))
    answers = {hook: _answer(manager, hook) for hook in hooks if hook in _RECORDS}
    capabilities = tuple(
        _of_kind(item, kind, hook) for hook, kind in _KIND_HOOKS.items() for item in answers.get(hook, ())
    )
    commands = tuple(answers.get("afs_commands", ()))
    checks = tuple(answers.get("afs_checks", ()))
    _unique("capability", [f"{item.kind}/{item.name}" for item in capabilities])
    _unique("command", [item.path for item in commands])
    return {"hooks": hooks, "capabilities": capabilities, "commands": commands, "checks": checks}


def _answer(manager: pluggy.PluginManager, hook: str) -> list[Any]:
    record = _RECORDS[hook]
    answers = getattr(manager.hook, hook)()
    items = answers[0] if answers else []
    if not isinstance(items, list | tuple):
        raise _Refused(f"{hook} returned {type(items).__name__}, expected list[{record.__name__}]")
    return [_checked(item, record, hook) for item in items]


def _checked(item: Any, record: type[msgspec.Struct], hook: str) -> Any:
    if not isinstance(item, record):
        raise _Refused(f"{hook} returned a list with {item!r:.80}, expected {record.__name__}")
    try:
        item = msgspec.convert(msgspec.structs.asdict(item), record)
    except msgspec.ValidationError as fault:
        raise _Refused(f"{hook} returned {item!r:.80}: {fault}") from fault
    name = item.path if isinstance(item, Command) else item.name
    if not name.strip() or "/" in name or name != " ".join(name.split()):
        raise _Refused(f"{hook} returned the name {name!r}: empty, with '/', or with stray spaces")
    module, _, attribute = item.target.partition(":")
    if not module or not attribute:
        raise _Refused(
            f"{hook}: the target of {name!r} is {item.target!r}, expected 'package.module:attribute'"
        )
    return item


def _of_kind(item: Capability, kind: str, hook: str) -> Capability:
    if not kind and not item.kind:
        raise _Refused(f"{hook} returned {item.name!r} without a kind")
    if kind and item.kind not in ("", kind):
        raise _Refused(
            f"{hook} returned {item.name!r} of kind {item.kind!r}; afs_provides is the hook for that"
        )
    return msgspec.structs.replace(item, kind=kind or item.kind)


def _unique(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _Refused(f"it offers the {what} {twice[0]!r} twice")


def _validation_message(message: str) -> str:
    message = " ".join(message.split())
    if message.startswith("unknown hook"):
        hook = message.split("'")[1]
        return f"unknown hook {hook!r}{nearest(hook, [*_RECORDS, 'afs_run_started', 'afs_run_finished'])}"
    return message


def _described(fault: BaseException) -> str:
    """The exception in one line, with the last place outside of the import machinery."""
    text = " ".join(str(fault).split()) or "no message"
    if isinstance(fault, SystemExit):
        text = f"{text}: it asked the process to end"
    frames = [frame for frame in _frames(fault) if not _is_machinery(frame[0])]
    place = f" (at {frames[-1][0]}:{frames[-1][1]})" if frames else ""
    return f"{type(fault).__name__}: {text}{place}"


def _remedy(candidate: Candidate, fault: BaseException) -> str:
    if isinstance(fault, ModuleNotFoundError) and fault.name:
        top = fault.name.partition(".")[0]
        if top == "afs_core":
            return "pip install --upgrade afs-core"
        if top not in ("afs", candidate.entry_point.value.partition(".")[0].partition(":")[0]):
            return f"pip install {top}"
    return ""


def _frames(fault: BaseException) -> list[tuple[str, int]]:
    frames, step = [], fault.__traceback__
    while step is not None:
        frames.append((step.tb_frame.f_code.co_filename, step.tb_lineno))
        step = step.tb_next
    return frames


def _is_machinery(file: str) -> bool:
    parts = Path(file).parts
    own = (__file__, metadata.__file__, importlib.__file__)
    return file.startswith("<") or "stevedore" in parts or "pluggy" in parts or file in own


def _files_behind(candidate: Candidate, fault: BaseException) -> set[str]:
    """What could be edited so that ``candidate`` loads: files it ran, files and folders it looked for."""
    files = {file for file, _ in _frames(fault) if not _is_machinery(file)}
    for cause in (fault, fault.__cause__, fault.__context__):
        files |= {str(path) for name in ("filename", "path") if (path := getattr(cause, name, None))}
    packages = candidate.entry_point.value.partition(":")[0].split(".")
    for depth in range(1, len(packages)):
        module = sys.modules.get(".".join(packages[:depth]))
        files |= {str(folder) for folder in getattr(module, "__path__", ())}
    return files
