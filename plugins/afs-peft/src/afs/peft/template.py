"""From a chat to token ids, and which of them the assistant said.

The chat template of the base says it where it has ``{% generation %}`` markers. A folder whose
own template has none may carry ``chat_template_training.jinja`` beside it. Failing both, the
assistant's words are found by rendering the chat turn by turn, and checked.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from afs_core import DataError

__all__ = ["TRAINING_TEMPLATE", "ChatTokenizer", "Tokens"]

TRAINING_TEMPLATE = "chat_template_training.jinja"
_MARKER = re.compile(r"\{%-?\s*generation\s*-?%\}")

Chat = Sequence[dict[str, Any]]
Span = tuple[int, int]


class Tokens(msgspec.Struct, frozen=True):
    """``trained[i]`` says whether the assistant said ``ids[i]``."""

    ids: list[int]
    trained: list[bool]

    def spans(self) -> list[Span]:
        """Ranges of neighbouring tokens that the assistant said."""
        edges = [i for i, (a, b) in enumerate(pairwise([False, *self.trained, False])) if a != b]
        return list(zip(edges[::2], edges[1::2], strict=True))


class ChatTokenizer:
    """The tokenizer of a base model; opening it and using it needs no torch.

    ``stops`` are the ids that end a turn. Raises DataError where the folder has no tokenizer, no
    template, or a template in which the assistant's words cannot be found.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tokenizer = _open(folder)
        self._tokenizer.model_max_length = sys.maxsize  # lengths are judged elsewhere
        self._template = _template(folder, self._tokenizer)
        self.marked = _MARKER.search(self._template) is not None
        self.stops = _stops(folder, self._tokenizer)
        self._stop_texts = [self._tokenizer.convert_ids_to_tokens(stop) for stop in sorted(self.stops)]

    @property
    def pad(self) -> int:
        """An id to fill batches with; its value is never seen by the model."""
        pad = self._tokenizer.pad_token_id
        return min(self.stops) if pad is None else int(pad)

    def decode(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids)))

    def encode(self, messages: Chat) -> Tokens:
        """Ids of the whole chat. Raises DataError where the template refuses it."""
        chat = [_turn(message) for message in messages]
        return self._marked(chat) if self.marked else self._compared(chat)

    def _marked(self, chat: Chat) -> Tokens:
        encoded = self._apply(chat, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
        return Tokens(list(encoded["input_ids"]), [bool(mark) for mark in encoded["assistant_masks"]])

    def _compared(self, chat: Chat) -> Tokens:
        text = self._apply(chat, tokenize=False)
        spans = [self._span(chat, i, text) for i, turn in enumerate(chat) if turn["role"] == "assistant"]
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        trained = [any(a <= start and end <= b for a, b in spans) for start, end in encoded["offset_mapping"]]
        return Tokens(list(encoded["input_ids"]), trained)

    def _span(self, chat: Chat, index: int, text: str) -> Span:
        """Where turn ``index`` stands in ``text``, up to the end of the token that ends it."""
        before = self._apply(chat[:index], tokenize=False, add_generation_prompt=True)
        said = self._apply(chat[: index + 1], tokenize=False)[len(before) :]
        content = chat[index]["content"].strip()
        begin = said.find(content)
        ends = [
            at + len(stop) for stop in self._stop_texts if (at := said.find(stop, begin + len(content))) >= 0
        ]
        if (
            not text.startswith(before)
            or begin < 0
            or not ends
            or not text.startswith(before + said[: min(ends)])
        ):
            raise DataError(
                "the chat template has no {% generation %} markers, and the assistant's words cannot be "
                f"told from the rest of turn {index + 1}",
                path=self._folder,
                hint=f"put a template with markers into {self._folder / TRAINING_TEMPLATE}",
            )
        return len(before), len(before) + min(ends)

    def _apply(self, chat: Chat, **options: Any) -> Any:
        from jinja2 import TemplateError

        try:
            return self._tokenizer.apply_chat_template(list(chat), chat_template=self._template, **options)
        except (TemplateError, ValueError) as fault:
            raise DataError(f"the chat template refuses a sample: {fault}", path=self._folder) from None


def _open(folder: Path) -> Any:
    try:
        if (folder / "tokenizer.json").is_file():
            from transformers import PreTrainedTokenizerFast

            return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as fault:
        raise DataError(f"expected a tokenizer: {fault}", path=folder) from None


def _template(folder: Path, tokenizer: Any) -> str:
    own = tokenizer.chat_template
    if isinstance(own, dict):
        own = own.get("default", "")
    beside = folder / TRAINING_TEMPLATE
    if beside.is_file() and not _MARKER.search(own or ""):
        own = beside.read_text(encoding="utf-8")
    if not own:
        raise DataError(
            "the base model has no chat template",
            path=folder,
            hint=f"take an instruct model, or put a template into {folder / 'chat_template.jinja'}",
        )
    return str(own)


def _stops(folder: Path, tokenizer: Any) -> frozenset[int]:
    """Ids after which generation stops: the tokenizer's end, and those of generation_config.json."""
    found = {tokenizer.eos_token_id}
    with suppress(OSError, ValueError, AttributeError):
        ends = json.loads((folder / "generation_config.json").read_text(encoding="utf-8")).get("eos_token_id")
        found |= set(ends if isinstance(ends, list) else [ends])
    stops = frozenset(stop for stop in found if isinstance(stop, int))
    if not stops:
        raise DataError("the tokenizer names no token that ends a turn (eos_token)", path=folder)
    return stops


def _turn(message: dict[str, Any]) -> dict[str, Any]:
    """``message`` as templates expect it: arguments of tool calls as objects, not as JSON text."""
    if "tool_calls" not in message:
        return message
    calls = []
    for call in message["tool_calls"]:
        function = call["function"]
        with suppress(ValueError):
            function = {**function, "arguments": json.loads(function["arguments"])}
        calls.append({**call, "function": function})
    return {**message, "tool_calls": calls}
