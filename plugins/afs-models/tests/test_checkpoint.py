"""Checkpoints in this process, against what transformers and torch say by themselves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afs.models.checkpoint import CheckpointChat, load_checkpoint
from afs_core import DataError, Run

torch = pytest.importorskip("torch")

QUESTIONS = ["LDA?", "What does the routine at $8000 return, and in which register?", "Why?", "a b c d e f"]
CHATS = [[{"role": "user", "content": question}] for question in QUESTIONS]


@pytest.fixture(scope="module")
def plain(base: Path) -> tuple[Any, Any]:
    """Model and tokenizer without anything of ours."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    return model, AutoTokenizer.from_pretrained(base)


@pytest.fixture(scope="module")
def chat(base: Path) -> CheckpointChat:
    return CheckpointChat("hf:base", *load_checkpoint(base, device="cpu"), batch_size=3)


def greedy(model: Any, tokenizer: Any, messages: list[dict[str, str]], limit: int) -> str:
    """The definition: the likeliest token, again and again, by full passes."""
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    start = len(ids)
    with torch.no_grad():
        while len(ids) < start + limit:
            token = int(model(torch.tensor([ids])).logits[0, -1].argmax())
            if token == tokenizer.eos_token_id:
                break
            ids.append(token)
    return str(tokenizer.decode(ids[start:], skip_special_tokens=True))


def test_greedy_is_the_likeliest_token_each_time(chat: CheckpointChat, plain: tuple[Any, Any]) -> None:
    for messages in CHATS:
        reply = chat.chat(messages, max_tokens=12)
        assert reply.text == greedy(*plain, messages, 12)
        assert reply.seconds > 0


def test_a_batch_answers_as_each_chat_alone_and_in_order(chat: CheckpointChat) -> None:
    alone = [chat.chat(messages, max_tokens=10) for messages in CHATS]
    together = chat.chat_many(CHATS, max_tokens=10)
    assert [reply.text for reply in together] == [reply.text for reply in alone]
    assert [reply.prompt_tokens for reply in together] == [reply.prompt_tokens for reply in alone]
    assert len({reply.text for reply in alone}) > 1
    assert chat.chat_many([]) == []


def test_a_limit_is_told_from_a_stop(base: Path, chat: CheckpointChat) -> None:
    question = next(m for m in CHATS if chat.chat(m, max_tokens=5).stopped == "length")
    assert chat.chat(question, max_tokens=5).completion_tokens == 5
    model, tokenizer = load_checkpoint(base, device="cpu")
    first = int(
        model(torch.tensor([CheckpointChat("x", model, tokenizer)._prompt(question)])).logits[0, -1].argmax()
    )
    model.generation_config.eos_token_id = [first, tokenizer.eos_token_id]
    stopped = CheckpointChat("x", model, tokenizer).chat(question, max_tokens=5)
    assert (stopped.text, stopped.completion_tokens, stopped.stopped) == ("", 0, "stop")


def test_words_stop_a_reply(chat: CheckpointChat) -> None:
    whole = chat.chat(CHATS[1], max_tokens=12).text
    late, early = whole[6:8], whole[3:5]
    cut = chat.chat(CHATS[1], max_tokens=12, stop=[late, early, "never said"])
    assert cut.text == whole[: min(whole.index(late), whole.index(early))]
    assert cut.stopped == "stop"


def test_sampling_is_seeded(chat: CheckpointChat) -> None:
    def texts(seed: int) -> list[str]:
        return [reply.text for reply in chat.chat_many(CHATS, max_tokens=8, temperature=2.0, seed=seed)]

    assert texts(1) == texts(1) != texts(2)


def test_a_checkpoints_own_taste_does_not_change_a_greedy_reply(
    base: Path, chat: CheckpointChat, tmp_path: Path
) -> None:
    seasoned = tmp_path / "seasoned"
    shutil.copytree(base, seasoned)
    path = seasoned / "generation_config.json"
    taste = {"do_sample": True, "repetition_penalty": 9.0, "top_k": 1, "top_p": 0.1, "temperature": 0.1}
    path.write_text(json.dumps(json.loads(path.read_text()) | taste))
    other = CheckpointChat("x", *load_checkpoint(seasoned, device="cpu"))
    assert other.chat(CHATS[1], max_tokens=16).text == chat.chat(CHATS[1], max_tokens=16).text


def loss(model: Any, tokenizer: Any, messages: list[dict[str, str]]) -> float:
    """Mean negative log-likelihood of the last turn, by the definition."""
    text = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, tokenize=False)
    prompt = tokenizer(text, add_special_tokens=False)["input_ids"]
    answer = tokenizer(messages[-1]["content"] + "<|im_end|>", add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        chances = torch.log_softmax(model(torch.tensor([prompt + answer])).logits[0], dim=-1)
    terms = [chances[len(prompt) + i - 1, token] for i, token in enumerate(answer)]
    return -float(sum(terms) / len(terms))


def test_losses_are_those_of_the_definition(chat: CheckpointChat, plain: tuple[Any, Any]) -> None:
    answers = ["Yes.", "It returns A, in the accumulator, with carry set.", "", "x"]
    chats = [
        [*asked, {"role": "assistant", "content": answer}]
        for asked, answer in zip(CHATS, answers, strict=True)
    ]
    assert chat.losses(chats) == pytest.approx([loss(*plain, messages) for messages in chats], rel=1e-4)


def test_an_adapter_changes_the_model_as_peft_says(
    base: Path, adapter: Path, plain: tuple[Any, Any], chat: CheckpointChat
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    tuned = CheckpointChat("x", *load_checkpoint(base, adapter, "cpu"))
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), str(adapter)).eval()
    expected = [greedy(theirs, plain[1], messages, 8) for messages in CHATS]
    assert [reply.text for reply in tuned.chat_many(CHATS, max_tokens=8)] == expected
    assert expected != [reply.text for reply in chat.chat_many(CHATS, max_tokens=8)]


@pytest.fixture
def changed(adapter: Path, tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], Any]], Path]:
    """The adapter with its tensors changed."""

    def make(change: Callable[[dict[str, Any]], Any]) -> Path:
        from safetensors.torch import load_file, save_file

        folder = tmp_path / "changed"
        shutil.copytree(adapter, folder)
        tensors = load_file(folder / "adapter_model.safetensors")
        change(tensors)
        save_file(tensors, folder / "adapter_model.safetensors")
        return folder

    return make


def test_an_adapter_that_lacks_a_tensor_is_refused(base: Path, changed: Any) -> None:
    folder = changed(lambda tensors: tensors.pop(sorted(tensors)[0]))
    with pytest.raises(DataError, match="1 tensors"):
        load_checkpoint(base, folder, "cpu")


def test_an_adapter_for_more_layers_is_refused(base: Path, changed: Any) -> None:
    def deepen(tensors: dict[str, Any]) -> None:
        for name in [name for name in tensors if "layers.1." in name]:
            tensors[name.replace("layers.1.", "layers.2.")] = tensors[name].clone()

    with pytest.raises(DataError, match=r"layers\.2\."):
        load_checkpoint(base, changed(deepen), "cpu")


def test_an_adapter_of_another_size_is_refused(base: Path, changed: Any) -> None:
    def widen(tensors: dict[str, Any]) -> None:
        tensors.update({name: torch.zeros(4, 96) for name in tensors if "lora_A" in name})

    with pytest.raises(DataError, match="does not fit"):
        load_checkpoint(base, changed(widen), "cpu")


@pytest.mark.parametrize("damage", ["", "{", '{"peft_type": "NONE"}', "[]"])
def test_a_damaged_adapter_is_refused(damage: str, base: Path, adapter: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(adapter, folder)
    (folder / "adapter_config.json").write_text(damage)
    with pytest.raises(DataError):
        load_checkpoint(base, folder, "cpu")


def test_torn_weights_are_refused(base: Path, adapter: Path, tmp_path: Path) -> None:
    for original, name in ((base, "model.safetensors"), (adapter, "adapter_model.safetensors")):
        folder = tmp_path / name
        shutil.copytree(original, folder)
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(raw[: len(raw) // 2])
        with pytest.raises(DataError):
            load_checkpoint(*((folder,) if original is base else (base, folder)), device="cpu")


def test_pickled_weights_are_never_loaded(base: Path, adapter: Path, tmp_path: Path) -> None:
    for original, safe, pickled in (
        (base, "model.safetensors", "pytorch_model.bin"),
        (adapter, "adapter_model.safetensors", "adapter_model.bin"),
    ):
        folder = tmp_path / pickled
        shutil.copytree(original, folder)
        (folder / safe).unlink()
        torch.save({}, folder / pickled)
        with pytest.raises(DataError):
            load_checkpoint(*((folder,) if original is base else (base, folder)), device="cpu")


def test_a_template_that_refuses_is_said(base: Path) -> None:
    model, tokenizer = load_checkpoint(base, device="cpu")
    tokenizer.chat_template = "{{ raise_exception('no system turns') }}"
    with pytest.raises(DataError, match="no system turns"):
        CheckpointChat("hf:x", model, tokenizer).chat(CHATS[0])
    tokenizer.chat_template = None
    with pytest.raises(DataError, match="hf:x"):
        CheckpointChat("hf:x", model, tokenizer).chat(CHATS[0])


def test_the_provider_opens_what_a_reference_names(
    base: Path, adapter: Path, shipping: Any, tmp_path: Path, chat: CheckpointChat
) -> None:
    with Run.open(workdir=tmp_path / "w", registry=shipping(mini=base)) as run:
        resolver = run.use("resolvers", "model")
        texts = {}
        for reference in ("mini", f"hf:{base}", f"mini+{adapter}", f"hf:mini+{adapter}", str(adapter)):
            with resolver.open(reference) as model:
                assert model.reference == reference
                texts[reference] = model.chat(CHATS[0], max_tokens=8).text
    assert texts["mini"] == texts[f"hf:{base}"] == chat.chat(CHATS[0], max_tokens=8).text
    assert texts[f"mini+{adapter}"] == texts[f"hf:mini+{adapter}"] == texts[str(adapter)] != texts["mini"]
