"""Train, validation and test: by group, stratified, seeded, in one order.

    splits = split_dataset(input_path=Path("balanced.jsonl"), train_ratio=0.8, val_ratio=0.1)

Samples of one group (variants of one sample, chunks of one source) stay on one side; see
:mod:`afs.training.assignment` for what that costs the ratios.
"""

from __future__ import annotations

import logging
import random
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from afs.dedupe import digest64
from afs.training.assignment import SPLITS, Groups, Ratios, Stratum, assign, missed
from afs.training.fields import field_reader
from afs_core import DataError, Run, TrainingSample, UsageError, read_samples
from afs_core.verdict import Assign, Verdict, apply_keyed

__all__ = ["Split", "SplitConfig", "split_dataset"]

Grouper = Callable[[TrainingSample], str]

_ALONE = "none"
_SHOWN = 5
_TOGETHER = 1024
_ASSIGN = tuple(Assign(split) for split in SPLITS)


class SplitConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ratios, strata and groups of a split."""

    train_ratio: Annotated[float, Meta(description="Share of the train split", ge=0, le=1)] = 0.8
    val_ratio: Annotated[float, Meta(description="Share of the validation split", ge=0, le=1)] = 0.1
    test_ratio: Annotated[float | None, Meta(description="Share of the test split; unset means the rest")] = (
        None
    )
    stratify_by: Annotated[
        str, Meta(description="Field whose values keep their shares in every split, or none")
    ] = "domain"
    group_by: Annotated[
        str,
        Meta(description="Field whose equal values stay together; group: by provenance, none: each alone"),
    ] = "group"
    previous: Annotated[
        Path | None, Meta(description="Folder of an earlier split: what was in its val and test stays there")
    ] = None

    @property
    def ratios(self) -> Ratios:
        return Ratios.of(self.train_ratio, self.val_ratio, self.test_ratio)


class Split:
    """Sets ``prov.split`` of every sample; the writer of a folder partitions by it.

    Looks twice: first at groups and strata, then at the samples. Between the two it holds four
    bytes a sample and a few words a group. Drops nothing and keeps the order.
    """

    Config = SplitConfig
    rereads = True
    assigns = True
    #: Group, stratum, and the split (1 or 2) that an earlier split holds the sample in.
    columns = "QsB"

    def __init__(self, config: SplitConfig, run: Run) -> None:
        config.ratios  # noqa: B018  (a wrong ratio is refused before anything is read)
        self._config = config
        self._run = run

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        return apply_keyed(self, samples, self._run)

    @cached_property
    def key(self) -> Callable[[TrainingSample], tuple[int, str, int]]:
        """What takes the key of a sample; reads an earlier split first, where there is one."""
        return _Keys(self._config).reader

    def decide(self, keys: Iterable[tuple[int, str, int]], /) -> Iterator[Verdict]:
        plan = _Plan(keys, self._config, self._run.rng("split"))
        for message in _told(plan.strata):
            self._run.warn(message)
        yield from plan.verdicts()


def split_dataset(
    samples: Iterable[TrainingSample] | None = None,
    *,
    input_path: Path | str | None = None,
    train_ratio: float = 0.8,
    val_ratio: float = 0.1,
    test_ratio: float | None = None,
    stratify_by: str | None = "domain",
    group_by: str | None = "group",
    seed: int = 42,
    previous: Path | str | None = None,
) -> dict[str, list[TrainingSample]]:
    """``{"train": [...], "val": [...], "test": [...]}`` of samples or of a file, order kept.

    The same samples and seed give the same splits as ``afs training prepare``.
    """
    if (samples is None) == (input_path is None):
        raise UsageError("split_dataset takes samples or input_path, one of them")
    rows = list(
        read_samples(Path(input_path).expanduser()) if samples is None and input_path else samples or ()
    )
    config = SplitConfig(
        train_ratio=train_ratio,
        val_ratio=val_ratio,
        test_ratio=test_ratio,
        stratify_by=stratify_by or _ALONE,
        group_by=group_by or _ALONE,
        previous=Path(previous).expanduser() if previous else None,
    )
    plan = _Plan(map(_Keys(config).reader, rows), config, random.Random(f"{seed}:split"))
    for message in _told(plan.strata):
        logging.getLogger(__name__).warning(message)
    splits: dict[str, list[TrainingSample]] = {name: [] for name in SPLITS}
    for sample, verdict in zip(rows, plan.verdicts(), strict=True):
        splits[verdict.split].append(verdict.to(sample))
    return splits


class _Keys:
    """What a split needs to know of each sample."""

    def __init__(self, config: SplitConfig) -> None:
        self._grouper = _grouper(config.group_by)
        self._stratum = field_reader(config.stratify_by) if config.stratify_by != _ALONE else _one_stratum
        self._earlier = _Earlier(config.previous, self._grouper) if config.previous else None
        self._digests = lru_cache(maxsize=1 << 14)(digest64)

    @property
    def reader(self) -> Callable[[TrainingSample], tuple[int, str, int]]:
        """What takes group, stratum and earlier split of a sample."""
        digests, grouper, stratum, earlier = self._digests, self._grouper, self._stratum, self._earlier
        if earlier is not None:
            return self._beside(earlier)
        if grouper is None:
            return lambda sample: (0, stratum(sample), 0)
        return lambda sample: (digests(grouper(sample)), stratum(sample), 0)

    def _beside(self, earlier: _Earlier) -> Callable[[TrainingSample], tuple[int, str, int]]:
        def key(sample: TrainingSample) -> tuple[int, str, int]:
            group = 0 if self._grouper is None else self._digests(self._grouper(sample))
            return group, self._stratum(sample), earlier.split(sample, group)

        return key


class _Plan:
    """The split of every sample, decided when all keys were seen."""

    def __init__(self, keys: Iterable[tuple[int, str, int]], config: SplitConfig, rng: random.Random) -> None:
        alone = config.group_by == _ALONE
        groups, pinned, held = Groups(), dict[int, int](), array("B")

        def gathered() -> Iterator[int]:
            rest = iter(keys)
            while some := list(islice(rest, _TOGETHER)):
                numbers, strata, splits = zip(*some, strict=True)
                held.extend(splits)
                yield from groups.alone(strata) if alone else groups.gather(zip(numbers, strata, strict=True))

        rows = array("I", gathered())
        if any(held):
            for number, split in zip(rows, held, strict=True):
                if split:
                    pinned.setdefault(number, split)
        self._rows = rows
        self._splits, self.strata = assign(groups, config.ratios, rng, pinned)

    def verdicts(self) -> Iterator[Assign]:
        return (_ASSIGN[self._splits[number]] for number in self._rows)


class _Earlier:
    """What an earlier split holds in val or test: samples by identity, and their groups."""

    def __init__(self, folder: Path, grouper: Grouper | None) -> None:
        self._samples: dict[int, int] = {}
        self._groups: dict[int, int] = {}
        files = [(split, folder / f"{SPLITS[split]}.jsonl") for split in (1, 2)]
        if not any(path.exists() for _, path in files):
            raise DataError("expected a folder with val.jsonl or test.jsonl", path=folder)
        for split, path in files:
            for sample in read_samples(path) if path.exists() else ():
                self._samples.setdefault(int(sample.sample_id, 16), split)
                if grouper is not None:
                    self._groups.setdefault(digest64(grouper(sample)), split)

    def split(self, sample: TrainingSample, key: int) -> int:
        """1 or 2, or 0 for a sample that was not held back."""
        return self._samples.get(int(sample.sample_id, 16)) or self._groups.get(key, 0)


def _one_stratum(sample: TrainingSample) -> str:
    return ""


def _grouper(name: str) -> Grouper | None:
    """How samples are grouped; None where each stands alone."""
    if name == _ALONE:
        return None
    if name == "group":
        return attrgetter("group")
    field = field_reader(name)
    return lambda sample: field(sample) or sample.group


def _told(strata: Iterable[Stratum]) -> Iterator[str]:
    """One line for each stratum whose groups do not fit its ratios, the worst first."""
    worst = missed(strata)
    for stratum in worst[:_SHOWN]:
        got = "/".join(map(str, stratum.counts))
        asked = "/".join(map(str, stratum.targets))
        yield f"split: groups stay whole, so {stratum.name or 'the data'} has {got} samples for {asked} asked"
    if len(worst) > _SHOWN:
        yield f"split: and {len(worst) - _SHOWN} more strata are off by at most {worst[_SHOWN].deviation}"
