"""What a dataset is like: domains, lengths, tokens, scores. One pass, memory by distinct values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import msgspec

from afs.training.assignment import SPLITS
from afs_core import Provenance, TrainingSample

__all__ = ["CHARACTERS_PER_TOKEN", "DatasetStatistics", "Spread", "describe", "estimated_tokens"]

#: Of English text and code under current tokenizers; a trainer's plan counts exactly.
CHARACTERS_PER_TOKEN = 3.6
_BINS = 10
_MOST_SOURCES = 1000


class Spread(msgspec.Struct, frozen=True):
    """Order statistics of whole numbers (nearest rank)."""

    least: int = 0
    median: int = 0
    p95: int = 0
    most: int = 0
    mean: float = 0.0


class DatasetStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """``tokens`` are estimated; ``histogram`` counts scores in ten bins from 0 to 1.

    Provenance is that of samples whose ``prov`` names a source, a generator or parents.
    ``by_source`` has the 1,000 most frequent; ``splits`` is empty where no sample names one.
    """

    samples: int
    domains: dict[str, int]
    sources: int
    by_source: dict[str, int]
    splits: dict[str, int]
    with_provenance: int
    generators: dict[str, int]
    transforms: dict[str, int]
    multi_turn: int
    with_thinking: int
    instruction_characters: Spread
    output_characters: Spread
    sample_tokens: Spread
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
    sources: Counter[str] = Counter()
    origin = _Origin()
    multi_turn = with_thinking = 0
    for sample in samples:
        domains[sample.domain] += 1
        asked[len(sample.instruction) + len(sample.input)] += 1
        answered[len(sample.output)] += 1
        tokens[estimated_tokens(sample)] += 1
        sources[sample.source] += 1
        origin.add(sample.prov)
        multi_turn += sample.messages is not None
        with_thinking += bool(sample.thinking)
        if not math.isnan(sample.score):
            total_score += sample.score
            scored += 1
            bins[_bin(sample.score)] += 1
    return DatasetStatistics(
        samples=domains.total(),
        domains=_frequent(domains),
        sources=len(sources),
        by_source=dict(list(_frequent(sources).items())[:_MOST_SOURCES]),
        splits=origin.named_splits(),
        with_provenance=origin.known,
        generators=_frequent(origin.generators),
        transforms=_frequent(origin.transforms),
        multi_turn=multi_turn,
        with_thinking=with_thinking,
        instruction_characters=_spread(asked),
        output_characters=_spread(answered),
        sample_tokens=_spread(tokens),
        tokens=sum(value * count for value, count in tokens.items()),
        longest_tokens=max(tokens, default=0),
        histogram=bins,
        scored=scored,
        mean_score=total_score / scored if scored else None,
    )


class _Origin:
    """What provenance says, counted."""

    def __init__(self) -> None:
        self.known = 0
        self.splits: Counter[str] = Counter()
        self.generators: Counter[str] = Counter()
        self.transforms: Counter[str] = Counter()

    def add(self, prov: Provenance | None) -> None:
        split = prov.split if prov else ""
        self.splits[split if split in SPLITS else ""] += 1
        if prov is None:
            return
        self.known += bool(prov.source or prov.generator or prov.parents)
        if prov.generator:
            self.generators[prov.generator] += 1
        self.transforms.update(set(prov.transforms))

    def named_splits(self) -> dict[str, int]:
        """In their order, then samples without one; empty where none is named."""
        known = {split: self.splits[split] for split in (*SPLITS, "") if self.splits[split]}
        return known if set(known) - {""} else {}


def _frequent(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


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
