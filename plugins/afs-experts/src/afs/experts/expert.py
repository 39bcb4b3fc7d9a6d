"""Seven experts, with every role that the documents give them."""

from __future__ import annotations

import msgspec

__all__ = ["EXPERTS", "Expert"]

BASE = "Qwen/Qwen2.5-Coder-7B-Instruct"


class Expert(msgspec.Struct, frozen=True, kw_only=True):
    """``port`` is the fixed listener of the gateway, 0 for none. ``reference`` names the trained
    model, empty until there is one; ``domains`` are those of its training data."""

    name: str
    title: str
    roles: tuple[str, ...]
    domains: tuple[str, ...]
    base_model: str = BASE
    port: int = 0
    reference: str = ""


EXPERTS: dict[str, Expert] = {
    expert.name: expert
    for expert in (
        Expert(
            name="majora",
            title="Quest specialist",
            roles=("quests and narrative", "high-level design", "questions about the codebase"),
            domains=("oracle", "memory"),
            port=5000,
        ),
        Expert(
            name="nayru",
            title="Assembly expert",
            roles=("65816 assembly", "code generation", "optimisation"),
            domains=("asm", "code"),
            port=5001,
        ),
        Expert(
            name="veran",
            title="Logic specialist",
            roles=("logic and debugging", "state management", "SNES hardware: PPU, DMA, HDMA, Mode 7"),
            domains=("asm", "hardware"),
            port=5002,
        ),
        Expert(
            name="farore",
            title="Planning and debugging",
            roles=("planning and architecture", "multi-step reasoning", "finding and mending bugs"),
            domains=("history", "code"),
        ),
        Expert(
            name="din",
            title="Creation and optimisation",
            roles=("creative generation", "synthesis", "performance improvements"),
            domains=("asm", "oracle"),
        ),
        Expert(
            name="agahnim",
            title="General purpose",
            roles=("general questions",),
            domains=("general", "memory", "history"),
            port=5003,
        ),
        Expert(
            name="hylia",
            title="Retrieval specialist",
            roles=("retrieval", "questions about documents"),
            domains=("memory", "oracle"),
            port=5004,
        ),
    )
}
