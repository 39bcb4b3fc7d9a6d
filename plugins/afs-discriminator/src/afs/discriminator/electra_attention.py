"""The attention of an ELECTRA, in less time on a CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import pad, scaled_dot_product_attention

__all__ = ["quickened"]

_STEP = 16  # tokens: the kernel takes twice as long for other numbers of keys


class _Attention(torch.nn.Module):
    """The same numbers as ``attention`` gives: shape (windows, longest, width), and no weights.

    Queries, keys and values are one product, and keys are filled up to what the kernel is quick with.
    """

    def __init__(self, attention: Any) -> None:
        super().__init__()
        parts = attention.query, attention.key, attention.value
        self.heads = attention.num_attention_heads
        self.projection = torch.nn.Linear(parts[0].in_features, sum(part.out_features for part in parts))
        with torch.no_grad():
            self.projection.weight.copy_(torch.cat([part.weight for part in parts]))
            self.projection.bias.copy_(torch.cat([part.bias for part in parts]))

    def forward(
        self, hidden: torch.Tensor, attention_mask: torch.Tensor | None = None, **_: Any
    ) -> tuple[torch.Tensor, None]:
        queries, keys, values = self.projection(hidden).chunk(3, -1)
        if fill := -hidden.shape[1] % _STEP:
            keys, values = pad(keys, (0, 0, 0, fill)), pad(values, (0, 0, 0, fill))
            if attention_mask is None:
                attention_mask = torch.ones((1, 1, 1, hidden.shape[1]), dtype=torch.bool)
            attention_mask = pad(attention_mask, (0, fill))
        attended = scaled_dot_product_attention(
            self._heads(queries), self._heads(keys), self._heads(values), attn_mask=attention_mask
        )
        return attended.transpose(1, 2).flatten(2), None

    def _heads(self, states: torch.Tensor) -> torch.Tensor:
        return states.view(*states.shape[:2], self.heads, -1).transpose(1, 2)


def quickened(model: Any) -> Any:
    """``model`` with another attention in each layer but the last; for scoring on a CPU, not for training."""
    for layer in model.electra.encoder.layer[:-1]:
        layer.attention.self = _Attention(layer.attention.self)
    return model
