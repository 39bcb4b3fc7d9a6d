"""What a stage reads and all that could change its output: its inputs, and the key made of them.

Settings, versions and what capabilities say of themselves are taken at once. Input files may be
hashed while the work goes on; who asks for the inputs or the key waits for that.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.errors import DataError
from afs_core.manifest import Input, digest
from afs_core.model_paths import is_adapter, local_paths
from afs_core.stage import STREAM_KINDS, Stage, Use, split_settings

if TYPE_CHECKING:
    from afs_core.run import Run
    from afs_core.sources import Sources

__all__ = ["Identity", "asks_a_server", "module_of", "plain"]


class Identity:
    """Raises DataError for a path of the stage that is not there or cannot be read; for the files of
    ``sources``, when ``inputs`` or ``key`` is asked for."""

    def __init__(
        self, stage: Stage, uses: tuple[Use, ...], run: Run, sources: Sources, *, piped: bool = False
    ) -> None:
        self._stage, self._run, self._sources, self._piped = stage, run, sources, piped
        for path in () if piped else stage.inputs:
            _expect(path, "input")
        effective = {use.text: _effective(use, stage.config.get(use.text, {}), run) for use in uses}
        others = [("base", path) for given in stage.inputs for path in _bases(given, run)]
        others += [found for settings in effective.values() for found in _paths(settings, run)]
        self.seed = run.seed if stage.seed is None else stage.seed
        self.versions = _versions(uses, run)
        self._others = () if piped else self._described(others)
        self._settings = {text: _by_content(settings, run) for text, settings in effective.items()}
        self._told = [
            self.seed,
            stage.limit,
            stage.on_error,
            self.versions,
            [_source_digest(use, run) for use in uses],
            [_fingerprint(use, stage.config.get(use.text, {}), run) for use in uses],
        ]
        if any(_knows_inputs(use, run) for use in uses):
            self._told.append([path.name for path in stage.inputs])

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """What is read, described; nothing where samples come or go through a pipe."""
        if self._piped:
            return ()
        self._sources.hashed()
        own = self._described([("input", path) for path in self._stage.inputs])
        return (*own, *self._others)

    @cached_property
    def key(self) -> str:
        """Digest of all that could change the output."""
        read = [(item.role, item.sha256) for item in self.inputs]
        material = [self._stage.uses, self._settings, read, *self._told]
        return hashlib.sha256(msgspec.json.encode(material, order="deterministic")).hexdigest()

    def _described(self, found: list[tuple[str, Path]]) -> tuple[Input, ...]:
        return tuple(self._input(path, role) for role, path in dict.fromkeys(found))

    def _input(self, path: Path, role: str) -> Input:
        _expect(path, role)
        cache = self._run.cache("digests")
        size, sha = path.stat().st_size if path.is_file() else 0, digest(path, cache)
        if role == "input":
            size, sha = self._sources.described(path, size, sha)
        stage = self._stage
        folder = stage.output if stage.is_folder else stage.output.parent
        relative = os.path.relpath(path.resolve(), folder.resolve())
        return Input(path=Path(relative).as_posix(), sha256=sha, size=size, role=role)


def _expect(path: Path, role: str) -> None:
    if not path.exists():
        raise DataError(f"expected the {role} of the stage, found nothing", path=path)


def asks_a_server(stage: Stage, run: Run) -> bool:
    """Whether a model of the stage is behind a server, where it can change without a trace."""
    models = [model for settings in stage.config.values() for _, model in _models(settings)]
    return any(not local_paths(model, run) for model in models)


def module_of(use: Use, run: Run) -> str:
    """The module that holds the target of a capability."""
    return run.registry.find(use.kind, use.name).capability.target.partition(":")[0]


def plain(settings: Mapping[str, Any]) -> Any:
    """Settings as JSON can hold them."""
    return msgspec.to_builtins(dict(settings), enc_hook=str)


def _bases(path: Path, run: Run) -> list[Path]:
    return local_paths(str(path), run)[1:] if is_adapter(path) else []


def _paths(settings: Mapping[str, Any], run: Run) -> list[tuple[str, Path]]:
    """What a stage reads besides its inputs: paths in its settings that exist, and local models."""
    found = [(name, path) for name, model in _models(settings) for path in local_paths(model, run)]
    for name, value in settings.items():
        for item in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(item, Path) and (path := item.expanduser()).exists():
                found.append((name, path))
    return found


def _models(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Model references among the settings, by the name of the setting."""
    named = ((name, settings[name]) for name in ("base_model", "baseline", "models") if settings.get(name))
    return [
        (name, str(item))
        for name, value in named
        for item in (value if isinstance(value, (list, tuple)) else (value,))
    ]


def _by_content(settings: Mapping[str, Any], run: Run) -> Any:
    """Settings without existing paths, which count by content and not by name."""
    read = dict(_paths(settings, run))
    return plain({name: value for name, value in settings.items() if name not in read})


def _effective(use: Use, settings: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Settings of the job, and those of the capability with its defaults and the user's configuration."""
    job, own = split_settings(use.kind, settings)
    config = run.registry.config_for(use.kind, use.name, own)
    return {**job, **(msgspec.structs.asdict(config) if config is not None else own)}


def _versions(uses: tuple[Use, ...], run: Run) -> dict[str, str]:
    entries = [run.registry.find(use.kind, use.name) for use in uses]
    return {entry.distribution: entry.version for entry in entries}


def _source_digest(use: Use, run: Run) -> str:
    """Digest of the module that holds the target, so that an edited plugin runs again."""
    spec = importlib.util.find_spec(module_of(use, run))
    origin = spec.origin if spec is not None else None
    return digest(Path(origin), run.cache("digests")) if origin and Path(origin).is_file() else ""


def _fingerprint(use: Use, settings: Mapping[str, Any], run: Run) -> str:
    """What a capability says of itself, where it says anything: a model or table behind it."""
    if use.kind not in STREAM_KINDS or not hasattr(run.registry.factory(use.kind, use.name), "fingerprint"):
        return ""
    return str(run.use(use.kind, use.name, **settings).fingerprint)


def _knows_inputs(use: Use, run: Run) -> bool:
    """Whether the names of the inputs, and not their content alone, may decide what comes out."""
    return use.kind in STREAM_KINDS and hasattr(run.registry.factory(use.kind, use.name), "stage_inputs")
