"""Which plugins there are to load: installed distributions, and folders of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from afs_core.names import same_name
from afs_core.status import PluginStatus

__all__ = ["GROUP", "Candidate", "candidates"]

GROUP = "afs.plugins"


class Candidate(msgspec.Struct, frozen=True):
    """A plugin that could be loaded: where it comes from, and the files that say so."""

    entry_point: metadata.EntryPoint
    distribution: str
    version: str
    watched: tuple[str, ...] = ()
    folder: str = ""

    @property
    def name(self) -> str:
        return self.entry_point.name

    def status(self, state: str, error: str = "", remedy: str = "", **offers: Any) -> PluginStatus:
        return PluginStatus(
            name=self.name,
            state=state,
            distribution=self.distribution,
            version=self.version,
            module=self.entry_point.value,
            folder=self.folder,
            error=error,
            remedy=remedy,
            **offers,
        )


def candidates(folders: Iterable[Path]) -> dict[str, list[Candidate]]:
    """Every plugin that is installed or lies in ``folders``, by name; nothing is imported."""
    found: dict[str, list[Candidate]] = {}
    for candidate in [*_installed(), *_in_folders(folders)]:
        others = found.setdefault(candidate.name, [])
        if not any(same_name(candidate.distribution, other.distribution) for other in others):
            others.append(candidate)
    return dict(sorted(found.items()))


def _installed() -> Iterator[Candidate]:
    for point in _entry_points():
        distribution = getattr(point, "dist", None)
        folder = getattr(distribution, "_path", None)
        watched = () if folder is None else (str(folder), str(Path(folder) / "entry_points.txt"))
        yield Candidate(point, *_name_and_version(distribution), watched)


def _entry_points() -> list[metadata.EntryPoint]:
    try:
        return list(metadata.entry_points(group=GROUP))
    except Exception:  # the metadata of one distribution is not readable; the others still count
        return [point for distribution in metadata.distributions() for point in _points_of(distribution)]


def _points_of(distribution: metadata.Distribution) -> list[metadata.EntryPoint]:
    try:
        return [point for point in distribution.entry_points if point.group == GROUP]
    except Exception:
        return []


def _name_and_version(distribution: metadata.Distribution | None) -> tuple[str, str]:
    try:
        assert distribution is not None
        return distribution.metadata["Name"] or "unknown", distribution.version or ""
    except Exception:
        return "unknown", ""


def _in_folders(folders: Iterable[Path]) -> Iterator[Candidate]:
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            module = path.stem if path.suffix == ".py" else path.name
            if module.isidentifier() and not module.startswith("_") and _is_plugin(path):
                point = metadata.EntryPoint(module, module, GROUP)
                yield Candidate(point, str(path), "", (str(path),), str(folder))


def _is_plugin(path: Path) -> bool:
    return path.suffix == ".py" if path.is_file() else (path / "__init__.py").is_file()
