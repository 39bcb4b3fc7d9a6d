"""When two samples ask the same: one normal form of text, and 64-bit keys of it."""

from __future__ import annotations

from hashlib import blake2b

from afs_core import TrainingSample

__all__ = ["digest64", "exchange", "normalise", "question"]


_BLANKS = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"  # ASCII white space but the blank
_HASH = blake2b(digest_size=8)


def normalise(text: str) -> str:
    """``text`` without case, every run of Unicode white space one blank, none at the ends."""
    folded = text.casefold()
    if folded.isascii():
        tidy = len(folded.encode().translate(None, _BLANKS)) == len(folded)
    else:  # every white-space character but the blank is unprintable
        tidy = folded.isprintable()
    return folded.strip(" ") if tidy and "  " not in folded else " ".join(folded.split())


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
    state = _HASH.copy()  # cheaper than a new one
    state.update(text.encode("utf-8", "surrogatepass"))
    return int.from_bytes(state.digest(), "little")
