"""The composite score on the sample ROM hack: what of planted corruptions it removes, and what it keeps.

    python plugins/afs-discriminator/benchmarks/sample_hack.py

Ten folds by file: each text is scored by a discriminator (n-gram) that has seen nothing of its file, by the
check of its assembly, and by the addresses and names that are known; the composite is the mean of those, the
discriminator counting .9, the others .05 each. The fakes are those of `afs discriminator data`, one beside
each real text, others with each seed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import msgspec

from afs.discriminator.backend import FAKE, REAL, Example
from afs.discriminator.dataset import build_examples
from afs.discriminator.examples import write_examples
from afs.discriminator.figures import DETECTED
from afs.discriminator.training import train_model
from afs.quickstart import sample_folder
from afs.reports import Interval, auc
from afs.training.scoring import QualityScorer, ScoringConfig, ScoringWeights
from afs_core import Run, TrainingSample

FOLDS = 10
HACK = sample_folder()
DOCS = Path(__file__).parents[3] / "docs"
KEPT = (0.99, 0.975, 0.95, 0.925, 0.9, 0.875, 0.85, 0.8, 0.7)
#: Files of whose texts and scores nothing was looked at while figures and learners were chosen.
UNSEEN = frozenset(
    f"{HACK.name}/{name}"
    for name in (
        *("Core/input.asm", "Core/math.asm", "Core/palette.asm", "Core/random.asm", "Dungeons/chart.asm"),
        *("Items/gaff_hook.asm", "Sprites/brine_regent.asm"),
        *("Docs/Glossary.md", "Docs/SpriteGuide.md", "Docs/Testing.md"),
    )
)
Scored = tuple[Example, float]
WEIGHTS = ScoringWeights(electra=0.9, asar=0.05, entity=0.05, length=0.0)


def folds_of(examples: Sequence[Example]) -> dict[str, int]:
    """A fold for each file of the hack, so that they hold about as many texts."""
    counts = Counter(example.source for example in examples if example.source.startswith(f"{HACK.name}/"))
    held = [0] * FOLDS
    found = {}
    for source in sorted(counts, key=lambda name: (-counts[name], name)):
        found[source] = held.index(min(held))
        held[found[source]] += counts[source]
    return found


def one_fake_each(rows: Sequence[Example], rng: Random) -> list[Example]:
    """The real texts, and of the fakes beside each the one whose kind is rarest yet."""
    kept: list[Example] = []
    kinds: Counter[str] = Counter()
    beside: dict[tuple[str, int], list[Example]] = {}
    for row in rows:
        beside.setdefault((row.source, row.start), []).append(row)
    for some in beside.values():
        fakes = [row for row in some if row.label == FAKE]
        real = [row for row in some if row.label == REAL]
        if real and fakes:
            fake = min(rng.sample(fakes, len(fakes)), key=lambda row: kinds[row.kind])
            kinds[fake.kind] += 1
            kept += [real[0], fake]
    return kept


def scored(examples: Sequence[Example], run: Run) -> Iterator[Scored]:
    place = folds_of(examples)
    for fold in range(FOLDS):
        held = {"test": fold, "val": (fold + 1) % FOLDS}
        parts = {
            split: one_fake_each([e for e in examples if place.get(e.source) == number], run.rng(split))
            for split, number in held.items()
        }
        parts["train"] = [e for e in examples if place.get(e.source) not in held.values()]
        rows = [msgspec.structs.replace(e, split=split) for split, some in parts.items() for e in some]
        with tempfile.TemporaryDirectory() as folder:
            data, model = Path(folder) / "data.jsonl", Path(folder) / "model"
            write_examples(data, rows)
            train_model(data, model, run, settings={"code_base": [str(HACK)]})
            yield from composite(parts["test"], model, run)


def composite(rows: Sequence[Example], model: Path, run: Run) -> Iterator[Scored]:
    settings: dict[str, dict[str, object]] = {
        "electra": {"model_path": str(model)},
        "entity": {"symbols": [str(HACK)]},
        "asar": {"engine": "own"},
    }
    scorer = QualityScorer(ScoringConfig(weights=WEIGHTS), run, settings, cached=False)
    samples = [
        TrainingSample(instruction="Write it.", output=_answer(row), domain=row.domain) for row in rows
    ]
    for start in range(0, len(rows), 64):
        for row, score in zip(
            rows[start : start + 64], scorer.score_batch(samples[start : start + 64]), strict=True
        ):
            yield row, score.overall


def _answer(row: Example) -> str:
    return f"```asm\n{row.text}\n```" if row.domain == "asm" else row.text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, nargs="+", default=[42, 43, 44, 45])
    parser.add_argument("--fakes", type=int, default=9, help="fakes for each real text to train on")
    parser.add_argument("--more", type=Path, nargs="*", default=[DOCS], help="other sources to train on")
    options = parser.parse_args()
    found: dict[int, list[Scored]] = {}
    for seed in options.seed:
        with Run.open(seed=seed) as run:
            data = build_examples([HACK, *options.more], run, fakes=options.fakes, shares={"train": 1})
            found[seed] = list(scored(data.examples, run))
    report(found)


def report(found: dict[int, list[Scored]]) -> None:
    print("| seed | real | fakes | of detected kinds |" + "".join(f" at {kept:.1%} |" for kept in KEPT))
    print("|---" * (4 + len(KEPT)) + "|")
    shares = {}
    for seed, rows in found.items():
        known, real = detected(rows), sum(example.label == REAL for example, _ in rows)
        fakes = [row for row in rows if row[0].label == FAKE]
        part = sum(example.kind in known for example, _ in fakes) / len(fakes)
        shares[seed] = [removed(rows, known, kept) for kept in KEPT]
        print(f"| {seed} | {real} | {len(fakes)} | {part:.0%} |" + cells(shares[seed]))
    print(
        "| mean | | | |" + cells([sum(column) / len(column) for column in zip(*shares.values(), strict=True)])
    )
    of_all = [[removed(rows, set(), kept) for kept in KEPT] for rows in found.values()]
    print("| of all fakes | | | |" + cells([sum(some) / len(some) for some in zip(*of_all, strict=True)]))
    unseen_report(found)
    kinds_report(found)


def cells(shares: Sequence[float]) -> str:
    return "".join(f" {share:.1%} |" for share in shares)


def floor_of(rows: Sequence[Scored], kept: float) -> float:
    order = sorted(score for example, score in rows if example.label == REAL)
    return order[int(len(order) * (1 - kept))]


def removed(rows: Sequence[Scored], kinds: set[str], kept: float) -> float:
    """The share of the fakes of ``kinds``, or of all, below the floor that keeps so many real texts."""
    floor = floor_of(rows, kept)
    fakes = [
        score < floor
        for example, score in rows
        if example.label == FAKE and (example.kind in kinds or not kinds)
    ]
    return sum(fakes) / len(fakes)


def area(rows: Sequence[Scored], kind: str) -> Interval:
    """The AUC of a kind of fakes against the real texts of its domain."""
    domain = kind.partition("-")[0]
    some = [row for row in rows if row[0].domain == domain and row[0].kind in ("", kind)]
    return auc([score for _, score in some], [e.label == REAL for e, _ in some], [e.source for e, _ in some])


def detected(rows: Sequence[Scored]) -> set[str]:
    kinds = {example.kind for example, _ in rows} - {""}
    return {kind for kind in kinds if area(rows, kind).value >= DETECTED}


def unseen_report(found: dict[int, list[Scored]]) -> None:
    """The files that were not looked at, with the floor of all."""
    real, fakes = [], []
    for rows in found.values():
        floor, known = floor_of(rows, 0.9), detected(rows)
        for example, score in rows:
            if example.source in UNSEEN and example.label == REAL:
                real.append(score >= floor)
            elif example.source in UNSEEN and example.kind in known:
                fakes.append(score < floor)
    if real and fakes:
        print(f"\nIn the {len(UNSEEN)} files that were not looked at, all seeds: {len(real)} real texts,")
        print(f"{sum(real) / len(real):.1%} kept; {len(fakes)} fakes, {sum(fakes) / len(fakes):.1%} removed.")


def kinds_report(found: dict[int, list[Scored]]) -> None:
    print("\n| kind | fakes | removed | AUC by seed | |\n|---|---|---|---|---|")
    known = {seed: detected(rows) for seed, rows in found.items()}
    gone = defaultdict(list)
    for rows in found.values():
        floor = floor_of(rows, 0.9)
        for example, score in rows:
            gone[example.kind].append(score < floor)
    for kind in sorted(set(gone) - {""}):
        areas = {
            seed: area(rows, kind).value
            for seed, rows in found.items()
            if any(e.kind == kind for e, _ in rows)
        }
        number = sum(kind not in known[seed] for seed in areas)
        verdict = f"not detected in {number} of {len(areas)}" if number else ""
        each = ", ".join(f"{value:.3f}" for value in areas.values())
        print(
            f"| {kind} | {len(gone[kind])} | {sum(gone[kind]) / len(gone[kind]):.0%} | {each} | {verdict} |"
        )


if __name__ == "__main__":
    main()
