"""Which first-party plugin brings which command and capability, so that the core alone can say so.

A documented command whose plugin is not installed ends with exit code 5 and the line of
:func:`install_line`. Tests hold this data against the declarations of the plugins themselves.
"""

from __future__ import annotations

import shlex
from functools import cache
from pathlib import Path
from typing import Any

__all__ = [
    "COMMANDS",
    "KINDS",
    "PLUGINS",
    "install_line",
    "owner_of_capability",
    "owner_of_command",
    "owners_of_group",
    "words_below",
]

#: Commands by plugin; the distribution is ``afs-PLUGIN``.
COMMANDS: dict[str, tuple[str, ...]] = {
    "agents": (
        "agents list",
        "agents run",
        "services start",
        "services stop",
        "services restart",
        "services list",
        "services status",
        "services logs",
    ),
    "asm": ("asm check", "asm assemble", "asm run", "asm trace"),
    "augment": ("augment",),
    "cloud": (
        "cloud plan",
        "cloud up",
        "cloud status",
        "cloud logs",
        "cloud pull",
        "cloud down",
        "cloud reap",
    ),
    "context": (
        "context init",
        "context validate",
        "context discover",
        "context ensure-all",
        "context list",
        "context mount",
        "context unmount",
    ),
    "dedupe": ("dedupe",),
    "deployment": ("deploy lmstudio", "deploy ollama", "serve", "chat", "completion"),
    "discriminator": (
        "discriminator data",
        "discriminator train",
        "discriminator score",
        "discriminator filter",
    ),
    "distillation": ("distill generate", "distill status", "distill export", "distill teachers"),
    "embeddings": ("embeddings index", "embeddings search", "embeddings eval"),
    "evaluation": (
        "training evaluate",
        "evaluation run",
        "evaluation compare",
        "evaluation screenshot",
        "evaluation report",
        "evaluation forgetting",
        "benchmark run",
        "benchmark leaderboard",
        "benchmark compare",
        "benchmark trend",
        "benchmark create-dataset",
    ),
    "experts": ("experts list", "experts show"),
    "generators": (
        "training memory-export",
        "training history-export",
        "training claude-export",
        "training codex-export",
        "training gemini-export",
        "training antigravity-export",
        "training codex-history-import",
    ),
    "gguf": ("merge", "quantize", "gguf inspect", "gguf verify", "gguf imatrix", "parity"),
    "knowledge": ("knowledge search", "knowledge lookup", "knowledge stats"),
    "lineage": (
        "lineage show",
        "lineage verify",
        "lineage forget",
        "training registry-create",
        "training registry-list",
        "training registry-info",
        "training registry-compare",
    ),
    "metacircular": ("evaluation meta-circular",),
    "pipeline": ("pipeline run", "pipeline status"),
    "quickstart": ("quickstart",),
    "redaction": ("redact",),
    "tokenizer": ("tokenizer train", "tokenizer encode", "tokenizer decode"),
    "training": (
        "training prepare",
        "training analyze",
        "training rebalance",
        "training rehearsal-build",
        "training rehearsal-mix",
        "training rehearsal-tune",
        "training convert",
        "training merge",
        "scoring score",
        "scoring analyze",
        "scoring calibrate",
        "train",
    ),
}

#: Capabilities of the contract kinds and transforms by plugin, each ``kind/name``.
CAPABILITIES: dict[str, tuple[str, ...]] = {
    "asm": ("scorers/asar",),
    "augment": ("transforms/augment", "transforms/distinct-variants"),
    "dedupe": ("transforms/exact-dedupe", "transforms/near-dedupe", "evaluators/contamination"),
    "discriminator": ("scorers/electra", "transforms/score-floor"),
    "evaluation": ("evaluators/compare", "scorers/exact-match"),
    "generators": (
        "generators/antigravity",
        "generators/claude",
        "generators/codex",
        "generators/gemini",
        "generators/history",
        "generators/memory",
        "generators/notes",
    ),
    "gguf": ("quantizers/gguf", "quantizers/safetensors", "evaluators/parity"),
    "knowledge": ("generators/addresses", "scorers/entity"),
    "oracle": ("generators/oracle", "transforms/recall-probes"),
    "peft": ("trainers/peft",),
    "redaction": ("transforms/redaction", "evaluators/secrets"),
    "training": (
        "transforms/quality",
        "transforms/quality-floor",
        "transforms/repeats",
        "transforms/repeats",
        "transforms/split",
        "transforms/rebalance",
        "transforms/rehearsal",
        "transforms/rehearsal-selection",
        "converters/samples",
        "converters/alpaca",
        "converters/sharegpt",
        "converters/openai",
        "converters/chatml",
        "converters/mlx",
        "converters/llama-cpp",
        "converters/trl",
        "converters/axolotl",
        "converters/llama-factory",
        "converters/toolbench",
        "converters/codesearchnet",
        "converters/auto",
    ),
}

#: Kinds that a plugin owns, and their owner.
KINDS = {
    "agents": "agents",
    "deployers": "deployment",
    "engines": "pipeline",
    "experts": "experts",
    "models": "quickstart",
    "providers": "models",
    "resolvers": "models",
    "services": "agents",
}

#: Every first-party plugin.
PLUGINS = frozenset({*COMMANDS, *CAPABILITIES, *KINDS.values(), "mlx", "reports", "unsloth"})


def owner_of_command(path: str) -> str:
    """The plugin that brings the command at ``path``, or ``""``."""
    return next((plugin for plugin, paths in COMMANDS.items() if path in paths), "")


def owners_of_group(group: str) -> list[str]:
    """The plugins that bring commands below ``group``, those with the most first."""
    prefix = f"{group} "
    counts = {plugin: sum(path.startswith(prefix) for path in paths) for plugin, paths in COMMANDS.items()}
    return sorted((plugin for plugin, count in counts.items() if count), key=lambda plugin: -counts[plugin])


def words_below(prefix: str) -> set[str]:
    """The next words of all commands below ``prefix``."""
    start = f"{prefix} " if prefix else ""
    paths = [path for paths in COMMANDS.values() for path in paths if path.startswith(start)]
    return {path[len(start) :].partition(" ")[0] for path in paths}


def owner_of_capability(kind: str, name: str) -> str:
    """The plugin that brings ``kind/name``, else the one that owns the kind, else ``""``."""
    path = f"{kind}/{name}"
    return next((plugin for plugin, names in CAPABILITIES.items() if path in names), KINDS.get(kind, ""))


def install_line(*plugins: str) -> str:
    """What to type so that the first-party ``plugins`` are there.

    From a checkout pip cannot see the siblings that a plugin builds on, so there the line
    names all that are not installed yet as paths.
    """
    checkout = _checkout()
    names = [f"afs-{plugin}" for plugin in plugins]
    if checkout is None or not all((checkout / "plugins" / name).is_dir() for name in names):
        return f"pip install {' '.join(names)}"
    needed = {part for name in names for part in _closure(checkout, name)}
    closure = sorted(name for name in needed if name in names or not _installed(name))
    return f"pip install {' '.join(shlex.quote(str(checkout / 'plugins' / name)) for name in closure)}"


@cache
def _checkout() -> Path | None:
    """The folder that afs-core was installed from, if it is one with the plugins in it."""
    import json
    from importlib import metadata
    from urllib.parse import unquote, urlsplit

    try:
        origin: Any = json.loads(metadata.distribution("afs-core").read_text("direct_url.json") or "{}")
        address = urlsplit(str(origin.get("url", "")))
    except (metadata.PackageNotFoundError, ValueError, AttributeError):
        return None
    folder = Path(unquote(address.path))
    return folder if address.scheme == "file" and (folder / "plugins").is_dir() else None


def _installed(distribution: str) -> bool:
    from importlib import metadata

    try:
        return bool(metadata.version(distribution))
    except metadata.PackageNotFoundError:
        return False


def _closure(checkout: Path, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """``name`` and every first-party distribution that it builds on, itself in plugins/."""
    file = checkout / "plugins" / name / "pyproject.toml"
    if name in seen or not file.is_file():
        return set()
    needed = {part for other in _dependencies(file) for part in _closure(checkout, other, seen | {name})}
    return {name} | needed


def _dependencies(file: Path) -> list[str]:
    import re
    import tomllib

    project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    needed = project.get("dependencies", ())
    return [re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in needed]
