"""The composite score on the sample ROM hack: what of planted corruptions it removes, and what it keeps.

    python plugins/afs-discriminator/benchmarks/sample_hack.py

Ten folds by file: each text is scored by a discriminator (n-gram) that has seen nothing of its file, by the
check of its assembly, and by the addresses and names that are known; the composite is the mean of those, the
discriminator counting .9, the others .05 each. The fakes are those of `afs discriminator data`, one beside
each real text.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
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
from afs.reports import auc
from afs.training.scoring import QualityScorer, ScoringConfig, ScoringWeights
from afs_core import Run, TrainingSample

FOLDS = 10
HACK = sample_folder()
DOCS = Path(__file__).parents[3] / "docs"
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


def scored(examples: Sequence[Example], run: Run) -> Iterator[tuple[Example, float]]:
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


def composite(rows: Sequence[Example], model: Path, run: Run) -> Iterator[tuple[Example, float]]:
    settings = {
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
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--fakes", type=int, default=9, help="fakes for each real text to train on")
    parser.add_argument("--more", type=Path, nargs="*", default=[DOCS], help="other sources to train on")
    options = parser.parse_args()
    with Run.open(seed=options.seed) as run:
        data = build_examples([HACK, *options.more], run, fakes=options.fakes, shares={"train": 1})
        rows = list(scored(data.examples, run))
    report(rows)


def report(rows: Sequence[tuple[Example, float]]) -> None:
    real = [(example, score) for example, score in rows if example.label == REAL]
    fakes = [(example, score) for example, score in rows if example.label == FAKE]
    detected = set()
    print(f"{len(real)} real texts, {len(fakes)} fakes, {len({e.source for e, _ in rows})} files\n")
    print("| kind | fakes | AUC of the composite | interval | |\n|---|---|---|---|---|")
    for kind in sorted({example.kind for example, _ in fakes}):
        mine = [row for row in fakes if row[0].kind == kind]
        beside = [row for row in real if row[0].domain == mine[0][0].domain]
        both = [*beside, *mine]
        area = auc([s for _, s in both], [e.label == REAL for e, _ in both], [e.source for e, _ in both])
        if area.value >= DETECTED:
            detected.add(kind)
        verdict = "" if kind in detected else "not detected"
        print(f"| {kind} | {len(mine)} | {area.value:.3f} | {area.low:.3f} to {area.high:.3f} | {verdict} |")
    known = [row for row in fakes if row[0].kind in detected]
    print(f"\nOf the fakes, {len(known) / len(fakes):.0%} are of detected kinds.\n")
    print("| true kept | floor | fakes removed | of detected kinds |\n|---|---|---|---|")
    order = sorted(score for _, score in real)
    for kept in (0.99, 0.975, 0.95, 0.925, 0.9, 0.875, 0.85, 0.8, 0.7):
        floor = order[int(len(order) * (1 - kept))]
        shares = [sum(score < floor for _, score in some) / len(some) for some in (fakes, known)]
        true = sum(score >= floor for _, score in real) / len(real)
        print(f"| {true:.1%} | {floor:.3f} | {shares[0]:.1%} | {shares[1]:.1%} |")


if __name__ == "__main__":
    main()
