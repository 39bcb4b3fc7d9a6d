"""The conformance class of converters passes a good one, and rejects each of these by name.

This module is also the plugin that it plants.
"""

from __future__ import annotations

from typing import Any

from afs_core import Capability, DataError, Run, TrainingSample, Unrepresentable, hookimpl


class Good:
    """Rows ``{"q", "c", "a"}``: no conversations."""

    def __init__(self, config: None, run: Run) -> None:
        self.run = run

    def convert(self, sample: TrainingSample, /) -> Any:
        if sample.messages:
            raise Unrepresentable("no place for turns", field="messages")
        return {"q": sample.instruction, "c": sample.input, "a": [sample.output]}

    def parse(self, row: dict[str, Any], /) -> Any:
        if not self.matches(row):
            raise DataError(f"expected q, c and a, got {sorted(row)}")
        return TrainingSample(instruction=row["q"], input=row["c"], output=row["a"][0])

    def matches(self, row: dict[str, Any], /) -> Any:
        return row.keys() >= {"q", "c", "a"}


class LosesTheInput(Good):
    def convert(self, sample: TrainingSample, /) -> Any:
        return super().convert(sample) | {"c": ""}


class LosesConversations(Good):
    def convert(self, sample: TrainingSample, /) -> Any:
        return {"q": sample.instruction, "c": sample.input, "a": [sample.output]}


class GrowsEachTime(Good):
    def parse(self, row: dict[str, Any], /) -> Any:
        sample = super().parse(row)
        return TrainingSample(sample.instruction, sample.output, sample.input, domain="again")

    def convert(self, sample: TrainingSample, /) -> Any:
        return super().convert(sample) | {"domain": sample.domain}


class NotJson(Good):
    def convert(self, sample: TrainingSample, /) -> Any:
        row = super().convert(sample)
        return row | {"a": tuple(row["a"])}


class DisownsItsRows(Good):
    def parse(self, row: dict[str, Any], /) -> Any:
        if "q" not in row:
            raise DataError("expected q")
        return TrainingSample(instruction=row["q"], input=row["c"], output=row["a"][0])

    def matches(self, row: dict[str, Any], /) -> Any:
        return "question" in row


class ClaimsEverything(Good):
    def matches(self, row: dict[str, Any], /) -> Any:
        return True

    def parse(self, row: dict[str, Any], /) -> Any:
        if "q" not in row:
            raise DataError("expected q")
        return super().parse(row)


class AnswersWithTheRow(Good):
    def matches(self, row: dict[str, Any], /) -> Any:
        return row.get("q") and row


class FailsOnForeignRows(Good):
    def parse(self, row: dict[str, Any], /) -> Any:
        return TrainingSample(instruction=row["q"], input=row["c"], output=row["a"][0])


class ParsesAnything(Good):
    def parse(self, row: dict[str, Any], /) -> Any:
        return super().parse({"q": "", "c": "", "a": [""]} | row)


class NamesNoField(Good):
    def convert(self, sample: TrainingSample, /) -> Any:
        if sample.messages:
            raise Unrepresentable("no place for turns", field="")
        return super().convert(sample)


class TakesFromTheRow(Good):
    def parse(self, row: dict[str, Any], /) -> Any:
        sample = super().parse(row)
        row.pop("c")
        return sample


class WritesIntoSamples(Good):
    def convert(self, sample: TrainingSample, /) -> Any:
        row = super().convert(sample)
        sample.metadata["converted"] = sample.metadata.get("converted", 0) + 1
        return row


class FailsOnTurns(Good):
    def convert(self, sample: TrainingSample, /) -> Any:
        if sample.messages:
            raise KeyError("messages")
        return super().convert(sample)


class NoConverter:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run


REJECTED: dict[type, set[str]] = {
    Good: set(),
    LosesTheInput: {"test_a_row_reads_back"},
    LosesConversations: {"test_a_row_reads_back"},
    GrowsEachTime: {"test_a_row_reads_back"},
    NotJson: {"test_rows_are_json"},
    DisownsItsRows: {"test_knows_its_own_rows"},
    ClaimsEverything: {"test_claims_no_foreign_rows"},
    AnswersWithTheRow: {"test_knows_its_own_rows", "test_claims_no_foreign_rows"},
    FailsOnForeignRows: {"test_refuses_foreign_rows"},
    ParsesAnything: {"test_refuses_foreign_rows"},
    NamesNoField: {"test_names_the_field_that_it_cannot_hold"},
    TakesFromTheRow: {"test_changes_no_argument"},
    WritesIntoSamples: {"test_changes_no_argument"},
}


@hookimpl
def afs_converters() -> list[Capability]:
    names = [kind.__name__ for kind in (*REJECTED, FailsOnTurns, NoConverter)]
    return [Capability(name=name, target=f"planted:{name}", summary="Planted.") for name in names]


def test_rejects_planted_faults_by_name(planted: Any) -> None:
    failures = planted(__file__, "converters", "ConverterConformance", REJECTED)
    assert "KeyError: 'messages'" in failures["FailsOnTurns"]["test_names_the_field_that_it_cannot_hold"]
    assert "test_is_of_its_kind" in failures["NoConverter"]
