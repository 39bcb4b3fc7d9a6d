"""What is the user's to choose about LoRA training."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

__all__ = ["LINEAR", "Settings"]

#: The linear layers of attention and MLP in Llama, Qwen, Mistral and Gemma.
LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Data, steps and rates are the job's; these are LoRA's and the machine's."""

    rank: Annotated[int, msgspec.Meta(description="Rank of the adapter's matrices", ge=1)] = 16
    alpha: Annotated[int, msgspec.Meta(description="Scale of the adapter: alpha / rank", ge=1)] = 32
    dropout: Annotated[float, msgspec.Meta(description="Dropout before the adapter", ge=0, lt=1)] = 0.05
    target_modules: Annotated[
        tuple[str, ...], msgspec.Meta(description="Names of the linear layers that are adapted")
    ] = LINEAR
    max_length: Annotated[int, msgspec.Meta(description="Tokens of the longest sample", ge=1)] = 2048
    too_long: Annotated[
        Literal["refuse", "drop"],
        msgspec.Meta(description="What a longer sample means: no training, or one sample less"),
    ] = "refuse"
    thinking: Annotated[bool, msgspec.Meta(description="Train on the reasoning before the answer too")] = (
        False
    )
    batching: Annotated[
        Literal["bucketed", "flattened"],
        msgspec.Meta(
            description="Samples of about one length side by side, or one after another without padding "
            "(for attention kernels that know packed rows)"
        ),
    ] = "bucketed"
    scheduler: Annotated[
        Literal["cosine", "linear", "constant_with_warmup"],
        msgspec.Meta(description="Course of the learning rate after the warm-up"),
    ] = "cosine"
    warmup_ratio: Annotated[
        float, msgspec.Meta(description="Share of the steps in which the rate rises", ge=0, lt=1)
    ] = 0.05
    weight_decay: Annotated[float, msgspec.Meta(description="Weight decay of AdamW", ge=0)] = 0.0
    adam_beta2: Annotated[float, msgspec.Meta(description="Second beta of AdamW", gt=0, lt=1)] = 0.999
    max_grad_norm: Annotated[float, msgspec.Meta(description="Longest gradient, 0 for any", ge=0)] = 1.0
    max_steps: Annotated[int, msgspec.Meta(description="Steps in all, 0 to count epochs", ge=0)] = 0
    validations: Annotated[
        int, msgspec.Meta(description="How many times the validation loss is measured", ge=0)
    ] = 10
    checkpoint_seconds: Annotated[
        float,
        msgspec.Meta(description="Time between checkpoints, which an interrupted run goes on from", ge=0),
    ] = 30.0
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"], msgspec.Meta(description="Where the model is trained")
    ] = "auto"
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "fast"],
        msgspec.Meta(
            description="Type of the arithmetic: auto is bfloat16 on CUDA, else float32; fast is bfloat16 "
            "on a processor with instructions for it too, where it takes about half the time"
        ),
    ] = "auto"
    threads: Annotated[
        int,
        msgspec.Meta(
            description="CPU threads; one gives the same weights every time, 0 is torch's choice", ge=0
        ),
    ] = 1
