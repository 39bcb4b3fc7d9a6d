"""Ten-line snippets checked per second of CPU, a quarter of them invalid, findings built.

    python plugins/afs-asm/benchmarks/bench_check.py [SNIPPETS]

Every snippet is different: values, names and comments are drawn anew, so most lines are seen for the
first time; in a second run no two lines are alike, each having a comment of its own. The bar is 6,000 a
second on a machine of its own; beside the rate stands what an empty Python call costs, some 75 ns where
nobody else works, so that figures of busy machines can be compared.
"""

from __future__ import annotations

import random
import sys
import time

from afs.asm import check

BAR = 6000
GOOD = (
    "    LDA.b ${b:02X}{c}",
    "    LDA.w #${w:04X}{c}",
    "    STA.w ${w:04X},X{c}",
    "    LDA.l ${l:06X},X{c}",
    "    STA.b (${b:02X}),Y{c}",
    "    JSL {n}_{w}{c}",
    "    LDA.w {n}Table{b},X{c}",
    "    CMP.b #${b:02X} : BEQ .done{b}{c}",
    "    REP #$30{c}",
    "    STZ.w {n}_{b}State{c}",
    "    INX : INX : CPX.w #${w:04X}{c}",
    "    BNE -{c}",
    ".skip{b}",
    "-{c}",
    "    RTS{c}",
    "    dw ${w:04X}, ${b:02X}, {n}{b}{c}",
    "    LDA.w !{n}Define, X{c}",
    "; {n} {w} of the table{c}",
    "    PHX : PHY{c}",
    "    AND.b #%{b:08b}{c}",
)
BAD = (
    "    LDA [${b:02X}],X{c}",
    "    STX ${w:04X},Y{c}",
    "    LDAA #${b:02X}{c}",
    "    STA #${b:02X}{c}",
    "    LDA #0x{b:02X}{c}",
    "    JSR (${w:04X}){c}",
    "    STZ !{n}Define,Y{c}",
    "    PEA #${w:04X}{c}",
    "    LDA (${b:02X},X{c}",
    "    REP ${b:02X},X{c}",
)
NAMES = [
    "Link",
    "Sprite",
    "Room",
    "Item",
    "Menu",
    "Dialog",
    "Palette",
    "Dungeon",
    "Timer",
    "Camera",
    "Heart",
    "Bomb",
]


def snippets(count: int, seed: int = 7) -> list[str]:
    """`count` different snippets of ten lines, every fourth with one bad line."""
    rng = random.Random(seed)

    def line(shapes: tuple[str, ...]) -> str:
        word = rng.choice(NAMES)
        comment = f" ; {rng.choice(NAMES)} {rng.randrange(1000)}" if rng.random() < 0.4 else ""
        values = {"b": rng.randrange(256), "w": rng.randrange(65536), "l": rng.randrange(1 << 24)}
        return rng.choice(shapes).format(n=word, c=comment, **values)

    made = []
    for index in range(count):
        lines = [f"{rng.choice(NAMES)}_{rng.randrange(10000)}:", *(line(GOOD) for _ in range(9))]
        if index % 4 == 0:
            lines[rng.randrange(1, 10)] = line(BAD)
        made.append("\n".join(lines))
    return made


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    corpus = snippets(count)
    check(corpus[0])
    print(f"{count:,} snippets; bar {BAR:,} a second")
    rate = measured("as drawn", corpus)
    measured("no two lines alike", [unlike(text, index) for index, text in enumerate(corpus)])
    sys.exit(0 if rate >= BAR else 1)


def measured(name: str, corpus: list[str]) -> float:
    """Snippets checked per second of CPU; prints it."""
    call = empty_call()
    start = time.process_time()
    results = [check(text) for text in corpus]
    spent = (time.process_time() - start) / len(corpus)
    call = (call + empty_call()) / 2
    invalid = sum(not result.syntax_ok for result in results) / len(corpus)
    print(
        f"{name}: {1 / spent:,.0f} snippets/s CPU, {invalid:.0%} invalid; "
        f"{spent / call:,.0f} empty calls a snippet, {call * 1e9:.0f} ns each"
    )
    return 1 / spent


def unlike(text: str, index: int) -> str:
    """`text` with a comment of its own on every line."""
    return "\n".join(f"{line} ; {index}.{number}" for number, line in enumerate(text.split("\n")))


def empty_call() -> float:
    """Seconds of CPU for a call that does nothing."""

    def nothing() -> None: ...

    times = 1_000_000
    start = time.process_time()
    for _ in range(times):
        nothing()
    return (time.process_time() - start) / times


if __name__ == "__main__":
    main()
