"""What afs-models offers."""

from __future__ import annotations

from afs_core import Capability, hookimpl

HF = "pip install 'afs-models[hf]'"
GGUF = "pip install 'afs-models[gguf]'"


@hookimpl
def afs_provides() -> list[Capability]:
    return [
        Capability(
            kind="resolvers",
            name="model",
            target="afs.models.resolver:Resolver",
            summary="What a model reference or a bare name stands for",
        ),
        Capability(
            kind="providers",
            name="hf",
            target="afs.models.checkpoint:CheckpointProvider",
            summary="A checkpoint, with or without an adapter, in this process",
            requires=(f"torch: {HF}", f"transformers: {HF}", f"peft: {HF}"),
        ),
        Capability(
            kind="providers",
            name="gguf",
            target="afs.models.gguf:GgufProvider",
            summary="A GGUF file, by llama.cpp in a child process",
            requires=(f"xllamacpp: {GGUF}",),
        ),
        Capability(
            kind="providers",
            name="openai",
            target="afs.models.server:OpenAIProvider",
            summary="Any OpenAI-compatible server",
        ),
        Capability(
            kind="providers",
            name="lmstudio",
            target="afs.models.server:LMStudioProvider",
            summary="LM Studio on this machine",
        ),
        Capability(
            kind="providers",
            name="ollama",
            target="afs.models.server:OllamaProvider",
            summary="Ollama on this machine",
        ),
    ]
