"""What a converter promises."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from afs_core.errors import DataError, Unrepresentable
from afs_core.protocols import Converter
from afs_core.sample import TrainingSample
from afs_core.testing.conformance.base import Conformance, broken
from afs_core.testing.samples import example_samples

__all__ = ["ConverterConformance"]

_FOREIGN: tuple[dict[str, Any], ...] = (
    {},
    {"no_format_has_this_key": "text"},
    {
        "no_format_has_this_key": {"nested": [1, None]},
        "messages": 7,
        "conversations": None,
        "instruction": [],
    },
)


class ConverterConformance(Conformance):
    """Holds a converter to its promises, on :meth:`samples`.

    class TestAlpaca(ConverterConformance):
        capability = "alpaca"
    """

    kind = "converters"
    protocol = Converter

    def samples(self) -> Sequence[TrainingSample]:
        """Samples of which the format can hold some; the examples of afs unless overridden."""
        return example_samples()

    def foreign_rows(self) -> Sequence[dict[str, Any]]:
        """Rows of no format, and of none that the converter could take for its own."""
        return copy.deepcopy(_FOREIGN)

    def representable(self) -> list[tuple[TrainingSample, dict[str, Any]]]:
        """The samples that the format can hold, each with its row."""
        converter, pairs = self.make(), []
        for sample in self.samples():
            try:
                pairs.append((sample, converter.convert(sample)))
            except Unrepresentable:
                continue
        assert pairs, broken(
            "the format can hold one of the samples of this check",
            "Unrepresentable for all",
            "override samples()",
        )
        return pairs

    def test_rows_are_json(self) -> None:
        for _, row in self.representable():
            again = json.loads(json.dumps(row)) if isinstance(row, dict) else None
            assert again == row, broken(
                "convert() returns a dictionary that reads back from JSON as it was",
                f"{row!r:.300}",
                "keep to text, numbers, lists and dictionaries with text keys",
            )

    def test_a_row_reads_back(self) -> None:
        converter = self.make()
        for sample, row in self.representable():
            again = converter.parse(copy.deepcopy(row))
            assert isinstance(again, TrainingSample), broken(
                "parse() returns a TrainingSample", f"{again!r:.200}", "TrainingSample(...)"
            )
            assert again.to_messages() == sample.to_messages(), broken(
                "parse(convert(sample)) teaches what sample teaches",
                f"{sample.to_messages()!r:.300}\n  became:   {again.to_messages()!r:.300}",
                "what the format cannot hold is Unrepresentable(..., field=NAME), never left out",
            )
            assert converter.convert(again) == row, broken(
                "converting again gives the same row",
                f"{row!r:.300}\n  became:   {converter.convert(again)!r:.300}",
                "let parse() undo what convert() adds",
            )

    def test_knows_its_own_rows(self) -> None:
        converter = self.make()
        for _, row in self.representable():
            came = converter.matches(copy.deepcopy(row))
            assert came is True, broken(
                "matches() is True for what convert() made", f"{came!r} for {row!r:.300}", "test for its keys"
            )

    def test_claims_no_foreign_rows(self) -> None:
        converter = self.make()
        for row in self.foreign_rows():
            came = converter.matches(copy.deepcopy(row))
            assert came is False, broken(
                "matches() is False for a row of another format",
                f"{came!r} for {row!r:.200}",
                "test for its keys",
            )

    def test_refuses_foreign_rows(self) -> None:
        converter = self.make()
        for row in self.foreign_rows():
            try:
                came: Any = converter.parse(copy.deepcopy(row))
            except DataError:
                continue
            except Exception as fault:
                came = f"{type(fault).__name__}: {fault}"
            pytest.fail(
                broken(
                    "parse() of a row of another format raises DataError",
                    f"{came!r:.200} for {row!r:.200}",
                    "raise DataError('expected ..., got ...'): the stage adds file and line",
                )
            )

    def test_names_the_field_that_it_cannot_hold(self) -> None:
        converter = self.make()
        for sample in self.samples():
            try:
                converter.convert(sample)
            except Unrepresentable as fault:
                assert _top(fault.field) in TrainingSample.__struct_fields__, broken(
                    "Unrepresentable names the sample's field that does not fit",
                    f"field={fault.field!r}",
                    "field='thinking', or deeper: field='messages[2].tool_calls'",
                )
            except Exception as fault:
                pytest.fail(
                    broken(
                        "convert() raises Unrepresentable and nothing else",
                        f"{type(fault).__name__}: {fault} for {sample!r:.200}",
                        "raise Unrepresentable('...', field=NAME)",
                    )
                )

    def test_changes_no_argument(self) -> None:
        converter = self.make()
        for sample, row in self.representable():
            line, text = sample.to_bytes(), json.dumps(row)
            converter.convert(sample)
            converter.parse(row)
            assert sample.to_bytes() == line, broken(
                "convert() leaves the sample as it is", f"{sample!r:.300}", "copy before you change"
            )
            assert json.dumps(row) == text, broken(
                "parse() leaves the row as it is", f"{row!r:.300}", "copy before you pop or change"
            )


def _top(field: str) -> str:
    return re.split(r"[.\[]", field)[0]
