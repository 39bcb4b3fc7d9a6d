"""One of a :class:`~afs_core.crew.Crew`: makes the front of a chain and does ranges for it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.collector import patient_collector
from afs_core.columns import Columns
from afs_core.crew import receive, send
from afs_core.errors import PluginError
from afs_core.front import Done, Front, Shape
from afs_core.jsonl import Fault, temporary_path
from afs_core.link import Link
from afs_core.looks import SPOOL, Waiting
from afs_core.ranges import Range, lines_in
from afs_core.rejects import dropped_row
from afs_core.run import Run
from afs_core.stage import Stage, Use

if TYPE_CHECKING:
    from afs_core.config import Config
    from afs_core.registry import Registry

__all__ = ["Mate", "Setup", "main"]


class Setup(msgspec.Struct, kw_only=True):
    """What a child is told first. ``key`` is that of the stage, where a link asked for the salt.
    ``spools``: it keeps its lines in a file of its own, as the parent ``owner`` wants them later only."""

    stage: Stage
    uses: tuple[Use, ...]
    shape: Shape
    seed: int
    key: str | None
    config: Config
    registry: Registry
    workdir: Path
    owner: int = 0
    spools: bool = False


class Mate:
    """The front of the chain, and what came of a range in it; in any process."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._rejects: list[Fault | dict[str, Any]] = []
        self._warnings: list[str] = []
        self._repaired = 0
        workdir = setup.workdir / str(os.getpid())
        run = Run.open(seed=setup.seed, workdir=workdir, config=setup.config, registry=setup.registry)
        self.close = run.close
        run = run.keyed(self._key)
        self._links = [self._link(use, run) for use in setup.uses]
        skips = setup.stage.on_error == "skip"
        self._front = Front(self._links, setup.shape, self._rejects.append if skips else None, self._repair)
        self._files: dict[Path, Any] = {}
        path = temporary_path(setup.stage.output, f"{SPOOL}{os.getpid()}-", setup.owner)
        self._spool = Waiting(path, ExitStack())

    def _key(self) -> str:
        """Where nobody asked for the salt when the links were made in the parent, it is not known here."""
        if self._setup.key is None:
            raise PluginError("the salt of a run is to be taken when a capability is made")
        return self._setup.key

    def _link(self, use: Use, run: Run) -> Link:
        view = run.view(use.text, seed=self._setup.stage.seed)
        if self._setup.stage.rejected is not None:
            view.on_drop = lambda *dropped: self._rejects.append(dropped_row(*dropped))
        view.on_warn = self._warnings.append
        return Link(use, view, self._setup.stage.config.get(use.text, {}))

    def _repair(self, number: int) -> None:
        self._repaired += 1

    def do(self, span: Range) -> Done | None:
        """What came of a range, None where something was raised."""
        self._rejects.clear()
        self._warnings.clear()
        self._repaired = self._front.read = 0
        before = [link.passage() for link in self._links]
        try:
            lines = lines_in(span, self._file(span.path))
            # Only the first line of a file may begin with a byte-order mark.
            packed = self._front.packed(lines, span.path, int(span.start > 0))
            packed.keys = [
                _columns(link, keys) for link, keys in zip(self._front.keyed, packed.keys, strict=True)
            ]
            if self._setup.spools:
                self._spool.put_down(packed)
        except Exception:
            return None
        return Done(
            packed=packed,
            lines=len(lines),
            read=self._front.read,
            repaired=self._repaired,
            rejects=list(self._rejects),
            warnings=list(self._warnings),
            passages=[link.passed(then) for link, then in zip(self._links, before, strict=True)],
        )

    def _file(self, path: Path) -> Any:
        if path not in self._files:
            for file in self._files.values():
                file.close()
            self._files = {path: path.open("rb", buffering=1 << 20)}
        return self._files[path]


def _columns(link: Link, keys: list[Any]) -> Columns:
    columns = Columns(link.object.columns)
    columns.extend(keys)
    return columns


def main(modules: Iterable[str] = ()) -> None:
    """Answer the parent until it is gone; import ``modules`` while it has nothing to say."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a plugin prints is no answer
    for module in modules:
        with suppress(Exception):  # who needs it will say so
            importlib.import_module(module)
    mate: Mate | None = None
    try:
        setup = receive(requests)
        try:
            mate = Mate(setup)
        except Exception:
            mate = None  # the parent will meet the same error
        with patient_collector():
            while True:
                span = receive(requests)
                send(answers, mate.do(span) if mate is not None else None)
    except (EOFError, BrokenPipeError):
        if mate is not None:
            mate.close()
