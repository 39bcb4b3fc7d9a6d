"""Settings, each with its origin: defaults < user file < project file < environment < flags.

    config = Config.load()
    config.get("training.batch_size")      # 4
    config.origin("training.batch_size")   # "default", or "/home/ada/afs.toml:7"

The user's file is ``~/.config/afs/config.toml`` (``$XDG_CONFIG_HOME``; ``AFS_CONFIG_PATH`` names
another), the project's the nearest ``afs.toml`` above the working folder, and
``AFS_TRAINING__BATCH_SIZE=8`` sets ``training.batch_size``. A wrong value is a
:class:`ConfigProblem` and is left out, so that ``afs config`` and ``afs doctor`` work with every
file broken; :meth:`Config.check` raises all problems at once.

Names match whether written with ``-`` or ``_``. The documents' sections are the same as
``[plugins.NAME]``. Settings below other ``[plugins.NAME]`` are the registry's to check.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from afs_core.errors import ConfigError

__all__ = [
    "Config",
    "ConfigProblem",
    "canonical",
    "leaves",
    "literal",
    "project_config_path",
    "user_config_path",
]

Key = tuple[str, ...]

PROJECT_FILE = "afs.toml"


class ConfigProblem(msgspec.Struct, frozen=True):
    """One wrong setting: ``file`` is a path, an environment variable or ``flag``; ``line`` 0 if unknown."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.message) if part)


class Layer(msgspec.Struct, frozen=True):
    """One source of settings. ``kind`` is ``user``, ``project``, ``environment`` or ``flag``."""

    kind: str
    file: str = ""
    text: str = ""

    def line(self, key: Key) -> int:
        """The line of ``key``, or of the nearest table around it."""
        from afs_core.toml_lines import key_lines

        lines = key_lines(self.text)
        return next((lines[key[:n]] for n in range(len(key), 0, -1) if key[:n] in lines), 0)

    def place(self, key: Key) -> str:
        """Where ``key`` was set, for the reader."""
        if self.kind == "environment":
            return _variable(key)
        return f"{self.file}:{self.line(key)}" if self.file else self.kind

    def problem(self, key: Key, message: str) -> ConfigProblem:
        file, line = (self.file, self.line(key)) if self.file else (self.place(key), 0)
        return ConfigProblem(file, line, ".".join(key), message)


class Setting(NamedTuple):
    """A value, and the layer and spelling that set it."""

    value: Any
    layer: Layer
    written: Key


class Config:
    """All settings of one start; immutable."""

    def __init__(self) -> None:
        self._settings: dict[Key, Setting] = {}
        self.problems: tuple[ConfigProblem, ...] = ()
        self.files: tuple[Path, ...] = ()

    @classmethod
    def load(cls, cwd: Path | None = None, user_file: Path | None = None) -> Config:
        """Read everything that applies in ``cwd``; never raises for what a file holds."""
        config = cls()
        config.read(user_file or user_config_path(), "user")
        project = project_config_path(cwd)
        if project is not None:
            config.read(project, "project")
        config._merge(Layer("environment"), _environment())
        return config

    def with_flags(self, flags: Mapping[str, Any]) -> Config:
        """A copy in which ``{"training.batch_size": 8}`` wins over everything else."""
        config = Config()
        config._settings = dict(self._settings)
        config.problems, config.files = self.problems, self.files
        config._merge(Layer("flag"), ((tuple(key.split(".")), value) for key, value in flags.items()))
        return config

    def problem_of(self, key: str, message: str) -> ConfigProblem:
        """A problem at the place that set ``key``; for checks that need the plugins."""
        setting = self._settings[canonical(tuple(key.split(".")))]
        return setting.layer.problem(setting.written, message)

    def check(self) -> None:
        """Raise ConfigError with every problem; say nothing if there is none."""
        if self.problems:
            raise ConfigError(
                "\n".join(str(problem) for problem in self.problems),
                hint="correct the lines above, then: afs config validate",
            )

    def get(self, key: str, default: Any = None) -> Any:
        """One setting, or a section with its defaults as a dict; paths come with ``~`` expanded."""
        path = canonical(tuple(key.split(".")))
        if path in self._settings:
            return self._settings[path].value
        defaults = dict(_defaults())
        if path in defaults:
            return default if defaults[path] is None else defaults[path]
        table = {name[-1]: value for name, value in defaults.items() if name[:-1] == path}
        return table | self.section(key) or default

    def section(self, key: str) -> dict[str, Any]:
        """What files, environment and flags set below ``key``, nested; defaults are not in it.

        Names directly below come with ``_``, as fields are written; deeper ones as they stand.
        """
        prefix = canonical(tuple(key.split(".")))
        table: dict[str, Any] = {}
        for path, setting in self._settings.items():
            depth = len(path) - len(prefix)
            if depth > 0 and path[: len(prefix)] == prefix:
                names = setting.written[-depth:] if depth > 1 else path[-1:]
                _put(table, names, setting.value)
        return table

    def origin(self, key: str) -> str:
        """``FILE:LINE``, the environment variable, ``flag`` or ``default``."""
        setting = self._settings.get(canonical(tuple(key.split("."))))
        return "default" if setting is None else setting.layer.place(setting.written)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Every setting by its full name, sorted; the core's defaults among them."""
        values = dict(_defaults()) | {path: setting.value for path, setting in self._settings.items()}
        for path in sorted(values):
            yield ".".join(path), values[path]

    @property
    def plugins_enabled(self) -> tuple[str, ...]:
        """Names of the only plugins to load; empty means all."""
        return tuple(self.get("plugins.enabled", ()))

    @property
    def plugins_disabled(self) -> tuple[str, ...]:
        """Names that any layer disables; nothing can take such a name back."""
        return tuple(self.get("plugins.disabled", ()))

    @property
    def plugin_dirs(self) -> tuple[Path, ...]:
        """Folders of the user's single-file plugins."""
        return tuple(Path(folder) for folder in self.get("plugins.dirs", ()))

    def read(self, file: Path, kind: str) -> None:
        """Lay the settings of one file over what is there; a file that is not there is none."""
        try:
            text = file.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, UnicodeDecodeError) as fault:
            self._report(ConfigProblem(str(file), 0, "", f"cannot be read: {fault}"))
            return
        self.files += (file,)
        try:
            import tomllib

            data = tomllib.loads(text)
        except ValueError as fault:
            self._report(_syntax_problem(file, text, str(fault)))
            return
        self._merge(Layer(kind, str(file), text), leaves(data))

    def _merge(self, layer: Layer, leaves: Iterator[tuple[Key, Any]]) -> None:
        from afs_core.setting_rules import judge

        for written, value in leaves:
            path = canonical(written)
            verdict = judge(path, written, value, layer.kind, layer.file)
            if verdict.message:
                self._report(layer.problem(written[: verdict.depth], verdict.message))
            elif verdict.keep:
                self._set(path, Setting(verdict.value, layer, written))

    def _set(self, path: Key, setting: Setting) -> None:
        before = self._settings.get(path)
        if before and before.layer is setting.layer and before.value != setting.value:
            twice = f"also given as {'.'.join(before.written)}, with another value"
            self._report(setting.layer.problem(setting.written, twice))
        if before and path == ("plugins", "disabled"):
            union = tuple(dict.fromkeys((*before.value, *setting.value)))
            setting = setting._replace(value=union)
        self._settings[path] = setting

    def _report(self, problem: ConfigProblem) -> None:
        if problem not in self.problems:
            self.problems += (problem,)


def user_config_path() -> Path:
    """The user's file, whether it exists or not."""
    named = os.environ.get("AFS_CONFIG_PATH")
    if named:
        return Path(named).expanduser()
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "afs" / "config.toml"


def project_config_path(cwd: Path | None = None) -> Path | None:
    """The nearest ``afs.toml`` in ``cwd`` or above it; the home folder is the last one asked."""
    try:
        start = Path(cwd or ".").absolute()
    except FileNotFoundError:  # the working folder was deleted
        return None
    home = Path("~").expanduser()
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder / PROJECT_FILE
        if folder == home:
            return None
    return None


def leaves(table: Mapping[str, Any], prefix: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Values by path; an empty table is a leaf, so that its name is judged too."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*prefix, name))
        else:
            yield (*prefix, name), value


def _put(table: dict[str, Any], names: Key, value: Any) -> None:
    for name in names[:-1]:
        table = table.setdefault(name, {})
    table[names[-1]] = value


def _environment() -> Iterator[tuple[Key, Any]]:
    for variable in sorted(os.environ):
        if variable.startswith("AFS_") and "__" in variable:
            yield tuple(variable[4:].lower().split("__")), literal(os.environ[variable])


def _variable(key: Key) -> str:
    return "AFS_" + "__".join(key).upper()


def literal(text: str) -> Any:
    """A TOML number, boolean, list or quoted text; everything else is text as it stands."""
    import tomllib

    try:
        table = tomllib.loads(f"value = {text}")
    except ValueError:
        return text
    return table["value"] if len(table) == 1 else text


def canonical(written: Key) -> Key:
    """The one spelling of a key: ``_`` for ``-``, no alias, no ``plugins`` before the core's sections."""
    from afs_core.settings import ALIASES, PLUGIN_SECTIONS

    path = tuple(name.replace("-", "_") for name in written)
    if len(path) > 1 and path[0] == "plugins" and path[1] in PLUGIN_SECTIONS:
        path = path[1:]
    return ALIASES.get(path[:2], path[:2]) + path[2:]


def _defaults() -> Iterator[tuple[Key, Any]]:
    from afs_core.setting_rules import core_defaults

    return core_defaults()


def _syntax_problem(file: Path, text: str, message: str) -> ConfigProblem:
    import re

    place = re.search(r" \(at line (\d+), column \d+\)| \(at end of document\)", message)
    line = int(place[1]) if place and place[1] else len(text.splitlines())
    return ConfigProblem(str(file), line, "", f"not TOML: {message[: place.start()] if place else message}")
