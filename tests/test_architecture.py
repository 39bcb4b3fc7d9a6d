"""The laws of the house, read from the imports and the files: imports only ever point down.

scripts/  contrib/  docs/  tests/      may use everything
afs-quickstart                         the one plugin that may depend on all others
plugins/afs-*                          afs_core, and the plugins that pyproject.toml declares; no circles
afs_core/                              no plugin, no torch, no numpy, no HTTP client
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache, cached_property
from graphlib import TopologicalSorter
from importlib import import_module, util
from pathlib import Path
from typing import Any

import pytest

from afs_core import firstparty

ROOT = Path(__file__).parents[1]

#: The top level, exactly this.
TOP = {
    *(".ci", ".github", "afs_core", "contrib", "docs", "examples", "plugins", "scripts", "tests"),
    *(".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md"),
    *("config.example.toml", "constraints.txt", "mkdocs.yml", "pyproject.toml"),
    "conftest.py",  # what holds for the tests of all plugins as well
}

CORE_LIBRARIES = {"click", "msgspec", "pluggy", "stevedore", "tomlkit"}
HTTP_CLIENTS = {"ftplib", "http", "smtplib", "urllib.request", "xmlrpc"}
#: Libraries whose own libraries we use.
BRINGS = {"transformers": {"huggingface_hub", "jinja2", "numpy", "safetensors", "tokenizers"}}
#: Import name to distribution, where they differ.
DISTRIBUTIONS = {"re2": "google-re2", "sklearn": "scikit-learn"}

#: What a plugin may build on besides the core: afs-quickstart on all.
FLOORS = {
    "asm": "",
    "augment": "asm",
    "dedupe": "",
    "deployment": "experts gguf models",
    "discriminator": "asm knowledge reports training",
    "distillation": "models",
    "embeddings": "generators models reports",
    "evaluation": "models reports training",
    "experts": "",
    "generators": "redaction",
    "gguf": "models reports",
    "knowledge": "asm",
    "lineage": "",
    "metacircular": "evaluation",
    "mlx": "training",
    "models": "",
    "oracle": "asm generators knowledge",
    "peft": "training",
    "pipeline": "",
    "redaction": "",
    "reports": "",
    "tokenizer": "asm",
    "training": "dedupe experts reports",
    "unsloth": "training",
}


class Plugin:
    """One folder of plugins/."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name.removeprefix("afs-")
        self.package = folder / "src" / "afs" / self.name
        self.pyproject: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text())
        self.project: dict[str, Any] = self.pyproject["project"]

    @cached_property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("src/**/*.py"))

    @property
    def requirements(self) -> list[str]:
        return list(self.project["dependencies"])

    @property
    def extras(self) -> dict[str, list[str]]:
        return dict(self.project.get("optional-dependencies", {}))

    @property
    def builds_on(self) -> set[str]:
        """Names of the plugins that it declares."""
        return {name.removeprefix("afs-") for name in map(distribution, self.requirements) if is_plugin(name)}

    def imports(self) -> Iterator[tuple[str, str]]:
        for file in self.files:
            yield from imports(file)


PLUGINS = {
    (plugin := Plugin(file.parent)).name: plugin for file in sorted(ROOT.glob("plugins/afs-*/pyproject.toml"))
}
every_plugin = pytest.mark.parametrize("plugin", PLUGINS.values(), ids=list(PLUGINS))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


@cache
def imports(file: Path) -> tuple[tuple[str, str], ...]:
    """Module and ``file:line`` of every import, wherever it stands, also by ``import_module``."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[tuple[str, str]]:
    where = file.relative_to(ROOT)
    for node in ast.walk(tree(file)):
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.Call):
            continue
        place = f"{where}:{node.lineno}"
        if isinstance(node, ast.Import):
            yield from ((alias.name, place) for alias in node.names)
        elif isinstance(node, ast.Call):
            if _called(node) == "import_module":
                yield from ((str(arg.value), place) for arg in node.args if isinstance(arg, ast.Constant))
        else:
            assert node.level <= 1, f"{place}: a relative import leaves its folder"
            if node.level == 0:
                yield from ((f"{node.module}.{alias.name}", place) for alias in node.names)


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "attr", getattr(node.func, "id", "")))


def distribution(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None, requirement
    return found[0]


def is_plugin(name: str) -> bool:
    return name.startswith("afs-") and name != "afs-core"


def is_in(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def foreign(module: str) -> bool:
    return module.partition(".")[0] not in {*sys.stdlib_module_names, "afs", "afs_core"}


# The core


def test_the_core_imports_the_standard_library_and_five_small_ones() -> None:
    for file in ROOT.glob("afs_core/**/*.py"):
        allowed = CORE_LIBRARIES | ({"pytest"} if "testing" in file.parts else set())
        for module, place in imports(file):
            assert module.partition(".")[0] != "afs", f"{place}: the core imports a plugin"
            assert not foreign(module) or is_in(module, allowed), f"{place}: {module}"
            assert not is_in(module, HTTP_CLIENTS), f"{place}: the core has no HTTP client"


def test_the_core_depends_on_what_it_imports() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {distribution(requirement) for requirement in declared} == CORE_LIBRARIES


# The plugins


@every_plugin
def test_a_plugin_imports_only_the_plugins_that_it_declares(plugin: Plugin) -> None:
    for module, place in plugin.imports():
        if module.startswith("afs."):
            name = module.split(".")[1]
            assert name in {plugin.name, *plugin.builds_on}, f"{place}: afs-{name} is not declared"


@every_plugin
def test_a_declared_plugin_is_used(plugin: Plugin) -> None:
    """By an import, by a capability named in its files, or for an extra."""
    imported = {module.split(".")[1] for module, _ in plugin.imports() if module.startswith("afs.")}
    files = [file for file in plugin.package.rglob("*") if file.suffix in {".py", ".toml"}]
    if any(module.startswith("afs_core.cli.export.") for module, _ in plugin.imports()):
        files.append(ROOT / "afs_core" / "cli" / "export.py")  # the chain that every exporter runs
    text = "".join(file.read_text() for file in files)
    for requirement in plugin.requirements:
        name = distribution(requirement).removeprefix("afs-")
        if is_plugin(distribution(requirement)) and name not in imported and "[" not in requirement:
            offered = firstparty.CAPABILITIES.get(name, ())
            kinds = [kind for kind, owner in firstparty.KINDS.items() if owner == name]
            named = [*offered, *(f'"{kind}"' for kind in kinds)]
            named += [f'"{kind}", "{what}"' for kind, _, what in (path.partition("/") for path in offered)]
            assert any(words in text for words in named), f"afs-{plugin.name} declares afs-{name} for nothing"


@every_plugin
def test_a_plugin_declares_the_libraries_that_it_imports(plugin: Plugin) -> None:
    declared = CORE_LIBRARIES | libraries(plugin)
    for module, place in plugin.imports():
        name = module.partition(".")[0]
        if foreign(module):
            assert DISTRIBUTIONS.get(name, name) in declared, f"{place}: {name} is not declared"


def libraries(plugin: Plugin, extras: tuple[str, ...] | None = None) -> set[str]:
    """Distributions that come with ``plugin``: its own, and those of the extras that it asks for."""
    wanted = plugin.extras if extras is None else {name: plugin.extras[name] for name in extras}
    found: set[str] = set()
    for requirement in [*plugin.requirements, *(line for lines in wanted.values() for line in lines)]:
        name = distribution(requirement)
        found |= {name, *BRINGS.get(name, ())}
        asked = re.search(r"\[(.*?)\]", requirement)
        other = name.removeprefix("afs-")
        if asked and is_plugin(name) and other in PLUGINS and other != plugin.name:
            found |= libraries(PLUGINS[other], tuple(part.strip() for part in asked[1].split(",")))
    return found


def test_the_floors_hold_and_there_are_no_circles() -> None:
    for name, plugin in PLUGINS.items():
        if name != "quickstart":
            beyond = plugin.builds_on - set(FLOORS[name].split())
            assert not beyond, f"afs-{name} builds on {beyond}"
    order = list(TopologicalSorter({n: p.builds_on for n, p in PLUGINS.items()}).static_order())
    assert order[-1] == "quickstart" or "quickstart" not in PLUGINS


# Top level and furniture


def test_the_top_level_is_exactly_this() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    assert {name.partition("/")[0] for name in tracked.stdout.splitlines()} == TOP


@every_plugin
def test_a_plugin_has_the_furniture(plugin: Plugin) -> None:
    for name in ("README.md", "tests", f"src/afs/{plugin.name}/plugin.py", f"src/afs/{plugin.name}/py.typed"):
        assert (plugin.folder / name).exists(), name
    assert list((plugin.folder / "tests").rglob("test_*.py"))
    assert not (plugin.folder / "src" / "afs" / "__init__.py").exists()
    assert [path.name for path in (plugin.folder / "src" / "afs").iterdir()] == [plugin.name]
    folders = {file.parent for file in plugin.files}
    assert all((folder / "__init__.py").exists() for folder in folders if folder.name != "__pycache__")


@every_plugin
def test_a_plugin_is_packaged_like_all(plugin: Plugin) -> None:
    build, project = plugin.pyproject["build-system"], plugin.project
    assert build["build-backend"] == "uv_build"
    assert plugin.pyproject["tool"]["uv"]["build-backend"]["module-name"] == f"afs.{plugin.name}"
    assert project["name"] == plugin.folder.name
    assert project["entry-points"]["afs.plugins"] == {plugin.name: f"afs.{plugin.name}.plugin"}
    assert (project["requires-python"], project["license"], project["readme"]) == (
        ">=3.11",
        "MIT",
        "README.md",
    )
    assert "afs-core" in plugin.requirements
    assert project["description"] and not project["description"].endswith(".")


@every_plugin
def test_a_declaration_imports_the_core_only(plugin: Plugin) -> None:
    for module, place in imports(plugin.package / "plugin.py"):
        assert is_in(module, {"afs_core", "__future__"}), f"{place}: {module}"


PACKAGES = ["afs_core", *(f"afs.{name}" for name in PLUGINS)]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_exports_lazily_what_it_says(package: str) -> None:
    probe = f"import {package} as p, sys; print(*[n for n in sys.modules if n.startswith('{package}.')])"
    loaded = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "", "importing the package imports its modules"
    module = import_module(package)
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        getattr(module, name)
        if not name.startswith("__"):
            assert util.find_spec(f"{package}.{name}") is None, f"{package}.{name} is a module and a name"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = module.nothing


def test_files_are_short() -> None:
    files = [*ROOT.glob("afs_core/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py"), *ROOT.glob("tests/**/*.py")]
    lengths = {file: len(file.read_text().splitlines()) for file in files}
    assert {str(file): length for file, length in lengths.items() if length > 600} == {}
    source = sorted(length for file, length in lengths.items() if "tests" not in file.parts)
    assert source[len(source) // 2] <= 120
