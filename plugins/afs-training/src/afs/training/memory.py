"""How much memory training an adapter takes, from the model's shape, before anything is loaded."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["ModelShape", "estimated_memory", "machine_memory", "model_shape"]

_OVERHEAD = 1_000_000_000  # the framework itself, its buffers and fragmentation
_SIZE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s*([bm])(?![a-z])", re.IGNORECASE)
_QUARTER = re.compile(r"4bit|bnb-4|int4|awq|gptq", re.IGNORECASE)


class ModelShape(msgspec.Struct, frozen=True, kw_only=True):
    """What memory depends on; ``weight_bytes`` as they lie on disk or would."""

    weight_bytes: int
    hidden: int
    layers: int
    intermediate: int
    vocabulary: int


def model_shape(base_model: str) -> ModelShape | None:
    """The shape of a local model folder, or of a name that says its size (``7B``); else None."""
    folder = Path(base_model.removeprefix("hf:")).expanduser()
    if (folder / "config.json").is_file():
        return _of_folder(folder)
    return _of_name(folder.name)


def estimated_memory(
    shape: ModelShape, *, tokens: int, batch_size: int, checkpointing: bool, rank: int = 16
) -> int:
    """Bytes at the peak of training a LoRA adapter.

    Weights; adapter with gradients and two optimizer moments at 16 bytes a parameter; per layer
    and token what backward needs (10 hidden and 4 intermediate vectors, one hidden vector where
    activations are recomputed) and the logits twice in 32 bits; a fixed overhead.
    """
    places = tokens * batch_size
    adapter = shape.layers * rank * (9 * shape.hidden + 5 * shape.intermediate) * 16
    kept = shape.hidden if checkpointing else 10 * shape.hidden + 4 * shape.intermediate
    activations = shape.layers * places * kept * 2
    logits = places * shape.vocabulary * 4 * 2
    return shape.weight_bytes + adapter + activations + logits + _OVERHEAD


def machine_memory() -> int | None:
    """Bytes of main memory, None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _of_folder(folder: Path) -> ModelShape | None:
    try:
        config: dict[str, Any] = msgspec.json.decode((folder / "config.json").read_bytes())
        hidden = int(config["hidden_size"])
        return ModelShape(
            weight_bytes=sum(file.stat().st_size for file in folder.glob("*.safetensors")),
            hidden=hidden,
            layers=int(config["num_hidden_layers"]),
            intermediate=int(config.get("intermediate_size", 4 * hidden)),
            vocabulary=int(config["vocab_size"]),
        )
    except (OSError, msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None


def _of_name(name: str) -> ModelShape | None:
    """The usual shape of a model with so many parameters: 12 · layers · hidden², hidden 112 a layer."""
    found = _SIZE.search(name)
    if found is None:
        return None
    parameters = float(found[1]) * (1e9 if found[2].lower() == "b" else 1e6)
    layers = max(1, round((parameters / 12 / 112**2) ** (1 / 3)))
    bytes_each = 0.6 if _QUARTER.search(name) else 2.0
    return ModelShape(
        weight_bytes=int(parameters * bytes_each),
        hidden=112 * layers,
        layers=layers,
        intermediate=3 * 112 * layers,
        vocabulary=150_000,
    )
