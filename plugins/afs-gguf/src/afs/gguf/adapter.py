"""Reads a LoRA adapter as PEFT writes it, and refuses by name what a merge here would get wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from afs_core.errors import AfsError, DataError

from .safetensors import Checkpoint, Floats, StoredTensor, read_json

__all__ = ["Adapter", "Pair"]

_CONFIG = "adapter_config.json"
_TENSOR = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])(?:\.default)?\.weight")

#: Keys that do not change what a merge has to do, whatever their value.
_HARMLESS = frozenset(
    {
        "alpha_pattern",
        "auto_mapping",
        "base_model_name_or_path",
        "eva_config",
        "exclude_modules",
        "inference_mode",
        "layers_pattern",
        "layers_to_transform",
        "lora_alpha",
        "lora_dropout",
        "megatron_core",
        "peft_type",
        "peft_version",
        "qalora_group_size",
        "r",
        "rank_pattern",
        "revision",
        "runtime_config",
        "target_modules",
        "task_type",
        "use_rslora",
    }
)
#: Initialisations that leave the base model's weights as they were.
_KEEPS_BASE = (None, True, False, "gaussian", "eva", "orthogonal")


@dataclass(frozen=True, slots=True)
class Pair:
    """One adapted weight: ``delta = scale * B @ A``, A of shape (rank, in), B of (out, rank)."""

    a: StoredTensor
    b: StoredTensor
    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.b.shape[0], self.a.shape[1]


class Adapter:
    """The pairs of a LoRA folder by the name of the weight that they change.

    Raises DataError where the adapter holds anything but plain LoRA on linear layers: the
    message names the setting or the tensor.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = read_json(folder / _CONFIG)
        _refuse(self.config, folder / _CONFIG)
        self._checkpoint = Checkpoint.of_folder(folder, single="adapter_model.safetensors")
        self.pairs = _pairs(self._checkpoint.tensors, self.config, folder)
        self._applied: set[str] = set()

    @property
    def base_name(self) -> str:
        """The base model that the adapter says it was trained on, or empty."""
        return str(self.config.get("base_model_name_or_path") or "")

    def check_target(self, weight: StoredTensor) -> None:
        """DataError unless the pair for ``weight`` has the weight's shape."""
        pair = self.pairs.get(weight.name)
        if pair and pair.shape != weight.shape:
            raise DataError(
                f"adapter tensor {pair.b.name} changes a weight of shape {list(pair.shape)}, but "
                f"{weight.name} of the base model is {list(weight.shape)}",
                path=self.folder,
                hint="merge it into the base model that it was trained on",
            )

    def check_known(self, weights: Set[str]) -> None:
        """DataError names the adapter tensors that change none of ``weights``."""
        if stray := sorted(set(self.pairs) - weights):
            names = ", ".join(self.pairs[name].a.name for name in stray[:4])
            raise DataError(
                f"{2 * len(stray)} adapter tensors have no weight in the base model: {names}"
                f"{', ...' if len(stray) > 4 else ''}",
                path=self.folder,
                hint="merge it into the base model that it was trained on",
            )

    def factors(self, weight: str) -> tuple[Floats, Floats, float] | None:
        """A, B and the scale for ``weight``, counted as applied; None where it is unchanged."""
        pair = self.pairs.get(weight)
        if pair is None:
            return None
        self._applied.add(weight)
        return self._checkpoint.whole(pair.a), self._checkpoint.whole(pair.b), pair.scale

    def assert_applied(self) -> int:
        """The number of tensors applied; AfsError if the pass left one out."""
        if left := sorted(set(self.pairs) - self._applied):
            raise AfsError(f"{2 * len(left)} adapter tensors were not applied, first {left[0]}")
        return 2 * len(self._applied)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._checkpoint.close()


def _refuse(config: Mapping[str, Any], path: Path) -> None:
    kind = str(config.get("peft_type")).rpartition(".")[2].upper()
    if kind != "LORA":
        raise DataError(f"peft_type is {config.get('peft_type')}; only LORA can be merged", path=path)
    if config.get("init_lora_weights", True) not in _KEEPS_BASE:
        raise DataError(
            f"init_lora_weights = {config['init_lora_weights']!r} changes the base model's own "
            "weights, which this merge does not see",
            path=path,
            hint="convert it to plain LoRA first (save_pretrained(..., path_initial_model_for_"
            "weight_conversion=...))",
        )
    for key, value in config.items():
        if key in _HARMLESS or key == "init_lora_weights" or value in (None, False, "none", {}, []):
            continue
        raise DataError(
            f"{key} = {value!r} is not covered by this merge; plain LoRA only",
            path=path,
            hint="merge it with PEFT (merge_and_unload, save_pretrained) and quantise the result",
        )


def _pairs(tensors: Mapping[str, StoredTensor], config: Mapping[str, Any], folder: Path) -> dict[str, Pair]:
    sides: dict[str, dict[str, StoredTensor]] = {}
    for name, tensor in tensors.items():
        match = _TENSOR.fullmatch(name)
        if not match:
            raise DataError(f"adapter tensor {name} is not a LoRA factor", path=folder)
        sides.setdefault(match["module"], {})[match["side"]] = tensor
    if not sides:
        raise DataError("adapter holds no tensors", path=folder)
    return {f"{name}.weight": _pair(name, found, config, folder) for name, found in sides.items()}


def _pair(module: str, found: Mapping[str, StoredTensor], config: Mapping[str, Any], folder: Path) -> Pair:
    if set(found) != {"A", "B"}:
        missing = "B" if "A" in found else "A"
        raise DataError(f"adapter tensor lora_{missing} of {module} is missing", path=folder)
    a, b = found["A"], found["B"]
    rank = _setting(config, "rank_pattern", "r", module, folder)
    if len(a.shape) != 2 or len(b.shape) != 2 or not a.shape[0] == b.shape[1] == rank:
        raise DataError(
            f"adapter tensors of {module} are {list(a.shape)} and {list(b.shape)}; the "
            f"configuration says rank {rank:g}",
            path=folder,
        )
    alpha = _setting(config, "alpha_pattern", "lora_alpha", module, folder)
    return Pair(a, b, alpha / (math.sqrt(rank) if config.get("use_rslora") else rank))


def _setting(config: Mapping[str, Any], pattern: str, default: str, module: str, folder: Path) -> float:
    """The value for ``module``: the first pattern that its name ends with, else the default."""
    value = config.get(default)
    for key, special in (config.get(pattern) or {}).items():
        if re.match(rf"(.*\.)?({key})$", module):
            value = special
            break
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise DataError(f"{default} of {module}: expected a number above 0, got {value!r}", path=folder)
    return float(value)
