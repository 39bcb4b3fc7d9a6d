"""Models that are not what the conversion covers are refused by name, before anything is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from afs.gguf.merged import MergedModel
from afs.gguf.qwen2 import Qwen2
from afs_core.errors import DataError


@pytest.fixture
def copy(base: Path, tmp_path: Path) -> Path:
    return shutil.copytree(base, tmp_path / "base")


def test_reads_the_places_of_both_transformers_generations(copy: Path, make: SimpleNamespace) -> None:
    five = Qwen2.of_folder(copy)
    make.edit_json(copy / "config.json", rope_parameters=None, rope_theta=1_000_000.0)
    assert Qwen2.of_folder(copy) == five
    assert (five.rope_base, five.tied, five.head) == (1e6, True, 64)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"architectures": ["LlamaForCausalLM"]}, "LlamaForCausalLM"),
        ({"architectures": ["Qwen2MoeForCausalLM"]}, "Qwen2MoeForCausalLM"),
        ({"architectures": ["Qwen3ForCausalLM"]}, "Qwen3ForCausalLM"),
        ({"architectures": None}, "qwen2"),
        ({"hidden_size": 250}, "hidden_size is 250.*multiple of 32"),
        ({"intermediate_size": 700}, "intermediate_size is 700.*multiple of 32"),
        ({"num_attention_heads": 5}, "5 heads"),
        ({"num_key_value_heads": 3}, "3 key/value heads"),
        ({"head_dim": 128}, "head_dim is 128, expected 64"),
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"vocab_size": "1024"}, "vocab_size"),
        ({"rms_norm_eps": 0}, "rms_norm_eps"),
        ({"rope_parameters": None}, "rope_theta"),
        ({"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e6, "factor": 4}}, "'yarn'"),
        ({"rope_scaling": {"type": "linear", "factor": 2}}, "'linear'"),
        ({"use_sliding_window": True}, "use_sliding_window"),
        ({"layer_types": ["full_attention", "sliding_attention"]}, "sliding_attention"),
        ({"hidden_act": "gelu"}, "hidden_act 'gelu'"),
        ({"quantization_config": {"bits": 4}}, "quantization_config"),
    ],
    ids=str,
)
def test_a_configuration_that_is_not_covered_is_refused_by_name(
    changes: dict[str, Any], reason: str, copy: Path, make: SimpleNamespace
) -> None:
    make.edit_json(copy / "config.json", **changes)
    with pytest.raises(DataError, match=reason):
        Qwen2.of_folder(copy)


def rename(copy: Path, old: str, new: str) -> None:
    path = copy / "model.safetensors"
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = raw[8 : 8 + length].replace(f'"{old}"'.encode(), f'"{new}"'.encode())
    path.write_bytes(len(header).to_bytes(8, "little") + header + raw[8 + length :])


def test_a_missing_tensor_is_named(copy: Path) -> None:
    rename(copy, "model.layers.1.self_attn.k_proj.bias", "model.layers.1.self_attn.k_norm.bias")
    with pytest.raises(DataError, match=r"1 tensors are missing: model\.layers\.1\.self_attn\.k_proj\.bias"):
        MergedModel(copy)


def test_an_unknown_tensor_is_named(copy: Path, make: SimpleNamespace) -> None:
    make.edit_json(copy / "config.json", num_hidden_layers=1, layer_types=None)
    with pytest.raises(DataError, match=r"12 tensors are not of the Qwen2 family: model\.layers\.1"):
        MergedModel(copy)


@pytest.mark.parametrize("key", ["intermediate_size", "vocab_size"])
def test_a_tensor_of_another_shape_is_named(key: str, copy: Path, make: SimpleNamespace) -> None:
    size = json.loads((copy / "config.json").read_text())[key]
    make.edit_json(copy / "config.json", **{key: size + 32})
    with pytest.raises(DataError, match=r"has shape .*, expected"):
        MergedModel(copy)


def test_an_untied_model_needs_its_output(copy: Path, make: SimpleNamespace) -> None:
    make.edit_json(copy / "config.json", tie_word_embeddings=False)
    with pytest.raises(DataError, match=r"missing: lm_head\.weight"):
        MergedModel(copy)


def test_a_configuration_that_is_not_json_is_named(copy: Path) -> None:
    (copy / "config.json").write_text("{")
    with pytest.raises(DataError, match=r"config\.json: not JSON"):
        Qwen2.of_folder(copy)
    (copy / "config.json").unlink()
    with pytest.raises(DataError, match=r"config\.json: file is missing"):
        Qwen2.of_folder(copy)
