"""The entity scorer: what counts, what does not, and what is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.knowledge.coverage import EntityCoverage
from afs.knowledge.mentions import mentions
from afs.knowledge.settings import Settings
from afs_core import Message, Run, Score, TrainingSample
from afs_core.testing import ScorerConformance, example_samples


class TestEntity(ScorerConformance):
    capability = "entity"

    def samples(self) -> Sequence[TrainingSample]:
        return [*example_samples(), sample("LDA $7EF36D : STA $7F5123 : JSL Nowhere")]


def sample(output: str, instruction: str = "Write it.", **fields: Any) -> TrainingSample:
    return TrainingSample(instruction=instruction, output=output, **fields)


@pytest.fixture
def scorer(afs_run: Run) -> EntityCoverage:
    return EntityCoverage(Settings(), afs_run)


def score(scorer: EntityCoverage, output: str) -> Score:
    return scorer.score_batch([sample(output)])[0]


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("LDA #$10 : STA $7EF36D", 1, []),
        ("LDA #$7EF3 : STA $22", 1, []),
        ("LDA $800022 : STA $84420B", 2, []),
        ("LDA $0022 : LDA $7E0022 : LDA $22", 1, []),
        ("LDA $0D00,X : STA $0D0F", 2, []),
        ("LDA $F36D", 1, []),
        ("LDA ($00),Y : LDA [$04]", 2, []),
        ("LDA $7F5123 : STA $7EF36D", 1, ["$7F5123"]),
        ("Loop:\n  DEC $1A\n  JSR Loop\n  JSR Away\n  BNE Loop", 2, ["Away"]),
        ("  JSL Sprite_SpawnDynamically\n  JSL $0799AD\n  JSL $0799AE", 2, ["$0799AE"]),
        ("!raft = $7F5123\n  LDA !raft\n  LDA !tide\n  LDA $7F5123", 2, ["!tide"]),
        ("Raft = $7F5123\n  LDA Raft", 1, []),
        ("LDA LinkX\nSTA link_y\nSTA INIDISP", 3, []),
        ("macro go(x)\n  NOP\nendmacro\n  %go(1)\n  %stay(1)", 1, ["%stay"]),
        ("Table:\n  db $7E,$F3,$6D\n  dw $2100, Table, Elsewhere", 1, ["Elsewhere"]),
        ("The health is at $7EF36D, the room at 7E:00A0.", 2, []),
        ("Its code reads 0x7EF36D.", 1, []),
        ("LDA.w $0010 ; see $7F5123", 1, ["$7F5123"]),
        ("```asm\nLDA $7EF36D\n```\nand `link_x`, and `not_a_name`", 2, []),
        ("Set $7E0010, the MODE, by INIDISP and `LinkPosX`, not `LINKX`.", 3, []),
        ("and mask,x\ninc $1A", 1, ["mask"]),
        ("  and mask", 0, ["mask"]),
        ("```python\nx = '$7F5123'\n```\nReads $7EF36D.", 1, []),
    ],
)
def test_what_counts(scorer: EntityCoverage, text: str, known: int, unknown: list[str]) -> None:
    found = score(scorer, text)
    assert found.detail == {"entities": known + len(unknown), "known": known, "unknown": unknown}
    assert found.value == known / (known + len(unknown))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nothing is named here.",
        "It costs $2500, or $1,250.50, or $100000 a year.",
        "echo $HOME $face $cafebabe",
        "#$7EF36D and #$1234 are immediates",
        "LDA #$10 : AND.w #$1234 : LDX #Table",
        "LDA $03,S : STA ($05,S),Y : PEA $1234 : MVN $7E,$7F : REP #$30",
        "BRA $8005 : BRL + : +",
        "  db $7E,$22 : dl $7EF36D",
        "  JSR $8034 : JMP ($8034) : LDA $9000,X",
        "org $208000 : skip $10",
        "  BEQ .loop : .loop RTS",
        "At 12:3000 we eat; 0x7E is 126.",
        '```rust\nlet x = "$7EF36D";\n```',
        "def main():\n    return self.some_name",
        "Call `reset` with `message_id`, see `frame_counter`; INIDISP too.",
        "It is for you\nand others.\nBit by bit\ndb connection",
    ],
)
def test_what_does_not(scorer: EntityCoverage, text: str) -> None:
    found = score(scorer, text)
    assert (found.value, found.reason) == (None, "no address or symbol"), found


def test_an_amount_counts_beside_a_sure_address(scorer: EntityCoverage) -> None:
    assert score(scorer, "$2100 holds the brightness.").value is None
    assert score(scorer, "$2100 holds the brightness, $7EF36D the health.").detail["known"] == 2


def test_direct_page_counts_unless_the_code_moves_it(scorer: EntityCoverage) -> None:
    assert score(scorer, "LDA $22").value == 1.0
    assert score(scorer, "REP #$20\nLDA #$4300\nTCD\nLDA $01").value is None
    assert score(scorer, "PLD\nLDA $9000,X\nLDA $7EF36D\nLDA $01").detail["entities"] == 1


def test_all_fields_and_turns_are_read(scorer: EntityCoverage) -> None:
    whole = sample("LDA $7F5123", "What is $7EF36D?", input="Uses $7F5124.")
    turns = sample("-", messages=(Message("user", "$7EF36D?"), Message("assistant", "It is health.")))
    first, second = scorer.score_batch([whole, turns])
    assert (first.detail["known"], first.detail["entities"], second.value) == (1, 3, 1.0)


def test_own_symbols_are_known(tmp_path: Path, afs_run: Run) -> None:
    file = tmp_path / "ram.asm"
    file.write_text("Raft = $7F5123\n!Wind = $10\nSail:\n  NOP\n  RTS\n")
    scorer = EntityCoverage(Settings(symbols=(file,)), afs_run)
    assert score(scorer, "LDA Raft : LDA $7F5123 : LDA !Wind : JSR Sail").value == 1.0
    assert scorer.fingerprint != EntityCoverage(Settings(), afs_run).fingerprint


def test_the_registers_alone(afs_run: Run) -> None:
    scorer = EntityCoverage(Settings(game="none"), afs_run)
    assert score(scorer, "STA $2100 : LDA $7EF36D").detail["unknown"] == ["$7EF36D"]


@given(st.text(max_size=300))
def test_any_text_has_mentions(text: str) -> None:
    found = mentions([text])
    assert all(0 <= value <= 0xFFFFFF and 1 <= digits <= 6 for value, digits in found.numbers)


@given(
    st.lists(
        st.sampled_from(["LDA $7EF36D", "```asm", "```", "$2500", "x:", "dw a", "%m()", ";$22"]), max_size=12
    )
)
def test_texts_in_any_order_are_read(lines: list[str]) -> None:
    mentions(["\n".join(lines)])


def test_long_lines_cost_no_more_than_their_length(scorer: EntityCoverage) -> None:
    for text in ("$7EF36D " * 50_000, "lda (" * 50_000, "`a" * 100_000, "$" * 200_000, "a_" * 100_000):
        assert score(scorer, text) is not None
