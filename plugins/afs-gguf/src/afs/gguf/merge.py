"""Merges a LoRA into safetensors, streaming: same shards, same layout, same element types."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from afs_core.errors import AfsError, UsageError

from .merged import BLOCK, Block, MergedModel
from .safetensors import StoredTensor, round_bf16, row_blocks
from .writer import sync_folder

__all__ = ["merge"]

#: Whatever else a model folder holds (a licence, a README, other formats) is not copied. The
#: configuration comes last: without it a folder does not load.
_COMPANIONS = (
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "model.safetensors.index.json",
    "config.json",
)


def merge(
    model: MergedModel,
    output: Path,
    *,
    block: int = BLOCK,
    checkpoint: Callable[[float], None] = lambda share: None,
) -> int:
    """Write the merged model into the folder ``output``; the number of adapter tensors applied.

    Each file appears whole or not at all, ``config.json`` last. Raises UsageError where the
    output is the base itself, and AfsError where the disk is full.
    """
    if output.resolve() == model.base.resolve():
        raise UsageError("the output is the base model's own folder", hint="choose another folder")
    try:
        output.mkdir(parents=True, exist_ok=True)
        (output / "config.json").unlink(missing_ok=True)
        # The factors are so thin that threads inside the product only wait for each other.
        with threadpool_limits(1, user_api="blas"):
            _write_shards(model, output, block, checkpoint)
        applied = model.assert_applied()
        _copy_companions(model.base, output)
    except OSError as fault:
        raise AfsError(f"could not write {output}: {fault.strerror or fault}") from fault
    return applied


def _copy_companions(base: Path, output: Path) -> None:
    for name in _COMPANIONS:
        if (base / name).is_file():
            with _whole(output / name) as target, (base / name).open("rb") as source:
                shutil.copyfileobj(source, target)


def _write_shards(model: MergedModel, output: Path, block: int, checkpoint: Callable[[float], None]) -> None:
    tensors = model.checkpoint.tensors.values()
    total, done = sum(tensor.size for tensor in tensors), 0
    for shard in sorted({tensor.path for tensor in tensors}):
        members = [tensor for tensor in tensors if tensor.path == shard]
        with _whole(output / shard.name) as target:
            target.write(_header(shard, members[0]))
            for tensor in members:
                for data in _data(model, tensor, block):
                    target.write(data)
                done += tensor.size
                checkpoint(done / total)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name once it is complete and on the disk."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _header(shard: Path, first: StoredTensor) -> bytes:
    with shard.open("rb") as source:
        return source.read(first.start)


def _data(model: MergedModel, tensor: StoredTensor, block: int) -> Iterator[bytes]:
    """The bytes of one tensor: merged where the adapter changes it, else copied as they are."""
    if model.adapter is None or tensor.name not in model.adapter.pairs:
        for start, stop in row_blocks(tensor.rows, tensor.columns, block):
            yield model.checkpoint.raw(tensor, start, stop)
        return
    for part in model.blocks(tensor.name, block):
        yield _stored(part, tensor)


def _stored(block: Block, tensor: StoredTensor) -> bytes:
    values = block.values()
    if tensor.dtype == "BF16":
        return round_bf16(values).astype("<u2", copy=False).tobytes()
    return values.astype("<f2" if tensor.dtype == "F16" else "<f4").tobytes()
