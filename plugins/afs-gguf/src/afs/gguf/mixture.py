"""Which element type each tensor gets under each scheme, as ``llama-quantize`` chooses for dense models.

Values and key projections matter more than their size, so the ``_M`` mixtures raise some of the
``attn_v`` and ``ffn_down`` layers to Q6_K. Rows that are not a multiple of 256 cannot hold K
blocks and fall back to the next older type: Qwen2.5-0.5B (896 wide) is mostly Q5_0 in its Q4_K_M.
"""

from __future__ import annotations

from dataclasses import dataclass

from afs_core.errors import UsageError

from .element import BLOCKS, Element
from .qwen2 import Slot

__all__ = ["SCHEMES", "Scheme", "scheme"]

_FALLBACK = {Element.Q4_K: Element.Q5_0, Element.Q5_K: Element.Q5_1, Element.Q6_K: Element.Q8_0}


@dataclass(frozen=True, slots=True)
class Scheme:
    """One quantisation by its common name; ``number`` is ``general.file_type``."""

    name: str
    number: int
    body: Element

    @property
    def mixed(self) -> bool:
        return self.body in _FALLBACK

    def element(self, slot: Slot, layers: int, *, tied: bool) -> Element:
        """The type of ``slot`` in a model of ``layers`` layers; vectors always stay F32."""
        if len(slot.shape) == 1:
            return Element.F32
        element = self.body
        if self.mixed and self._raised(slot, layers, tied):
            element = Element.Q6_K
        weights, _ = BLOCKS[element]
        return _FALLBACK[element] if slot.shape[-1] % weights else element

    def _raised(self, slot: Slot, layers: int, tied: bool) -> bool:
        if slot.layer is None:
            return slot.name == ("token_embd.weight" if tied else "output.weight")
        eighth = layers // 8
        outer = slot.layer < eighth or slot.layer >= 7 * layers // 8
        third = (slot.layer - eighth) % 3 == 2
        return slot.name.endswith(("attn_v.weight", "ffn_down.weight")) and (outer or third)


SCHEMES = {
    entry.name: entry
    for entry in (
        Scheme("BF16", 32, Element.BF16),
        Scheme("F16", 1, Element.F16),
        Scheme("Q8_0", 7, Element.Q8_0),
        Scheme("Q5_K_M", 17, Element.Q5_K),
        Scheme("Q4_K_M", 15, Element.Q4_K),
    )
}


def scheme(name: str) -> Scheme:
    """The scheme called ``name``, in any case; UsageError lists those there are."""
    found = SCHEMES.get(name.upper())
    if found is None:
        raise UsageError(f"no quantisation scheme {name!r}; expected one of {', '.join(SCHEMES)}")
    return found
