"""Which text of a sample near-duplicates are judged by."""

from __future__ import annotations

from collections.abc import Callable

from afs.dedupe.key import normalise
from afs_core import TrainingSample

__all__ = ["FIELDS"]


def _instruction(sample: TrainingSample) -> str:
    return normalise(sample.instruction)


def _question(sample: TrainingSample) -> str:
    """All that comes before the last answer, but system prompts, which many samples share."""
    if sample.messages and len(sample.messages) > 2:
        turns = (turn.content for turn in sample.messages[:-1] if turn.role != "system")
        return _joined(*turns)
    if not sample.input:
        return normalise(sample.instruction)
    return _joined(sample.instruction, sample.input)


def _pair(sample: TrainingSample) -> str:
    return _joined(_question(sample), sample.output)


def _output(sample: TrainingSample) -> str:
    return normalise(sample.output)


def _joined(*texts: str) -> str:
    return " ".join(filter(None, map(normalise, texts)))


#: The normalised text of a sample by the name of the field.
FIELDS: dict[str, Callable[[TrainingSample], str]] = {
    "question": _question,
    "instruction": _instruction,
    "pair": _pair,
    "output": _output,
}
