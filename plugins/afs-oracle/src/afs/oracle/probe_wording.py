"""How a probe asks for a fact: in words that its training data does not hold.

A fact is a key, a value and the relation between them. ``{key}`` stands for the key.
No phrase of three words of a probe occurs in a question of the same kind.
"""

from __future__ import annotations

__all__ = ["PROBES"]

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
        "What occupies {key}?",
        "The debugger stops at {key}. Who is there?",
        "I saw a write to {key}. What changed?",
    ),
    "routine-name": (
        "I need the code for the following. How is it called? {key}",
        "Where would I set a breakpoint to see this happen? {key}",
        "Some code was written for this task. Under which label? {key}",
    ),
    "heading": (
        "Under which title should I look this up? {key}",
        "I remember only these words. Where were they written? {key}",
        "What would the table of contents call this? {key}",
    ),
    "constant": (
        "How much is {key} in this project?",
        "Somebody wrote #{key}. Which number gets assembled?",
        "I replace {key} by a plain number. Which one?",
    ),
    "bit": (
        "If somebody sets {key}, what have they switched on?",
        "A dump shows {key} set. What happened?",
        "When would I find {key} to be 1?",
    ),
    "field": (
        "How many bytes into its record lies {key}?",
        "I count from the start of a record. Where do I meet {key}?",
        "My pointer is at the record. What do I add to reach {key}?",
    ),
    "entry": (
        "If I peek into the ROM there, what do I see for {key}?",
        "Somebody lost the line for {key}. How did it go?",
        "Type in again what was written for {key}.",
    ),
    "row": (
        "My printout is torn just behind {key}. What stood there?",
        "Remind me how it continues beside {key}.",
        "I only have the first cell of {key}. Fill in the rest.",
    ),
    "order": (
        "I am done with {key}. Where do I go now?",
        "Having finished {key}, what should I turn to?",
        "My guide breaks off at {key}. How would it go on?",
    ),
    "hooked": (
        "Where in the old code would I break to see {key} start?",
        "Somebody jumped into {key} from the untouched game. Whence?",
        "On the way into {key}, which place in the ROM was altered?",
    ),
}
