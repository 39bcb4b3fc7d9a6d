"""``hf:BASE`` and ``hf:BASE+ADAPTER``: a checkpoint in this process, from safetensors only."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from afs.models.chat import ChatModel, Messages, Reply, SequentialChat
from afs.models.reference import split_adapter
from afs_core import DataError

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["CheckpointChat", "CheckpointProvider", "load_checkpoint"]


SMALL = 50_000_000  # parameters


class CheckpointProvider:
    """Opens local checkpoints; a hub name only if it was fetched before."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        device: Annotated[
            Literal["auto", "cpu", "cuda", "mps"], msgspec.Meta(description="Where the model runs")
        ] = "auto"
        batch_size: Annotated[int, msgspec.Meta(description="Conversations answered at once", ge=1)] = 32

    def __init__(self, config: Config, run: Run) -> None:
        self._config, self._run = config, run

    def open(self, target: str) -> ChatModel:
        base, adapter = split_adapter(target)
        folder = self._run.use("resolvers", "model").folder(f"hf:{base}")
        model, tokenizer = load_checkpoint(
            folder, Path(adapter).expanduser() if adapter else None, self._config.device
        )
        return CheckpointChat(f"hf:{target}", model, tokenizer, self._config.batch_size)


def load_checkpoint(base: Path, adapter: Path | None = None, device: str = "auto") -> tuple[Any, Any]:
    """Model in evaluation mode and tokenizer; float32 on a CPU, the checkpoint's type elsewhere.

    Raises DataError for a folder that holds no safetensors checkpoint.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    place = _device(device)
    try:
        dtype: Any = torch.float32 if place == "cpu" else "auto"
        model: Any = AutoModelForCausalLM.from_pretrained(
            base, dtype=dtype, use_safetensors=True, trust_remote_code=False, local_files_only=True
        )
        tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False, local_files_only=True)
    except (OSError, ValueError, SafetensorError) as fault:
        raise DataError(f"expected a checkpoint in safetensors: {fault}", path=base) from None
    if adapter is not None:
        model = _with_adapter(model, adapter)
        if dtype == torch.float32:  # exact to rounding there, and answers come twice as fast
            model = model.merge_and_unload()
    return model.to(device=place).eval(), tokenizer


def _with_adapter(model: Any, adapter: Path) -> Any:
    """``model`` with every tensor of the adapter on it; raises DataError where one does not fit."""
    from peft import PeftModel, get_peft_model_state_dict
    from safetensors import SafetensorError, safe_open

    weights = adapter / "adapter_model.safetensors"
    if not (adapter / "adapter_config.json").is_file() or not weights.is_file():
        raise DataError(f"expected an adapter with adapter_config.json and {weights.name}", path=adapter)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # what is missing is an error below
            adapted = PeftModel.from_pretrained(model, str(adapter), local_files_only=True)
        with safe_open(weights, framework="pt") as file:
            brought = set(file.keys())
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as fault:
        raise DataError(f"the adapter does not fit its base: {fault}", path=adapter) from None
    placed = set(get_peft_model_state_dict(adapted, save_embedding_layers=False))
    if brought != placed:
        odd = ", ".join(sorted(brought ^ placed)[:3])
        raise DataError(
            f"the adapter does not fit its base: {len(brought ^ placed)} tensors: {odd}", path=adapter
        )
    return adapted


def _device(wanted: str) -> str:
    import torch

    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


class CheckpointChat(SequentialChat):
    """One open checkpoint; batches are padded on the left and sorted by nothing, so order is kept."""

    def __init__(self, reference: str, model: Any, tokenizer: Any, batch_size: int = 32) -> None:
        self.reference = reference
        self._model, self._tokenizer, self._batch = model, tokenizer, batch_size
        if tokenizer.eos_token_id is None:
            raise DataError(f"the tokenizer of {reference} names no token that ends a turn (eos_token)")
        self._end = tokenizer.eos_token_id
        self._ends = _ends(model, self._end)
        self._pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else self._end

    def chat(
        self,
        messages: Messages,
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> Reply:
        (reply,) = self._generate([messages], max_tokens, temperature, seed)
        cut = min((reply.text.find(word) for word in stop if word in reply.text), default=-1)
        return reply if cut < 0 else msgspec.structs.replace(reply, text=reply.text[:cut], stopped="stop")

    def chat_many(
        self,
        conversations: Sequence[Messages],
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
    ) -> list[Reply]:
        replies = []
        for batch in self._batches(conversations):
            replies += self._generate(batch, max_tokens, temperature, seed)
        return replies

    def losses(self, conversations: Sequence[Messages]) -> list[float]:
        return [loss for batch in self._batches(conversations) for loss in self._batch_losses(batch)]

    def _batches(self, conversations: Sequence[Messages]) -> Iterator[Sequence[Messages]]:
        for start in range(0, len(conversations), self._batch):
            yield conversations[start : start + self._batch]

    def _prompt(self, messages: Messages) -> list[int]:
        from jinja2 import TemplateError

        chat = [dict(message) for message in messages]
        try:
            encoded = self._tokenizer.apply_chat_template(
                chat, add_generation_prompt=True, tokenize=True, return_dict=True
            )
        except (ValueError, TemplateError) as fault:
            raise DataError(f"{self.reference}: its chat template refuses the chat: {fault}") from None
        return list(encoded["input_ids"])

    def _generate(
        self, batch: Sequence[Messages], max_tokens: int, temperature: float, seed: int
    ) -> list[Reply]:
        import torch

        prompts = [self._prompt(messages) for messages in batch]
        ids, mask = self._padded(prompts, left=True)
        if temperature > 0:
            torch.manual_seed(seed)
        started = time.monotonic()
        with torch.inference_mode(), self._few_threads():
            out = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=max_tokens,
                pad_token_id=self._pad,
                eos_token_id=self._ends,
                **_sampling(temperature),
            )
        seconds = (time.monotonic() - started) / len(batch)
        new = out[:, ids.shape[1] :].tolist()
        return [self._reply(prompt, row, seconds) for prompt, row in zip(prompts, new, strict=True)]

    def _reply(self, prompt: list[int], row: list[int], seconds: float) -> Reply:
        stop = next((place for place, token in enumerate(row) if token in self._ends), None)
        answer = row[:stop]
        return Reply(
            text=self._tokenizer.decode(answer, skip_special_tokens=True),
            prompt_tokens=len(prompt),
            completion_tokens=len(answer),
            seconds=seconds,
            stopped="length" if stop is None else "stop",
        )

    def _batch_losses(self, batch: Sequence[Messages]) -> list[float]:
        import torch

        prompts = [self._prompt(messages[:-1]) for messages in batch]
        answers = [self._answer(messages[-1]) for messages in batch]
        ids, mask = self._padded([p + a for p, a in zip(prompts, answers, strict=True)], left=False)
        begin = min(map(len, prompts)) - 1  # logits before any answer are not made
        places = torch.arange(begin, ids.shape[1] - 1, device=ids.device)
        with torch.inference_mode(), self._few_threads():
            logits = self._model(input_ids=ids, attention_mask=mask, logits_to_keep=places).logits.float()
        likelihoods = torch.log_softmax(logits, dim=-1).gather(2, ids[:, begin + 1 :, None])[:, :, 0]
        losses = []
        for row, prompt, answer in zip(likelihoods, prompts, answers, strict=True):
            start = len(prompt) - 1 - begin
            losses.append(-float(row[start : start + len(answer)].mean()))
        return losses

    def _answer(self, message: Any) -> list[int]:
        ids: list[int] = self._tokenizer(message["content"], add_special_tokens=False)["input_ids"]
        return [*ids, self._end]

    def _padded(self, rows: list[list[int]], *, left: bool) -> tuple[Any, Any]:
        import torch

        width = max(len(row) for row in rows)
        ids, mask = [], []
        for row in rows:
            gap = width - len(row)
            padding, silence, said = [self._pad] * gap, [0] * gap, [1] * len(row)
            ids.append(padding + row if left else row + padding)
            mask.append(silence + said if left else said + silence)
        device = self._model.device
        return torch.tensor(ids, device=device), torch.tensor(mask, device=device)

    @contextmanager
    def _few_threads(self) -> Iterator[None]:
        """One thread for a small model: more gain it nothing, and spin where others want to work."""
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(1 if self._model.num_parameters() < SMALL else before)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def close(self) -> None:
        self._model = None


def _ends(model: Any, end: int) -> list[int]:
    """Tokens after which the model is done: the tokenizer's, and those that the model names."""
    named = model.generation_config.eos_token_id
    return sorted({end, *(named if isinstance(named, list) else [] if named is None else [named])})


def _sampling(temperature: float) -> dict[str, Any]:
    """Greedy, or plain sampling: a checkpoint's own taste (penalties, top-k) would blur a comparison."""
    plain: dict[str, Any] = {"repetition_penalty": 1.0, "no_repeat_ngram_size": 0}
    if temperature <= 0:
        return plain | {"do_sample": False, "temperature": None, "top_k": None, "top_p": None}
    return plain | {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
