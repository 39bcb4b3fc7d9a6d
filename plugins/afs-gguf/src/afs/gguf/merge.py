"""Merges a LoRA into safetensors, streaming: same shards, same layout, same element types."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from afs_core.errors import AfsError, DataError, UsageError

from .merged import BLOCK, Block, MergedModel
from .safetensors import StoredTensor, round_bf16
from .writer import sync_folder

__all__ = ["merge"]

#: Whatever else a model folder holds (a licence, a README, other formats) is not copied.
_COMPANIONS = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "model.safetensors.index.json",
)


def merge(
    model: MergedModel,
    output: Path,
    *,
    block: int = BLOCK,
    checkpoint: Callable[[float], None] = lambda share: None,
) -> int:
    """Write the merged model to the new folder ``output``; the number of adapter tensors applied.

    The folder appears complete or not at all. Raises UsageError if it exists and holds anything.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output} already exists and is not empty", hint="choose a new folder")
    part = output.with_name(f".{output.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        _copy_companions(model.base, part)
        _write_shards(model, part, block, checkpoint)
        applied = model.assert_applied()
        os.replace(part, output)
        sync_folder(output.parent)
    except OSError as fault:
        raise AfsError(f"could not write {output}: {fault.strerror or fault}") from fault
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return applied


def _copy_companions(base: Path, part: Path) -> None:
    for name in _COMPANIONS:
        if (base / name).is_file():
            shutil.copyfile(base / name, part / name)


def _write_shards(
    model: MergedModel, part: Path, block: int, checkpoint: Callable[[float], None]
) -> None:
    tensors = model.checkpoint.tensors.values()
    total, done = sum(tensor.size for tensor in tensors), 0
    for shard in sorted({tensor.path for tensor in tensors}):
        members = [tensor for tensor in tensors if tensor.path == shard]
        with open(part / shard.name, "wb") as target:
            target.write(_header(shard, members[0]))
            for tensor in members:
                for rows in model.blocks(tensor.name, block):
                    target.write(_stored(rows, tensor))
                done += tensor.size
                checkpoint(done / total)
            target.flush()
            os.fsync(target.fileno())


def _header(shard: Path, first: StoredTensor) -> bytes:
    with open(shard, "rb") as source:
        return source.read(first.start)


def _stored(block: Block, tensor: StoredTensor) -> bytes:
    values = block.values()
    if tensor.dtype == "BF16":
        return round_bf16(values).astype("<u2", copy=False).tobytes()
    if tensor.dtype == "F16" and np.abs(values).max(initial=0) > 65504:
        raise DataError(f"tensor {tensor.name}: a merged weight is above the largest F16")
    return values.astype("<f2" if tensor.dtype == "F16" else "<f4").tobytes()
