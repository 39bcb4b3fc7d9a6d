"""What a plugin declares: descriptors that name code without importing it.

A target is ``"package.module:attribute"``, imported at first use. For a capability it is a
factory ``(config, run) -> object``; a class with that ``__init__`` is one. Its config type is
the ``config`` target, else the factory's own ``Config`` attribute, else it has none.
"""

from __future__ import annotations

import msgspec

__all__ = ["CONTRACT_KINDS", "Capability", "Check", "Command", "Problem"]

#: Kinds with a hook and a Protocol of their own, in the order of the road.
CONTRACT_KINDS = (
    "generators",
    "scorers",
    "transforms",
    "converters",
    "trainers",
    "quantizers",
    "evaluators",
    "embeddings",
)


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a plugin can do.

    ``requires`` lists what must be importable first, each ``"module"`` or
    ``"module: install line"``; it is checked before the target is imported. ``kind`` is set
    by the hook that returns the capability; only ``afs_provides`` states it.
    """

    name: str
    target: str
    summary: str = ""
    kind: str = ""
    config: str = ""
    requires: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command: ``path`` is ``"training prepare"``, ``target`` a click command.

    ``afs --help`` shows ``summary`` without importing the target.
    """

    path: str
    target: str
    summary: str = ""
    requires: tuple[str, ...] = ()


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One question of ``afs doctor``; ``target`` is ``(config) -> Iterable[Problem]``."""

    name: str
    target: str
    summary: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a check: ``level`` is ``ok``, ``note``, ``warning`` or ``error``;
    ``remedy`` is the command that mends it."""

    level: str
    subject: str
    message: str
    remedy: str = ""
