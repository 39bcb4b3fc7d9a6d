"""The model as transformers runs it: what a GGUF file has to agree with."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from afs_core.errors import Missing

from .safetensors import Floats

__all__ = ["Reference"]


class Reference:
    """A base model folder and its adapter, in float32 on the CPU; nothing is fetched or merged.

    The adapter runs beside the base as PEFT runs it, so that its figures owe nothing to this
    plugin's own merge.
    """

    def __init__(self, base: Path, adapter: Path | None = None) -> None:
        try:
            import torch
            import transformers
        except ImportError as fault:
            raise Missing(
                f"parity compares with transformers, which is not installed ({fault.name})",
                hint="pip install 'afs-gguf[parity]'",
            ) from None
        self._torch = torch
        local = {"local_files_only": True, "trust_remote_code": False}
        self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(base, **local)
        with _quiet(transformers):
            model: Any = transformers.AutoModelForCausalLM.from_pretrained(
                base, dtype=torch.float32, use_safetensors=True, **local
            )
            self._model = _with_adapter(model, adapter).eval()

    def encode(self, text: str) -> list[int]:
        """Token ids with whatever the tokenizer itself adds."""
        return list(self._tokenizer(text)["input_ids"])

    def render(self, messages: Sequence[Mapping[str, str]]) -> str | None:
        """The chat as text, ready for an answer; None where the model has no template."""
        if not self._tokenizer.chat_template:
            return None
        return str(
            self._tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
        )

    def stops(self) -> set[int]:
        """The tokens that end an answer."""
        configured = self._model.generation_config.eos_token_id
        several = configured if isinstance(configured, list) else [configured]
        return {token for token in (*several, self._tokenizer.eos_token_id) if token is not None}

    def logprobs(self, ids: Sequence[int]) -> Floats:
        """Natural log-probabilities, shape (len(ids), vocabulary)."""
        with self._torch.inference_mode():
            logits = self._model(self._torch.tensor([list(ids)])).logits[0].double()
            scores = self._torch.log_softmax(logits, dim=-1)
        return np.asarray(scores.float().numpy(), np.float32)


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Without the bars and the warnings about the libraries' own plans."""
    shown = transformers.utils.logging.is_progress_bar_enabled()
    transformers.utils.logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        if shown:
            transformers.utils.logging.enable_progress_bar()


def _with_adapter(model: Any, adapter: Path | None) -> Any:
    if adapter is None:
        return model
    try:
        from peft import PeftModel
    except ImportError:
        raise Missing("PEFT, which runs the adapter, is not installed", hint="pip install peft") from None
    return PeftModel.from_pretrained(model, adapter, local_files_only=True)
