"""What is the user's to choose about training an ELECTRA."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

__all__ = ["ElectraSettings"]


class ElectraSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the backend ``electra``; the last four are for a model from scratch."""

    base_model: Annotated[
        str,
        msgspec.Meta(
            description="Checkpoint to go on from: a folder, or a name such as "
            "google/electra-base-discriminator in the hub's cache; empty for a small model from scratch"
        ),
    ] = ""
    epochs: Annotated[int, msgspec.Meta(description="Passes over the training split", ge=1)] = 3
    batch_size: Annotated[int, msgspec.Meta(description="Texts that share a step", ge=1)] = 16
    learning_rate: Annotated[
        float,
        msgspec.Meta(description="Highest rate; 0 for 5e-5 from a checkpoint, 5e-4 from scratch", ge=0),
    ] = 0.0
    warmup_ratio: Annotated[
        float, msgspec.Meta(description="Share of the steps in which the rate rises", ge=0, lt=1)
    ] = 0.1
    weight_decay: Annotated[float, msgspec.Meta(description="Weight decay of AdamW", ge=0)] = 0.01
    max_grad_norm: Annotated[float, msgspec.Meta(description="Longest gradient", gt=0)] = 1.0
    max_length: Annotated[int, msgspec.Meta(description="Tokens of a window", ge=16)] = 512
    evaluations: Annotated[
        int, msgspec.Meta(description="Times in an epoch that the validation split is scored", ge=1)
    ] = 2
    patience: Annotated[
        int,
        msgspec.Meta(
            description="Evaluations without a better AUC after which training stops, 0 for never", ge=0
        ),
    ] = 3
    checkpoint_seconds: Annotated[
        float,
        msgspec.Meta(description="Time between checkpoints, which an interrupted run goes on from", ge=0),
    ] = 120.0
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"], msgspec.Meta(description="Where the model is trained")
    ] = "auto"
    precision: Annotated[
        Literal["auto", "fp32", "bf16"],
        msgspec.Meta(
            description="Type of the arithmetic: auto is bf16 on a CUDA device that has it, else fp32"
        ),
    ] = "auto"
    threads: Annotated[
        int,
        msgspec.Meta(
            description="CPU threads; one gives the same weights every time, 0 is torch's choice", ge=0
        ),
    ] = 1
    vocabulary: Annotated[int, msgspec.Meta(description="Tokens learned from the training split", ge=300)] = (
        4096
    )
    layers: Annotated[int, msgspec.Meta(description="Layers", ge=1)] = 4
    width: Annotated[int, msgspec.Meta(description="Hidden size; a multiple of the heads", ge=8)] = 256
    heads: Annotated[int, msgspec.Meta(description="Attention heads", ge=1)] = 4
