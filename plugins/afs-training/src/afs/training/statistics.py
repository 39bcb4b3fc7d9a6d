"""What a dataset is like: domains, lengths, tokens, scores. One pass, memory by distinct values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import msgspec

from afs_core import TrainingSample

__all__ = ["CHARACTERS_PER_TOKEN", "DatasetStatistics", "Spread", "describe", "estimated_tokens"]

#: Of English text and code under current tokenizers; a trainer's plan counts exactly.
CHARACTERS_PER_TOKEN = 3.6
_BINS = 10


class Spread(msgspec.Struct, frozen=True):
    """Order statistics of whole numbers (nearest rank)."""

    least: int = 0
    median: int = 0
    p95: int = 0
    most: int = 0
    mean: float = 0.0


class DatasetStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """``tokens`` are estimated; ``histogram`` counts scores in ten bins from 0 to 1."""

    samples: int
    domains: dict[str, int]
    sources: int
    multi_turn: int
    instruction_characters: Spread
    output_characters: Spread
    tokens: int
    longest_tokens: int
    histogram: list[int]
    scored: int
    mean_score: float | None


def estimated_tokens(sample: TrainingSample) -> int:
    """Tokens of everything that is said in a sample, from its characters."""
    if sample.messages:
        length = sum(len(turn.content) + len(turn.thinking or "") for turn in sample.messages)
    else:
        length = sum(map(len, (sample.instruction, sample.input, sample.output, sample.thinking or "")))
    return math.ceil(length / CHARACTERS_PER_TOKEN)


def describe(samples: Iterable[TrainingSample]) -> DatasetStatistics:
    """Statistics of ``samples``, domains from the most frequent."""
    domains: Counter[str] = Counter()
    asked: Counter[int] = Counter()
    answered: Counter[int] = Counter()
    tokens: Counter[int] = Counter()
    total_score, scored = 0.0, 0
    bins = [0] * _BINS
    sources: set[str] = set()
    multi_turn = 0
    for sample in samples:
        domains[sample.domain] += 1
        asked[len(sample.instruction) + len(sample.input)] += 1
        answered[len(sample.output)] += 1
        tokens[estimated_tokens(sample)] += 1
        sources.add(sample.source)
        multi_turn += sample.messages is not None
        if not math.isnan(sample.score):
            total_score += sample.score
            scored += 1
            bins[_bin(sample.score)] += 1
    return DatasetStatistics(
        samples=domains.total(),
        domains=dict(sorted(domains.items(), key=lambda item: (-item[1], item[0]))),
        sources=len(sources),
        multi_turn=multi_turn,
        instruction_characters=_spread(asked),
        output_characters=_spread(answered),
        tokens=sum(value * count for value, count in tokens.items()),
        longest_tokens=max(tokens, default=0),
        histogram=bins,
        scored=scored,
        mean_score=total_score / scored if scored else None,
    )


def _bin(score: float) -> int:
    return min(_BINS - 1, max(0, int(score * _BINS)))


def _spread(values: Counter[int]) -> Spread:
    total = values.total()
    if not total:
        return Spread()
    ordered = sorted(values.items())
    mean = sum(value * count for value, count in ordered) / total
    return Spread(
        least=ordered[0][0],
        median=_rank(ordered, math.ceil(total * 0.5)),
        p95=_rank(ordered, math.ceil(total * 0.95)),
        most=ordered[-1][0],
        mean=mean,
    )


def _rank(ordered: list[tuple[int, int]], rank: int) -> int:
    seen = 0
    for value, count in ordered:
        seen += count
        if seen >= rank:
            return value
    return ordered[-1][0]
