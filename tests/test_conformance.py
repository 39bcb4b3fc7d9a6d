"""The first-party capabilities keep the promises that are asked of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from afs.quickstart import sample_folder
from afs_core import QuantizeJob, Run, TrainingSample
from afs_core.testing import (
    ConverterConformance,
    EvaluatorConformance,
    GeneratorConformance,
    QuantizerConformance,
    ScorerConformance,
    TrainerConformance,
    TransformConformance,
)

SENTENCE = "The tide rises at noon, and the keeper of the sluice closes it before the boats come in. "


class Notes(GeneratorConformance):
    def settings_in(self, folder: Path) -> Mapping[str, Any]:
        notes = folder / "notes"
        notes.mkdir()
        for number in range(4):
            text = f"# Sluice {number}\n\n{SENTENCE * 4}\n\n## Repairs {number}\n\n{SENTENCE * 5}\n"
            (notes / f"sluice-{number}.md").write_text(text)
        return {"root": notes}


class TestNotes(Notes):
    capability = "notes"


class TestMemory(Notes):
    capability = "memory"


class TestOracle(GeneratorConformance):
    capability = "oracle"

    def settings_in(self, folder: Path) -> Mapping[str, Any]:
        return {"source": sample_folder()}


class TestExactMatch(ScorerConformance):
    capability = "exact-match"

    def samples(self) -> Sequence[TrainingSample]:
        """Answers beside their references: right, wrong, and none to compare with."""
        pairs = [("$7EF360", "$7EF360"), ("$7EF361", "$7EF360"), ("It is $7EF360.", "$7EF360"), ("Yes", "")]
        return [
            TrainingSample("Where are the rupees?", answer, _metadata={"reference": reference})
            for answer, reference in pairs
        ]


class TestRedaction(TransformConformance):
    capability = "redaction"


class TestExactDedupe(TransformConformance):
    capability = "exact-dedupe"


class TestNearDedupe(TransformConformance):
    capability = "near-dedupe"


class TestQuality(TransformConformance):
    capability = "quality"


class TestSplit(TransformConformance):
    capability = "split"


class TestQualityFloor(TransformConformance):
    capability = "quality-floor"


class TestRepeats(TransformConformance):
    capability = "repeats"


class TestAlpaca(ConverterConformance):
    capability = "alpaca"


class TestShareGPT(ConverterConformance):
    capability = "sharegpt"


class TestOpenAI(ConverterConformance):
    capability = "openai"


class TestContamination(EvaluatorConformance):
    capability = "contamination"


class TestPeft(TrainerConformance):
    capability = "peft"
    base_model = "tiny"
    volatile = ("training.log",)


class TestGguf(QuantizerConformance):
    capability = "gguf"

    def job(self, folder: Path) -> QuantizeJob:
        with Run.open() as run:
            base = run.use("resolvers", "model").folder("tiny")
        return QuantizeJob(base=base, output=folder / "out", schemes=("Q8_0", "Q4_K_M"), stem="tiny")
