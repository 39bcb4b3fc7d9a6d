"""Documents of the made-up hack, as people keep them."""

from __future__ import annotations

import random
from collections.abc import Callable

from words import ADVERBS, NOUNS, RAM, sentence


def document(rng: random.Random, number: int) -> str:
    noun = rng.choice(NOUNS)
    lines = ["---", f"title: {noun} {number}", "tags: [a, b]", "---", ""] if rng.random() < 0.3 else []
    lines += [f"# The {noun} of {rng.choice(NOUNS)} {number}", "", sentence(rng), ""]
    makers: tuple[Callable[[random.Random], list[str]], ...] = (
        *(chapter, table, bullets, fence, prose) * 2,
        *(checklist, metrics, announced, questions),
    )
    if number % 3 == 0:
        lines += ["**Version:** 1.0", "**Last Updated:** 2024-03-01", "", "## Contents", ""]
        lines += [f"{at}. [{noun}](#{noun})" for at, noun in enumerate(rng.sample(NOUNS, 4), 1)] + [""]
    for part in range(rng.randrange(3, 9)):
        level = rng.choice(("##", "##", "###", "####"))
        lines += [f"{level} {rng.choice(NOUNS).capitalize()} {rng.choice(ADVERBS)} {part}", ""]
        lines += [*rng.choice(makers)(rng), ""]
    if number % 20 == 0:
        lines += ["## Main quest", ""]
        for index in range(9):
            lines += [f"### Chapter {index}: The {rng.choice(NOUNS)} {number}", "", *chapter(rng), ""]
    return "\n".join(lines)


def prose(rng: random.Random) -> list[str]:
    return [line for _ in range(rng.randrange(1, 4)) for line in (sentence(rng), "")]


def chapter(rng: random.Random) -> list[str]:
    lines = []
    for step, word in enumerate(("Trigger", "Events", "Reward"), 1):
        lines.append(f"{step}.  **{word}:** {sentence(rng)}")
        if word == "Events":
            lines += [f"    *   {sentence(rng)}" for _ in range(2)]
    return lines


def checklist(rng: random.Random) -> list[str]:
    boxes = [f"{at}. [{rng.choice(' x')}] {sentence(rng)}" for at in range(1, rng.randrange(3, 6))]
    rows = [
        f"| {noun}{at} | {rng.choice(NOUNS)} | [{rng.choice(' x')}] |"
        for at, noun in enumerate(rng.sample(NOUNS, 4))
    ]
    return [*boxes, "", "| What | Where | Done |", "|---|---|---|", *rows]


def metrics(rng: random.Random) -> list[str]:
    rows = [f"| {name} | {rng.randrange(99)} |" for name in rng.sample(NOUNS, 3)]
    return [
        "| Metric | Value |",
        "|--------|-------|",
        *rows,
        f"| **Role** | **{sentence(rng)}** It likely moves. |",
    ]


def announced(rng: random.Random) -> list[str]:
    lines = []
    for lead in ("Steps to find it", "What it does"):
        lines += [f"**{lead}:**", *(f"{at}. {sentence(rng)}" for at in range(1, rng.randrange(3, 5))), ""]
    return lines


def questions(rng: random.Random) -> list[str]:
    noun, other = rng.sample(NOUNS, 2)
    asked = [f"**Q: Why is the {noun} {rng.choice(ADVERBS)}?**", f"A: {sentence(rng)}", ""]
    return [*asked, f"**Where does the {other} of the {noun} go?**", "", sentence(rng)]


def template(noun: str) -> str:
    rows = ["| ID | At | Notes |", "|----|----|-------|", "| 0x## | 0x## | [where it lies] |"]
    lines = [f"# [{noun.capitalize()} Name]", "", "**Type:** [Cave/Grotto/Passage]", "", "## Overview", ""]
    return "\n".join([*lines, "[What it is for, in a few words]", "", "## Ways", "", *rows]) + "\n"


def register(rng: random.Random) -> str:
    """A dump of registers, as a debugger writes it."""
    rows = [
        f"{at:04X}: " + " ".join(f"{rng.randrange(256):02X}" for _ in range(16)) for at in range(0, 256, 16)
    ]
    return "\n".join(["A=0102 X=0003 Y=00FF S=01F4", *rows]) + "\n"


def org_document(rng: random.Random, number: int) -> str:
    lines = [
        f"#+title: Quests of the {rng.choice(NOUNS)} {number}",
        "#+todo: TODO ACTIVE | DONE",
        "",
        "* Quests",
    ]
    for at, noun in enumerate(rng.sample(NOUNS, 12)):
        lines += [f"** {rng.choice(('TODO ', '', ''))}The {noun} of quest {at} [0/3]"]
        lines += [f"{step}) {rng.choice(('', '[ ] '))}{sentence(rng)}" for step in (1, 2, 3)]
    lines += ["* Items", "| Name | Use |", "|------+-----|"]
    return "\n".join([*lines, *(f"| {noun} | {sentence(rng)} |" for noun in rng.sample(NOUNS, 9))]) + "\n"


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
