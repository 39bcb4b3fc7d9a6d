"""The signal `asar` of the quality score."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from afs.asm.asar.scorer import AsarConfig, AsarScorer
from afs_core import Message, Missing, Run, Score, TrainingSample
from afs_core.testing import ScorerConformance

OWN = AsarConfig(engine="own")


def score(output: str, instruction: str = "Write it.", **fields: Any) -> Score:
    with Run.open() as run:
        return AsarScorer(OWN, run).score_batch([TrainingSample(instruction, output, **fields)])[0]


class TestAsarScorer(ScorerConformance):
    capability = "asar"
    config: ClassVar = {"engine": "own"}

    def samples(self) -> Sequence[TrainingSample]:
        return [
            TrainingSample("Load one.", "LDA #$01"),
            TrainingSample("Load one.", "LDA #$1G"),
            TrainingSample("What is LDA?", "It loads the accumulator."),
        ]


def test_valid_code_scores_one_and_invalid_code_nothing() -> None:
    good, bad = score("LDA !x : JSL Far"), score("Use this:\n```asm\nLDA [$12],X\n```")
    assert good.value == 1.0 and good.reason == ""
    assert good.detail["engine"] == "afs" and good.detail["stubs"] == 2 and not good.detail["assembles"]
    assert bad.value == 0.0 and "no-such-form" in bad.reason
    assert bad.detail["pieces"] == bad.detail["invalid"] == 1


def test_every_piece_counts() -> None:
    fences = "```asm\nRTS\n```\nand\n```asm\n{}\n```\n```python\n)(\n```"
    assert score(fences.format("RTL")).value == 1.0
    assert score(fences.format("RTX")).value == 0.0


@pytest.mark.parametrize("output", ["It loads A.", "", "$7E0010", "And so on.", "```python\nx = (\n```"])
def test_prose_and_data_are_not_applicable(output: str) -> None:
    result = score(output)
    assert result.value is None and result.reason == "no assembly in it"


def test_what_is_left_out_is_passed_over() -> None:
    assert score("```asm\nPHP\n...\n; [omitted]\nPLP\n```").value == 1.0


def test_the_code_of_a_question_counts_where_the_answer_has_none() -> None:
    asked = "Explain this.\n```asm\n{}\n```"
    assert score("It loads.", asked.format("LDA #$12")).value == 1.0
    assert score("It loads.", asked.format("LDA [$12],X")).value == 0.0
    assert score("The mode does not exist.", "What is wrong here?\n```asm\nLDA [$12],X\n```").value is None
    assert score("LDA #$12", "Fix this: LDA [$12],X").value == 1.0
    assert score("It loads.", "Explain.", input="LDA [$12],X").value == 0.0


def test_every_answer_of_a_conversation_counts() -> None:
    talk = (
        Message("user", "Load it."),
        Message("assistant", "```asm\nLDA [$12],X\n```"),
        Message("user", "And return."),
        Message("assistant", "```asm\nRTS\n```"),
    )
    assert score("```asm\nRTS\n```", messages=talk).value == 0.0


def program(tmp_path: Path, version: str) -> Path:
    path = tmp_path / "asar"
    path.write_text(f"#!{sys.executable}\nprint('Asar {version}, originally developed by Alcaro')\n")
    path.chmod(0o755)
    return path


def test_the_fingerprint_changes_with_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Run.open() as run:
        seen = {AsarScorer(OWN, run).fingerprint}
        for version in ("1.91", "1.81"):
            monkeypatch.setenv("AFS_ASAR", str(program(tmp_path, version)))
            scorer = AsarScorer(AsarConfig(), run)
            seen.add(scorer.fingerprint)
            assert (
                scorer.score_batch([TrainingSample("?", "LDA #$12")])[0].detail["engine"] == f"asar {version}"
            )
    assert len(seen) == 3


def test_a_program_that_is_no_asar_makes_the_signal_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFS_ASAR", "/bin/true")
    with Run.open() as run, pytest.raises(Missing, match="asar cannot be used"):
        AsarScorer(AsarConfig(), run)
