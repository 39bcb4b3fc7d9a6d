"""Scoring with an ELECTRA against ``transformers.pipeline``, on passages of this repository.

    python plugins/afs-discriminator/benchmarks/electra_scoring.py [--rounds N] [--skip-auc] [--device cuda]

On the CPU: the shape of electra-small (12 layers, width 256, random weights, a vocabulary of 4,096
learned from the passages), 192 passages, one thread, CPU seconds, all ways by turns in one process; the
ratio is the median over the rounds. The pipeline takes batches of 16, padded to the longest of each.
A small model is then trained from scratch to tell passages from the same with some words in the other
case, and the AUC of each way is measured on files that it has not seen.

With ``--device cuda``: the shape of electra-base, passages per second of wall time.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers

from afs.discriminator.backend import FAKE, REAL, Example
from afs.discriminator.electra import ElectraBackend
from afs.discriminator.electra_model import from_scratch, read_electra
from afs.discriminator.electra_settings import ElectraSettings
from afs.reports import auc, auc_difference
from afs_core import AfsError, Run

ROOT = Path(__file__).parents[3]
SMALL = ElectraSettings(layers=12, width=256, heads=4)
BASE = ElectraSettings(layers=12, width=768, heads=12)
BARS = {"fp32": (2.0, 1e-4), "bf16": (3.4, 5e-3), "int8": (4.5, None)}
Scores = list[float]


def passages() -> dict[str, list[str]]:
    """Top-level blocks of code and paragraphs of prose, by file."""
    found = {}
    for path in sorted(
        [*ROOT.glob("afs_core/*.py"), *ROOT.glob("plugins/*/src/**/*.py"), *ROOT.glob("docs/**/*.md")]
    ):
        pieces = path.read_text().split("\n\n\n" if path.suffix == ".py" else "\n\n")
        found[str(path.relative_to(ROOT))] = [piece.strip() for piece in pieces if len(piece) > 60]
    return found


def chosen(texts: Sequence[str], tokenizer: Any, count: int) -> list[str]:
    """Passages of 16 to 192 tokens, drawn with a fixed seed."""
    fitting = [text for text in texts if 16 <= len(tokenizer.encode(text).ids) <= 192]
    return random.Random(1).sample(fitting, count)


def probabilities(margins: Sequence[float]) -> Scores:
    return torch.sigmoid(torch.tensor(margins, dtype=torch.float64)).tolist()


def ways(folder: Path) -> dict[str, Callable[[Sequence[str]], Scores]]:
    pipeline = transformers.pipeline("text-classification", model=str(folder), device="cpu", top_k=None)

    def piped(size: int) -> Callable[[Sequence[str]], Scores]:
        def work(texts: Sequence[str]) -> Scores:
            found = pipeline(list(texts), batch_size=size, padding=True, truncation=True, max_length=512)
            return [next(x["score"] for x in labels if x["label"] == "real") for labels in found]

        return work

    made = {"pipeline, batches of 16": piped(16), "pipeline, one by one": piped(1)}
    for precision in ("fp32", "bf16", "int8"):
        if precision == "bf16" and not has_bfloat16():
            print("bf16: not measured: this CPU has neither AVX512-bf16 nor AMX")
            continue
        try:
            scorer = ElectraBackend().load(folder, device="cpu", precision=precision)
        except AfsError as fault:
            print(f"{precision}: not measured: {fault.message} ({fault.hint})")
            continue
        made[precision] = lambda texts, scorer=scorer: probabilities(scorer.margins(texts))
    return made


def has_bfloat16() -> bool:
    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def measure(folder: Path, texts: Sequence[str], rounds: int) -> None:
    made = ways(folder)
    exact = made["pipeline, batches of 16"](texts)
    differences = {
        name: max(abs(x - y) for x, y in zip(work(texts), exact, strict=True)) for name, work in made.items()
    }
    times: dict[str, list[float]] = {name: [] for name in made}
    for _ in range(rounds):
        for name, work in made.items():
            started = time.process_time()
            work(texts)
            times[name].append(time.process_time() - started)
    base = times["pipeline, batches of 16"]
    print(f"{'way':26}{'passages per CPU second':>25}{'ratio':>8}{'largest difference':>20}  bar")
    for name, found in times.items():
        ratio = statistics.median(b / f for b, f in zip(base, found, strict=True))
        bar, near = BARS.get(name, (None, None))
        said = "" if bar is None else f"{bar}x" + (f" within {near}" if near else "")
        rate = len(texts) / statistics.median(found)
        print(f"{name:26}{rate:25.1f}{ratio:8.2f}{differences[name]:20.1e}  {said}")


def turned(text: str, rng: random.Random) -> str:
    """The text with capitals for small letters, and the reverse, in one word of four."""
    words = text.split(" ")
    for number in rng.sample(range(len(words)), max(1, len(words) // 4)):
        words[number] = words[number].swapcase()
    return " ".join(words)


def task(found: dict[str, list[str]]) -> dict[str, list[Example]]:
    """2,000 passages and their fakes, split by file."""
    rng = random.Random(2)
    sides = {source: rng.choices(("train", "val", "test"), (6, 1, 3))[0] for source in found}
    pairs = [(source, text[:400]) for source, texts in found.items() for text in texts]
    split: dict[str, list[Example]] = {"train": [], "val": [], "test": []}
    for source, text in rng.sample(pairs, 2000):
        split[sides[source]] += [
            Example(text, REAL, source=source),
            Example(turned(text, rng), FAKE, source=source),
        ]
    return split


def compare_auc(found: dict[str, list[str]], folder: Path) -> None:
    split = task(found)
    settings = ElectraSettings(layers=2, width=128, epochs=4, learning_rate=2e-3, device="cpu")
    with Run.open(workdir=folder / "scratch") as run:
        ElectraBackend().train(split["train"], split["val"], folder / "trained", settings, run)
    texts, real = [e.text for e in split["test"]], [e.label == REAL for e in split["test"]]
    files = [e.source for e in split["test"]]
    print(f"trained from scratch on {len(split['train']):,} texts, tested on {len(texts):,} of other files")
    base: Scores = []
    for name, work in ways(folder / "trained").items():
        if name in BARS:
            scores = work(texts)
            base = base or scores
            loss = -auc_difference(base, scores, real, files).value
            print(f"{name:6} AUC {auc(scores, real, files).value:.4f}, less than fp32 by {loss:+.4f}")


def on_cuda(texts: Sequence[str], count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "base")
        from_scratch(texts, BASE).write(folder)
        given = (list(texts) * -(-count // len(texts)))[:count]  # nothing is cached here
        print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, electra-base shape")
        tokens = sum(map(len, read_electra(folder).windows().of(given[: len(texts)])[0])) / len(texts)
        print(f"{count:,} passages of {tokens:.0f} tokens (mean), tokenizing included")
        print(f"wall time, median of {rounds} rounds")
        for precision in ("fp32", "bf16"):
            scorer = ElectraBackend().load(folder, device="cuda", precision=precision)
            scorer.margins(given)
            seconds = []
            for _ in range(rounds):
                started = time.perf_counter()
                scorer.margins(given)
                seconds.append(time.perf_counter() - started)
            print(f"{precision}: {count / statistics.median(seconds):,.0f} passages per second")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip-auc", action="store_true")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    asked = parser.parse_args()
    if asked.device == "cpu":
        os.environ["RAYON_NUM_THREADS"] = "1"
    found = passages()
    everything = [text for texts in found.values() for text in texts]
    if asked.device == "cuda":
        on_cuda([text for text in everything if len(text) < 700], 50_000, asked.rounds)
        return
    torch.manual_seed(1)
    electra = from_scratch(everything, SMALL)
    tokenizer = electra.tokenizer.backend_tokenizer
    texts = chosen(everything, tokenizer, 192)
    lengths = [len(tokenizer.encode(text).ids) for text in texts]
    print(f"{len(texts)} passages of {statistics.mean(lengths):.0f} tokens (mean), {max(lengths)} (longest)")
    torch.set_num_threads(1)
    size = sum(weight.numel() for weight in electra.model.parameters())
    print(f"electra-small shape, {size / 1e6:.1f} M parameters, vocabulary {len(electra.tokenizer):,}")
    print(f"torch {torch.__version__}, one thread, {asked.rounds} rounds")
    with tempfile.TemporaryDirectory() as scratch:
        electra.write(Path(scratch, "small"))
        measure(Path(scratch, "small"), texts, asked.rounds)
        if not asked.skip_auc:
            compare_auc(found, Path(scratch))


if __name__ == "__main__":
    main()
