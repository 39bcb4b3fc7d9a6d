"""Paraphrases: read one by one, and by property."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.augment.protected import Masked
from afs.augment.wording import normal, paraphrases

#: Read one by one: what is asked, and one of its paraphrases.
SHEET = [
    ("What is the address of `HeroX`?", "Tell me the address of `HeroX`."),
    ("At which address is HeroX stored?", "I would like to know at which address HeroX is stored."),
    ("Give the address of HeroX.", "Could you provide the address of HeroX?"),
    ("Which address does HeroX name?", "What address does HeroX name?"),
    ("Tell me the address that HeroX uses.", "Could you tell me the address that HeroX uses?"),
    ("What address do I watch for HeroX?", "Can you tell me what address I watch for HeroX?"),
    ("To which address does HeroX resolve?", "I would like to know to which address HeroX resolves."),
    ("Look up the address of HeroX.", "Could you look up the address of HeroX?"),
    ("Which symbol is at $7E0022?", "Please tell me which symbol is at $7E0022."),
    ("What does the memory map call $7E0022?", "I would like to know what the memory map calls $7E0022."),
    (
        "Which name does the source give to $7E0022?",
        "Could you tell me which name the source gives to $7E0022?",
    ),
    ("Which variable is defined as $7E0022?", "Can you tell me which variable is defined as $7E0022?"),
    ("What does HeroX hold?", "Please tell me what HeroX holds."),
    ("What is HeroX for?", "What is HeroX used for?"),
    ("What is kept in HeroX?", "Please tell me what is kept in HeroX."),
    ("What is the value of !FOO?", "What value does !FOO have?"),
    ("As which number is !FOO defined?", "I would like to know as which number !FOO is defined."),
    ("Which bits does HeroFlags have?", "I would like to know which bits HeroFlags has."),
    ("What do the bits of HeroFlags mean?", "Can you tell me what the bits of HeroFlags mean?"),
    ("List the flags in HeroFlags.", "Can you list the flags in HeroFlags?"),
    ("Which values can HeroState take?", "What values can HeroState take?"),
    ("What do the values of HeroState mean?", "Please tell me what the values of HeroState mean."),
    ("With which settings does ocean.asm begin?", "Please tell me with which settings ocean.asm begins."),
    ("How is the struct Actor laid out?", "Please tell me how the struct Actor is laid out."),
    ("What is in the table Tide_Levels?", "Can you tell me what is in the table Tide_Levels?"),
    (
        "To which label does row 3 of Tide_Levels point?",
        "Can you tell me to which label row 3 of Tide_Levels points?",
    ),
    ("How is the macro %draw used?", "Explain how the macro %draw is used."),
    ("Where is the macro %draw called?", "Please tell me where the macro %draw is called."),
    ("Give examples of calls of %draw.", "Could you provide examples of calls of %draw?"),
    ("What does the patch at $02F0C1 do?", "Could you tell me what the patch at $02F0C1 does?"),
    (
        "At which address does the game enter Tide_Hook?",
        "I would like to know at which address the game enters Tide_Hook.",
    ),
    ("What address is patched to reach Tide_Hook?", "Which address is patched to reach Tide_Hook?"),
    ("What does the routine GullEel_Run do?", "Can you explain what the routine GullEel_Run does?"),
    ("Explain the routine GullEel_Run.", "Could you explain the routine GullEel_Run?"),
    ("Describe GullEel_Run.", "Could you describe GullEel_Run?"),
    ("Summarise what GullEel_Run does.", "I would like you to sum up what GullEel_Run does."),
    ("What does this code of GullEel_Run do?", "I would like to know what this code of GullEel_Run does."),
    (
        "Read the code of GullEel_Run and say what it does.",
        "Can you read the code of GullEel_Run and say what it does?",
    ),
    (
        "Why is there `STX.b Work3` in `GullEel_Run`?",
        "Please explain why there is `STX.b Work3` in `GullEel_Run`.",
    ),
    ("What is the purpose of HeroX?", "Can you tell me what the purpose of HeroX is?"),
    (
        "Write the routine GullEel_Run in 65816 assembly.",
        "I would like you to write the routine GullEel_Run in 65816 assembly.",
    ),
    ("Implement GullEel_Run for asar.", "Could you please implement GullEel_Run for asar?"),
    ("Which routines does GullEel_Run call?", "I would like to know which routines GullEel_Run calls."),
    ("List what GullEel_Run calls and jumps to.", "Can you list what GullEel_Run calls and jumps to?"),
    ("Which other code does GullEel_Run run?", "Could you tell me which other code GullEel_Run runs?"),
    ("Which routines call GullEel_Run?", "Could you tell me which routines call GullEel_Run?"),
    (
        "How do I hook a routine without breaking the vanilla code?",
        "Please explain how to hook a routine without breaking the vanilla code.",
    ),
    (
        "How can I add a new sprite to the overworld?",
        "Can you explain how to add a new sprite to the overworld?",
    ),
    ("Explain how to set up HDMA on channel 3.", "Show me how to set up HDMA on channel 3."),
    (
        "Write a routine that doubles A and returns with the carry set on overflow.",
        "Can you write a routine that doubles A and returns with the carry set on overflow?",
    ),
    ("Optimize this routine:", "Could you optimize this routine?"),
    (
        "Why does the game crash when A is 16 bits wide?",
        "Explain why the game crashes when A is 16 bits wide.",
    ),
    ("Does DMA stop the CPU?", "Please tell me whether DMA stops the CPU."),
    ("Is $7E0010 cleared on boot?", "I would like to know whether $7E0010 is cleared on boot."),
    (
        "What happens when the player opens the menu?",
        "Please tell me what happens when the player opens the menu.",
    ),
    ("How does decimal mode work?", "Can you explain how decimal mode works?"),
    (
        "Can you explain the difference between JSR and JSL?",
        "Could you please explain the difference between JSR and JSL?",
    ),
    (
        "Could you please write a loop that clears $7E2000-$7E3FFF?",
        "I would like you to write a loop that clears $7E2000-$7E3FFF.",
    ),
    ("In ALTTP, what does $7E0010 hold?", "In ALTTP, please tell me what $7E0010 holds."),
    ("Where is the player's health stored?", "Please tell me where the player's health is stored."),
    ("Fix the bug in this code.", "Can you fix the bug in this code?"),
    (
        "Debug this routine. It hangs after the second frame.",
        "Could you debug this routine? It hangs after the second frame.",
    ),
    (
        "The carry is set here. Why does ADC add one more?",
        "The carry is set here. Can you tell me why ADC adds one more?",
    ),
    ("Please list all registers used by HDMA.", "Can you list all registers used by HDMA?"),
    ("Tell me what HeroX holds.", "What does HeroX hold?"),
    ("How many bytes does LDA.l take?", "I would like to know how many bytes LDA.l takes."),
    (
        "What is the difference between RTS and RTL?",
        "Could you please explain the difference between RTS and RTL?",
    ),
    ("What is 65816 assembly?", "I would like to know what 65816 assembly is."),
    ("I want you to write a memcpy.", "Please write a memcpy."),
    ("Name the symbol at $7E0022.", "Could you name the symbol at $7E0022?"),
    (
        "Translate this C function into 65816 assembly:",
        "Could you please translate this C function into 65816 assembly?",
    ),
    (
        "Which register is used as the direct page pointer?",
        "Could you tell me which register is used as the direct page pointer?",
    ),
    ("What causes the flicker on screen?", "Could you tell me what causes the flicker on screen?"),
    (
        "Using MVN, copy $100 bytes from ROM to WRAM.",
        "Using MVN, could you please copy $100 bytes from ROM to WRAM?",
    ),
    ("When does the NMI handler run?", "Please tell me when the NMI handler runs."),
    ("Explain this code:", "Can you explain this code?"),
    ("What is the best way to learn assembly?", "Can you tell me what the best way to learn assembly is?"),
    ("What are the flags?", "Can you tell me what the flags are?"),
    ("What does it mean when the N flag is set?", "Please tell me what it means when the N flag is set."),
    ("Show me the code for DMA.", "Can you show me the code for DMA?"),
    ("How is X preserved across the call?", "Please tell me how X is preserved across the call."),
    ("Where are the sprite tables?", "I would like to know where the sprite tables are."),
    ("What does NMI stand for?", "I would like to know what NMI stands for."),
    ("How do you clear VRAM quickly?", "Explain how to clear VRAM quickly."),
    ("Do I need to save X?", "Can you tell me whether I need to save X?"),
    ("What should A hold on entry?", "I would like to know what A should hold on entry."),
    ("Explain why the flag is set.", "Please explain why the flag is set."),
    ("Explain how the HUD is drawn.", "Can you tell me how the HUD is drawn?"),
    (
        "Describe the memory layout of the sprite tables, then list their addresses.",
        "Could you describe the memory layout of the sprite tables, then list their addresses?",
    ),
    (
        "Hook $02F0C1 so that it calls TideHook, and preserve A.",
        "I would like you to hook $02F0C1 so that it calls TideHook, and preserve A.",
    ),
    ("Convert $7E0010 to decimal", "I would like you to convert $7E0010 to decimal."),
    ("What else does it do?", "Please tell me what else it does."),
    (
        "Trace the value of A through this code.",
        "I would like you to trace the value of A through this code.",
    ),
]

#: Forms that are not recognised, or would become another question.
UNKNOWN = [
    "Should I use JSL here?",
    "What color is the sky and why does it change?",
    "How are quests started?",
    "Why is A 16 bits here?",
    "Is this correct?",
    "What does the call use?",
    "Given the table below, what is the third entry?",
    "List of sprites in room 5?",
    "Which is faster, LDA or LDX?",
    "Wer bist du?",
    "help",
    "fix",
    "Does X survive?",
]

PIECES = [
    "$7E0010",
    "`LDA #$10`",
    '"a b"',
    "HeroX",
    "!FOO",
    "#$1C",
    "65816",
    "Foo_Bar",
    ".loop",
    "%draw()",
    "A",
]
TEMPLATES = [
    "What does {0} do to {1}?",
    "Where is {0} stored?",
    "Write a routine that copies {0} to {1}, then returns {2}.",
    "Explain the routine {0}.",
    "How do I hook {0} at {1}?",
    "{0} is set. Why does {1} clear {2}?",
    "Give the value of {0}.\n\n```asm\nWhat is {1}?\nLDA #$10\n```\nKeep {2}.",
    "Can you tell me which routines {0} calls?",
    "In {0}, what does {1} hold?",
]


@pytest.mark.parametrize(("asked", "other"), SHEET)
def test_known_forms_are_put_in_other_words(asked: str, other: str) -> None:
    assert other in paraphrases(asked)


@pytest.mark.parametrize("asked", UNKNOWN)
def test_other_forms_stay_as_they_are(asked: str) -> None:
    assert paraphrases(asked) == []


def test_all_paraphrases_of_one_question() -> None:
    assert paraphrases("What does the routine Foo_Bar do?") == [
        "Tell me what the routine Foo_Bar does.",
        "Please tell me what the routine Foo_Bar does.",
        "Can you tell me what the routine Foo_Bar does?",
        "Could you tell me what the routine Foo_Bar does?",
        "I would like to know what the routine Foo_Bar does.",
        "Explain what the routine Foo_Bar does.",
        "Please explain what the routine Foo_Bar does.",
        "Can you explain what the routine Foo_Bar does?",
    ]


@given(st.sampled_from(TEMPLATES), st.tuples(*[st.sampled_from(PIECES)] * 3))
def test_code_names_and_numbers_stay_in_order(template: str, pieces: tuple[str, ...]) -> None:
    asked = template.format(*pieces)
    found = paraphrases(asked)
    masked = Masked.of(asked)
    assert masked is not None
    for other in found:
        other_masked = Masked.of(other)
        assert other_masked is not None
        assert other_masked.pieces == masked.pieces
        assert _marked(other) == _marked(asked)
    assert len({normal(other) for other in [asked, *found]}) == 1 + len(found)


def _marked(text: str) -> list[str]:
    """Words with signs in them, found without the code under test."""
    return [word.rstrip(".?:,") for word in re.findall(r"[^\w\s,.?!:]+\S*", text)]


@given(st.text())
def test_any_text_may_come(text: str) -> None:
    for other in paraphrases(text):
        assert normal(other) != normal(text)


@given(
    st.lists(
        st.sampled_from(
            ["what", "does", "is", "the", "X", "how", "to", "explain", "do", "in", ",", "?", "use"]
        ),
        max_size=9,
    )
)
def test_any_words_may_come(words: list[str]) -> None:
    text = " ".join(words)
    for other in paraphrases(text):
        assert re.findall("X", other) == re.findall("X", text)


def test_what_follows_the_first_sentence_stays() -> None:
    asked = "Explain this routine:\n\n```asm\nFoo:\n  RTS\n```\nWhat is it for?"
    for other in paraphrases(asked):
        assert other.endswith("\n\n```asm\nFoo:\n  RTS\n```\nWhat is it for?")
        assert other.partition("\n")[0] in {
            "Please explain this routine:",
            "Can you explain this routine?",
            "Could you explain this routine?",
            "Could you please explain this routine?",
            "I would like you to explain this routine:",
            "What does this routine do?",
            "Explain what this routine does:",
        }


def test_what_stands_behind_a_sentence_is_still_led_to() -> None:
    found = paraphrases("Explain this part: .turn of Crab_Run.")
    assert "Please explain this part: .turn of Crab_Run." in found
    assert not any("?" in other for other in found)
    found = paraphrases("To which routine does this comment belong? Counts the cells.")
    assert "Tell me to which routine this comment belongs: Counts the cells." in found
    assert "Tell me what it does.\n" in paraphrases("What does it do?\n")
    assert "Tell me what it does. It hangs." in paraphrases("What does it do? It hangs.")


def test_a_long_text_takes_no_long_time() -> None:
    assert paraphrases("what does " * 5_000 + "?") == []
    assert paraphrases("`" * 20_000) == []
    assert isinstance(paraphrases("Explain " + "the thing of " * 3_000 + "."), list)
