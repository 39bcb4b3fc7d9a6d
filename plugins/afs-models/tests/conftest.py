"""A small checkpoint with an adapter for it, and a server that answers as it is told."""

from __future__ import annotations

import inspect
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")

TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
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
    wrapped.chat_template = TEMPLATE
    wrapped.save_pretrained(folder)
    return len(wrapped)


def make_checkpoint(folder: Path, *, layers: int = 2, hidden: int = 64) -> Path:
    """A Qwen2 with random weights that are large enough for sharp choices."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder.mkdir(parents=True, exist_ok=True)
    size = _make_tokenizer(folder)
    torch.manual_seed(1)
    config = transformers.Qwen2Config(
        hidden_size=hidden,
        intermediate_size=128,
        num_hidden_layers=layers,
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


def make_adapter(folder: Path, base: Path) -> Path:
    """A LoRA adapter for ``base`` that changes what it says."""
    torch = pytest.importorskip("torch")
    peft = pytest.importorskip("peft")
    transformers = pytest.importorskip("transformers")
    model = transformers.AutoModelForCausalLM.from_pretrained(base)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "up_proj"], task_type="CAUSAL_LM")
    adapted = peft.get_peft_model(model, config)
    torch.manual_seed(2)
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            weight.data.normal_(std=0.3)
    adapted.save_pretrained(folder, save_embedding_layers=False)
    return folder


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint(tmp_path_factory.mktemp("models") / "base")


@pytest.fixture(scope="session")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_adapter(tmp_path_factory.mktemp("models") / "adapter", base)


class Server:
    """A loopback server; ``answers`` are given in turn, the last again and again.

    An answer is ``(status, body)`` or ``(status, body, headers)``, the body bytes or JSON; a number
    is seconds of silence, None breaks the connection off.
    """

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _next(self) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append((self.path, dict(self.headers), body))
                answer = server._next()
                if answer is None:
                    self.connection.close()
                    return
                if isinstance(answer, float):
                    time.sleep(answer)
                    return
                status, content, headers = (*answer, {})[:3]
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *words: Any) -> None:
                pass

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, without making them."""
    made: list[float] = []
    monkeypatch.setattr("afs.models.server.time.sleep", made.append)
    return made


@pytest.fixture
def shipping(afs_plugin: Callable[..., Any]) -> Callable[..., Any]:
    """``shipping(tiny=folder)``: a registry in which a plugin ships these models."""

    def make(name: str = "shipping", **models: Path) -> Any:
        paths = {model: str(path) for model, path in models.items()}
        source = f"""
            from types import SimpleNamespace
            from afs_core import Capability, hookimpl

            PATHS = {paths!r}

            @hookimpl
            def afs_provides():
                return [Capability(kind="models", name=name, target=f"{name}:{{name}}") for name in PATHS]

            def __getattr__(name):
                if name not in PATHS:
                    raise AttributeError(name)
                return lambda config, run: SimpleNamespace(path=PATHS[name])
        """
        return afs_plugin(source, name=name)

    return make
