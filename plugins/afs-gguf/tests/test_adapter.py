"""LoRA folders: scaling as PEFT does it, and everything that a plain merge would get wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from afs.gguf.adapter import Adapter
from afs.gguf.merged import MergedModel
from afs.gguf.safetensors import Checkpoint
from afs_core.errors import AfsError, DataError

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"


@pytest.fixture
def copy(adapter: Path, tmp_path: Path) -> Path:
    return shutil.copytree(adapter, tmp_path / "lora")


def arrays(folder: Path) -> dict[str, np.ndarray[Any, Any]]:
    with Checkpoint([folder / WEIGHTS]) as checkpoint:
        return {name: checkpoint.whole(tensor).copy() for name, tensor in checkpoint.tensors.items()}


def merged(base: Path, adapter: Path) -> dict[str, np.ndarray[Any, Any]]:
    with MergedModel(base, adapter) as model:
        return {
            slot.source: np.concatenate([block.values() for block in model.blocks(slot.source)])
            for slot in model.shape.slots()
            if len(slot.shape) == 2
        }


@pytest.mark.parametrize(
    "settings",
    [
        {"lora_alpha": 24},
        {"use_rslora": True},
        {"rank_pattern": {"q_proj": 4, "layers.1.mlp.up_proj": 2}},
        {"alpha_pattern": {"v_proj": 64, r"layers\.0\..*down_proj": 1}, "use_rslora": True},
        {"rank_pattern": {"q_proj": 4}, "alpha_pattern": {"q_proj": 32}, "target_modules": ["q_proj"]},
        {"layers_to_transform": [1]},
        {"init_lora_weights": "gaussian"},
    ],
    ids=str,
)
def test_scaling_is_that_of_peft(
    settings: dict[str, Any], base: Path, make: SimpleNamespace, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    peft = pytest.importorskip("peft")
    folder = make.adapter(base, tmp_path / "lora", **settings)
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    expected = peft.PeftModel.from_pretrained(model, folder).merge_and_unload().state_dict()
    for name, values in merged(base, folder).items():
        # One bfloat16 step apart at most: the order of a sum may round the other way.
        np.testing.assert_allclose(values, expected[name].bfloat16().float().numpy(), rtol=2**-7, atol=1e-7)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"peft_type": "IA3"}, "peft_type is IA3"),
        ({"use_dora": True}, "use_dora = True"),
        ({"bias": "lora_only"}, "bias = 'lora_only'"),
        ({"lora_bias": True}, "lora_bias = True"),
        ({"modules_to_save": ["lm_head"]}, r"modules_to_save = \['lm_head'\]"),
        ({"fan_in_fan_out": True}, "fan_in_fan_out = True"),
        ({"trainable_token_indices": [1, 2]}, "trainable_token_indices"),
        ({"target_parameters": ["mlp.experts"]}, "target_parameters"),
        ({"layer_replication": [[0, 2]]}, "layer_replication"),
        ({"alora_invocation_tokens": [1]}, "alora_invocation_tokens"),
        ({"use_qalora": True}, "use_qalora"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights = 'pissa'"),
        ({"init_lora_weights": "olora"}, "init_lora_weights = 'olora'"),
        ({"a_setting_of_next_year": {"x": 1}}, "a_setting_of_next_year"),
        ({"r": 4}, r"the configuration says rank 4"),
        ({"r": 0}, "r of .*expected a number above 0"),
        ({"lora_alpha": "16"}, "lora_alpha of .*'16'"),
        ({"rank_pattern": {"q_proj": 2}}, "q_proj .*says rank 2"),
    ],
    ids=str,
)
def test_a_setting_that_is_not_covered_is_refused_by_name(
    changes: dict[str, Any], reason: str, copy: Path, make: SimpleNamespace
) -> None:
    make.edit_json(copy / CONFIG, **changes)
    with pytest.raises(DataError, match=reason):
        Adapter(copy)


Edit = Callable[[dict[str, np.ndarray[Any, Any]]], None]
Q = "base_model.model.model.layers.0.self_attn.q_proj.lora_{}.weight"


def rename(old: str, new: str) -> Edit:
    return lambda found: found.update({new: found.pop(old)})


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda found: found.pop(Q.format("B")), "lora_B of model.layers.0.self_attn.q_proj is missing"),
        (lambda found: found.pop(Q.format("A")), "lora_A of model.layers.0.self_attn.q_proj is missing"),
        (rename(Q.format("A"), "base_model.model.model.norm.weight"), "model.norm.weight is not a LoRA"),
        (rename(Q.format("A"), "base_model.model.lm_head.lora_embedding_A"), "lora_embedding_A is not"),
        (lambda found: found.clear(), "holds no tensors"),
        (lambda found: found.update({Q.format("A"): np.ones(8, np.float32)}), "rank 8"),
        (lambda found: found.update({Q.format("B"): np.ones((256, 4), np.float32)}), "rank 8"),
        (lambda found: found.update({Q.format("A"): np.ones((8, 32), np.int8)}), "I8"),
    ],
)
def test_a_tensor_that_is_not_as_declared_is_refused_by_name(
    edit: Edit, reason: str, copy: Path, make: SimpleNamespace
) -> None:
    found = arrays(copy)
    edit(found)
    make.safetensors(copy / WEIGHTS, found)
    with pytest.raises(DataError, match=reason):
        Adapter(copy)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (
            lambda found: [
                found.update({name.replace("layers.1", "layers.7"): found.pop(name)})
                for name in list(found)
                if "layers.1." in name
            ],
            r"14 adapter tensors have no weight in the base model: .*layers\.7",
        ),
        (
            lambda found: found.update(
                {
                    "base_model.model.lm_head.lora_A.weight": np.ones((8, 256), np.float32),
                    "base_model.model.lm_head.lora_B.weight": np.ones((1024, 8), np.float32),
                }
            ),
            r"2 adapter tensors have no weight in the base model: .*lm_head",
        ),
        (
            lambda found: found.update({Q.format("A"): np.ones((8, 128), np.float32)}),
            r"q_proj.*shape \[256, 128\].*\[256, 256\]",
        ),
        (
            lambda found: found.update({Q.format("B"): np.ones((512, 8), np.float32)}),
            r"q_proj.*shape \[512, 256\].*\[256, 256\]",
        ),
    ],
)
def test_an_adapter_of_another_base_is_refused_by_tensor(
    edit: Edit, reason: str, base: Path, copy: Path, make: SimpleNamespace
) -> None:
    found = arrays(copy)
    edit(found)
    make.safetensors(copy / WEIGHTS, found)
    with pytest.raises(DataError, match=reason):
        MergedModel(base, copy)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("someone/small-base", True),
        ("/gone/models/Small-Base/", True),
        ("C:\\models\\small-base", True),
        (None, True),
        ("tiny", True),
        ("Qwen/Qwen2.5-Coder-7B", False),
        ("/elsewhere/other-base", False),
    ],
)
def test_the_base_is_known_by_the_last_part_of_its_name(
    name: str | None, fits: bool, base: Path, copy: Path, make: SimpleNamespace
) -> None:
    make.edit_json(copy / CONFIG, base_model_name_or_path=name)
    if fits:
        MergedModel(base, copy).__exit__(None, None, None)
        return
    with pytest.raises(DataError, match="the base given is small-base") as caught:
        MergedModel(base, copy)
    assert "--any-base" in caught.value.hint
    MergedModel(base, copy, any_base=True).__exit__(None, None, None)


def test_a_hub_cache_folder_counts_by_its_repository(base: Path, copy: Path, make: SimpleNamespace) -> None:
    snapshot = copy.parent / "models--Qwen--Qwen2-tiny" / "snapshots" / "0f3c"
    shutil.copytree(base, snapshot)
    make.edit_json(copy / CONFIG, base_model_name_or_path="Qwen/Qwen2-tiny")
    MergedModel(snapshot, copy).__exit__(None, None, None)


def test_tokens_that_the_base_lacks_are_refused(base: Path, copy: Path) -> None:
    tokenizer = json.loads((base / "tokenizer.json").read_text())
    tokenizer["added_tokens"].append({"id": 1000, "content": "<|tool|>", "special": True})
    (copy / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(DataError, match=r"<\|tool\|>"):
        MergedModel(base, copy)


def test_a_pass_that_leaves_a_pair_out_is_caught(base: Path, adapter: Path) -> None:
    with MergedModel(base, adapter) as model:
        for slot in model.shape.slots():
            if slot.name != "blk.1.ffn_up.weight":
                list(model.blocks(slot.source))
        with pytest.raises(AfsError, match=r"2 adapter tensors were not applied.*layers\.1\.mlp\.up_proj"):
            model.assert_applied()
        list(model.blocks("model.layers.1.mlp.up_proj.weight"))
        assert model.assert_applied() == 28
