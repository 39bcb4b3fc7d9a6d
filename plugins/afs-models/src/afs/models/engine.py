"""llama.cpp in a child process: a bad GGUF file may abort the process that loads it.

    with Engine(Path("model.gguf"), context=2048) as engine:
        engine.complete(engine.apply_template([{"role": "user", "content": "Hi"}]), limit=64)

The parent half (:class:`Engine`) needs the standard library and afs_core only; the child half
(:func:`serve`) runs the server of ``xllamacpp`` on a loopback port, behind a random key.
"""

from __future__ import annotations

import base64
import importlib
import importlib.util
import json
import math
import secrets
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from afs_core.errors import DataError, Missing
from afs_core.worker import Worker, WorkerDied, WorkerError, WorkerTimeout

__all__ = ["Completion", "Engine", "serve"]

_TARGET = f"{__name__}:serve"
_SMALL = 64 << 20


@dataclass(frozen=True, slots=True)
class Completion:
    """Generated text; ``stopped`` is ``eos``, ``word`` or ``limit``."""

    text: str
    tokens: tuple[int, ...]
    stopped: str


class Engine:
    """One GGUF file, loaded in a child process at construction.

    ``context`` is in tokens, ``timeout`` is seconds for one call. ``threads`` 0 means one for each
    core, and a single one for a file under 64 MB, where threads wait more than they work.
    Raises Missing without xllamacpp, and DataError for a file that does not load or takes the
    child down with it; the message then holds the engine's last words.
    """

    def __init__(self, path: Path, *, context: int = 2048, threads: int = 0, timeout: float = 300.0) -> None:
        if importlib.util.find_spec("xllamacpp") is None:
            raise Missing("the GGUF engine xllamacpp is not installed", hint="pip install xllamacpp")
        self.path = path
        threads = threads or (1 if _is_small(path) else 0)
        settings = {"path": str(path.resolve()), "context": context, "threads": threads}
        self._worker = Worker(_TARGET, settings, timeout=timeout)
        try:
            self.vocabulary = int(self._call("vocabulary"))
        except BaseException:
            self.close()
            raise

    def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Token ids as a prompt gets them, with anything that the file has prepended.

        ``special`` reads markers such as ``<|im_start|>`` as one token.
        """
        return list(self._call("tokenize", text=text, special=special))

    def detokenize(self, ids: Sequence[int]) -> str:
        """The text of ``ids``, special tokens written out."""
        return str(self._call("detokenize", ids=list(ids)))

    def apply_template(self, messages: Sequence[Mapping[str, Any]], *, generation_prompt: bool = True) -> str:
        """The chat as text, rendered by the template inside the file."""
        asked = [dict(message) for message in messages]
        return str(self._call("template", messages=asked, generation_prompt=generation_prompt))

    def logprobs(self, ids: Sequence[int], start: int = 0) -> list[array[float]]:
        """Natural log-probabilities of the whole vocabulary after ``ids[:k]``, k = start+1 .. len.

        One float32 array of length ``vocabulary`` for each position.
        """
        positions = range(start + 1, len(ids) + 1)
        return [self._distribution(list(ids[:count])) for count in positions]

    def stops(self, token: int) -> bool:
        """Whether generation ends when the model says ``token``."""
        return bool(self._call("stops", token=token))

    def complete(
        self,
        prompt: str | Sequence[int],
        *,
        limit: int = 256,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        seed: int = 0,
    ) -> Completion:
        """Go on after ``prompt``, at most ``limit`` tokens; temperature 0 is greedy."""
        reply = self._call(
            "complete",
            prompt=prompt if isinstance(prompt, str) else list(prompt),
            limit=limit,
            temperature=temperature,
            stop=list(stop),
            seed=seed,
        )
        return Completion(reply["text"], tuple(reply["tokens"]), reply["stopped"])

    def _distribution(self, ids: list[int]) -> array[float]:
        values = array("f")
        values.frombytes(base64.b64decode(self._call("logprobs", ids=ids)))
        return values

    def _call(self, name: str, **arguments: Any) -> Any:
        try:
            return self._worker.call({"call": name, **arguments})
        except WorkerTimeout:
            raise
        except WorkerDied as fault:
            message = f"the engine died on this file: {fault.message}"
            raise DataError(message, path=self.path) from None
        except WorkerError as fault:
            raise DataError(f"the engine refused: {fault.message}", path=self.path) from None

    def close(self) -> None:
        """End the child process."""
        self._worker.__exit__()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _is_small(path: Path) -> bool:
    return path.is_file() and path.stat().st_size < _SMALL


def serve(config: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Any]:
    """Load the file in this process; the handler that answers the calls of :class:`Engine`."""
    return _Child(config).handle


class _Scored(msgspec.Struct):
    id: int
    logprob: float


class _Position(msgspec.Struct):
    top_logprobs: list[_Scored]


class _Scores(msgspec.Struct):
    completion_probabilities: list[_Position]


class _Child:
    def __init__(self, config: Mapping[str, Any]) -> None:
        xllamacpp = importlib.import_module("xllamacpp")
        self._key = secrets.token_urlsafe(24)
        # Held, because the server ends with the object.
        self._server = xllamacpp.Server(_parameters(xllamacpp.CommonParams(), config, self._key))
        address = urlsplit(self._server.listening_address)
        self._connection = HTTPConnection(address.hostname or "127.0.0.1", address.port)
        models = json.loads(self._ask("GET", "/v1/models"))
        self._vocabulary = int(models["data"][0]["meta"]["n_vocab"])
        self._plain = self.do_tokenize("a", special=False)[-1]

    def handle(self, request: Mapping[str, Any]) -> Any:
        arguments = dict(request)
        return getattr(self, "do_" + arguments.pop("call"))(**arguments)

    def do_vocabulary(self) -> int:
        return self._vocabulary

    def do_tokenize(self, text: str, special: bool) -> Any:
        asked = {"content": text, "add_special": True, "parse_special": special}
        return self._post("/tokenize", asked)["tokens"]

    def do_detokenize(self, ids: list[int]) -> Any:
        return self._post("/detokenize", {"tokens": ids})["content"]

    def do_template(self, messages: list[Any], generation_prompt: bool) -> Any:
        asked = {"messages": messages, "add_generation_prompt": generation_prompt}
        return self._post("/apply-template", asked)["prompt"]

    def do_logprobs(self, ids: list[int]) -> str:
        asked = {
            "prompt": ids,
            "n_predict": 1,
            "n_probs": self._vocabulary,
            "temperature": 0,
            "cache_prompt": True,
            # Scores come from before the bias; a reply that stops at once would carry none.
            "logit_bias": [[self._plain, 1e6]],
        }
        scores = msgspec.json.decode(self._ask("POST", "/completion", asked), type=_Scores)
        values = array("f", [-math.inf]) * self._vocabulary
        for scored in scores.completion_probabilities[0].top_logprobs:
            values[scored.id] = scored.logprob
        return base64.b64encode(values.tobytes()).decode()

    def do_stops(self, token: int) -> bool:
        # A token that is all but certain to be said ends the reply as 'eos', or it does not.
        asked = {"prompt": [token], "n_predict": 1, "temperature": 0, "logit_bias": [[token, 1e6]]}
        return bool(self._post("/completion", asked)["stop_type"] == "eos")

    def do_complete(
        self, prompt: str | list[int], limit: int, temperature: float, stop: list[str], seed: int
    ) -> dict[str, Any]:
        asked = {
            "prompt": prompt,
            "n_predict": limit,
            "temperature": temperature,
            "stop": stop,
            "seed": seed,
            "return_tokens": True,
            "cache_prompt": True,
        }
        reply = self._post("/completion", asked)
        return {"text": reply["content"], "tokens": reply["tokens"], "stopped": reply["stop_type"]}

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return json.loads(self._ask("POST", path, body))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, headers)
        response = self._connection.getresponse()
        raw = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {raw[:300].decode(errors='replace')}")
        return raw


def _parameters(parameters: Any, config: Mapping[str, Any], key: str) -> Any:
    parameters.model.path = config["path"]
    parameters.n_ctx = config["context"]
    parameters.n_parallel = 1
    parameters.n_gpu_layers = config.get("gpu_layers", 0)
    parameters.api_keys = [key]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.ui = False
    parameters.warmup = False
    parameters.fit_params = False
    parameters.n_threads_http = 2
    parameters.verbosity = 1
    for pool in (parameters.cpuparams, parameters.cpuparams_batch):
        pool.poll = 0  # waiting threads sleep rather than spin
        if config["threads"]:
            pool.n_threads = config["threads"]
    return parameters
