"""Synthetic chats whose answer stands in the question: to look up is the first thing to learn."""

from __future__ import annotations

import random
from collections.abc import Sequence

from afs.quickstart.tinymodel.facts import Fact, ask, invent
from afs.quickstart.tinymodel.names import invented_word, symbol

# fmt: off
MNEMONICS = [
    "LDA", "STA", "LDX", "STX", "LDY", "STY", "ADC", "SBC", "AND", "ORA", "EOR", "CMP", "CPX", "CPY",
    "INC", "DEC", "ASL", "LSR", "BIT",
]
# fmt: on
# fmt: off
IMPLIED = [
    "CLC", "SEC", "INX", "INY", "DEX", "DEY", "TAX", "TAY", "TXA", "TYA", "PHA", "PLA", "PHX", "PLX",
    "PHY", "PLY", "NOP", "XBA",
]
# fmt: on
BRANCHES = ["BNE", "BEQ", "BCC", "BCS", "BPL", "BMI", "BRA"]
SUMMARIES = [
    "{verb} the {noun} when the {other} is {state}",
    "{verb} every {noun} of the {other}",
    "{verb} the {noun} and {second} the {other}",
    "{verb} {noun} {other} once a frame",
    "Checks whether the {noun} is {state}",
    "Returns the {noun} of the {other} in A",
]
# fmt: off
VERBS = [
    "Adds", "Clears", "Copies", "Counts", "Draws", "Loads", "Moves", "Opens", "Reads", "Resets",
    "Saves", "Sets", "Shows", "Starts", "Stops", "Updates", "Writes",
]
# fmt: on
STATES = ["empty", "full", "open", "closed", "active", "ready", "hidden", "zero", "negative", "locked"]
ROUTINE_QUESTIONS = [
    "What does {name} do?",
    "Explain {name}.",
    "Describe the routine {name}.",
    "Summarise {name}.",
    "What is {name} for?",
]
SECTION_QUESTIONS = [
    "What does the section {title} say?",
    "Summarise {title}.",
    "What is written about {title}?",
    "Explain {title}.",
]


def memory_map(rng: random.Random, words: Sequence[str]) -> tuple[str, str]:
    """A few lines of a memory map and a question about one of them."""
    facts = [invent(rng, words) for _ in range(rng.randint(1, 6))]
    question, answer = ask(rng, rng.choice(facts))
    listing = "\n".join(render(rng.randrange(3), fact) for fact in facts)
    return (f"{listing}\n\n{question}" if rng.random() < 0.6 else f"{question}\n\n{listing}"), answer


def render(style: int, fact: Fact) -> str:
    if style == 0:
        return fact.line
    if style == 1:
        return f"| {fact.address} | {fact.name} | {fact.note} |"
    return f"- `{fact.name}` ({fact.address}): {fact.note}"


def routine(rng: random.Random, words: Sequence[str]) -> tuple[str, str]:
    """A commented routine and a question about it; sometimes the comment is the answer to copy."""
    name, text = symbol(rng, words), summary(rng, words)
    code = "\n".join([f"; {text}.", f"{name}:", *body(rng, words)])
    return f"{rng.choice(ROUTINE_QUESTIONS).format(name=name)}\n\n{code}", f"{text}."


def summary(rng: random.Random, words: Sequence[str]) -> str:
    return rng.choice(SUMMARIES).format(
        verb=rng.choice(VERBS),
        second=rng.choice(VERBS).lower(),
        noun=rng.choice(words),
        other=rng.choice((rng.choice(words), invented_word(rng))),
        state=rng.choice(STATES),
    )


def body(rng: random.Random, words: Sequence[str]) -> list[str]:
    lines = [instruction(rng, words) for _ in range(rng.randint(2, 8))]
    if rng.random() < 0.5:
        label = "." + invented_word(rng)
        lines.insert(rng.randrange(len(lines)), f"    {rng.choice(BRANCHES)} {label}")
        lines.append(label)
    return [*lines, f"    {rng.choice(('RTS', 'RTL'))}"]


def instruction(rng: random.Random, words: Sequence[str]) -> str:
    luck = rng.random()
    if luck < 0.25:
        return f"    {rng.choice(IMPLIED)}"
    if luck < 0.35:
        return f"    {rng.choice(('REP', 'SEP'))} #${rng.choice((0x10, 0x20, 0x30)):02X}"
    operand = rng.choice(
        (
            f"#${rng.randrange(256):02X}",
            f"#${rng.randrange(65536):04X}",
            symbol(rng, words),
            f"{symbol(rng, words)},X",
        )
    )
    return f"    {rng.choice(MNEMONICS)} {operand}"


def section(rng: random.Random, words: Sequence[str]) -> tuple[str, str]:
    """A Markdown section and a question that its first sentence answers."""
    title = f"{rng.choice(words).capitalize()} {rng.choice((invented_word(rng), rng.choice(words)))}"
    sentences = [summary(rng, words) + "." for _ in range(rng.randint(1, 3))]
    text = f"## {title}\n\n{' '.join(sentences)}"
    return f"{rng.choice(SECTION_QUESTIONS).format(title=title)}\n\n{text}", " ".join(sentences)


def docstring(rng: random.Random, entry: tuple[str, str]) -> tuple[str, str]:
    """What a function of the standard library is for."""
    name, text = entry
    return rng.choice(ROUTINE_QUESTIONS).format(
        name=name.rpartition(".")[2] if rng.random() < 0.3 else name
    ), text
