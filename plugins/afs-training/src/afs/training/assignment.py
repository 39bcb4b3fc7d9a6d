"""Which group goes to which split.

Targets are exact: in each stratum the ratios by largest remainder. Groups are placed whole, the
largest first and equals in a seeded order, each into the split that lacks most. So strata of
single samples meet their targets exactly, and a stratum whose groups do not reach into other
strata misses none by as much as its largest group: the lacks of all splits sum to what is still
unplaced, hence the largest lack is positive and its split is overfilled by less than the group.
"""

from __future__ import annotations

import random
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import repeat

import msgspec

from afs_core import UsageError

__all__ = ["SPLITS", "Groups", "Ratios", "Stratum", "assign"]

SPLITS = ("train", "val", "test")
_TRAIN = 0


class Ratios(msgspec.Struct, frozen=True):
    """Shares of the splits, exact, with sum 1."""

    shares: tuple[Fraction, ...]

    @classmethod
    def of(cls, train: float, val: float, test: float | None) -> Ratios:
        """What was written in decimal; ``test`` is the rest where it is None."""
        given = [Fraction(str(ratio)) for ratio in (train, val) + (() if test is None else (test,))]
        rest = [] if test is not None else [1 - sum(given, Fraction())]
        shares = tuple(given + rest)
        if sum(shares) != 1 or any(share < 0 for share in shares):
            raise UsageError(
                f"expected ratios of 0 or more with the sum 1, got train {train:g}, val {val:g}, "
                f"test {'the rest' if test is None else format(test, 'g')}"
            )
        return cls(shares)

    def targets(self, count: int) -> list[int]:
        """``count`` by largest remainder; two or more samples give the train split one first."""
        exact = [share * count for share in self.shares]
        targets = [int(quota) for quota in exact]
        by_remainder = sorted(range(len(exact)), key=lambda split: targets[split] - exact[split])
        for split in by_remainder[: count - sum(targets)]:
            targets[split] += 1
        if count > 1 and self.shares[_TRAIN] and not targets[_TRAIN]:
            targets[targets.index(max(targets))] -= 1
            targets[_TRAIN] = 1
        return targets


class Stratum(msgspec.Struct, frozen=True):
    """Samples of one stratum in each split, as the ratios ask and as the groups allow."""

    name: str
    targets: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def deviation(self) -> int:
        return max(abs(t - c) for t, c in zip(self.targets, self.counts, strict=True))


class Groups:
    """Sizes of groups by stratum, gathered sample by sample; a few machine words a group."""

    def __init__(self) -> None:
        self.strata: dict[str, int] = {}
        self.totals: list[int] = []
        self.sizes = array("I")
        self._numbers: dict[int, int] = {}
        self._stratum = array("I")
        self._mixed: dict[int, dict[int, int]] = {}

    def add(self, key: int, stratum: str) -> int:
        """Count one sample of the group ``key``; returns the group's number."""
        return next(self.gather(((key, stratum),)))

    def gather(self, samples: Iterable[tuple[int, str]]) -> Iterator[int]:
        """Count samples by the key of their group and their stratum; the number of the group of each."""
        strata, totals, sizes, homes = self.strata, self.totals, self.sizes, self._stratum
        numbers, mixed = self._numbers, self._mixed
        for key, stratum in samples:
            place = strata.get(stratum)
            if place is None:
                place = strata[stratum] = len(totals)
                totals.append(0)
            totals[place] += 1
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(sizes)
                sizes.append(1)
                homes.append(place)
            else:
                if place != homes[number] or number in mixed:
                    parts = mixed.setdefault(number, {homes[number]: sizes[number]})
                    parts[place] = parts.get(place, 0) + 1
                sizes[number] += 1
            yield number

    def parts(self, number: int) -> Mapping[int, int]:
        """Samples of a group by stratum."""
        return self._mixed.get(number) or {self._stratum[number]: self.sizes[number]}

    def alone(self, strata: Sequence[str]) -> range:
        """Count samples that are groups of their own, by their strata; the numbers of their groups."""
        begin, home = len(self.sizes), dict[str, int]()
        for stratum, count in Counter(strata).items():
            home[stratum] = place = self.strata.setdefault(stratum, len(self.totals))
            if place == len(self.totals):
                self.totals.append(0)
            self.totals[place] += count
        self._stratum.extend(map(home.__getitem__, strata))
        self.sizes.extend(repeat(1, len(strata)))
        return range(begin, len(self.sizes))

    def home(self, number: int) -> int | None:
        """The one stratum that holds a group; None where it reaches into several."""
        return None if number in self._mixed else self._stratum[number]

    def order(self, rng: random.Random) -> list[int]:
        """All groups, the largest first, equals shuffled."""
        numbers = list(range(len(self.sizes)))
        rng.shuffle(numbers)
        numbers.sort(key=self.sizes.__getitem__, reverse=True)
        return numbers


def assign(
    groups: Groups, ratios: Ratios, rng: random.Random, pinned: Mapping[int, int] | None = None
) -> tuple[bytearray, list[Stratum]]:
    """The split of every group by its number, and how near each stratum came to its targets.

    ``pinned`` groups stay in the split that they name.
    """
    board = _Board(groups, ratios)
    pinned = pinned or {}
    for number, split in pinned.items():
        board.place(number, split)
    board.fill(number for number in groups.order(rng) if number not in pinned)
    return board.splits, board.strata()


class _Board:
    """What each split of each stratum still lacks."""

    def __init__(self, groups: Groups, ratios: Ratios) -> None:
        self._groups = groups
        self._targets = [ratios.targets(total) for total in groups.totals]
        self._lacks = [list(target) for target in self._targets]
        self._open = [split for split, share in enumerate(ratios.shares) if share]
        trains = bool(ratios.shares[_TRAIN])
        self._waiting = {place for place, total in enumerate(groups.totals) if trains and total > 1}
        self.splits = bytearray(len(groups.sizes))

    def fill(self, numbers: Iterable[int]) -> None:
        """Place groups one after the other, each in the open split that lacks most of what it holds;
        in train while a stratum waits for it."""
        home_of, sizes, waiting = self._groups.home, self._groups.sizes, self._waiting
        for number in numbers:
            home = home_of(number)
            if home is None:
                self.place(number, self._best(self._groups.parts(number)))
            elif home in waiting:
                self.place(number, _TRAIN)
            else:
                lacks = self._lacks[home]
                self.splits[number] = split = max(self._open, key=lacks.__getitem__)
                lacks[split] -= sizes[number]

    def _best(self, parts: Mapping[int, int]) -> int:
        if not self._waiting.isdisjoint(parts):
            return _TRAIN
        return max(
            self._open,
            key=lambda split: sum(count * self._lacks[place][split] for place, count in parts.items()),
        )

    def place(self, number: int, split: int) -> None:
        """Put a group in a split, whatever that lacks."""
        self.splits[number] = split
        for place, count in self._groups.parts(number).items():
            self._lacks[place][split] -= count
            if split == _TRAIN:
                self._waiting.discard(place)

    def strata(self) -> list[Stratum]:
        return [
            Stratum(name, tuple(target), tuple(t - lack for t, lack in zip(target, lacks, strict=True)))
            for name, target, lacks in zip(self._groups.strata, self._targets, self._lacks, strict=True)
        ]


def missed(strata: Iterable[Stratum]) -> list[Stratum]:
    """The strata that missed their targets, the worst first."""
    return sorted((s for s in strata if s.deviation), key=lambda s: (-s.deviation, s.name))
