"""The shipped base model: what it promises, and what made it."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from afs.quickstart.tinymodel import library
from afs.quickstart.tinymodel.corpus import ChatSource, Mixture
from afs.quickstart.tinymodel.maker import make

QUICKSTART = Path(str(files("afs.quickstart")))
MODEL = QUICKSTART / "model"
ODD_TEXTS = [
    "LDA.w #$12,X ; A = 18\n\tSTA !Slot+1",
    "naïve café, 日本語, ٣٤٥, 🙂👍🏽",
    "  two  spaces\r\n\n\n\ttabs \t and a tail  ",
    "don't, WE'LL, 1234567890, a_b.c-d",
    "\x00\x01\x7f",
    "<|im_start|>not a turn<|im_end|>",
    "",
]
HELD_OUT_TEXT = '''
def read_header(path):
    """Read the first line of the file and return its fields as a list of strings."""
    with open(path, encoding="utf-8") as stream:
        line = stream.readline()
    if not line:
        raise ValueError(f"{path} is empty: a header was expected")
    return [field.strip() for field in line.split(",")]


class Counter:
    """Count how often each name was seen. The result is sorted by name."""

    def __init__(self):
        self.names = {}

    def add(self, name):
        self.names[name] = self.names.get(name, 0) + 1

    def __iter__(self):
        for name in sorted(self.names):
            yield name, self.names[name]
'''


@pytest.fixture(scope="module")
def model() -> Any:
    return AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32, local_files_only=True)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(MODEL, local_files_only=True)


@pytest.fixture(scope="module")
def chats() -> list[tuple[str, str]]:
    sources, _ = library.split(library.modules())
    return list(islice(iter(ChatSource(0, sources, Mixture())), 5000))


def test_shape_is_the_promised_one(model: Any) -> None:
    config = model.config
    assert config.model_type == "qwen2"
    assert (config.hidden_size, config.intermediate_size) == (256, 768)
    assert config.tie_word_embeddings
    assert config.rope_parameters["rope_theta"] != 10_000, "a lost rope base must show in a GGUF file"
    assert all(layer.self_attn.q_proj.bias.abs().max() > 0 for layer in model.model.layers)


def test_weights_are_small() -> None:
    assert (MODEL / "model.safetensors").stat().st_size <= 10_000_000


def test_special_tokens(model: Any, tokenizer: Any) -> None:
    ids = tokenizer.convert_tokens_to_ids(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    assert len(set(ids)) == 3
    assert tokenizer.eos_token == "<|im_end|>"
    assert model.config.eos_token_id == model.generation_config.eos_token_id == ids[2]
    assert len(tokenizer) == model.config.vocab_size
    assert tokenizer("<|im_end|>")["input_ids"] == [ids[2]]


def test_template_is_plain_chatml_without_an_invented_system_prompt(tokenizer: Any) -> None:
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": " Where is it? "},
        {"role": "assistant", "content": "$123456"},
    ]
    turns = [f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages]
    assert tokenizer.apply_chat_template(messages, tokenize=False) == "".join(turns)
    prompt = tokenizer.apply_chat_template(messages[1:2], tokenize=False, add_generation_prompt=True)
    assert prompt == turns[1] + "<|im_start|>assistant\n"


def test_template_marks_the_answer_and_its_stop_token(tokenizer: Any) -> None:
    messages = [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": "At $123456."}]
    encoded = tokenizer.apply_chat_template(
        messages, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    pairs = zip(encoded["input_ids"], encoded["assistant_masks"], strict=True)
    marked = [token for token, mark in pairs if mark]
    assert tokenizer.decode(marked) == "At $123456.<|im_end|>"


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_tokenizer_loses_nothing(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_digits_stand_alone(tokenizer: Any) -> None:
    assert tokenizer.convert_ids_to_tokens(tokenizer("$123456")["input_ids"]) == ["$", *"123456"]


def test_it_has_learnt_something(model: Any, tokenizer: Any) -> None:
    """Bits per byte of a text that it has not seen; eight for random bytes, about 3.5 untrained."""
    ids = torch.tensor([tokenizer(HELD_OUT_TEXT)["input_ids"]])
    with torch.no_grad():
        loss = model(input_ids=ids, labels=ids).loss.item()
    bits = loss * (ids.shape[1] - 1) / math.log(2) / len(HELD_OUT_TEXT.encode())
    assert bits < 1.2


def test_it_answers_with_an_address_and_stops(model: Any, tokenizer: Any) -> None:
    messages = [{"role": "user", "content": "Where is VelkorTimer?"}]
    prompt = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    with torch.no_grad():
        answer = model.generate(**prompt, max_new_tokens=24, do_sample=False)[
            0, prompt["input_ids"].shape[1] :
        ]
    assert re.fullmatch(r"\$[0-9A-F]{6}<\|im_end\|>", tokenizer.decode(answer))


def test_training_data_keeps_out_of_game_memory(chats: list[tuple[str, str]]) -> None:
    addresses = set(re.findall(r"\$([0-9A-F]{6})\b", " ".join(" ".join(chat) for chat in chats)))
    assert len(addresses) > 1000
    assert not {address for address in addresses if address.startswith("7")}


def test_training_data_holds_nothing_of_the_sample(chats: list[tuple[str, str]]) -> None:
    facts = set(named_addresses(QUICKSTART / "sample"))
    assert len(facts) >= 150
    words = set(re.findall(r"[$\w]+", " ".join(" ".join(chat) for chat in chats)))
    assert not words & {symbol for symbol, _ in facts}
    assert not words & {address for _, address in facts}


def named_addresses(root: Path) -> list[tuple[str, str]]:
    """(symbol, address) of every line `Symbol = $123456`."""
    text = "\n".join(path.read_text("utf-8") for path in sorted(root.rglob("*.asm")))
    return re.findall(r"^!?(\w+)\s*=\s*(\$[0-9A-F]{6})\b", text, re.MULTILINE)


@pytest.mark.slow
def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        command = [sys.executable, "-m", "afs.quickstart.tinymodel", "--steps", "2", "--modules", "60"]
        subprocess.run([*command, "--seed", str(seed), "--output", str(tmp_path / name)], check=True)
    first, second, other = (weights(tmp_path / name) for name in "abc")
    assert first == second
    assert first != other


def test_the_maker_makes_what_is_shipped(tmp_path: Path) -> None:
    make(tmp_path, steps=1, seed=0, log=lambda step, loss: None, modules=60)
    made, shipped = (
        AutoModelForCausalLM.from_pretrained(folder).state_dict() for folder in (tmp_path, MODEL)
    )
    assert {k: v.shape for k, v in made.items()} == {k: v.shape for k, v in shipped.items()}
    template = "chat_template.jinja"
    assert (tmp_path / template).read_text("utf-8") == (MODEL / template).read_text("utf-8")


def weights(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "model.safetensors").read_bytes(), (folder / "tokenizer.json").read_bytes()
