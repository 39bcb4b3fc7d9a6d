"""Writes a checkout of a made-up ROM hack: as large as a real one, and as uneven in style.

    python plugins/afs-oracle/benchmarks/checkout.py /tmp/checkout --seed 1

Every file takes one of several hands: case, indentation, line ends, encoding, where comments stand,
how labels, tables and patches are written. The same seed writes the same bytes.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from documents import document, org_document, register, template
from words import ADVERBS, NOUNS, RAM
from writer import Hand, Writer, music

FOLDERS = (
    "Core",
    "Sprites/Bosses",
    "Sprites/NPCs",
    "Items",
    "Dungeons",
    "Menus",
    "Überwelt",
    "data tables",
    "music",
)
DOC_FOLDERS = ("Docs", "Docs/Technical", "Docs/World/Guides", "Docs/Archive/2021", "notes", "Sprites/NPCs")


def ram(rng: random.Random) -> str:
    """Names of work RAM, some under headlines, with lists of bits and of values."""
    lines = ["; ====", "; WORK RAM", "; ====", ""]
    at = 0
    while at < RAM:
        size = min(rng.choice((1, 1, 2, 4, 8)), RAM - at)
        shape = rng.randrange(6)
        lines.append(
            f"; {rng.choice(NOUNS).capitalize()} of the {rng.choice(NOUNS)}, see {rng.choice(NOUNS)} {at}"
        )
        if shape == 0:
            lines += ["; .... udlr", ";   u - up", ";   d - down", ";   l - left", ";   r - right"]
        elif shape == 1:
            lines += [";   0x00 - outdoors", ";   0x01 - indoors", ";   0x02 - under water"]
        elif shape == 2:
            lines += [f"; LENGTH: 0x{size:02X}"]
        for _ in range(size):
            note = f" ; {rng.choice(NOUNS)} {rng.choice(ADVERBS)} {at}" if rng.random() < 0.2 else ""
            lines.append(f"Var_{at:04X}        = ${0x7E0000 + at * 3:06X}{note}")
            at += 1
        lines.append("")
    return "\n".join(lines)


def defines(rng: random.Random) -> str:
    lines = ["; Flags and other numbers", ""]
    lines += [f"!Flag_{n:02d} = ${0x1000 + n:04X}" for n in range(60)]
    for group in range(40):
        lines += ["", "; " + "-" * 40, f"; Story{group} Bits ($7EF3{group:02X})", "; " + "-" * 40]
        lines += [
            f"!Story{group}_{rng.choice(NOUNS).capitalize()}{bit} = ${1 << bit:02X} ; bit {bit} - {group}"
            for bit in range(8)
        ]
    lines += [
        "",
        "; Goes to another action of the sprite.",
        "macro GotoAction(action)",
        "  LDA.b #<action> : STA.w $0D80, X",
        "endmacro",
    ]
    lines += [
        "",
        "; Where a tile of the pane lies.",
        "function pane_place(row,col) = (row*64)+(col*2)",
        "",
        "; The tempo of all voices that follow.",
        "macro SetTempo(v)",
        "  db $E7, <v>",
        "endmacro",
        "",
        "macro SetPatch(v)",
        "  db $E0, <v>",
        "endmacro",
        "",
        "macro Set_Sprite_Properties(prep, main)",
        "{",
        "  pushpc",
        "  org $0DB080+!SPRID : db !Health",
        "  org $0DB173+!SPRID",
        "  db !Damage|!Boss",
        "  dl <prep>, <main>",
        "  pullpc",
        "}",
        "endmacro",
    ]
    lines += (
        ["", "struct Sprite $7E0D00"]
        + [f".{noun}: skip 16 ; {noun} of each sprite" for noun in NOUNS]
        + ["endstruct"]
    )
    return "\n".join(lines) + "\n"


def write(root: Path, seed: int, files: int = 160, documents: int = 280, lines: int = 71_000) -> None:
    rng = random.Random(seed)
    put(root / "Core/ram.asm", ram(rng).encode())
    put(root / "Core/defines.asm", defines(rng).encode())
    written = RAM + 3_400
    names: list[str] = []
    for number in range(files - 3):
        share = (lines - written) // (files - 3 - number)
        hand = Hand(
            *(rng.random() < chance for chance in (0.75, 0.25, 0.2, 0.1, 0.5, 0.4)),
            ruler=rng.choice("=-*~"),
            place=rng.choice(("above", "apart", "boxed", "below", "beside", "none")),
        )
        writer = Writer(rng, hand, f"{rng.choice(NOUNS).capitalize()}{number}", names)
        writer.lines += [f"; {writer.told()}", ""]
        if number % 3 == 0:
            writer.sprite_head()
        writer.lines += [f"org ${0x20 + number % 64:02X}8000", ""]
        while len(writer.lines) < share:
            kind = rng.random()
            (
                writer.routine
                if kind < 0.78
                else writer.table
                if kind < 0.88
                else writer.hook
                if kind < 0.95
                else writer.odd
            )()
        written += len(writer.lines)
        names += [name for name in writer.made if name[0] != "_"]
        suffix = rng.choice((".asm", ".asm", ".asm", ".ASM", ".s"))
        put(root / rng.choice(FOLDERS) / f"{rng.choice(NOUNS)}_{number}{suffix}", writer.text())
    sources = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    put(root / "main.asm", ("lorom\n" + "".join(f'incsrc "{name}"\n' for name in sources)).encode())
    for number in range(documents):
        folder = rng.choice(DOC_FOLDERS)
        put(root / folder / f"{rng.choice(NOUNS).capitalize()}{number}.md", document(rng, number).encode())
    for number in range(4):
        put(root / f"notes/{NOUNS[number]}_TEMPLATE.md", template(NOUNS[number]).encode())
        put(root / f"notes/{NOUNS[number]}{number}.org", org_document(rng, number).encode())
        put(root / f"notes/registers{number}.txt", register(rng).encode())
        put(root / f"music/song{number}.asm", music(rng, number).encode())
    put(root / "rom.inc", b"\0" * 64)
    put(root / "empty.asm", b"")


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.folder, options.seed)
