"""When two samples ask the same: one normal form of text, and 64-bit keys of it."""

from __future__ import annotations

from hashlib import blake2b

from afs_core import TrainingSample

__all__ = ["digest64", "exchange", "normalise", "question"]


def normalise(text: str) -> str:
    """``text`` without case, every run of Unicode white space one blank, none at the ends."""
    folded = text.casefold()
    if "  " in folded or _has_other_space(folded):
        return " ".join(folded.split())
    return folded.strip(" ")


def _has_other_space(text: str) -> bool:
    """Whether ``text`` may hold white space that is no blank."""
    if not text.isascii():
        return not text.isprintable()  # as all white space but the blank is not
    return (
        "\n" in text
        or "\t" in text
        or "\r" in text
        or "\x0b" in text
        or "\x0c" in text
        or "\x1c" in text
        or "\x1d" in text
        or "\x1e" in text
        or "\x1f" in text
    )


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
