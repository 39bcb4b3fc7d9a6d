"""Consecutive keyed links: one look at the keys of all rows for all of them, then the rows again.

Between the two looks rows wait as lines: in memory for links that decide as they go, else in a
spool beside the output.
"""

from __future__ import annotations

import errno
import itertools
import operator
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from afs_core.blame import working
from afs_core.columns import Columns
from afs_core.errors import DataError, PluginError
from afs_core.link import Link
from afs_core.packed import Packed
from afs_core.verdict import Assign, Drop

__all__ = ["SPOOL", "Looks", "Waiting", "looks_in"]

_END = object()
#: Verdicts that are taken together.
_TOLD = 1024
#: Mark of the files in which rows wait.
SPOOL = "spool-"


class Waiting:
    """Packed rows in order, their lines in a file where ``path`` is given."""

    def __init__(self, path: Path | None, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self._queue: deque[Packed] = deque()
        self._file: Any = None
        self._readers: dict[Path, Any] = {}

    def put(self, packed: Packed) -> None:
        if packed.count:
            packed.keys = []
            if self._path is not None and packed.place is None:
                self.put_down(packed)
            self._queue.append(packed)

    def put_down(self, packed: Packed) -> None:
        """Keep the lines in the file. Raises DataError where they find no room."""
        assert self._path is not None
        try:
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._stack.enter_context(self._path.open("wb", buffering=0))
            packed.place = (self._path, self._file.tell())
            whole = self._file.write(packed.lines) == packed.size
            reason = "" if whole else os.strerror(errno.ENOSPC)
        except OSError as fault:
            reason = str(fault.strerror)
        if reason:
            raise DataError(f"rows cannot be kept between two looks: {reason}", path=self._path)
        packed.lines = b""

    def take(self) -> Packed:
        packed = self._queue.popleft()
        if packed.place is not None:
            path, start = packed.place
            if path not in self._readers:
                self._readers[path] = self._stack.enter_context(path.open("rb", buffering=0))
            self._readers[path].seek(start)
            packed.lines = self._readers[path].read(packed.size)
        return packed


class Looks:
    """The keyed links of a chain that follow each other."""

    def __init__(self, links: Sequence[Link]) -> None:
        self.links = links

    @property
    def rereads(self) -> bool:
        """Whether a verdict may need the keys of all rows."""
        return any(link.object.rereads for link in self.links)

    @property
    def assigns(self) -> bool:
        return any(_assigns(link) for link in self.links)

    def settled(self, packs: Iterable[Packed], waiting: Waiting) -> Iterator[tuple[Packed, list[Any]]]:
        """Packed rows with what was decided on each: None, an Assign, or a link and its Drop."""
        late = itertools.accumulate((link.object.rereads for link in self.links), operator.or_)
        later = [
            _Keys(link.object.columns if waits else "")
            for link, waits in zip(self.links[1:], late, strict=False)
        ]
        verdicts = _decided(self.links, self._first_keys(packs, waiting, later), later)
        while (first := next(verdicts, _END)) is not _END:
            packed = waiting.take()
            fates = [first, *itertools.islice(verdicts, packed.count - 1)]
            if len(fates) != packed.count:
                raise PluginError(f"{self.links[-1].label}: expected a verdict for every key, got fewer")
            yield packed, fates

    @staticmethod
    def _first_keys(
        packs: Iterable[Packed], waiting: Waiting, later: Sequence[_Keys]
    ) -> Iterator[tuple[Any, ...]]:
        """The keys for the first link; those for the others are kept for later."""
        for packed in packs:
            first, *others = packed.keys
            for kept, keys in zip(later, others, strict=True):
                kept.extend(keys)
            waiting.put(packed)
            yield from first


def looks_in(links: Sequence[Link]) -> list[Link]:
    """The keyed links that ``links`` begins with; one that assigns is the last."""
    found: list[Link] = []
    for link in links:
        if not link.keyed:
            break
        found.append(link)
        if _assigns(link):
            break
    return found


def _assigns(link: Link) -> bool:
    return bool(getattr(link.object, "assigns", False))


def _decided(links: Sequence[Link], keys: Iterator[Any], later: Sequence[_Keys]) -> Iterator[Any]:
    """What the links decide one after the other; ``later`` has the keys for all but the first."""
    verdicts = _verdicts(links[0], keys)
    for link, kept in zip(links[1:], later, strict=True):
        fates: deque[Any] = deque()
        verdicts = _merged(fates, _verdicts(link, _survivors(verdicts, fates, kept)))
    return itertools.chain.from_iterable(verdicts)


def _survivors(verdicts: Iterator[list[Any]], fates: deque[Any], kept: _Keys) -> Iterator[Any]:
    """Keys of the rows that an earlier link lets go on; ``fates`` is told of all."""
    for told in verdicts:
        fates.extend(told)
        keys = kept.take(len(told))
        if told.count(None) < len(told):
            keys = itertools.compress(keys, [fate is None for fate in told])
        yield from keys


def _merged(fates: deque[Any], verdicts: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """The verdicts, with the fates of those who never came so far in between."""
    popleft = fates.popleft
    for told in verdicts:
        merged = []
        for verdict in told:
            while (fate := popleft()) is not None:
                merged.append(fate)
            merged.append(verdict)
        yield merged
    yield list(fates)


def _verdicts(link: Link, keys: Iterator[Any]) -> Iterator[list[Any]]:
    """What one link decides, some at a time, counted."""
    usual = {Assign if _assigns(link) else type(None)}
    decided = link.object.decide(keys)
    with working(link.label):
        while told := list(itertools.islice(decided, _TOLD)):
            dropped = 0
            if set(map(type, told)) != usual:
                told = [_checked(link, verdict) for verdict in told]
                dropped = sum(verdict.__class__ is tuple for verdict in told)
            link.came_in += len(told)
            link.went_out += len(told) - dropped
            yield told


def _checked(link: Link, verdict: Any) -> Any:
    """A verdict as it goes on; a Drop with its link."""
    if verdict.__class__ is Drop:
        return link, verdict
    if verdict is None or (verdict.__class__ is Assign and _assigns(link)):
        return verdict
    raise PluginError(f"{link.label}: expected a verdict it may give, got {verdict!r:.80}")


class _Keys:
    """Keys on their way to a link, as columns where all may be on the way at once."""

    def __init__(self, columns: str) -> None:
        self._columns = Columns(columns) if columns else None
        self._queue: deque[Any] = deque()
        self._taken: Iterator[Any] | None = None

    def extend(self, keys: Iterable[Any]) -> None:
        if self._columns is None:
            self._queue.extend(keys)
        else:
            self._columns.extend(keys)

    def take(self, count: int) -> Iterator[Any]:
        """The next ``count``, which are there."""
        if self._columns is None:
            return iter([self._queue.popleft() for _ in range(count)])
        if self._taken is None:
            self._taken = iter(self._columns)
        return itertools.islice(self._taken, count)
