"""The core's own settings: one Struct a section, one described field a key.

These types give the checks of :mod:`afs_core.config`, ``afs config schema`` and
``config.example.toml``. The sections of :data:`PLUGIN_SECTIONS` are the same as
``[plugins.NAME]``, so that below them tables of capabilities may stand too.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = ["ALIASES", "PLUGIN_SECTIONS", "SECTIONS", "SPELLINGS", "Section"]

_PATH = {"path": True}


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all sections; a field with ``extra={"path": True}`` gets its ``~`` expanded."""


class General(Section, frozen=True):
    """What applies everywhere."""

    discovery_ignore: Annotated[
        tuple[str, ...], Meta(description="Folder names that no search for sources or contexts enters")
    ] = ("legacy", "archive", "archives")


class Plugins(Section, frozen=True):
    """Which plugins are loaded. A project's file may only disable."""

    enabled: Annotated[
        tuple[str, ...], Meta(description="Only these plugins are loaded; empty means all that are installed")
    ] = ()
    disabled: Annotated[tuple[str, ...], Meta(description="These plugins are never loaded")] = ()
    dirs: Annotated[
        tuple[str, ...],
        Meta(
            description="Folders whose *.py files and packages are plugins, named by their stem", extra=_PATH
        ),
    ] = ()


class Project(Section, frozen=True):
    """The project that an afs.toml belongs to."""

    name: Annotated[str, Meta(description="Name of the project; empty means the name of its folder")] = ""
    context_root: Annotated[str, Meta(description="Root of the context folders", extra=_PATH)] = "~/.context"
    workspace_name: Annotated[str, Meta(description="Name of the workspace that holds the sources")] = ""


class Training(Section, frozen=True):
    """Defaults of the trainers."""

    batch_size: Annotated[int, Meta(description="Samples in one step on the device", ge=1)] = 4
    learning_rate: Annotated[float, Meta(description="Peak learning rate", gt=0)] = 2e-4
    epochs: Annotated[float, Meta(description="Passes over the training data", gt=0)] = 3


class Discriminator(Section, frozen=True):
    """The ELECTRA quality signal."""

    model_path: Annotated[
        str, Meta(description="Discriminator that scores where none is named", extra=_PATH)
    ] = "models/electra"
    cache_dir: Annotated[str, Meta(description="Folder of cached scores", extra=_PATH)] = (
        "~/.cache/afs/discriminator"
    )


class Orchestration(Section, frozen=True):
    """The gateway, and work in parallel."""

    port: Annotated[int, Meta(description="Port of the gateway", ge=1, le=65535)] = 8000
    workers: Annotated[int, Meta(description="Processes that a pipeline may use", ge=1)] = 4


class Embeddings(Section, frozen=True):
    """What turns text into vectors for the search."""

    provider: Annotated[str, Meta(description="none (words only), ollama, hf, or a plugin's provider")] = (
        "none"
    )
    model: Annotated[str, Meta(description="Model of the provider")] = "nomic-embed-text"
    cache_dir: Annotated[str, Meta(description="Folder of cached vectors", extra=_PATH)] = (
        "~/.cache/afs/embeddings"
    )


class Evaluation(Section, frozen=True):
    """Defaults of the evaluators."""

    sample_size: Annotated[int | None, Meta(description="Questions asked at most; unset means all")] = None
    timeout: Annotated[float, Meta(description="Seconds that one answer may take", gt=0)] = 30
    models: Annotated[tuple[str, ...], Meta(description="Models that are compared where none is named")] = ()


SECTIONS: dict[str, type[Section]] = {
    "general": General,
    "plugins": Plugins,
    "project": Project,
    "training": Training,
    "discriminator": Discriminator,
    "orchestration": Orchestration,
    "embeddings": Embeddings,
    "evaluation": Evaluation,
}

#: Top-level sections that are other words for ``[plugins.NAME]``.
PLUGIN_SECTIONS = frozenset({"training", "discriminator", "embeddings", "evaluation"})

#: Other spellings of one key, and the key they stand for.
ALIASES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("general", "enabled_plugins"): ("plugins", "enabled"),
    ("general", "disabled_plugins"): ("plugins", "disabled"),
    ("general", "plugin_dirs"): ("plugins", "dirs"),
    ("training", "default_batch_size"): ("training", "batch_size"),
    ("training", "default_learning_rate"): ("training", "learning_rate"),
    ("training", "default_epochs"): ("training", "epochs"),
}

#: Every key name that a section accepts, for the did-you-mean.
SPELLINGS: dict[str, tuple[str, ...]] = {
    section: (*struct.__struct_fields__, *(alias[1] for alias in ALIASES if alias[0] == section))
    for section, struct in SECTIONS.items()
}
