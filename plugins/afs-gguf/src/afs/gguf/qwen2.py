"""The Qwen2 family: which tensors a model has, their shapes, their GGUF names and metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afs_core.errors import DataError

from .metadata import Field, f32, string, u32
from .safetensors import StoredTensor, read_json

__all__ = ["Qwen2", "Slot"]

_ARCHITECTURE = "Qwen2ForCausalLM"
_LAYER = (
    ("attn_norm.weight", "input_layernorm.weight", "h"),
    ("attn_q.weight", "self_attn.q_proj.weight", "qh"),
    ("attn_q.bias", "self_attn.q_proj.bias", "q"),
    ("attn_k.weight", "self_attn.k_proj.weight", "kh"),
    ("attn_k.bias", "self_attn.k_proj.bias", "k"),
    ("attn_v.weight", "self_attn.v_proj.weight", "kh"),
    ("attn_v.bias", "self_attn.v_proj.bias", "k"),
    ("attn_output.weight", "self_attn.o_proj.weight", "hq"),
    ("ffn_norm.weight", "post_attention_layernorm.weight", "h"),
    ("ffn_gate.weight", "mlp.gate_proj.weight", "mh"),
    ("ffn_up.weight", "mlp.up_proj.weight", "mh"),
    ("ffn_down.weight", "mlp.down_proj.weight", "hm"),
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One tensor of the family: its GGUF name, its name in the checkpoint, its shape."""

    name: str
    source: str
    shape: tuple[int, ...]
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class Qwen2:
    """The sizes of one model, read from its ``config.json`` and checked."""

    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int
    context: int
    rms_eps: float
    rope_base: float
    tied: bool
    path: Path

    @classmethod
    def of_folder(cls, folder: Path) -> Qwen2:
        """Read ``folder/config.json``; DataError names what the conversion does not cover."""
        path = folder / "config.json"
        config = read_json(path)
        _refuse(config, path)
        model = cls(
            hidden=_count(config, "hidden_size", path),
            intermediate=_count(config, "intermediate_size", path),
            layers=_count(config, "num_hidden_layers", path),
            heads=_count(config, "num_attention_heads", path),
            kv_heads=_count(config, "num_key_value_heads", path),
            vocabulary=_count(config, "vocab_size", path),
            context=_count(config, "max_position_embeddings", path),
            rms_eps=_positive(config.get("rms_norm_eps"), "rms_norm_eps", path),
            rope_base=_rope_base(config, path),
            tied=bool(config.get("tie_word_embeddings", False)),
            path=path,
        )
        model._check_sizes(config)
        return model

    def _check_sizes(self, config: Mapping[str, Any]) -> None:
        for key, value in (("hidden_size", self.hidden), ("intermediate_size", self.intermediate)):
            if value % 32:
                raise DataError(f"{key} is {value}; GGUF blocks need a multiple of 32", path=self.path)
        if self.hidden % self.heads or self.heads % self.kv_heads:
            raise DataError(
                f"{self.heads} heads over {self.kv_heads} key/value heads do not divide hidden_size "
                f"{self.hidden}",
                path=self.path,
            )
        if (config.get("head_dim") or self.head) != self.head:
            raise DataError(f"head_dim is {config['head_dim']}, expected {self.head}", path=self.path)

    @property
    def head(self) -> int:
        return self.hidden // self.heads

    def slots(self) -> Iterator[Slot]:
        """Every tensor of the GGUF file, in file order."""
        yield Slot("token_embd.weight", "model.embed_tokens.weight", (self.vocabulary, self.hidden))
        sizes = {"h": self.hidden, "q": self.hidden, "m": self.intermediate}
        sizes["k"] = self.kv_heads * self.head
        for layer in range(self.layers):
            for name, source, shape in _LAYER:
                yield Slot(
                    f"blk.{layer}.{name}",
                    f"model.layers.{layer}.{source}",
                    tuple(sizes[letter] for letter in shape),
                    layer,
                )
        yield Slot("output_norm.weight", "model.norm.weight", (self.hidden,))
        if not self.tied:
            yield Slot("output.weight", "lm_head.weight", (self.vocabulary, self.hidden))

    def check(self, tensors: Mapping[str, StoredTensor]) -> None:
        """DataError unless the checkpoint holds exactly the family's tensors, in their shapes."""
        slots = {slot.source: slot for slot in self.slots()}
        if missing := [name for name in slots if name not in tensors]:
            raise DataError(f"{len(missing)} tensors are missing: {_some(missing)}", path=self.path)
        ignored = {"lm_head.weight"} if self.tied else set()
        if unknown := sorted(set(tensors) - set(slots) - ignored):
            raise DataError(
                f"{len(unknown)} tensors are not of the Qwen2 family: {_some(unknown)}",
                path=self.path,
            )
        for name, slot in slots.items():
            if tensors[name].shape != slot.shape:
                raise DataError(
                    f"tensor {name} has shape {list(tensors[name].shape)}, expected {list(slot.shape)}",
                    path=tensors[name].path,
                )

    def metadata(self) -> dict[str, Field]:
        """The ``qwen2.*`` keys that the loader asks for."""
        return {
            "general.architecture": string("qwen2"),
            "qwen2.block_count": u32(self.layers),
            "qwen2.context_length": u32(self.context),
            "qwen2.embedding_length": u32(self.hidden),
            "qwen2.feed_forward_length": u32(self.intermediate),
            "qwen2.attention.head_count": u32(self.heads),
            "qwen2.attention.head_count_kv": u32(self.kv_heads),
            "qwen2.rope.freq_base": f32(self.rope_base),
            "qwen2.attention.layer_norm_rms_epsilon": f32(self.rms_eps),
        }


def _refuse(config: Mapping[str, Any], path: Path) -> None:
    names = config.get("architectures") or [config.get("model_type")]
    if names != [_ARCHITECTURE]:
        raise DataError(
            f"architecture {names} is not covered; expected ['{_ARCHITECTURE}']",
            path=path,
            hint="other families can be converted with llama.cpp's convert_hf_to_gguf.py",
        )
    if config.get("use_sliding_window"):
        raise DataError("use_sliding_window = true is not covered", path=path)
    if other := sorted(set(config.get("layer_types") or ()) - {"full_attention"}):
        raise DataError(f"layer_types {other} are not covered", path=path)
    if config.get("hidden_act", "silu") != "silu":
        raise DataError(f"hidden_act {config['hidden_act']!r} is not covered", path=path)
    if config.get("quantization_config"):
        raise DataError(
            "the base model is already quantised (quantization_config)",
            path=path,
            hint="use the unquantised model as the base",
        )


def _rope_base(config: Mapping[str, Any], path: Path) -> float:
    """``rope_parameters.rope_theta`` as transformers 5 writes it, or the older ``rope_theta``."""
    rope = config.get("rope_parameters") or {}
    scaling = config.get("rope_scaling") or {}
    for place in (rope, scaling):
        kind = place.get("rope_type", place.get("type", "default"))
        if kind != "default":
            raise DataError(f"rope scaling {kind!r} is not covered", path=path)
    return _positive(rope.get("rope_theta", config.get("rope_theta")), "rope_theta", path)


def _count(config: Mapping[str, Any], key: str, path: Path) -> int:
    value = config.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 31:
        raise DataError(f"{key}: expected a positive whole number, got {value!r}", path=path)
    return value


def _positive(value: object, key: str, path: Path) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise DataError(f"{key}: expected a number above 0, got {value!r}", path=path)
    return float(value)


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
