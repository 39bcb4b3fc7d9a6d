"""The one pass: merge, convert and quantise, all schemes at once, without loading the model."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from afs_core.errors import AfsError, DataError

from .element import Element
from .importance import Importance
from .kernels import encode, require
from .merged import BLOCK, Block, MergedModel
from .metadata import Field, string, u32
from .mixture import Scheme
from .qwen2 import Slot
from .vocabulary import Vocabulary
from .writer import Entry, GgufWriter

__all__ = ["Converted", "convert"]

_QUANTIZATION_VERSION = 2


@dataclass(frozen=True, slots=True)
class Converted:
    """One written file: bytes on disk, and how many tensors have each element type."""

    path: Path
    scheme: str
    size: int
    elements: dict[str, int]
    adapter_tensors: int


@dataclass(slots=True)
class _Target:
    scheme: Scheme
    writer: GgufWriter
    entries: list[Entry]


def convert(
    model: MergedModel,
    targets: Mapping[Path, Scheme],
    *,
    name: str,
    importance: Importance | None = None,
    threads: int = 0,
    block: int = BLOCK,
    checkpoint: Callable[[float], None] = lambda share: None,
) -> list[Converted]:
    """Write every file of ``targets`` in one pass over ``model``.

    Memory is bounded by ``threads`` blocks of ``block`` weights. ``checkpoint`` is called with
    the share done, between blocks; what it raises ends the pass. All files appear at the end,
    or none. Raises DataError for what cannot be represented and Missing for a missing kernel.
    """
    slots = list(model.shape.slots())
    vocabulary = Vocabulary.of_folder(model.base, model.shape.vocabulary)
    require({_element(scheme, slot, model) for scheme in targets.values() for slot in slots})
    with _writers(targets, slots, model) as files:
        for file in files:
            file.writer.begin(_metadata(model, vocabulary, name, file.scheme), file.entries)
        _stream(model, slots, files, importance, threads or _cores(), block, checkpoint)
        applied = model.assert_applied()
        for file in files:
            file.writer.close()
        for file in files:
            file.writer.commit()
    return [_converted(file, applied) for file in files]


def _element(scheme: Scheme, slot: Slot, model: MergedModel) -> Element:
    return scheme.element(slot, model.shape.layers, tied=model.shape.tied)


def _metadata(model: MergedModel, vocabulary: Vocabulary, name: str, scheme: Scheme) -> dict[str, Field]:
    fields = model.shape.metadata()
    fields["general.type"] = string("model")
    fields["general.name"] = string(name)
    fields["general.file_type"] = u32(scheme.number)
    if scheme.name not in ("BF16", "F16"):
        fields["general.quantization_version"] = u32(_QUANTIZATION_VERSION)
    return fields | vocabulary.metadata()


@contextmanager
def _writers(
    targets: Mapping[Path, Scheme], slots: list[Slot], model: MergedModel
) -> Iterator[list[_Target]]:
    files: list[_Target] = []
    try:
        for path, scheme in targets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            entries = [Entry(s.name, s.shape, _element(scheme, s, model)) for s in slots]
            files.append(_Target(scheme, GgufWriter(path), entries))
        yield files
    except OSError as fault:
        names = ", ".join(str(path) for path in targets)
        raise AfsError(
            f"could not write {names}: {fault.strerror or fault}",
            hint="free some space or choose another folder; nothing was left behind",
        ) from fault
    finally:
        for file in files:
            file.writer.discard()


def _stream(
    model: MergedModel,
    slots: list[Slot],
    files: list[_Target],
    importance: Importance | None,
    threads: int,
    block: int,
    checkpoint: Callable[[float], None],
) -> None:
    total = sum(model.checkpoint.tensors[slot.source].rows for slot in slots)
    done = 0
    # Blocks run side by side; threads inside one block's product would only wait for each other.
    with (
        threadpool_limits(1, user_api="blas"),
        ThreadPoolExecutor(threads, thread_name_prefix="encode") as pool,
    ):
        for index, slot in enumerate(slots):
            elements = [file.entries[index].element for file in files]
            for rows, encoded in _encoded(model, slot, elements, importance, pool, threads, block):
                for file, data in zip(files, encoded, strict=True):
                    file.writer.write(data)
                done += rows
                checkpoint(done / total)
            for file in files:
                file.writer.finish()


def _encoded(
    model: MergedModel,
    slot: Slot,
    elements: list[Element],
    importance: Importance | None,
    pool: ThreadPoolExecutor,
    threads: int,
    block: int,
) -> Iterator[tuple[int, list[bytes]]]:
    """Blocks of one tensor in order, at most ``threads`` of them in flight."""
    weights = importance.columns(slot) if importance else None

    def work(part: Block) -> tuple[int, list[bytes]]:
        values = part.values()
        try:
            kinds = {element: encode(values, element, weights) for element in set(elements)}
        except DataError as fault:
            raise DataError(f"tensor {slot.source}: {fault.reason}", hint=fault.hint) from None
        return len(values), [kinds[element] for element in elements]

    waiting: deque[Future[tuple[int, list[bytes]]]] = deque()
    for part in model.blocks(slot.source, block):
        waiting.append(pool.submit(work, part))
        if len(waiting) > threads:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _converted(file: _Target, applied: int) -> Converted:
    elements: dict[str, int] = {}
    for entry in file.entries:
        elements[entry.element.name] = elements.get(entry.element.name, 0) + 1
    path = file.writer.path
    return Converted(path, file.scheme.name, path.stat().st_size, elements, applied)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
