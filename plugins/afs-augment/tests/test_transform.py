"""The transforms: which samples get variants, and what a variant carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from afs.augment.cli import augment
from afs.augment.distinct import DistinctVariants
from afs.augment.transform import Augment
from afs.augment.variant import asked
from afs_core import Message, Provenance, Run, TrainingSample, read_samples, write_samples
from afs_core.testing import TransformConformance

CODE = "Tick:\n  LDA #$00\n  STA $10\n.loop\n  LDA $11,X\n  DEX\n  BNE .loop\n  RTS"
EXPLAIN = TrainingSample("Explain the routine Tick.", "It clears $10.", input=CODE, domain="asm")
WRITE = TrainingSample("Write the routine Tick.", f"Here it is:\n\n```asm\n{CODE}\n```\n", domain="asm")
ASK = TrainingSample("What does $7E0010 hold?", "The timer.", source="notes")


class TestAugment(TransformConformance):
    capability = "augment/augment"
    settings = {"split": "any"}  # noqa: RUF012


class TestDistinctVariants(TransformConformance):
    capability = "augment/distinct-variants"


def of_split(sample: TrainingSample, split: str, **more: Any) -> TrainingSample:
    return sample.changed("split", prov=Provenance(split=split, **more))


def augmented(*rows: TrainingSample, seed: int = 42, **settings: Any) -> tuple[list[TrainingSample], Augment]:
    transform = Augment(Augment.Config(**settings), Run.open(seed=seed))
    return list(transform.apply(rows)), transform


def test_a_variant_names_its_parent_and_stays_in_its_group_and_split() -> None:
    parent = of_split(EXPLAIN, "train", source="Core/tick.asm", start=3, end=9, kind="code")
    rows, transform = augmented(parent, variants=4)
    assert rows[0] is parent and len(rows) == 5
    for row in rows[1:]:
        assert row.prov is not None
        assert row.prov.parents == (parent.sample_id,)
        assert (row.prov.split, row.prov.group, row.group) == ("train", "Core/tick.asm", parent.group)
        assert row.prov.transforms == ("augment",) and (row.prov.start, row.prov.end) == (3, 9)
        assert row.metadata["variant"]["of"] == parent.sample_id and row.metadata["variant"]["changes"]
        assert row.output == parent.output and row.domain == "asm"
    assert len({asked(row) for row in rows}) == 5
    assert transform.noted["samples with variants"] == 1


def test_only_samples_of_the_train_split_are_augmented() -> None:
    rows = [of_split(ASK, "val"), of_split(WRITE, "test"), ASK, of_split(ASK, "train")]
    out, transform = augmented(*rows, variants=3)
    assert out[:4] == rows and len(out) == 7
    assert transform.noted["left alone: not of the train split"] == 2
    assert transform.noted["left alone: no split"] == 1
    assert len(augmented(*rows, variants=1, split="any")[0]) == 8


def test_conversations_and_variants_stay_as_they_are() -> None:
    turns = tuple(Message(role, "Explain it.") for role in ("user", "assistant", "user", "assistant"))
    talk = of_split(TrainingSample("Explain it.", "No.", messages=turns), "train")
    assert augmented(talk)[0] == [talk]
    first, _ = augmented(of_split(ASK, "train"), variants=2)
    again, transform = augmented(*first, variants=0)
    assert again == first
    assert transform.noted["left alone: is a variant"] == 2


def test_code_in_the_answer_changes_only_with_the_question() -> None:
    rows, _ = augmented(of_split(WRITE, "train"), variants=5)
    assert len(rows) == 6
    assert len({row.instruction for row in rows}) == 6
    changed = [row for row in rows[1:] if row.output != WRITE.output]
    assert changed
    for row in changed:
        assert row.output.startswith("Here it is:\n\n```asm\nTick:") and row.output.endswith("\n```\n")
        assert row.metadata["variant"]["code"] in ("tested", "same bytes")
    assert len(augmented(of_split(WRITE, "train"), kinds=("layout", "labels"))[0]) == 1


def test_instructions_stay_where_the_text_speaks_of_them() -> None:
    for instruction, output in [
        ("How many cycles does this take?", "20 cycles."),
        ("Find the bug.", "STA must be STX."),
        ("Explain it.", "`STA $10` clears the timer, then .loop runs."),
    ]:
        sample = of_split(TrainingSample(instruction, output, input=CODE), "train")
        rows, _ = augmented(sample, variants=6)
        for row in rows[1:]:
            told = row.metadata["variant"]
            if "STA $10" in output:
                assert "STA $10" in row.input.upper() and ".loop" in row.input
            else:
                assert told.get("code") != "tested"


def test_the_same_seed_gives_the_same_variants_in_any_company() -> None:
    rows = [of_split(row, "train") for row in (ASK, EXPLAIN, WRITE)]
    whole = [row.to_bytes() for row in augmented(*rows, variants=3)[0]]
    apart = [row.to_bytes() for one in rows for row in augmented(one, variants=3)[0]]
    assert whole == apart
    assert [row.to_bytes() for row in augmented(*rows, variants=3, seed=7)[0]] != whole


def test_hostile_samples_pass() -> None:
    for text in (
        "```asm\n" * 50,
        "\x00\u2028",
        "``" * 999,
        "LDA\n" * 999,
        'incsrc "/etc/passwd"\nNOP\nNOP',
        "\ue000",
    ):
        rows, _ = augmented(of_split(TrainingSample("Explain this.", "Yes.", input=text), "train"))
        assert rows[0].input == text
        assert all(row.input.replace(" ", "") and row.output == "Yes." for row in rows)


def test_a_variant_that_asks_what_another_sample_asks_goes() -> None:
    dropped: list[tuple[str, str]] = []
    run = Run.open().view(
        "d", on_drop=lambda sample, by, reason: dropped.append((sample.instruction, reason))
    )
    held = of_split(TrainingSample("tell  me what $7e0010 holds.", "x"), "test")
    variants = [
        TrainingSample(text, "The timer.", _metadata={"variant": {}})
        for text in ("Tell me what $7E0010 holds.", "Say it.", "say IT.")
    ]
    rows = [ASK, ASK, *variants, held]
    assert list(DistinctVariants(None, run).apply(rows)) == [ASK, ASK, variants[1], held]
    assert dropped == [
        ("Tell me what $7E0010 holds.", "asks what another sample asks"),
        ("say IT.", "asks what another sample asks"),
    ]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("home")
def test_the_command_writes_samples_and_variants() -> None:
    write_samples(Path("train.jsonl"), [of_split(ASK, "train"), of_split(WRITE, "val")])
    args = ["--input", "train.jsonl", "--variants", "3", "--kinds", "wording", "--rejected", "gone.jsonl"]
    result = CliRunner().invoke(augment, [*args, "--output", "out.jsonl"])
    assert result.exit_code == 0, result.output
    rows = list(read_samples(Path("out.jsonl")))
    assert [row.output for row in rows] == ["The timer."] * 4 + [WRITE.output]
    assert "3 variants by wording" in result.stderr
    result = CliRunner().invoke(augment, [*args, "--output", "again.jsonl"])
    assert Path("again.jsonl").read_bytes() == Path("out.jsonl").read_bytes()
    assert CliRunner().invoke(augment, ["--input", "train.jsonl", "--kinds", "poetry"]).exit_code == 2
