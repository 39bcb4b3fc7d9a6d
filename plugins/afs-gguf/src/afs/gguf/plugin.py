"""What afs-gguf offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl

_NUMPY = ("numpy: pip install afs-gguf",)


@hookimpl
def afs_quantizers() -> list[Capability]:
    return [
        Capability(
            name="gguf",
            target="afs.gguf.quantizer:GgufQuantizer",
            summary="Merges, converts and quantises a Qwen2 model to GGUF in one streaming pass.",
            requires=_NUMPY,
        ),
        Capability(
            name="safetensors",
            target="afs.gguf.quantizer:SafetensorsMerger",
            summary="Merges a LoRA adapter into its base model, as safetensors.",
            requires=_NUMPY,
        ),
    ]


@hookimpl
def afs_evaluators() -> list[Capability]:
    return [
        Capability(
            name="parity",
            target="afs.gguf.evaluator:ParityEvaluator",
            summary="Compares GGUF files with the transformers model that they were made from.",
            requires=_NUMPY,
        )
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="merge",
            target="afs.gguf.cli:merge_command",
            summary="Merge a LoRA adapter into its base model.",
        ),
        Command(
            path="quantize",
            target="afs.gguf.cli:quantize_command",
            summary="Write GGUF files from a model and its adapter.",
        ),
        Command(
            path="parity",
            target="afs.gguf.cli:parity_command",
            summary="Compare GGUF files with the model they were made from.",
        ),
        Command(
            path="gguf inspect",
            target="afs.gguf.cli:inspect_command",
            summary="Show header, metadata and tensor types of a GGUF file.",
        ),
    ]
