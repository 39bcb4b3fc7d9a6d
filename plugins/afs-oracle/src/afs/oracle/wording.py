"""How a fact is asked for: in training data, and, in other words, by a probe.

A fact is a key, a value and the relation between them. ``{key}`` stands for the key.
"""

from __future__ import annotations

__all__ = ["PROBES", "QUESTIONS"]

#: Wordings of the training data, by kind of sample.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "address": (
        "What is the address of {key}?",
        "At which address is {key} stored?",
        "Give the address of {key}.",
        "Which address does {key} name?",
        "Tell me the address that {key} uses.",
        "What address do I watch for {key}?",
        "To which address does {key} resolve?",
        "Look up the address of {key}.",
    ),
    "symbol": (
        "Which symbol is at {key}?",
        "Name the symbol at {key}.",
        "What does the memory map call {key}?",
        "Give the name of {key}.",
        "Which name does the source give to {key}?",
        "Look up the symbol for {key}.",
        "Which variable is defined as {key}?",
        "Tell me the symbol that names {key}.",
    ),
    "purpose": (
        "What does {key} hold?",
        "What is {key} for?",
        "Describe the variable {key}.",
        "What is kept in {key}?",
    ),
    "routine": (
        "What does the routine {key} do?",
        "Explain the routine {key}.",
        "Describe {key}.",
        "Summarise what {key} does.",
    ),
    "code": (
        "Explain the routine {key}.",
        "What does this code of {key} do?",
        "Describe the following routine, {key}.",
        "Read the code of {key} and say what it does.",
    ),
    "routine-name": (
        "Which routine does this? {key}",
        "Name the routine that fits this description: {key}",
        "This is the comment of which routine? {key}",
        "To which routine does this comment belong? {key}",
    ),
    "heading": (
        "Which section begins like this? {key}",
        "Name the section that starts with: {key}",
        "This opens which section? {key}",
        "To which section does this text belong? {key}",
    ),
}

#: Wordings of probes, by the kind of sample that teaches the fact.
PROBES: dict[str, tuple[str, ...]] = {
    "address": (
        "Where does the game keep {key}?",
        "Where in memory would I find {key}?",
        "I want to change {key}. Where do I look?",
        "Where can {key} be found?",
    ),
    "symbol": (
        "What lives at {key}?",
        "What is kept under {key}?",
        "The debugger stops at {key}. Who is there?",
        "I saw a write to {key}. What changed?",
    ),
    "routine-name": (
        "I need the code for the following. How is it called? {key}",
        "Where would I set a breakpoint to see this happen? {key}",
        "Somebody remembers only these words. What were they reading about? {key}",
    ),
    "heading": (
        "Under which title should I look this up? {key}",
        "I remember only these words. Where were they written? {key}",
        "What would the table of contents call this? {key}",
    ),
}
