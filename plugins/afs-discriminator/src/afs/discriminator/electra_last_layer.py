"""The last layer of an ELECTRA for the first token alone, which is all that the classifier reads."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention

__all__ = ["shortened"]


class _FirstToken(torch.nn.Module):
    """The same numbers as ``layer`` gives for the first token; shape (windows, 1, width)."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def forward(
        self, hidden: torch.Tensor, mask: torch.Tensor | None = None, *_: Any, **__: Any
    ) -> torch.Tensor:
        attention, first = self.layer.attention.self, hidden[:, :1]
        attended = scaled_dot_product_attention(
            self._heads(attention.query(first)),
            self._heads(attention.key(hidden)),
            self._heads(attention.value(hidden)),
            attn_mask=mask,
        )
        output = self.layer.attention.output(attended.transpose(1, 2).flatten(2), first)
        found: torch.Tensor = self.layer.feed_forward_chunk(output)
        return found

    def _heads(self, states: torch.Tensor) -> torch.Tensor:
        windows, length, width = states.shape
        heads: int = self.layer.attention.self.num_attention_heads
        return states.view(windows, length, heads, width // heads).transpose(1, 2)


def shortened(model: Any) -> Any:
    """``model`` with its last layer cut to what the classifier reads; for scoring, not for training."""
    layers = model.electra.encoder.layer
    layers[-1] = _FirstToken(layers[-1])
    return model
