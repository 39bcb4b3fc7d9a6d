"""The documentation is true: its commands parse, its Python runs, its lists are complete."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from afs.quickstart import sample_folder
from afs.redaction import RULES
from afs_core import AfsError, Manifest, Message, Provenance, ToolCall, TrainingSample, errors, hookspecs
from afs_core.cli.console import Session
from afs_core.cli.root import CatalogueGroup
from afs_core.settings import ALIASES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"]
#: Its Python belongs together over several blocks; the example plugin's own test runs it.
PARTS = {
    DOCS / "how-to" / "write-a-plugin.md",
    DOCS / "reference" / "hooks.md",
    DOCS / "reference" / "conformance.md",
}


def blocks(page: Path, language: str) -> Iterator[str]:
    yield from re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def identity(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def page(name: str) -> str:
    return (DOCS / name).read_text()


# Commands


def printed_commands() -> Iterator[tuple[str, str]]:
    """Page and command line of every ``afs`` that a console block types."""
    for file in PAGES:
        for block in blocks(file, "console"):
            for line in re.findall(r"^\$ (?:scripts/)?(afs\s.*)$", block, re.MULTILINE):
                yield identity(file), line


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


def resolve(session: Session, words: list[str]) -> tuple[click.Context, click.Command, list[str]]:
    """The command that ``words`` begin with, and its arguments."""
    group: click.Command = CatalogueGroup(session.registry)
    context = click.Context(group, info_name="afs", obj=session)
    while isinstance(group, click.Group) and not words[0].startswith("-"):
        with context:
            name, found, words = group.resolve_command(context, words)
        assert found is not None, name
        group = found
        context = click.Context(group, info_name=name, parent=context)
    return context, group, words


@pytest.mark.parametrize(("where", "line"), [*printed_commands()])
def test_a_printed_command_parses(where: str, line: str, session: Session) -> None:
    context, command, words = resolve(session, shlex.split(line, comments=True)[1:])
    if "--help" in words or "--version" in words or isinstance(command, click.Group):
        return
    try:
        command.parse_args(context, list(words))
    except click.UsageError as fault:
        pytest.fail(f"{where}: {line}: {fault.format_message()}")


def test_the_command_reference_is_what_the_commands_say() -> None:
    written = subprocess.run(
        [sys.executable, "scripts/docs/commands.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    again = "run: .venv/bin/python scripts/docs/commands.py > docs/reference/commands.md"
    assert page("reference/commands.md") == written.stdout, again


# Python


@pytest.mark.parametrize("file", [file for file in PAGES if file not in PARTS], ids=identity)
def test_the_python_of_a_page_runs(file: Path, tmp_path: Path) -> None:
    for number, block in enumerate(blocks(file, "python")):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = subprocess.run([sys.executable, "-c", block], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, f"{identity(file)}\n{block}\n{done.stderr}"


# Lists


def all_errors(base: type[AfsError] = AfsError) -> Iterator[type[AfsError]]:
    yield base
    for child in base.__subclasses__():
        yield from all_errors(child)


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_stands_beside_its_exit_code(name: str) -> None:
    code = getattr(errors, name).exit_code
    (row,) = re.findall(rf"^\| {code} \|.*$", page("reference/exit-codes.md"), re.MULTILINE)
    assert f"`{name}`" in row


def test_every_exit_code_is_documented_and_none_besides() -> None:
    rows = re.findall(r"^\| (\d+) \|", page("reference/exit-codes.md"), re.MULTILINE)
    assert {int(row) for row in rows} == {0, *(error.exit_code for error in all_errors())}


def test_every_hook_is_documented() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("afs_")}
    assert len(hooks) > 10
    assert {name for name in hooks if name not in page("reference/hooks.md")} == set()


@pytest.mark.parametrize("record", [TrainingSample, Message, ToolCall, Provenance, Manifest])
def test_every_key_on_disk_is_documented(record: type) -> None:
    fields = {name for name in record.__struct_fields__ if name != "extra"}  # type: ignore[attr-defined]
    assert {name for name in fields if f"`{name}`" not in page("reference/files.md")} == set()


def test_every_kind_of_redaction_is_documented() -> None:
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", page("reference/redaction.md"))) - {"KIND", "TAG"}
    assert documented == {rule.kind for rule in RULES} | {"NAME"}


def test_every_variable_of_the_environment_is_documented() -> None:
    files = [*ROOT.glob("afs_core/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py"), *ROOT.glob("scripts/afs*")]
    used = {
        name for file in files for name in re.findall(r'["{$](AFS_[A-Z]+(?:_[A-Z]+)*)\b', file.read_text())
    }
    used -= {"AFS_API"}  # an attribute of a plugin's module
    assert {"AFS_CONFIG_PATH", "AFS_TORCH_INDEX"} <= used
    assert {name for name in used if f"`{name}`" not in page("reference/configuration.md")} == set()


def test_every_other_spelling_of_a_setting_is_documented() -> None:
    for alias, key in ALIASES.items():
        assert f"| `{'.'.join(alias)}` | `{'.'.join(key)}` |" in page("reference/configuration.md")


# Files that the documentation names


def afs(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AFS_")}
    environment = kept | {"HOME": str(cwd), "AFS_CONFIG_PATH": os.devnull}
    command = [sys.executable, "-m", "afs_core", *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def test_the_example_of_the_configuration_is_what_the_settings_say(tmp_path: Path) -> None:
    written = afs("config", "schema", "--toml", cwd=tmp_path).stdout
    assert (ROOT / "config.example.toml").read_text() == written, "run: sh scripts/config-example"


def test_the_example_of_the_configuration_is_accepted_line_by_line(tmp_path: Path) -> None:
    text = (ROOT / "config.example.toml").read_text()
    lines = [line.removeprefix("# ") for line in text.splitlines() if re.match(r"# [\w-]+ = \S", line)]
    assert len(lines) > 50
    set_lines = re.sub(r"^# ([\w-]+ = (?!  # ).*)$", r"\1", text, flags=re.MULTILINE)
    (tmp_path / "afs.toml").write_text(
        re.sub(r"^\[plugins\]\n(?:.*\n)*?\n", "", set_lines, flags=re.MULTILINE)
    )
    done = afs("config", "validate", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_example_pipeline_runs(tmp_path: Path) -> None:
    source = f"source={sample_folder() / 'Docs'}"
    command = [
        "pipeline",
        "run",
        "--config",
        str(ROOT / "examples/pipeline.toml"),
        "--output",
        "run",
        "--set",
        source,
    ]
    planned = afs(*command, "--dry-run", cwd=tmp_path)
    assert planned.returncode == 0 and "sharegpt" in planned.stdout, planned.stderr
    assert not (tmp_path / "run").exists()
    done = afs(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "sharegpt.jsonl").stat().st_size


def test_the_pages_build_strictly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    fetched = [
        address
        for file in tmp_path.rglob("*.html")
        for address in re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?:[^"]+)"', file.read_text())
    ]
    assert fetched == []
