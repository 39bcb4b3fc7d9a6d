"""What all chat formats share: turns out of a sample, a sample out of turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from afs_core import DataError, Message, TrainingSample

__all__ = ["required_text", "sample_of", "turns_of"]


def turns_of(sample: TrainingSample) -> tuple[Message, ...]:
    """The conversation that the sample stands for."""
    if sample.messages:
        return sample.messages
    asked = f"{sample.instruction}\n\n{sample.input}" if sample.input else sample.instruction
    return (Message("user", asked), Message("assistant", sample.output, thinking=sample.thinking))


def sample_of(
    turns: Sequence[Message],
    field: str,
    *,
    metadata: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any],
) -> TrainingSample:
    """A sample that stands for ``turns``, which must end with the model's.

    One question with one plain answer needs no ``messages``. ``field`` names the place of the
    turns in the row, for the error.
    """
    if not turns or turns[-1].role != "assistant":
        ends = f"a {turns[-1].role}'s" if turns else "none"
        raise DataError(f"expected {field} to end with a turn of the assistant, got {ends}")
    asked = [turn.content for turn in turns if turn.role == "user"]
    if not asked:
        raise DataError(f"expected a turn of the user in {field}, got none")
    plain = len(turns) == 2 and not turns[1].tool_calls and not turns[0].name and not turns[1].name
    return TrainingSample(
        instruction=asked[-1],
        output=turns[-1].content,
        thinking=turns[-1].thinking,
        messages=None if plain else tuple(turns),
        _metadata=dict(metadata or {}),
        extra=dict(extra),
    )


def required_text(row: Mapping[str, Any], key: str, field: str) -> str:
    """``row[key]``, a text; raises DataError that names ``field``."""
    value = row.get(key)
    if not isinstance(value, str):
        raise DataError(f"expected text in {field}, got {type(value).__name__}")
    return value
