"""Writes a checkout of a made-up ROM hack: as large as a real one, and as uneven in style.

    python plugins/afs-oracle/benchmarks/checkout.py /tmp/checkout --seed 1

Every file takes one of several hands: case, indentation, line ends, encoding, where comments stand,
how labels, tables and patches are written. The same seed writes the same bytes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
_NOUNS = """tide lantern anchor gull crab keel harbour bell reef mast sail whale pearl lighthouse oar compass
squall barge kelp urchin siren cove rudder tunnel lever key chest mirror hook boat shadow ember
shard"""
NOUNS = _NOUNS.split()
_VERBS = """raises lowers draws clears moves counts loads stores checks spawns removes rotates fades opens
closes swaps copies measures hides shows"""
VERBS = _VERBS.split()
_ADVERBS = """once slowly at night on land under water before dawn without sound in the dark again twice"""
ADVERBS = _ADVERBS.split()
GERMAN = (
    "Öffnet die Tür nach Süden.",
    "Zählt die Schlüssel des Verlieses.",
    "Löscht den Zähler für Blätter.",
)
RAM = 5339


@dataclass
class Hand:
    """How one author writes."""

    upper: bool
    tab: bool
    crlf: bool
    latin: bool
    braces: bool
    joined: bool
    ruler: str
    place: str  # of the comment: above, apart, boxed, below, beside, none


class Writer:
    """One file in one hand."""

    def __init__(self, rng: random.Random, hand: Hand, prefix: str, names: list[str]) -> None:
        self.rng, self.hand, self.prefix, self.names = rng, hand, prefix, names
        self.lines: list[str] = []
        self.made: list[str] = []

    def code(self, *statements: str, note: str = "") -> None:
        text = [s if self.hand.upper else s[:3].lower() + s[3:] for s in statements]
        pad = "\t" if self.hand.tab else "  "
        groups = [" : ".join(text)] if self.hand.joined else text
        for group in groups:
            self.lines.append(pad + group + (f"{pad}; {note}" if note else ""))
            note = ""

    def ruler(self) -> None:
        self.lines.append(f"; {self.hand.ruler * 57}")

    def told(self) -> str:
        rng = self.rng
        if rng.random() < 0.05:
            return rng.choice(GERMAN)
        if rng.random() < 0.04:
            return f"This routine probably {rng.choice(VERBS)} something."
        return (
            f"{rng.choice(VERBS).capitalize()} the {rng.choice(NOUNS)} of {rng.choice(('each', 'the', 'a'))} "
            f"{rng.choice(NOUNS)} {rng.choice(ADVERBS)}, {rng.randrange(2, 90)} frames long."
        )

    def label(self) -> str:
        rng = self.rng
        name = (
            f"{self.prefix}_{rng.choice(VERBS).capitalize()}{rng.choice(NOUNS).capitalize()}{len(self.made)}"
        )
        if rng.random() < 0.03:
            name = f"_{rng.randrange(0x80, 0x90):02X}{rng.randrange(0x8000, 0x10000):04X}"
        self.made.append(name)
        return name

    # -- what a file holds ------------------------------------------------------------------------

    def routine(self) -> None:
        hand, rng = self.hand, self.rng
        name, told = self.label(), self.told()
        more = [f"In: A = {rng.choice(NOUNS)} number", f"; LDA ${rng.randrange(256):02X}"][: rng.randrange(3)]
        if hand.place == "apart":
            self.ruler()
            self.lines += [f"; {told}", ""]
        elif hand.place == "boxed":
            self.lines += ["; " + "*" * 40, f"; * {told} *", "; " + "*" * 40]
        elif hand.place == "above":
            self.lines += [f"; {name}", f"; {told}", *(f"; {line}" for line in more)]
        self.lines.append(name + ":" + (f" ; {told}" if hand.place == "beside" else ""))
        if hand.braces:
            self.lines.append("{")
        if hand.place == "below":
            self.lines += [f"; {told}", ""]
        self.body()
        if hand.braces:
            self.lines.append("}")
        self.lines.append("")

    def body(self) -> None:
        rng = self.rng
        wide = rng.random() < 0.25
        if rng.random() < 0.2:
            self.code("PHB", "PHK", "PLB")
        elif rng.random() < 0.3:
            self.code("PHP", "SEP #$30")
            self.step(False)
            self.code("PLP", "RTL")
            return
        if wide:
            self.code("REP #$20")
        for part in range(rng.randrange(1, 4)):
            for _ in range(rng.randrange(1, 5)):
                self.step(wide)
            self.code(f"BEQ .part_{part}")
            if rng.random() < 0.4:
                self.lines.append(f"  ; {self.told()}")
            self.step(wide)
            self.lines.append(f"{'' if rng.random() < 0.5 else '  '}.part_{part}")
        if wide:
            self.code("SEP #$20")
        self.code(rng.choice(("RTS", "RTL", "RTL")))
        if rng.random() < 0.25:
            self.lines.append(".values")
            for _ in range(rng.randrange(1, 6)):
                row = ", ".join(f"${rng.randrange(256):02X}" for _ in range(8))
                self.lines.append(
                    f"  db {row}"
                    + (f" ; {rng.choice(NOUNS)} {rng.choice(ADVERBS)}" if rng.random() < 0.3 else "")
                )

    def step(self, wide: bool) -> None:
        rng = self.rng
        value = f"#${rng.randrange(0x10000):04X}" if wide else f"#${rng.randrange(256):02X}"
        var, other = (f"Var_{rng.randrange(RAM):04X}" for _ in range(2))
        note = (
            f"{rng.choice(VERBS)} the {rng.choice(NOUNS)} {rng.choice(ADVERBS)}"
            if rng.random() < 0.22
            else ""
        )
        shape = rng.randrange(7)
        if shape == 0:
            self.code(f"LDA.{'w' if wide else 'b'} {value}", f"STA.l {var}", note=note)
        elif shape == 1:
            self.code(f"LDA.l {var}", f"CMP {value}", note=note)
        elif shape == 2 and self.names:
            self.code(f"{rng.choice(('JSL', 'JSR'))} {rng.choice(self.names[-400:])}", note=note)
        elif shape == 3:
            self.code(
                f"LDA ${rng.randrange(0x0D00, 0x0FFF):04X}, X", f"STA ${rng.randrange(256):02X}", note=note
            )
        elif shape == 4:
            self.code(f"LDA [${rng.randrange(0, 256, 3):02X}], Y", f"STA.l {other}, X", note=note)
        elif shape == 5:
            self.lines.append(f"  %GotoAction({rng.randrange(9)})" + (f" ; {note}" if note else ""))
        else:
            self.code(f"INC.w !Flag_{rng.randrange(60):02d}", note=note)

    def table(self) -> None:
        rng = self.rng
        name = self.label()
        if rng.random() < 0.6:
            self.lines.append(f"; {self.told()}")
        self.lines.append(f"{name}:")
        if rng.random() < 0.3 and len(self.names) > 8:
            self.lines += [
                f"  dw {target}" for target in rng.sample(self.names[-300:], min(6, len(self.names)))
            ]
        else:
            for _ in range(rng.randrange(2, 60)):
                row = ", ".join(f"${rng.randrange(256):02X}" for _ in range(rng.choice((1, 4, 8))))
                note = f" ; {rng.choice(NOUNS)} {rng.randrange(99)}" if rng.random() < 0.3 else ""
                self.lines.append(f"  db {row}{note}")
        self.lines.append("")

    def hook(self) -> None:
        rng = self.rng
        at = f"${rng.randrange(0, 0x1F):02X}{rng.randrange(0x8000, 0xFFF0):04X}"
        target = rng.choice(self.names or ["Nothing"])
        self.lines.append("pushpc")
        self.lines.append(f"; {self.told()}")
        if rng.random() < 0.5:
            self.lines.append(f"org {at} : JSL {target} ; replaces LDA.b $11 : CMP #$02")
        else:
            self.lines += [
                f"org {at}",
                f"  JSL {target}",
                "  NOP #2",
                f"assert pc() <= ${int(at[1:], 16) + 9:06X}",
            ]
        self.lines += ["pullpc", ""]

    def sprite_head(self) -> None:
        rng = self.rng
        self.ruler()
        for name, what in (
            ("SPRID", "the sprite that is replaced"),
            ("Health", "hit points"),
            ("Damage", "8 is a heart"),
            ("Boss", "1 = a boss"),
        ):
            self.lines.append(f"!{name:<12} = {rng.randrange(100):02d} ; {what}")
        self.lines += ["", f"%Set_Sprite_Properties({self.prefix}_Prep, {self.prefix}_Long)", ""]

    def text(self) -> bytes:
        joined = "\n".join(self.lines) + "\n"
        joined = joined.replace("\n", "\r\n") if self.hand.crlf else joined
        return joined.encode("latin-1" if self.hand.latin else "utf-8")


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


def document(rng: random.Random, number: int) -> str:
    noun = rng.choice(NOUNS)
    lines = ["---", f"title: {noun} {number}", "tags: [a, b]", "---", ""] if rng.random() < 0.3 else []
    lines += [f"# The {noun} of {rng.choice(NOUNS)} {number}", "", sentence(rng), ""]
    makers: tuple[Callable[[random.Random], list[str]], ...] = (chapter, table, bullets, fence, prose)
    for part in range(rng.randrange(3, 9)):
        level = rng.choice(("##", "##", "###", "####"))
        lines += [f"{level} {rng.choice(NOUNS).capitalize()} {rng.choice(ADVERBS)} {part}", ""]
        lines += [*rng.choice(makers)(rng), ""]
    if number % 20 == 0:
        lines += ["## Main quest", ""]
        for index in range(9):
            lines += [f"### Chapter {index}: The {rng.choice(NOUNS)} {number}", "", *chapter(rng), ""]
    return "\n".join(lines)


def sentence(rng: random.Random) -> str:
    words = [rng.choice(NOUNS + ADVERBS + ["and", "the", "of"]) for _ in range(rng.randrange(9, 40))]
    return " ".join(words).capitalize() + "."


def prose(rng: random.Random) -> list[str]:
    return [line for _ in range(rng.randrange(1, 4)) for line in (sentence(rng), "")]


def chapter(rng: random.Random) -> list[str]:
    lines = []
    for step, word in enumerate(("Trigger", "Events", "Reward"), 1):
        lines.append(f"{step}.  **{word}:** {sentence(rng)}")
        if word == "Events":
            lines += [f"    *   {sentence(rng)}" for _ in range(2)]
    return lines


def table(rng: random.Random) -> list[str]:
    rows = [
        f"| `$7E{rng.randrange(0x10000):04X}` | {rng.choice(NOUNS)}{n} | {sentence(rng)} |"
        for n in range(rng.randrange(2, 9))
    ]
    return ["| Address | Label | Notes |", "|---|:---:|---|", *rows]


def bullets(rng: random.Random) -> list[str]:
    return [f"- **{rng.choice(NOUNS).capitalize()}{n}**: {sentence(rng)}" for n in range(rng.randrange(2, 7))]


def fence(rng: random.Random) -> list[str]:
    return ["```asm", f"LDA.w Var_{rng.randrange(RAM):04X}", "; # no heading", "```", sentence(rng)]


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
            (writer.routine if kind < 0.82 else writer.table if kind < 0.93 else writer.hook)()
        written += len(writer.lines)
        names += [name for name in writer.made if name[0] != "_"]
        suffix = rng.choice((".asm", ".asm", ".asm", ".ASM", ".s"))
        put(root / rng.choice(FOLDERS) / f"{rng.choice(NOUNS)}_{number}{suffix}", writer.text())
    sources = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    put(root / "main.asm", ("lorom\n" + "".join(f'incsrc "{name}"\n' for name in sources)).encode())
    for number in range(documents):
        folder = rng.choice(DOC_FOLDERS)
        put(root / folder / f"{rng.choice(NOUNS).capitalize()}{number}.md", document(rng, number).encode())
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
