"""Small Qwen2 models for the tests: real tokenizer, random weights with teeth."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from afs.gguf.conversion import convert
from afs.gguf.merged import MergedModel
from afs.gguf.metadata import Field
from afs.gguf.mixture import SCHEMES
from afs.gguf.reader import GgufFile, read_gguf
from afs.gguf.writer import Entry, GgufWriter

os.environ.setdefault("HF_HUB_OFFLINE", "1")

LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEMPLATE = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}"
    "{%- if message.role == 'assistant' %}"
    "{%- generation %}{{- message.content + '<|im_end|>' }}{%- endgeneration %}{{- '\\n' }}"
    "{%- else %}{{- message.content + '<|im_end|>' + '\\n' }}{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)


def make_tokenizer(folder: Path, size: int = 1000) -> None:
    """A byte-level BPE with Qwen2's split, trained on the standard library's own text."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.trainers import BpeTrainer
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = BpeTrainer(vocab_size=size - 3, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([inspect.getsource(inspect), inspect.getsource(json)], trainer)
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    wrapped.chat_template = TEMPLATE
    wrapped.save_pretrained(folder)


def make_model(folder: Path, *, seed: int = 1, shard: str = "5GB", **changes: Any) -> Path:
    """Hidden 256 and MLP 768, so that K blocks fit; biases that show when they are lost."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    sizes: dict[str, Any] = {
        "hidden_size": 256,
        "intermediate_size": 768,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "vocab_size": 1024,
        "tie_word_embeddings": True,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0},
        "eos_token_id": 999,
        "bos_token_id": 997,
    }
    torch.manual_seed(seed)
    model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**(sizes | changes)))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("bias"):
                weight.normal_(0, 1.0)
            elif weight.ndim == 2:
                weight.normal_(0, 0.06)
            else:
                weight.normal_(1, 0.1)
    model.to(torch.bfloat16).save_pretrained(folder, max_shard_size=shard)
    make_tokenizer(folder)
    return folder


def make_adapter(base: Path, folder: Path, *, seed: int = 2, **settings: Any) -> Path:
    """A LoRA with an effect, on all seven linear layers unless ``settings`` say otherwise."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    peft = pytest.importorskip("peft")
    torch.manual_seed(seed)
    defaults = {"r": 8, "lora_alpha": 16, "target_modules": list(LINEAR), "task_type": "CAUSAL_LM"}
    model = transformers.Qwen2ForCausalLM.from_pretrained(base, dtype=torch.float32)
    adapted = peft.get_peft_model(model, peft.LoraConfig(**(defaults | settings)))
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.05)
    adapted.save_pretrained(folder)
    return folder


def write_safetensors(path: Path, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Path:
    """A plain file by hand: float32 as F32, float16 as F16, uint16 as the bits of BF16."""
    names = {"float32": "F32", "float16": "F16", "uint16": "BF16", "int8": "I8"}
    header, data = {}, b""
    for name, array in arrays.items():
        end = len(data) + array.nbytes
        kind = names[array.dtype.name]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), end]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def edit_json(path: Path, **changes: Any) -> None:
    """Set keys of a JSON file; None removes one."""
    value = json.loads(path.read_text())
    value.update(changes)
    path.write_text(json.dumps({key: item for key, item in value.items() if item is not None}))


Change = Callable[[dict[str, Field], dict[str, bytes]], None]


def rewrite(source: Path, target: Path, change: Change) -> Path:
    """A copy of a GGUF file after ``change`` had its header and its tensors' bytes in hand."""
    file = read_gguf(source)
    metadata, data = dict(file.metadata), tensor_bytes(file)
    change(metadata, data)
    kept = [Entry(t.name, t.shape, t.element) for t in file.tensors.values() if t.name in data]
    writer = GgufWriter(target)
    writer.begin(metadata, kept)
    for entry in kept:
        writer.write(data[entry.name])
        writer.finish()
    writer.close()
    writer.commit()
    return target


def tensor_bytes(file: GgufFile) -> dict[str, bytes]:
    raw = file.path.read_bytes()
    return {t.name: raw[t.start : t.start + t.size] for t in file.tensors.values()}


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "small-base")


@pytest.fixture(scope="session")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_adapter(base, tmp_path_factory.mktemp("adapters") / "lora")


@pytest.fixture(scope="session")
def files(base: Path, adapter: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The merged model under every scheme, by scheme name."""
    folder = tmp_path_factory.mktemp("gguf")
    paths = {name: folder / f"small-{name}.gguf" for name in SCHEMES}
    with MergedModel(base, adapter) as model:
        convert(model, {paths[name]: SCHEMES[name] for name in SCHEMES}, name="small")
    return paths


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The makers of this file, for tests that need models of their own."""
    return SimpleNamespace(
        model=make_model,
        adapter=make_adapter,
        safetensors=write_safetensors,
        edit_json=edit_json,
        rewrite=rewrite,
        tensor_bytes=tensor_bytes,
    )
