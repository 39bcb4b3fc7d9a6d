"""ChatML text: ``{"text": "<|im_start|>user\\n...<|im_end|>\\n..."}``."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from afs.training.converters.base import Format, Lossy
from afs.training.converters.conversation import others, required_text, sample_of, turns_of
from afs.training.converters.thinking import TextCotMode
from afs.training.converters.turn_text import CHATML, TurnMarks
from afs_core import Message, TrainingSample, Unrepresentable

__all__ = ["ChatMLConverter"]

_ROW = frozenset({"text"})


class ChatMLConverter(Format):
    """Text that a trainer of plain text can read; ``.txt`` outputs hold it bare."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        cot_mode: TextCotMode = "drop"
        lossy: Lossy = False

    marks: TurnMarks = CHATML
    plain_text: ClassVar[bool] = True

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        if sample.metadata and sample.metadata.get("tools"):
            field = "_metadata.tools"
            raise Unrepresentable(f"{field}: {self.marks.name} text has no place for them", field=field)
        turns = [
            self._spoken(turn, f"messages[{place}].content") for place, turn in enumerate(turns_of(sample))
        ]
        return {"text": self.marks.text(turns)}

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        turns = self.marks.turns(required_text(row, "text", "text"))
        read = [self._read(turn) for turn in turns]
        return sample_of(self.answered(read), "text", others=others(row, _ROW))

    def matches(self, row: dict[str, Any], /) -> bool:
        return "messages" not in row and self.marks.begins(row.get("text"))

    def _spoken(self, turn: Message, field: str) -> Message:
        if turn.role != "assistant":
            return turn
        return replace(turn, content=self.thinking.join(turn.content, turn.thinking, field))

    def _read(self, turn: Message) -> Message:
        if turn.role != "assistant":
            return turn
        content, thinking = self.thinking.part(turn.content)
        return replace(turn, content=content, thinking=thinking)
