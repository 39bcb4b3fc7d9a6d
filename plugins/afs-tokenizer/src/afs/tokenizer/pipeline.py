"""The tokenizer as ``tokenizers`` runs it and ``tokenizer.json`` holds it."""

from __future__ import annotations

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

from .pieces import PIECES
from .seeds import Merges

__all__ = ["pipeline"]


def pipeline(merges: Merges) -> Tokenizer:
    """Pieces, their bytes, merges; and bytes again. Token ids follow ``merges.tokens``."""
    vocabulary = {token: number for number, token in enumerate(merges.tokens)}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges.pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer
