"""The composite score on the sample ROM hack: what of planted corruptions it removes, and what it keeps.

    python plugins/afs-discriminator/benchmarks/sample_hack.py

Five folds by file: each text is scored by a discriminator (n-gram) that has seen nothing of its file, by the
check of its assembly, and by the addresses and names that are known; the composite is the mean of those by
the weights of the profile asm. The fakes are those of `afs discriminator data`, one beside each real text.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

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

FOLDS = 5
WEIGHTS = ScoringWeights(electra=0.5, asar=0.35, entity=0.15, length=0.0)


def folds_of(examples: Sequence[Example]) -> dict[str, int]:
    """A fold for each file, so that they hold about as many texts."""
    counts: dict[str, int] = {}
    for example in examples:
        counts[example.source] = counts.get(example.source, 0) + 1
    held = [0] * FOLDS
    found = {}
    for source in sorted(counts, key=lambda name: (-counts[name], name)):
        found[source] = held.index(min(held))
        held[found[source]] += counts[source]
    return found


def scored(examples: Sequence[Example], names: Path, run: Run) -> Iterator[tuple[Example, float]]:
    place = folds_of(examples)
    for fold in range(FOLDS):
        splits = {fold: "test", (fold + 1) % FOLDS: "val"}
        rows = [
            msgspec.structs.replace(example, split=splits.get(place[example.source], "train"))
            for example in examples
        ]
        with tempfile.TemporaryDirectory() as folder:
            data, model = Path(folder) / "data.jsonl", Path(folder) / "model"
            write_examples(data, rows)
            train_model(data, model, run)
            yield from composite([row for row in rows if row.split == "test"], model, names, run)


def composite(rows: Sequence[Example], model: Path, names: Path, run: Run) -> Iterator[tuple[Example, float]]:
    settings = {
        "electra": {"model_path": str(model)},
        "entity": {"symbols": [str(names)]},
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
    parser.add_argument("--domain", default="", help="only texts of this domain")
    options = parser.parse_args()
    with Run.open(seed=options.seed) as run:
        data = build_examples([sample_folder()], run)
        examples = [e for e in data.examples if options.domain in ("", e.domain)]
        rows = list(scored(examples, sample_folder(), run))
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
        print(
            f"| {sum(score >= floor for _, score in real) / len(real):.1%} | {floor:.3f} | {shares[0]:.1%} | {shares[1]:.1%} |"
        )


if __name__ == "__main__":
    main()
