"""Command line of the maker."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from afs.quickstart.tinymodel.maker import make

STEPS = 5000


def main() -> None:
    """Make a tiny base model; with the default steps it takes about half an hour on one core."""
    parser = argparse.ArgumentParser(prog="python -m afs.quickstart.tinymodel", description=main.__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder for weights and tokenizer")
    parser.add_argument(
        "--steps", type=int, default=STEPS, help="batches of 2,048 tokens (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--modules", type=int, help="for a trial: so many library modules in place of all")
    options = parser.parse_args()
    make(options.output, options.steps, options.seed, progress(options.steps), options.modules)


def progress(steps: int) -> Callable[[int, float], None]:
    """A logger that prints the smoothed loss every hundred steps."""
    smooth = 0.0

    def log(step: int, loss: float) -> None:
        nonlocal smooth
        smooth = loss if step == 1 else 0.98 * smooth + 0.02 * loss
        if step % 100 == 0 or step == steps:
            print(f"step {step}/{steps}  loss {smooth:.3f}", file=sys.stderr, flush=True)

    return log


if __name__ == "__main__":
    main()
