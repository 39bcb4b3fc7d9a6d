"""Learn the shipped vocabulary anew, from what belongs to this project alone.

    python benchmarks/vocabulary.py                  # into src/afs/tokenizer/vocabulary
    python benchmarks/vocabulary.py --output DIR --vocab-size 4096

The texts: the sources and documents of the sample ROM hack, the samples that the `oracle` generator
makes of them, the names and meanings of addresses that afs-knowledge has, the documentation of the project,
the directives of asar, and every instruction of the 65816 in the styles in which ROM hacks are written.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from afs.asm import Instruction, instruction_set
from afs.asm.language.directives import DATA, DIRECTIVES
from afs.knowledge import AddressDatabase
from afs.oracle import OracleGenerator
from afs.quickstart import sample_folder
from afs.tokenizer import ASMTokenizer
from afs_core import Run

ROOT = Path(__file__).parents[3]
SHIPPED = Path(__file__).parents[1] / "src" / "afs" / "tokenizer" / "vocabulary"
VALUES = {
    1: [
        f"{value:02X}" for value in (*range(0x20), 0x20, 0x30, 0x40, 0x7F, 0x80, 0xC0, 0xE0, 0xF0, 0xFE, 0xFF)
    ],
    2: [f"{value:04X}" for value in (*range(0x2100, 0x2134), *range(0x4200, 0x4220), 0x0200, 0x1000, 0x8000)],
    3: [f"7E{value:04X}" for value in (0xF340, 0xF36C, 0xF3C5, 0x0010, 0x2000)]
    + ["7F5000", "028000", "0DB818"],
}
TARGETS = ("+", "++", "-", "--", ".done", ".loop", ".next", ".skip", ".return")
SUFFIXES = {1: ".b", 2: ".w", 3: ".l"}


def texts() -> Iterator[str]:
    """Everything that the vocabulary is learned from."""
    for path in sorted(sample_folder().rglob("*")):
        if path.suffix in (".asm", ".md"):
            yield path.read_text("utf-8")
    with Run.open() as run:
        config = OracleGenerator.Config(source=sample_folder())
        for sample in OracleGenerator(config, run.view("oracle")).generate():
            yield f"{sample.instruction}\n{sample.output}\n"
    for sample in AddressDatabase().export_training_samples():
        yield f"{sample.instruction}\n{sample.output}\n"
    for path in (*sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("plugins/*/README.md"))):
        yield path.read_text("utf-8")
    names = sorted({*DATA, *DIRECTIVES})
    yield from ("".join(f"\n{indent}{name} " for name in names) for indent in ("", "  ", "    ", "\t") * 2)
    yield from instructions()


def instructions() -> Iterator[str]:
    """All instructions in upper and lower case, with suffix and without, indented in three ways, one on
    a line and two on a line."""
    choice = random.Random("instructions")
    for indent, upper, suffixed in product(("  ", "    ", "\t"), (True, False), (True, False)):
        lines = [line(each, upper, suffixed, choice) for each in instruction_set()]
        yield "".join(f"\n{indent}{each}" for each in lines)
        choice.shuffle(lines)
        yield "".join(f"\n{indent}{one} : {other}" for one, other in batched(lines))


def batched(lines: list[str]) -> Iterator[tuple[str, str]]:
    yield from zip(lines[::2], lines[1::2], strict=True)


def line(instruction: Instruction, upper: bool, suffixed: bool, choice: random.Random) -> str:
    width = instruction.length() - 1
    name, form = instruction.mnemonic, instruction.syntax
    name, form = (name.upper(), form.upper()) if upper else (name, form)
    if instruction.mode == "relative":
        return f"{name} {choice.choice(TARGETS)}"
    if instruction.mode == "block move":
        return f"{name} $7E,$7F"
    suffix = SUFFIXES[width] if suffixed and width else ""
    value = choice.choice(VALUES[width]) if width else ""
    value = value if upper else value.lower()
    return f"{name}{suffix} {form.replace('E' if upper else 'e', '$' + value)}".rstrip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=SHIPPED)
    parser.add_argument("--vocab-size", type=int, default=8192)
    given = parser.parse_args()
    tokenizer = ASMTokenizer.train(texts(), given.vocab_size)
    size = sum(file.stat().st_size for file in tokenizer.save(given.output).iterdir())
    print(f"{tokenizer} in {given.output}, {size:,} bytes")


if __name__ == "__main__":
    main()
