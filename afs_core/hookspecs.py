"""Every hook of afs. A plugin is a module that implements some of them:

    from afs_core import Capability, hookimpl

    @hookimpl
    def afs_generators() -> list[Capability]:
        return [Capability(name="echo", target="afs_echo:EchoGenerator", summary="Counts aloud.")]

named by an entry point of the group ``afs.plugins``, whose name is the plugin's name and its
section in the configuration. Hooks declare and observe; work goes through the Protocols of
:mod:`afs_core.protocols`. An implementation may take fewer arguments than listed here. A
module attribute ``AFS_API = 1`` states the core API that the plugin was made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

from afs_core.capability import Capability, Check, Command

if TYPE_CHECKING:
    from afs_core.run import Run

__all__ = ["hookimpl", "hookspec"]

hookspec = pluggy.HookspecMarker("afs")
hookimpl = pluggy.HookimplMarker("afs")


@hookspec
def afs_generators() -> list[Capability]:  # type: ignore[empty-body]
    """Return what makes samples out of sources (:class:`~afs_core.protocols.Generator`)."""


@hookspec
def afs_scorers() -> list[Capability]:  # type: ignore[empty-body]
    """Return what scores samples (:class:`~afs_core.protocols.Scorer`)."""


@hookspec
def afs_transforms() -> list[Capability]:  # type: ignore[empty-body]
    """Return what changes or drops samples (:class:`~afs_core.protocols.Transform`)."""


@hookspec
def afs_converters() -> list[Capability]:  # type: ignore[empty-body]
    """Return what maps samples to other tools' rows (:class:`~afs_core.protocols.Converter`)."""


@hookspec
def afs_trainers() -> list[Capability]:  # type: ignore[empty-body]
    """Return what makes adapters out of samples (:class:`~afs_core.protocols.Trainer`)."""


@hookspec
def afs_quantizers() -> list[Capability]:  # type: ignore[empty-body]
    """Return what makes served model files (:class:`~afs_core.protocols.Quantizer`)."""


@hookspec
def afs_evaluators() -> list[Capability]:  # type: ignore[empty-body]
    """Return what judges models or data (:class:`~afs_core.protocols.Evaluator`)."""


@hookspec
def afs_embeddings() -> list[Capability]:  # type: ignore[empty-body]
    """Return what embeds texts (:class:`~afs_core.protocols.EmbeddingProvider`)."""


@hookspec
def afs_provides() -> list[Capability]:  # type: ignore[empty-body]
    """Return capabilities of kinds that a plugin owns; each states its ``kind``."""


@hookspec
def afs_commands() -> list[Command]:  # type: ignore[empty-body]
    """Return the commands that the plugin adds."""


@hookspec
def afs_checks() -> list[Check]:  # type: ignore[empty-body]
    """Return what ``afs doctor`` should ask."""


@hookspec
def afs_run_started(run: Run) -> None:
    """Observe a run that starts; an exception is logged and changes nothing."""


@hookspec
def afs_run_finished(run: Run, outcome: str) -> None:
    """Observe a run that ended: ``outcome`` is ``done``, ``failed``, ``refused`` or ``cancelled``."""
