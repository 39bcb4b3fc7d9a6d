"""``afs config``: what is set, where it was set, and setting it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs_core.cli.command import Console, afs_command, data_path
from afs_core.config import Config, canonical, literal, project_config_path, user_config_path
from afs_core.errors import ConfigError, UnknownName, UsageError
from afs_core.names import nearest

__all__ = ["get", "path", "schema", "set_", "show", "validate"]


@afs_command()
@click.option(
    "--origin", is_flag=True, help="Say beside each value which file and line, or what else, set it."
)
@click.argument("section", default="")
def show(console: Console, origin: bool, section: str) -> object:
    """Show every setting that applies here."""
    from afs_core.logs import hide_value

    config = console.config
    settings = {
        key: {"value": hide_value(key, value), "origin": config.origin(key)}
        for key, value in config.items()
        if f"{key}.".startswith(f"{section}." if section else "")
    }
    if not settings:
        raise _unknown(config, section)
    lines = {key: f"{key} = {toml_text(setting['value'])}" for key, setting in settings.items()}
    width = min(60, max(map(len, lines.values())))
    for key, line in lines.items():
        console.print(f"{line.ljust(width)}  # {settings[key]['origin']}" if origin else line)
    for problem in config.problems:
        console.warn(str(problem))
    return {"files": config.files, "settings": settings}


@afs_command()
@click.argument("key")
def get(console: Console, key: str) -> object:
    """Print one setting, ready for a script."""
    known = {name for name, _ in console.config.items()} | set(_plugin_keys(console, key))
    name = ".".join(canonical(tuple(key.split("."))))
    value = console.config.get(key, _plugin_keys(console, key).get(name))
    if value is None and name not in known:
        raise _unknown(console.config, key)
    if value is not None:
        console.print(value if isinstance(value, str) else toml_text(value))
    return {"key": name, "value": value, "origin": console.config.origin(key)}


@afs_command(name="set")
@click.option("--project", is_flag=True, help="Write the project's afs.toml rather than the user's file.")
@click.option("--unset", is_flag=True, help="Take the setting out of the file.")
@click.argument("key")
@click.argument("value", required=False)
def set_(console: Console, key: str, value: str | None, project: bool, unset: bool) -> object:
    """Set KEY to VALUE (TOML, or plain text) in the user's config file; comments stay."""
    from afs_core.config_edit import edit_setting
    from afs_core.logs import hide_value

    if (value is None) != unset:
        raise UsageError("expected a VALUE, or --unset without one", hint="afs config set KEY VALUE")
    file = (project_config_path() or Path("afs.toml")) if project else user_config_path()
    names = tuple(key.split("."))
    new = None if value is None else _judged(console, names, value, project, file)
    written = edit_setting(file, names, new)
    after = Config.load()
    shown = "taken out" if new is None else f"= {toml_text(hide_value(written[-1], new))}"
    console.note(f"{file}: {'.'.join(written)} {shown}")
    _warn_if_hidden(console, after, key, file, unset)
    return {"file": file, "key": ".".join(written), "value": new}


@afs_command()
@click.argument("files", nargs=-1, type=data_path)
def validate(console: Console, files: tuple[Path, ...]) -> object:
    """Check config files, the user's and the project's by default: all problems at once, exit 2."""
    from afs_core.cli.plugin_settings import plugin_problems

    problems = []
    checked: list[Path] = []
    for config in [_only(file) for file in files] or [console.config]:
        problems += [*config.problems, *plugin_problems(config, console.registry)]
        checked += config.files
    console.data = {"files": checked, "problems": problems}
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise ConfigError(
            "\n".join([count, *map(str, problems)]), hint="afs config schema --toml shows every key"
        )
    console.note(f"{', '.join(map(str, checked)) or 'no config file'}: no problems")
    return console.data


@afs_command()
@click.option("--toml", is_flag=True, help="Print a commented example file instead.")
def schema(console: Console, toml: bool) -> object:
    """Print the JSON schema of all settings, of the plugins too."""
    import msgspec

    from afs_core.cli.config_reference import example_toml, json_schema
    from afs_core.cli.plugin_settings import plugin_sections

    for section in plugin_sections(console.registry):
        for fault in section.faults:
            console.warn(fault)
    if toml:
        text = example_toml(console.registry)
        console.print(text.rstrip("\n"))
        return text
    found = json_schema(console.registry)
    console.print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    return found


@afs_command()
@click.option("--project", is_flag=True, help="The project's afs.toml rather than the user's file.")
def path(console: Console, project: bool) -> object:
    """Print where the config file lies, whether it exists or not."""
    file = (project_config_path() or Path("afs.toml").absolute()) if project else user_config_path()
    console.print(str(file))
    return {"path": file, "exists": file.is_file()}


def toml_text(value: Any) -> str:
    """A value as TOML writes it on one line; ``unset`` for none."""
    import tomlkit

    if value is None:
        return "unset"
    if isinstance(value, dict):
        inner = ", ".join(f"{name} = {toml_text(part)}" for name, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return str(tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string()).strip()


def _only(file: Path) -> Config:
    """One file alone, judged by its name: ``afs.toml`` is a project's."""
    if not file.is_file():
        raise UsageError(f"{file}: expected a config file, found none")
    config = Config()
    config.read(file, "project" if file.name == "afs.toml" else "user")
    return config


def _judged(console: Console, names: tuple[str, ...], text: str, project: bool, file: Path) -> Any:
    from afs_core.cli.plugin_settings import validated
    from afs_core.setting_rules import core_fields, judge

    written = canonical(names)
    field = core_fields().get(written)
    value = text if field is not None and field.type_is(str) else literal(text)
    verdict = judge(written, names, value, "project" if project else "environment", str(file))
    message = verdict.message or ("" if field else validated(console.registry, names, value))
    if message:
        raise ConfigError(f"{'.'.join(names)}: {message}", hint="afs config show")
    keep_text = field is None or field.is_path  # `~` and relative paths stay as they were written
    return _plain(value if keep_text and not isinstance(verdict.value, tuple) else verdict.value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _warn_if_hidden(console: Console, after: Config, key: str, file: Path, unset: bool) -> None:
    origin = after.origin(key)
    if not unset and not origin.startswith(f"{file}:") and not origin.startswith(f"{file.absolute()}:"):
        console.warn(f"{key} is also set by {origin}, which wins here")


def _plugin_keys(console: Console, key: str) -> dict[str, Any]:
    """Full names and defaults of a plugin's settings, where ``key`` is of a plugin."""
    import msgspec

    from afs_core.cli.plugin_settings import plugin_sections

    names = canonical(tuple(key.split(".")))
    if len(names) < 3:
        return {}
    owner = names[1] if names[0] == "plugins" else names[0]
    return {
        ".".join(canonical((*section.key, field.name))): None
        if field.default is msgspec.NODEFAULT
        else field.default
        for section in plugin_sections(console.registry, owner)
        for field in section.fields.values()
    }


def _unknown(config: Config, key: str) -> UnknownName:
    known = {name for name, _ in config.items()}
    sections = {name.rpartition(".")[0] for name in known}
    return UnknownName(f"no setting {key!r}{nearest(key, known | sections)}", hint="afs config show")
