"""Conversations as one text: what each turn begins and ends with, written and read back.

A text that holds one of the marks would read as other turns than were meant, and a tokenizer
may take it for a control token: it is refused, never written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from afs_core import DataError, Message, Unrepresentable

__all__ = ["CHATML", "GEMMA", "LLAMA3", "PHI3", "TurnMarks"]


class TurnMarks(msgspec.Struct, frozen=True, kw_only=True):
    """``opens`` by role, ``closes`` each turn; ``control`` are the texts that no turn may hold."""

    name: str
    opens: Mapping[str, str]
    closes: str
    control: tuple[str, ...]

    def text(self, turns: Sequence[Message]) -> str:
        """The conversation as text; raises Unrepresentable."""
        return "".join(self._turn(turn, f"messages[{place}]") for place, turn in enumerate(turns))

    def turns(self, text: str) -> list[Message]:
        """The conversation that a text holds; raises DataError."""
        turns, place = [], 0
        closing = self.closes.rstrip("\n")
        while place < len(text):
            role = next((role for role, mark in self.opens.items() if text.startswith(mark, place)), None)
            if role is None:
                raise DataError(f"expected a turn of {self.name} in text, got {text[place : place + 40]!r}")
            start = place + len(self.opens[role])
            end = text.find(closing, start)
            if end < 0:
                raise DataError(f"expected {closing} after the {role}'s turn in text, got its end")
            turns.append(Message(role, text[start:end]))
            place = end + len(self.closes if text.startswith(self.closes, end) else closing)
        return turns

    def begins(self, text: object) -> bool:
        return isinstance(text, str) and text.startswith(tuple(self.opens.values()))

    def _turn(self, turn: Message, field: str) -> str:
        if turn.role not in self.opens:
            roles = ", ".join(self.opens)
            raise Unrepresentable(
                f"{field}.role: {self.name} has {roles}, got {turn.role}", field=f"{field}.role"
            )
        for name in ("tool_calls", "tool_call_id", "name"):
            if getattr(turn, name):
                raise _no_place(self.name, f"{field}.{name}")
        for mark in self.control:
            if mark in turn.content:
                raise Unrepresentable(
                    f"{field}.content: holds {mark}, which {self.name} would read as a mark of its own",
                    field=f"{field}.content",
                )
        return f"{self.opens[turn.role]}{turn.content}{self.closes}"


def _no_place(name: str, field: str) -> Unrepresentable:
    hint = "trl, mlx and axolotl render tools with the model's own template"
    return Unrepresentable(f"{field}: {name} text has no place for it", field=field, hint=hint)


_CHAT = ("system", "user", "assistant")
CHATML = TurnMarks(
    name="chatml",
    opens={role: f"<|im_start|>{role}\n" for role in _CHAT},
    closes="<|im_end|>\n",
    control=("<|im_start|>", "<|im_end|>", "<|endoftext|>"),
)
LLAMA3 = TurnMarks(
    name="llama3",
    opens={role: f"<|start_header_id|>{role}<|end_header_id|>\n\n" for role in _CHAT},
    closes="<|eot_id|>",
    control=(
        "<|start_header_id|>",
        "<|end_header_id|>",
        "<|eot_id|>",
        "<|begin_of_text|>",
        "<|end_of_text|>",
    ),
)
GEMMA = TurnMarks(
    name="gemma",
    opens={"user": "<start_of_turn>user\n", "assistant": "<start_of_turn>model\n"},
    closes="<end_of_turn>\n",
    control=("<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>"),
)
PHI3 = TurnMarks(
    name="phi3",
    opens={role: f"<|{role}|>\n" for role in _CHAT},
    closes="<|end|>\n",
    control=(*(f"<|{role}|>" for role in _CHAT), "<|end|>", "<|endoftext|>"),
)
