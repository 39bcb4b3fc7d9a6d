from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afs.peft.rows import IGNORED, Row, RowReader
from afs.peft.template import ChatTokenizer, Tokens
from afs_core import Message, Run, TrainingSample, write_samples

SHORT = TrainingSample(instruction="What?", output="That.")
LONG = TrainingSample(instruction="Explain the routine.", output="word " * 80)
Read = Callable[..., tuple[list[Row], RowReader]]


@pytest.fixture
def read(base: Path, run: Run, tmp_path: Path) -> Read:
    def make(*samples: TrainingSample, folder: Path = base, **options: Any) -> tuple[list[Row], RowReader]:
        path = tmp_path / "samples.jsonl"
        write_samples(path, samples)
        reader = RowReader(ChatTokenizer(folder), run, **{"max_length": 64} | options)
        return list(reader.read([path])), reader

    return make


def test_labels_are_the_assistants_tokens_and_nothing_follows_the_last() -> None:
    row = Row.of(Tokens([5, 6, 7, 8, 9], [False, True, False, True, False]))
    assert row.ids.tolist() == [5, 6, 7, 8]
    assert row.labels.tolist() == [IGNORED, 6, IGNORED, 8]
    assert row.trained == 2


def test_counts_are_exact(read: Read, base: Path) -> None:
    rows, reader = read(SHORT, SHORT)
    tokenizer = ChatTokenizer(base)
    whole = tokenizer.encode(SHORT.to_messages())
    assert reader.samples == 2
    assert reader.tokens == 2 * (len(whole.ids) - 1)  # without the newline after the last turn
    assert reader.trained_tokens == 2 * sum(whole.trained)
    assert tokenizer.decode([t for t in rows[0].labels if t != IGNORED]) == "That.<|im_end|>"
    assert reader.faults == []


def test_a_sample_that_would_be_cut_is_a_fault_that_names_it(read: Read) -> None:
    rows, reader = read(SHORT, LONG)
    assert len(rows) == 1
    (fault,) = reader.faults
    assert "1 samples longer than 64 tokens" in fault
    assert "samples.jsonl, sample 2" in fault
    assert "Explain the routine." in fault
    assert reader.cut_tokens > 0


def test_long_samples_are_left_out_and_counted_where_the_user_says_so(read: Read) -> None:
    dropped: list[tuple[str, str]] = []
    rows, reader = read(
        LONG,
        SHORT,
        drop_too_long=True,
        on_drop=lambda sample, reason: dropped.append((sample.instruction, reason)),
    )
    assert len(rows) == reader.samples == 1
    assert reader.dropped == 1
    assert reader.faults == []
    assert dropped == [("Explain the routine.", "longer than max_length")]


def test_a_sample_without_an_assistant_is_a_fault(read: Read) -> None:
    asked = TrainingSample(instruction="x", output="", messages=(Message("user", "Anyone there?"),))
    rows, reader = read(asked)
    assert rows == []
    assert "without a word of the assistant" in reader.faults[0]


def test_a_stop_token_outside_the_mask_is_a_fault(
    read: Read, base: Path, with_template: Callable[[str], Path]
) -> None:
    marked = (base / "chat_template.jinja").read_text()
    outside = marked.replace(
        "{{- message.content + '<|im_end|>' }}{%- endgeneration %}",
        "{{- message.content }}{%- endgeneration %}{{- '<|im_end|>' }}",
    )
    assert outside != marked
    rows, reader = read(SHORT, folder=with_template(outside))
    assert rows == []
    assert "stop token is outside" in reader.faults[0]


def test_other_tools_rows_are_read(base: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "alpaca.jsonl"
    path.write_text('{"instruction": "What?", "input": "", "output": "That."}\n')
    reader = RowReader(ChatTokenizer(base), run, max_length=64)
    (row,) = reader.read([path])
    assert row.trained > 0


def test_thinking_is_trained_only_where_asked_for(read: Read, base: Path) -> None:
    sample = TrainingSample(instruction="What?", output="That.", thinking="Hm.")
    tokenizer = ChatTokenizer(base)
    texts = [tokenizer.decode(read(sample, thinking=thinking)[0][0].ids) for thinking in (False, True)]
    assert ["Hm." in text for text in texts] == [False, True]
