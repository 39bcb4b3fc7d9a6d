"""The documented way in: ``python3 -m afs.oracle.training_generator`` and its class.

generator = OracleTrainingGenerator(oracle_path=Path("~/hack"))
samples = list(generator.generate())
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from afs.generators.base import BaseGenerator
from afs.oracle.generator import OracleGenerator
from afs_core import Run, TrainingSample

__all__ = ["OracleTrainingGenerator", "main"]


class OracleTrainingGenerator(BaseGenerator):
    """Every sample of the checkout at ``oracle_path``, unredacted; ``seed`` varies the wording."""

    def __init__(self, oracle_path: Path, seed: int = 42) -> None:
        super().__init__("oracle", "oracle")
        self.oracle_path = Path(oracle_path)
        self.seed = seed

    def generate(self) -> Iterator[TrainingSample]:
        with Run.open(seed=self.seed) as run:
            yield from OracleGenerator(OracleGenerator.Config(source=self.oracle_path), run).generate()


def main(argv: Sequence[str] | None = None) -> int:
    """``--oracle-path DIR --output FILE`` and what else ``afs generate oracle`` takes."""
    from afs_core.cli import main as afs

    parser = argparse.ArgumentParser(
        prog="python3 -m afs.oracle.training_generator", description=main.__doc__, allow_abbrev=False
    )
    parser.add_argument("--oracle-path", required=True, help="folder of the ROM hack")
    known, rest = parser.parse_known_args(argv)
    return afs(["generate", "oracle", "--source", known.oracle_path, *rest])


if __name__ == "__main__":
    sys.exit(main())
