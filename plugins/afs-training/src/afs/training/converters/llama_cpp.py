"""Plain text for llama.cpp: one document a sample, with the marks of a chat template or in prompt style.

Written to a ``.txt`` file it is what ``llama-finetune -f`` and ``llama-imatrix -f`` read; the
latter takes the marks for control tokens with ``--parse-special``. The text begins without a
begin-of-text token, which llama.cpp adds itself.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.training.converters.base import Lossy
from afs.training.converters.chatml import ChatMLConverter
from afs.training.converters.conversation import others, required_text, sample_of
from afs.training.converters.thinking import TextCotMode
from afs.training.converters.turn_text import CHATML, GEMMA, LLAMA3, PHI3
from afs_core import DataError, Message, Run, TrainingSample, Unrepresentable

__all__ = ["LlamaCppConverter"]

_MARKS = {marks.name: marks for marks in (CHATML, LLAMA3, GEMMA, PHI3)}
_ASKED, _GIVEN, _ANSWERED = "### Instruction:\n", "\n\n### Input:\n", "\n\n### Response:\n"
_HEADER = re.compile(r"^### (Instruction|Input|Response):", re.MULTILINE)


class LlamaCppConverter(ChatMLConverter):
    """``template`` is llama.cpp's name of a chat template, or ``alpaca`` for the prompt style."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        template: Annotated[
            Literal["chatml", "llama3", "gemma", "phi3", "alpaca"],
            Meta(description="How the text marks who speaks"),
        ] = "chatml"
        cot_mode: TextCotMode = "drop"
        lossy: Lossy = False

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        super().__init__(config, run)
        self._template = (config or self.Config()).template
        self.marks = _MARKS.get(self._template, CHATML)

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        if self._template != "alpaca":
            return super().row(sample)
        if sample.messages or sample.metadata.get("tools"):
            field = "messages" if sample.messages else "_metadata.tools"
            raise Unrepresentable(f"{field}: the alpaca prompt holds one exchange without tools", field=field)
        for field in ("instruction", "input", "output"):
            if _HEADER.search(getattr(sample, field)):
                raise Unrepresentable(f"{field}: holds a header of the alpaca prompt", field=field)
        answer = self.thinking.join(sample.output, sample.thinking, "output")
        if sample.thinking and _HEADER.search(answer):
            raise Unrepresentable("thinking: holds a header of the alpaca prompt", field="thinking")
        given = f"{_GIVEN}{sample.input}" if sample.input else ""
        return {"text": f"{_ASKED}{sample.instruction}{given}{_ANSWERED}{answer}"}

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        if self._template != "alpaca":
            return super().parse(row)
        asked, found, answer = required_text(row, "text", "text").partition(_ANSWERED)
        if not found or not asked.startswith(_ASKED):
            raise DataError("expected text with ### Instruction: and ### Response:")
        instruction, _, given = asked.removeprefix(_ASKED).partition(_GIVEN)
        content, thinking = self.thinking.part(answer)
        turns = [Message("user", instruction), Message("assistant", content, thinking=thinking)]
        sample = sample_of(turns, "text", others=others(row, frozenset({"text"})))
        return msgspec.structs.replace(sample, input=given)

    def matches(self, row: dict[str, Any], /) -> bool:
        if self._template != "alpaca":
            return super().matches(row)
        text = row.get("text")
        return isinstance(text, str) and text.startswith(_ASKED) and _ANSWERED in text
