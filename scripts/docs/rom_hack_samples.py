"""Writes docs/reference/rom-hack-samples.md: every kind of sample of a ROM hack, with an example.

    python scripts/docs/rom_hack_samples.py > docs/reference/rom-hack-samples.md

The examples are what ``afs generate oracle`` makes of the small checkout in the tests of afs-oracle.
"""

from __future__ import annotations

from pathlib import Path

from afs.oracle import OracleGenerator
from afs.oracle.generator import KINDS
from afs.oracle.lesson import LOOKUPS
from afs_core import Provenance, Run, TrainingSample

CHECKOUT = Path(__file__).parents[2] / "plugins" / "afs-oracle" / "tests" / "checkout"
MEANING = {
    "address": "Where a name lies. Labels right behind `org` and those before a `skip` are names, too.",
    "symbol": "Which names lie at an address; all of them.",
    "purpose": "What a name is for: its comment.",
    "constant": "The value of a name that stands for a number.",
    "bits": "A bit field whose comment has a legend (`.... udlr`) or lists bits by number.",
    "bit": "One of these bits.",
    "values": "The values that a comment lists, each with the lines that go on with it.",
    "group": "Definitions on lines without a gap under one comment.",
    "settings": "Names that every file defines for itself, such as the properties of a sprite.",
    "struct": "The fields of a struct.",
    "field": "The offset of a field of a struct that has no place of its own.",
    "table": "A data table: its comment, its size, and its rows where they are at most 40.",
    "entry": "A row by the comment behind it, or a label by its number.",
    "macro": "A macro with its comment.",
    "macro-use": "How often a macro is called, and up to three calls.",
    "function": "A function of the assembler, with its comment and up to three calls.",
    "hook": "A patch (`org` and a few statements): its comment, the place that this names, what it replaces "
    "where a disassembly in the checkout tells, the bound that an `assert` or `warnpc` sets.",
    "hooked": "The patched address that leads to a routine.",
    "routine": "The comment that explains a routine, or says what goes in and out.",
    "code": "A routine's code, explained by its comment, by those within it, and by the symbol graph.",
    "part": "The code behind one sub-label.",
    "line": "What a comment says of the line it stands behind.",
    "write": "A routine, macro or patch to be written from its comment, if the answer passes the check.",
    "routine-name": "Which routine a comment describes.",
    "callees": "What a routine calls and jumps to, where it is more than one.",
    "callers": "Who calls, jumps to or names a routine: routines, patches, tables.",
    "memory": "What a routine reads and writes.",
    "state": "The widths of A, X and Y that the code expects and leaves, where they are certain.",
    "writers": "Who writes an address, by name, by number or by mirror.",
    "readers": "Who reads it.",
    "section": "A section of a document.",
    "heading": "Which section begins so.",
    "row": "A row of a Markdown table, whole; links with where they lead.",
    "term": "A list item that opens with a term in bold type or as code.",
    "steps": "A numbered list, or headings that are numbered.",
    "order": "What follows a step or a chapter.",
    "question": "A question that a document asks and answers: `**Q: Why?**`. "
    "A heading that asks is a section.",
    "architecture": "What a file or folder holds, and what a file reads in, in order.",
}


HEAD = """\
# Samples of a ROM hack

Written by `scripts/docs/rom_hack_samples.py` out of what `afs generate oracle` makes of the small checkout
in the tests of afs-oracle.

Every kind of sample, each with an example. `--kinds` picks some; a lookup is a kind whose answer is one
value. How to steer them: [Use a ROM hack](../how-to/rom-hack.md).

Every sample carries the file and the lines that it stands on (`prov`), its kind and a quality score; what
else it stands on is listed in `_metadata.also`.
"""
TAIL = """\
## The quality score

`.25 + .35 x told + .25 x length + .15 x facts`: `told` is the share of the answer that its author wrote, as
against what was counted and listed; length and facts rise to 1 at 50 words and 5 facts. The answer of a
lookup is as long as it has to be and counts as half. `afs scoring score` puts a score of more signals in
its place.
"""


def main() -> None:
    with Run.open() as run:
        samples = list(OracleGenerator(OracleGenerator.Config(source=CHECKOUT), run).generate())
    print(HEAD)
    for kind in KINDS:
        found = [sample for sample in samples if sample.prov and sample.prov.kind == kind]
        print(f"## {kind}\n")
        print(MEANING[kind] + (" A lookup." if kind in LOOKUPS else ""))
        if found:
            example(max(found, key=lambda sample: (sample.score, -len(sample.output))))
        print()
    print(TAIL, end="")


def example(sample: TrainingSample) -> None:
    print(f"\n> {sample.instruction}\n")
    if sample.input:
        quoted("Input", sample.input)
    quoted("Answer", sample.output)
    prov = sample.prov or Provenance()
    print(f"{prov.source}, lines {prov.start} to {prov.end}; quality {sample.score:.2f}")


def quoted(name: str, text: str) -> None:
    fence = "````" if "```" in text else "```"
    print(f"{name}:\n\n{fence}text\n{text}\n{fence}\n")


if __name__ == "__main__":
    main()
