"""When two samples ask the same: one normal form of text, and 64-bit keys of it."""

from __future__ import annotations

from hashlib import blake2b

from afs_core import TrainingSample

__all__ = ["digest64", "exchange", "normalise", "question"]


def normalise(text: str) -> str:
    """``text`` without case, every run of Unicode white space one blank, none at the ends."""
    folded = text.casefold()
    if folded.isascii():
        if not (
            "  " in folded
            or "\n" in folded
            or "\t" in folded
            or "\r" in folded
            or "\x0b" in folded
            or "\x0c" in folded
            or "\x1c" in folded
            or "\x1d" in folded
            or "\x1e" in folded
            or "\x1f" in folded
        ):
            return folded.strip(" ")
    # Every white-space character but the blank is unprintable, so printable text has no other.
    elif folded.isprintable() and "  " not in folded:
        return folded.strip(" ")
    return " ".join(folded.split())


def question(sample: TrainingSample) -> str:
    """What the model is asked, normalised: the instruction with its input, or all turns before
    the last answer of a conversation."""
    if sample.messages:
        turns = sample.messages[:-1]
        if len(turns) > 1:
            return "\0".join(f"{turn.role}\0{normalise(turn.content)}" for turn in turns)
    asked = normalise(sample.instruction)
    return f"{asked}\0{normalise(sample.input)}" if sample.input else asked


def exchange(sample: TrainingSample) -> str:
    """The question and its answer, normalised."""
    return f"{question(sample)}\0\0{normalise(sample.output)}"


def digest64(text: str) -> int:
    """64 bits of BLAKE2b, the same in every process.

    Among 10 million texts two different ones share a key with probability 3e-6 (n²/2⁶⁵).
    """
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")
