"""The length signal, and the samples to which it does not apply."""

from __future__ import annotations

import re

import msgspec

from afs_core import TrainingSample

__all__ = ["VALUE_KINDS", "LengthCurve", "asks_value"]

#: ``prov.kind`` or ``_metadata.kind`` of samples whose right answer is one value.
VALUE_KINDS = frozenset(
    {"address", "reverse-address", "constant", "value", "register", "symbol", "name", "number", "lookup"}
)
_ASKED = re.compile(
    r"\b(address|value|number|name|constant|symbol|label|register|opcode|mnemonic|bank|offset|size"
    r"|bytes?|cycles?|how (?:many|much)|which|where|who|when)\b"
)


class LengthCurve(msgspec.Struct, frozen=True):
    """Score of an answer by its characters.

    0 to .5 up to ``least``, on to 1 at ``ideal``, down to .7 at ``most``, .5 beyond it.
    """

    least: int
    ideal: int
    most: int

    def value(self, length: int) -> float:
        if length < self.least:
            return 0.5 * length / self.least
        if length <= self.ideal:
            return 0.5 + 0.5 * (length - self.least) / (self.ideal - self.least)
        if length <= self.most:
            return 1.0 - 0.3 * (length - self.ideal) / (self.most - self.ideal)
        return 0.5


def asks_value(sample: TrainingSample) -> bool:
    """Whether the right answer is one value (an address, a number, a name), so that its length
    says nothing about it."""
    metadata = sample._metadata
    if metadata.get("answer") == "value":
        return True
    kind = metadata.get("kind")
    if isinstance(kind, str) and kind in VALUE_KINDS:
        return True
    prov = sample.prov
    if prov is not None and prov.kind in VALUE_KINDS:
        return True
    one_token = len(sample.output.split(None, 1)) == 1
    return one_token and _ASKED.search(sample.instruction.casefold()) is not None
