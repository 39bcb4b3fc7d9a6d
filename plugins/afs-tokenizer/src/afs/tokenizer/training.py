"""Learning a vocabulary: byte pairs merged within pieces, on top of what every vocabulary holds.

The merges of the seeds are fixed. ``tokenizers`` learns the rest on texts in which each token that
the seeds leave is one character of a private plane; what it learns is written back as bytes.
The same texts give the same vocabulary, in any order and on any number of cores.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from afs_core import UsageError

from .pipeline import pipeline
from .seeds import Merges, seed_words
from .segments import segments

__all__ = ["learn"]

_PLANE: Final = 0xF0000
_BREAK: Final = "\n"
#: Repetitions of a piece that are handed over at once.
_REPEATS: Final = 4096
#: A pair that occurs once is not learned.
_LEAST: Final = 2


def learn(texts: Iterable[str], size: int) -> Merges:
    """The merges of a vocabulary of ``size`` tokens, fewer where the texts repeat too little.

    Raises UsageError where ``size`` leaves no room for the seeds.
    """
    merges = Merges(seed_words())
    if size < len(merges.tokens):
        raise UsageError(
            f"room for {size:,} tokens beside special ones: expected at least {len(merges.tokens):,}, "
            "for the bytes, hexadecimal bytes, mnemonics and forms that every vocabulary holds"
        )
    counts = _counted(texts, pipeline(merges))
    for left, right in _learned(counts, merges, size):
        if len(merges.tokens) >= size:
            break
        merges.add(left, right)
    return merges


def _counted(texts: Iterable[str], tokenizer: Tokenizer) -> Counter[str]:
    """How often each piece occurs, spelled in byte characters."""
    counts: Counter[str] = Counter()
    cut = tokenizer.pre_tokenizer.pre_tokenize_str
    for text in texts:
        for segment in segments(text):
            counts.update(piece for piece, _ in cut(segment))
    return counts


def _learned(counts: Counter[str], merges: Merges, size: int) -> Iterator[tuple[str, str]]:
    names = list(merges.tokens)
    trainer = trainers.BpeTrainer(
        vocab_size=2 * size,  # different characters may spell the same token
        min_frequency=_LEAST,
        show_progress=False,
        initial_alphabet=[chr(_PLANE + number) for number in range(len(names))],
    )
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Split(_BREAK, "removed")
    learner.train_from_iterator(_spelled(counts, pipeline(merges)), trainer)
    for pair in json.loads(learner.to_str())["model"]["merges"]:
        left, right = ("".join(names[ord(char) - _PLANE] for char in part) for part in pair)
        yield left, right


def _spelled(counts: Counter[str], tokenizer: Tokenizer) -> Iterator[str]:
    """Each piece as often as it occurs, one private character for each token of the seeds."""
    for piece in sorted(counts):
        tokens = tokenizer.model.tokenize(piece)
        if len(tokens) > 1:
            word = "".join(chr(_PLANE + token.id) for token in tokens) + _BREAK
            whole, rest = divmod(counts[piece], _REPEATS)
            yield from [word * _REPEATS] * whole
            yield word * rest
