"""Samples that differ in everything a plugin may stumble over."""

from __future__ import annotations

from afs_core.sample import Message, Provenance, ToolCall, TrainingSample

__all__ = ["example_samples"]

_ROUTINE = "ReadTide:\n    SEP #$20\n    LDA $7EF3C0 ; height of the water\n    RTS"


def example_samples() -> list[TrainingSample]:
    """Twelve samples: prose and code, one turn and many, with every field set somewhere."""
    return [
        TrainingSample(instruction="What does LDA do?", output="It loads the accumulator.", domain="asm"),
        TrainingSample(
            instruction="Explain this routine.",
            input=_ROUTINE,
            output="It returns the height of the water in A.",
            domain="asm",
            source="Core/tide.asm",
            prov=Provenance(source="Core/tide.asm", start=12, end=15, kind="routine", generator="example"),
        ),
        TrainingSample(
            instruction="Write a routine that clears A.",
            output="Clear:\n    REP #$20\n    LDA #$0000\n    RTS",
            thinking="Sixteen bits are cleared at once, so M has to be off.",
            domain="asm",
            quality_score=0.83,
        ),
        TrainingSample(instruction="Wo liegt der Übergang?", output="Unter der Brücke – 橋の下。 🌉"),
        TrainingSample(instruction="Answer with one word.", output="Yes", _metadata={"tags": ["short"]}),
        TrainingSample(
            instruction="Which address holds the rupees?",
            output="$7EF360",
            domain="memory",
            _metadata={"address": 0x7EF360, "wide": 2**70 + 1, "nested": {"b": [1, None, {"a": "é"}]}},
        ),
        TrainingSample(
            instruction="Plan the first dungeon.",
            output="\n".join(f"Room {number}: a door, a chest and a way on." for number in range(1, 41)),
            domain="design",
        ),
        TrainingSample(
            instruction="How warm is it?",
            output="It is 21 degrees.",
            messages=(
                Message("system", "Answer briefly."),
                Message("user", "How warm is it?"),
                Message("assistant", "", tool_calls=(ToolCall("thermometer", '{"unit": "C"}', "call-1"),)),
                Message("tool", "21", tool_call_id="call-1", name="thermometer"),
                Message("assistant", "It is 21 degrees."),
            ),
        ),
        TrainingSample(
            instruction="And tomorrow?",
            output="Nobody knows.",
            messages=(
                Message("user", "Will it rain?"),
                Message("assistant", "Not today."),
                Message("user", "And tomorrow?"),
                Message("assistant", "Nobody knows."),
            ),
        ),
        TrainingSample(
            instruction="Print a quote.", output='"\\"\t\u2028"', extra={"from_elsewhere": [1, 2]}
        ),
        TrainingSample(
            instruction="Continue the log.",
            output="12:04 boot\n12:05 ready",
            source="notes/log.md",
            prov=Provenance(source="notes/log.md", start=1, end=2, group="log", split="train"),
        ),
        TrainingSample(instruction="Say goodbye.", output="Goodbye.", input="In English.", domain="chat"),
    ]
