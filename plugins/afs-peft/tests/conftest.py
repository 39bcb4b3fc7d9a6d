"""A small Qwen2 with a tokenizer of its own, and samples to train it on."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afs.peft.settings import Settings
from afs_core import Run, TrainingSample, TrainJob, write_samples

os.environ.setdefault("HF_HUB_OFFLINE", "1")

MARKED = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}"
    "{%- if message.role == 'assistant' %}"
    "{%- generation %}{{- message.content + '<|im_end|>' }}{%- endgeneration %}{{- '\\n' }}"
    "{%- else %}{{- message.content + '<|im_end|>\\n' }}{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)


def _make_tokenizer(folder: Path) -> int:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from tokenizers.trainers import BpeTrainer
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = BpeTrainer(vocab_size=320, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([inspect.getsource(json)], trainer)
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    wrapped.chat_template = MARKED
    wrapped.save_pretrained(folder)
    return len(wrapped)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with hidden size 64, 2 layers, about 320 tokens; never to be written to."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("base")
    size = _make_tokenizer(folder)
    torch.manual_seed(1)
    config = transformers.Qwen2Config(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        vocab_size=size,
        tie_word_embeddings=True,
        initializer_range=0.2,
        eos_token_id=size - 1,
    )
    transformers.Qwen2ForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def with_template(base: Path, tmp_path: Path) -> Callable[[str], Path]:
    """The tokenizer of the base with another chat template."""

    def make(template: str) -> Path:
        folder = tmp_path / "retemplated"
        folder.mkdir()
        for file in base.glob("*.json"):
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / "chat_template.jinja").write_text(template)
        return folder

    return make


@pytest.fixture
def run(afs_run: Run) -> Run:
    return afs_run


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 samples of lengths from a few to some forty tokens."""
    samples = [
        TrainingSample(
            instruction=f"Where is {'the ' * (i % 5)}flag {i}?",
            output=f"It is at ${i * 7:04X}" + "." * (i % 4),
        )
        for i in range(30)
    ]
    path = tmp_path_factory.mktemp("data") / "train.jsonl"
    write_samples(path, samples)
    return path


@pytest.fixture
def job(base: Path, data: Path, tmp_path: Path) -> Callable[..., TrainJob]:
    """``job(epochs=2)``: the job of a small training."""

    def make(**fields: Any) -> TrainJob:
        usual: dict[str, Any] = {
            "base_model": str(base),
            "data": (data,),
            "output": tmp_path / "adapter",
            "epochs": 2,
            "batch_size": 4,
            "gradient_accumulation_steps": 1,
            "learning_rate": 5e-3,
        }
        return TrainJob(**usual | fields)

    return make


@pytest.fixture
def settings() -> Settings:
    return Settings(rank=4, alpha=8, device="cpu")
