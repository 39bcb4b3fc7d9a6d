"""A run: what every capability is given at construction, and nothing more.

with Run.open(seed=42) as run:
    generator = run.use("generators", "oracle", source=Path("hack"))
    samples = list(generator.generate())
"""

from __future__ import annotations

import hashlib
import random
import secrets
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from afs_core.errors import BudgetReached, Cancelled, GateRefused
from afs_core.sample import TrainingSample
from afs_core.store import Cache, cache_folder

if TYPE_CHECKING:
    import logging

    from afs_core.config import Config
    from afs_core.registry import Registry

__all__ = ["Budget", "Progress", "Run"]

OnDrop = Callable[[TrainingSample, str, str], None]


class Progress(Protocol):
    """One bar: ``advance`` by units of work, ``note`` shows a short text beside it."""

    def advance(self, n: int = 1) -> None: ...

    def note(self, text: str) -> None: ...


class _Silent:
    def advance(self, n: int = 1) -> None:
        pass

    def note(self, text: str) -> None:
        pass


class Budget:
    """Limits by unit (``dollars``, ``tokens``, ``seconds``) and what was spent of them."""

    def __init__(self, limits: Mapping[str, float] | None = None) -> None:
        self.limits = dict(limits or {})
        self.spent: Counter[str] = Counter()
        self._lock = threading.Lock()

    def spend(self, unit: str, amount: float) -> None:
        """Raises BudgetReached, and spends nothing, where ``amount`` would pass the limit."""
        with self._lock:
            limit = self.limits.get(unit)
            if limit is not None and self.spent[unit] + amount > limit:
                raise BudgetReached(
                    f"the budget of {limit:g} {unit} is reached: "
                    f"{self.spent[unit]:g} spent, {amount:g} more asked"
                )
            self.spent[unit] += amount  # type: ignore[assignment]


class _Key:
    """The key of a stage, found when it is first asked for."""

    def __init__(self, find: Callable[[], str]) -> None:
        self._find = find

    @cached_property
    def text(self) -> str:
        return self._find()


class _Shared:
    """What all views of one run have in common."""

    def __init__(self, seed: int, workdir: Path | None) -> None:
        self.id = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        self.seed = seed
        self.workdir = workdir
        self.owns_workdir = workdir is None
        self.cancelled = threading.Event()
        self.caches: dict[str, Cache] = {}
        self.warnings: list[str] = []
        self.budget = Budget()
        self.command: tuple[str, ...] = ()
        self.on_warning: Callable[[str], None] | None = None
        self.bar: Callable[[str, int | None], AbstractContextManager[Progress]] | None = None


class Run:
    """Seed, randomness, scratch space, caches, progress, drops, and other capabilities.

    Frozen in shape: capabilities may rely on every public name here.
    """

    def __init__(self, shared: _Shared, config: Config, registry: Registry) -> None:
        self._shared = shared
        self.config = config
        self.registry = registry
        #: Why samples were dropped through this view of the run, by reason.
        self.dropped: Counter[str] = Counter()
        self.on_drop: OnDrop | None = None
        #: Hears warnings instead of the user.
        self.on_warn: Callable[[str], None] | None = None
        self.name = ""
        self.seed = shared.seed
        self._key = _Key(lambda: hashlib.sha256(f"{shared.seed}".encode()).hexdigest())

    @classmethod
    def open(
        cls,
        *,
        seed: int = 42,
        workdir: Path | None = None,
        config: Config | None = None,
        registry: Registry | None = None,
        command: tuple[str, ...] = (),
        on_warning: Callable[[str], None] | None = None,
        bar: Callable[[str, int | None], AbstractContextManager[Progress]] | None = None,
    ) -> Run:
        """A new run; ``config`` and ``registry`` are loaded where they are not given."""
        if config is None:
            from afs_core.config import Config

            config = Config.load()
        if registry is None:
            from afs_core.registry import Registry

            registry = Registry.load(config)
        shared = _Shared(seed, workdir)
        shared.command, shared.on_warning, shared.bar = command, on_warning, bar
        return cls(shared, config, registry)

    def view(self, name: str, *, seed: int | None = None, on_drop: OnDrop | None = None) -> Run:
        """The same run for the capability ``name``: its drops are counted apart."""
        view = Run(self._shared, self.config, self.registry)
        view.name, view.on_drop = name, on_drop
        view.seed = self.seed if seed is None else seed
        view._key = self._key
        return view

    def keyed(self, find: Callable[[], str]) -> Run:
        """The same run for a stage whose key, 64 hexadecimal digits, is found when it is asked for."""
        view = self.view(self.name, seed=self.seed)
        view._key = _Key(find)
        return view

    @property
    def salt(self) -> bytes:
        """32 bytes that tell this stage's work from any other; the same when it is done again."""
        return bytes.fromhex(self._key.text)

    @property
    def salted(self) -> bool:
        """Whether anyone asked for the salt."""
        return "text" in vars(self._key)

    @property
    def id(self) -> str:
        return self._shared.id

    @property
    def command(self) -> tuple[str, ...]:
        return self._shared.command

    @property
    def budget(self) -> Budget:
        return self._shared.budget

    @property
    def warnings(self) -> list[str]:
        """What :meth:`warn` was told, in order."""
        return self._shared.warnings

    @property
    def workdir(self) -> Path:
        """A folder for scratch files, made at first use."""
        if self._shared.workdir is None:
            self._shared.workdir = Path(tempfile.mkdtemp(prefix="afs-"))
        self._shared.workdir.mkdir(parents=True, exist_ok=True)
        return self._shared.workdir

    @property
    def log(self) -> logging.Logger:
        import logging

        return logging.getLogger(f"afs.{self.name}" if self.name else "afs")

    def rng(self, name: str) -> random.Random:
        """A generator of its own for each name; the same seed and name give the same numbers."""
        return random.Random(f"{self.seed}:{name}")

    def cache(self, name: str) -> Cache:
        """A cache that outlives the run, under the user's cache folder."""
        if name not in self._shared.caches:
            self._shared.caches[name] = Cache(cache_folder() / f"{name}.sqlite", on_damage=self._renewed)
        return self._shared.caches[name]

    def _renewed(self, cache: Path) -> None:
        self.warn(f"{cache} was damaged; it starts again empty")

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Progress]:
        """A bar for work that may take over a second."""
        if self._shared.bar is None:
            yield _Silent()
            return
        with self._shared.bar(label, total) as bar:
            yield bar

    def cancel(self) -> None:
        """Ask the run to stop at its next :meth:`check_cancelled`; safe from any thread."""
        self._shared.cancelled.set()

    def check_cancelled(self) -> None:
        """Raises Cancelled if the run was asked to stop."""
        if self._shared.cancelled.is_set():
            raise Cancelled("interrupted", hint="run the same command again to go on")

    def drop(self, sample: TrainingSample, reason: str) -> None:
        """Say that ``sample`` does not go on, and why; a short reason, the same for the same cause."""
        self.dropped[reason] += 1
        if self.on_drop is not None:
            self.on_drop(sample, self.name, reason)

    def warn(self, message: str) -> None:
        """Tell the user something that does not stop the work."""
        if self.on_warn is not None:
            self.on_warn(message)
            return
        self._shared.warnings.append(message)
        if self._shared.on_warning is not None:
            self._shared.on_warning(message)

    def use(self, kind: str, name: str, /, **settings: Any) -> Any:
        """Another capability, ready to work. Raises Missing (exit code 5) if nobody provides it."""
        return self.registry.create(kind, name, self, settings)

    def close(self) -> None:
        for cache in self._shared.caches.values():
            cache.close()
        self._shared.caches.clear()
        if self._shared.owns_workdir and self._shared.workdir is not None:
            shutil.rmtree(self._shared.workdir, ignore_errors=True)
            self._shared.workdir = None

    def __enter__(self) -> Run:
        self.registry.notify("afs_run_started", run=self)
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        self.registry.notify("afs_run_finished", run=self, outcome=_outcome(kind))
        self.close()


def _outcome(kind: type[BaseException] | None) -> str:
    if kind is None:
        return "done"
    if issubclass(kind, (Cancelled, KeyboardInterrupt)):
        return "cancelled"
    return "refused" if issubclass(kind, GateRefused) else "failed"
