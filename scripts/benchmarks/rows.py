"""Make the file that the data benchmarks run on: 200,000 samples, about 250 MB, seeded.

    python scripts/benchmarks/rows.py ROWS.jsonl [--rows 200000] [--duplicates 0.05]

Five domains, instructions of about 63 words and answers of about 420 bytes, metadata with nested
values, scores over the whole range. The words are random, the same for every run. ``--duplicates``
is the share of rows that ask what an earlier one asked, half of them with other case or spaces.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import msgspec

DOMAINS = ("asm",) * 10 + ("oracle",) * 5 + ("memory",) * 3 + ("history", "code")


def make_rows(path: Path, rows: int, seed: int = 1, duplicates: float = 0.0) -> None:
    """Write ``rows`` samples to ``path``, a share of ``duplicates`` among them."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(5000)]
    encode = msgspec.json.Encoder().encode
    copies = random.Random(seed + 1)
    asked: list[str] = []
    with path.open("wb", buffering=1 << 20) as out:
        for number in range(rows):
            row = {
                "instruction": " ".join(rng.choices(words, k=rng.randint(30, 96))),
                "output": " ".join(rng.choices(words, k=rng.randint(40, 90))),
                "input": "",
                "thinking": None,
                "domain": rng.choice(DOMAINS),
                "source": f"bank_{number % 64:02X}/file_{number % 977}.asm",
                "quality_score": round(rng.random(), 4),
                "_metadata": {
                    "line": number,
                    "tags": rng.sample(words, 3),
                    "scores": {"length": round(rng.random(), 6), "entity": round(rng.random(), 6)},
                    "note": " ".join(rng.choices(words, k=24)),
                },
                "prov": {"source": f"file_{number % 977}.asm", "start": number, "end": number + 12},
            }
            if asked and copies.random() < duplicates:
                row["instruction"] = _again(copies.choice(asked), copies)
            elif duplicates:
                asked.append(str(row["instruction"]))
            out.write(encode(row) + b"\n")


def _again(text: str, rng: random.Random) -> str:
    """``text``, half of the time written otherwise."""
    kind = rng.randrange(4)
    if kind < 2:
        return text
    return text.upper() if kind == 2 else text.replace(" ", "  ", 3) + " "


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--duplicates", type=float, default=0.0)
    arguments = parser.parse_args()
    make_rows(arguments.path, arguments.rows, duplicates=arguments.duplicates)


if __name__ == "__main__":
    main()
