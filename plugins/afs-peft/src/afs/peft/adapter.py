"""The LoRA adapter: put onto a base model, and written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afs_core import DataError, atomic_write

if TYPE_CHECKING:
    from afs.peft.settings import Settings

__all__ = ["forget_adapter", "with_lora", "write_adapter"]

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"


def with_lora(model: Any, settings: Settings) -> Any:
    """``model`` frozen, with trainable LoRA layers. Raises DataError where no layer fits."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=list(settings.target_modules),
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as fault:
        raise DataError(f"the base model takes no adapter: {fault}", hint="see target_modules") from None


def forget_adapter(folder: Path) -> None:
    """Remove an older adapter, so that nobody takes it for the one being trained."""
    (folder / CONFIG).unlink(missing_ok=True)
    (folder / WEIGHTS).unlink(missing_ok=True)


def write_adapter(model: Any, folder: Path, base_model: str) -> None:
    """Weights, then the configuration that makes them an adapter; each file whole or not there.

    The same weights give the same bytes. ``base_model`` is written as it is.
    """
    from safetensors.torch import save

    from peft import get_peft_model_state_dict

    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in sorted(state.items())}
    with atomic_write(folder / WEIGHTS) as stream:
        stream.write(save(tensors, metadata={"format": "pt"}))
    with atomic_write(folder / CONFIG) as stream:
        stream.write(_config(model, base_model))


def _config(model: Any, base_model: str) -> bytes:
    fields = model.peft_config["default"].to_dict()
    fields |= {"base_model_name_or_path": base_model, "inference_mode": True}
    plain = {name: sorted(value) if isinstance(value, set) else value for name, value in fields.items()}
    plain["target_modules"] = sorted(plain["target_modules"])
    return (json.dumps(plain, indent=2, sort_keys=True, default=os.fspath) + "\n").encode()
