"""A base model with its adapter merged on the way through, one block of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from afs_core.errors import DataError

from .adapter import Adapter
from .qwen2 import Qwen2
from .safetensors import Checkpoint, Floats, StoredTensor, read_json, round_bf16, row_blocks

__all__ = ["BLOCK", "Block", "MergedModel"]

#: Weights per block: 2 MiB of float32, which bounds memory whatever the model's size.
BLOCK = 1 << 19


@dataclass(frozen=True, slots=True)
class Block:
    """Rows as read, and what to add to them; computed where it is needed, in any thread."""

    tensor: StoredTensor
    rows: Floats
    b: Floats | None = None
    a: Floats | None = None
    scale: float = 1.0

    def values(self) -> Floats:
        """The merged rows as float32, rounded to the element type that the base is stored in.

        So merging first and quantising then gives the same bytes as doing both in one pass.
        Raises DataError where a weight is not finite.
        """
        values = self.rows
        if self.a is not None and self.b is not None:
            values = _round(values + (self.b @ self.a) * np.float32(self.scale), self.tensor.dtype)
        if not np.isfinite(values).all():
            raise DataError(f"tensor {self.tensor.name} has weights that are not finite")
        return values


class MergedModel:
    """A Qwen2 model folder, and the LoRA folder to merge into it, both checked at opening.

    Raises DataError for a tensor that is missing, unknown or of another shape, and for an
    adapter of another base unless ``any_base``.
    """

    def __init__(self, base: Path, adapter: Path | None = None, *, any_base: bool = False) -> None:
        self._stack = ExitStack()
        self.base = base
        with ExitStack() as stack:
            self.shape = Qwen2.of_folder(base)
            self.checkpoint = stack.enter_context(Checkpoint.of_folder(base))
            self.shape.check(self.checkpoint.tensors)
            self.adapter = stack.enter_context(Adapter(adapter)) if adapter else None
            self._check_adapter(any_base)
            self._stack = stack.pop_all()

    def _check_adapter(self, any_base: bool) -> None:
        if self.adapter is None:
            return
        _check_base(self.adapter, self.base, any_base)
        _check_tokenizer(self.adapter, self.base)
        for slot in self.shape.slots():
            self.adapter.check_target(self.checkpoint.tensors[slot.source])
        self.adapter.check_known({slot.source for slot in self.shape.slots()})

    def blocks(self, name: str, weights: int = BLOCK) -> Iterator[Block]:
        """The rows of tensor ``name``, in order, about ``weights`` weights at a time."""
        tensor = self.checkpoint.tensors[name]
        factors = self.adapter.factors(name) if self.adapter else None
        for start, stop in row_blocks(tensor.rows, tensor.columns, weights):
            rows = self.checkpoint.rows(tensor, start, stop)
            if factors is None:
                yield Block(tensor, rows)
            else:
                a, b, scale = factors
                yield Block(tensor, rows, b[start:stop], a, scale)

    def assert_applied(self) -> int:
        """How many adapter tensors took effect; DataError if one did not."""
        return self.adapter.assert_applied() if self.adapter else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


def _round(values: Floats, dtype: str) -> Floats:
    if dtype == "BF16":
        return (round_bf16(values).astype(np.uint32) << 16).view(np.float32)
    if dtype == "F16":
        return values.astype(np.float16).astype(np.float32)
    return values


def _check_base(adapter: Adapter, base: Path, any_base: bool) -> None:
    """An adapter names its base by hub name or by path; the last part must fit the folder.

    A bare name is an alias or a model that a plugin ships, and says nothing about folders.
    """
    name = adapter.base_name.rstrip("/\\").replace("\\", "/")
    if any_base or "/" not in name:
        return
    if Path(name).expanduser().resolve() == base.resolve():
        return
    last = name.rpartition("/")[2].casefold()
    folders = [part.casefold() for part in base.resolve().parts]
    if folders[-1] == last or any(part.endswith(f"--{last}") for part in folders):
        return
    raise DataError(
        f"adapter was trained on {name}, the base given is {base.name}",
        path=adapter.folder,
        hint="give that base, or say --any-base if it is the same model under another name",
    )


def _check_tokenizer(adapter: Adapter, base: Path) -> None:
    """Tokens that training added live in embeddings that a LoRA does not carry."""
    path = adapter.folder / "tokenizer.json"
    if not path.is_file() or not (base / "tokenizer.json").is_file():
        return
    ours, theirs = _token_ids(path), _token_ids(base / "tokenizer.json")
    if changed := sorted(token for token, number in ours.items() if theirs.get(token) != number):
        raise DataError(
            f"the adapter's tokenizer has tokens that the base has not: {changed[:4]}",
            path=path,
            hint="resize and save the base model with these tokens, then train on that",
        )


def _token_ids(path: Path) -> dict[str, int]:
    tokenizer = read_json(path)
    added = {entry["content"]: entry["id"] for entry in tokenizer.get("added_tokens") or ()}
    return {**tokenizer["model"]["vocab"], **added}
