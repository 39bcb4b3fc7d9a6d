"""Files of assembly, each in the hand of one author."""

from __future__ import annotations

import random
from dataclasses import dataclass

from words import ADVERBS, GERMAN, NOUNS, RAM, VERBS


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
            if note and self.rng.random() < 0.05:
                at = len((pad + group + pad).expandtabs(8))
                self.lines.append(" " * at + f"; {self.rng.choice(ADVERBS)}")
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
        elif wide and rng.random() < 0.3:
            self.code(f"LDA.w #pane_place({rng.randrange(9)},{rng.randrange(9)})", "STA.w $1100", note=note)
        else:
            self.code(f"INC.w !Flag_{rng.randrange(60):02d}", note=note)

    def placed(self) -> None:
        """A routine on its own at an address, its comment above that."""
        self.lines += [
            f"; {self.told()}",
            f"org ${self.rng.randrange(0x20, 0x3F):02X}9000",
            f"{self.label()}:",
        ]
        self.body()
        self.lines += ["", "; " + "=" * 40, ""]

    def states(self) -> None:
        """A table of states, and their code within the braces of the routine that goes through them."""
        name = self.label()
        states = [f"{name}_{noun.capitalize()}" for noun in self.rng.sample(NOUNS, 3)]
        self.lines += [f"{name}:", "{", "  LDA.w $0D80, X", "  JSL LocalJumpTable", ""]
        self.lines += [f"  dw {state}" for state in states]
        for state in states:
            self.lines += ["", f"  {state}:", "  {", f"    if !Flag_{self.rng.randrange(60):02d} == 1"]
            self.lines += ["      %GotoAction(1)", "    endif", f"    INC.w $0E{self.rng.randrange(256):02X}"]
            self.lines += ["    RTS", "  }"]
        self.lines += ["}", ""]

    def aside(self) -> None:
        """Labels that leave the scope alone: code to leave by, data, and stamps of addresses."""
        rng = self.rng
        at = rng.randrange(0x8000, 0xFFF0)
        self.lines += [f"#LEAVE_{self.prefix}_{len(self.lines)}:", "  SEP #$30", "  RTL", ""]
        self.lines += [f"; {self.told()}", f"#{self.label()}:"]
        self.lines += [
            f"  #_0E{at + 4 * row:04X}: dw ${rng.randrange(0x10000):04X} : db $00, $02" for row in range(4)
        ]
        self.lines.append("")

    def message(self) -> None:
        """A text in the letters of the game."""
        self.lines.append(f"{self.label()}:")
        for _ in range(self.rng.randrange(3, 16)):
            self.lines.append("  db " + ", ".join(f"${self.rng.randrange(256):02X}" for _ in range(16)))
        self.lines.append("")

    def tagged(self) -> None:
        """A patch that names what stands there, with a mark for tools, or one within a table."""
        rng = self.rng
        at, target = (
            f"${rng.randrange(0, 0x1F):02X}{rng.randrange(0x8000, 0xFFF0):04X}",
            rng.choice(self.names or ["No"]),
        )
        self.lines += [
            f"; {rng.choice(NOUNS).capitalize()}_Load loop: LDA ($00),Y : CMP.b #$FF",
            f"org {at} ; @hook module=Sea kind=jsl target={target}",
            f"  JSL {target}",
            "",
            f"; {rng.choice(NOUNS).capitalize()}",
            f"org $0DB266+${rng.randrange(1, 256):02X}",
            f"  db ${rng.randrange(8):02X}",
            "",
        ]

    def odd(self) -> None:
        self.rng.choice((self.placed, self.states, self.aside, self.message, self.tagged))()

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


def music(rng: random.Random, number: int) -> str:
    """A song: voices that call parts, and parts of notes that all end alike."""
    name = f"Song{number}_{rng.choice(NOUNS).capitalize()}"
    lines = [
        ";" + "=" * 60,
        f"; The song of the {rng.choice(NOUNS)}, for {rng.choice(NOUNS)} alone",
        ";" + "=" * 60,
    ]
    lines += ["", f"{name}:", f"!ARAM{number} = $E{number:03X}", f"dw !ARAM{number}+$08", "dw $00FF", ""]
    for voice in range(4):
        lines += [
            f".Voice{voice}",
            f"%SetTempo({rng.randrange(30, 90)})",
            f"%SetPatch(${voice:02X}) ; {rng.choice(NOUNS)}",
        ]
        lines += ["db $00 ; End of the voice", ""]
    for part in range(12):
        notes = ", ".join(f"{rng.choice('ABCDEFG')}{rng.randrange(2, 6)}" for _ in range(12))
        lines += [f".part{part:02d}", f"db {notes}, Hold", "db $00 ; End", ""]
    return "\n".join(lines) + "\nprint pc\n"
