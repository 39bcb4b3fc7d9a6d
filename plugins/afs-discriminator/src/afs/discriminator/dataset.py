"""Labelled texts out of real ones: each with a fake beside it, split by file, and of the same lengths.

Every step counts what it leaves out. The same sources and seed give the same lines.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from afs.discriminator.backend import FAKE, REAL, Example
from afs.discriminator.corruption import Corruption, corruptions
from afs.discriminator.domains import fits, pieces
from afs.discriminator.evidence import FAULTY, Evidence
from afs.discriminator.stand_ins import CodeBase
from afs.discriminator.units import Unit, files_of, units_of
from afs_core import DataError, Run, read_samples

__all__ = ["GENERATED", "SPLITS", "Dataset", "build_examples"]

GENERATED: Final = "generated"
SPLITS: Final = {"train": 0.7, "val": 0.1, "test": 0.2}
_STEPS_PER_DOUBLING: Final = 3
_TRIES: Final = 3


class Dataset(msgspec.Struct, kw_only=True):
    """The examples, in order, and why other texts are not among them."""

    examples: list[Example]
    files: int
    units: int
    dropped: Counter[str] = msgspec.field(default_factory=Counter)
    kinds: Counter[str] = msgspec.field(default_factory=Counter)


def build_examples(
    sources: Sequence[Path],
    run: Run,
    *,
    generated: Sequence[Path] = (),
    kinds: Sequence[str] = (),
    limit: int | None = None,
    fakes: int = 1,
    shares: Mapping[str, float] = SPLITS,
) -> Dataset:
    """One fake for each real text of ``sources``; ``fakes`` of different kinds in the train split.

    ``generated`` are samples that a model made, fakes as they are. ``kinds`` are the corruptions that are
    used, all of them by default; ``limit`` takes at most so many real texts, by chance. ``shares`` are those
    of the splits.
    """
    names = list(files_of(sources))
    found = Dataset(examples=[], files=len(names), units=0)
    units = _distinct(_read(names, sources, run, found.dropped), found.dropped)
    found.units = len(units)
    rng = run.rng("discriminator-data")
    if limit is not None and len(units) > limit:
        found.dropped["beyond the limit"] += len(units) - limit
        units = [units[place] for place in sorted(rng.sample(range(len(units)), limit))]
    splits = split_files(units, rng, shares)
    maker = _Maker(units, splits, _chosen(kinds), Evidence(_code_base(sources), run.seed), run)
    pairs = maker.pairs(fakes, found.dropped)
    made = [*pairs, *_generated(generated, units, rng, found.dropped)]
    found.examples = _balanced(made, fakes, rng, found.dropped)
    found.kinds = Counter(example.kind for example in found.examples if example.label == FAKE)
    return found


def _read(
    files: Sequence[tuple[Path, str]], sources: Sequence[Path], run: Run, dropped: Counter[str]
) -> Iterator[Unit]:
    """The units of all files. What lies in a folder and holds no samples is passed over and counted."""
    with run.progress("read", len(files)) as bar:
        for path, name in files:
            run.check_cancelled()
            bar.advance()
            try:
                yield from units_of(path, name)
            except DataError as fault:
                if path in sources:
                    raise
                run.warn(f"passed over: {fault.message}")
                dropped["files that hold no samples"] += 1


def _code_base(sources: Sequence[Path]) -> CodeBase:
    return CodeBase.read(path for path in sources if path.is_dir())


def _chosen(kinds: Sequence[str]) -> list[Corruption]:
    known = corruptions()
    return [known[kind] for kind in kinds] if kinds else list(known.values())


def _key(text: str) -> str:
    return " ".join(text.lower().split())


def _distinct(units: Iterable[Unit], dropped: Counter[str]) -> list[Unit]:
    seen: set[str] = set()
    kept: list[Unit] = []
    for unit in units:
        key = _key(unit.text)
        if key in seen:
            dropped["real texts that are there already"] += 1
            continue
        seen.add(key)
        kept.append(unit)
    return kept


def split_files(units: Iterable[Unit], rng: Random, shares: Mapping[str, float]) -> dict[str, str]:
    """A split for each source, so that the units of each domain are shared out by ``shares``.

    A source counts for the domain of its first unit; the largest are placed first.
    """
    counts: Counter[str] = Counter()
    domains: dict[str, str] = {}
    for unit in units:
        counts[unit.source] += 1
        domains.setdefault(unit.source, unit.domain)
    totals: Counter[str] = Counter()
    for source, count in counts.items():
        totals[domains[source]] += count
    order = sorted(counts)
    rng.shuffle(order)
    held: Counter[tuple[str, str]] = Counter()
    found = {}
    for source in sorted(order, key=lambda name: -counts[name]):
        domain = domains[source]
        split = max(shares, key=lambda name: shares[name] * totals[domain] - held[domain, name])
        found[source] = split
        held[domain, split] += counts[source]
    return found


class _Maker:
    """Makes a fake of every unit; what is spliced in comes from the same split and domain."""

    def __init__(
        self, units: list[Unit], splits: dict[str, str], kinds: list[Corruption], evidence: Evidence, run: Run
    ) -> None:
        self._units, self._splits, self._evidence, self._run = units, splits, evidence, run
        self._kinds: dict[str, list[Corruption]] = defaultdict(list)
        for kind in kinds:
            self._kinds[kind.domain].append(kind)
        self._real = {_key(unit.text) for unit in units}
        self._others: dict[tuple[str, str], list[str]] = defaultdict(list)
        for unit in units:
            self._others[splits[unit.source], unit.domain].append(unit.text)
        self._made: Counter[str] = Counter()

    def pairs(self, fakes: int, dropped: Counter[str]) -> list[Example]:
        """Every unit with its fakes behind it."""
        found: list[Example] = []
        with self._run.progress("corrupt", len(self._units)) as bar:
            for number, unit in enumerate(self._units):
                self._run.check_cancelled()
                bar.advance()
                split = self._splits[unit.source]
                wanted = fakes if split == "train" else 1
                made = self._fakes(unit, wanted, self._run.rng(f"fake {number}"), dropped)
                if made:
                    found += [_example(unit, split), *made]
                else:
                    dropped["real texts of which no fake could be made"] += 1
        return found

    def _fakes(self, unit: Unit, wanted: int, rng: Random, dropped: Counter[str]) -> list[Example]:
        """Fakes of the kinds that there are fewest of yet, as far as the text allows."""
        kinds = self._kinds[unit.domain]
        found: list[Example] = []
        for kind in sorted(rng.sample(kinds, len(kinds)), key=lambda kind: self._made[kind.kind]):
            if len(found) == wanted:
                break
            texts = (self._corrupted(unit, kind, rng, dropped) for _ in range(_TRIES))
            text = next((text for text in texts if text is not None), None)
            if text is not None:
                self._made[kind.kind] += 1
                real = _example(unit, self._splits[unit.source])
                found.append(msgspec.structs.replace(real, text=text, label=FAKE, kind=kind.kind))
        return found

    def _corrupted(self, unit: Unit, kind: Corruption, rng: Random, dropped: Counter[str]) -> str | None:
        other = rng.choice(self._others[self._splits[unit.source], unit.domain])
        changed = kind.make(unit.text, rng, other)
        if changed is None:
            return None
        key = _key(changed)
        if key in self._real:
            dropped["corruptions that are another real text"] += 1
            return None
        verdict = self._evidence.of(unit.text, changed, unit.domain)
        if verdict != FAULTY:
            dropped[f"corruptions that are {_SAID[verdict]}"] += 1
            return None
        self._real.add(key)
        return changed


_SAID: Final = {"alike": "not shown to do anything else", "unknown": "of unknown effect"}


def _example(unit: Unit, split: str) -> Example:
    return Example(
        text=unit.text,
        label=REAL,
        source=unit.source,
        start=unit.start,
        end=unit.end,
        domain=unit.domain,
        split=split,
    )


def _generated(paths: Sequence[Path], units: list[Unit], rng: Random, dropped: Counter[str]) -> list[Example]:
    """Pieces of answers that a model wrote; those of one group are in one split."""
    seen = {_key(unit.text) for unit in units}
    splits: dict[str, str] = {}
    found: list[Example] = []
    for file, sample in ((path, sample) for path in paths for sample in read_samples(path)):
        source = f"{file.name}#{sample.group}"
        if source not in splits:
            splits[source] = rng.choices(list(SPLITS), list(SPLITS.values()))[0]
        for piece in filter(fits, pieces(sample.output)):
            if _key(piece.text) in seen:
                dropped["generated texts that are there already"] += 1
                continue
            seen.add(_key(piece.text))
            found.append(
                Example(piece.text, FAKE, GENERATED, source, domain=piece.domain, split=splits[source])
            )
    return found


def _balanced(examples: list[Example], fakes: int, rng: Random, dropped: Counter[str]) -> list[Example]:
    """As many fakes for each real text, ``fakes`` in the train split and one elsewhere, at each length in
    each domain and split; chosen by chance."""
    cells: dict[tuple[str, str, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place, example in enumerate(examples):
        cells[_cell(example)][example.label].append(place)
    kept: list[int] = []
    for (split, _, _), (real, fake) in cells.items():
        each = fakes if split == "train" else 1
        size = min(len(real), len(fake) // each)
        kept += rng.sample(real, size) + rng.sample(fake, size * each)
        dropped["left out so that lengths tell nothing"] += len(real) + len(fake) - size * (1 + each)
    return [examples[place] for place in sorted(kept)]


def _cell(example: Example) -> tuple[str, str, int]:
    step = round(math.log2(max(1, len(example.text))) * _STEPS_PER_DOUBLING)
    return example.split, example.domain, step
