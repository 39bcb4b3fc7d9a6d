"""What afs-peft offers."""

from __future__ import annotations

from afs_core import Capability, hookimpl

_INSTALL = "pip install afs-peft"


@hookimpl
def afs_trainers() -> list[Capability]:
    return [
        Capability(
            name="peft",
            target="afs.peft.trainer:LoraTrainer",
            summary="Trains a LoRA adapter with transformers, on a CPU or a GPU",
            requires=tuple(
                f"{module}: {_INSTALL}" for module in ("torch", "transformers", "peft", "accelerate")
            ),
        )
    ]
