"""What every exporter of logs does, shown with a log of one question a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from afs.generators.conversation import Session, Step, ToolUse, Turn
from afs.generators.cursor import Cursor
from afs.generators.log_exporter import LogExporter, LogSettings
from afs.generators.log_lines import log_lines
from afs.generators.sources import SourceFile, walk
from afs_core import DataError, Run, TrainingSample, UsageError


class Lines(LogExporter):
    """``{"id", "session", "ask", "say": [[text, tool, result], ...]}``, one turn a line."""

    program: ClassVar[str] = "lines"

    @classmethod
    def homes(cls) -> list[Path]:
        return [Path.home() / ".lines"]

    def logs(self, root: Path) -> Iterator[SourceFile]:
        return walk(root, {".jsonl"})

    def sessions(self, file: SourceFile) -> Iterator[Session]:
        for number, row in log_lines(file, self.faults, self.noted):
            yield Session(
                id=row.get("session", "s"),
                project=row.get("project", ""),
                subagent=row.get("subagent", False),
                turns=(_turn(number, row),),
            )


def _turn(number: int, row: dict[str, Any]) -> Turn:
    steps = tuple(
        Step(
            text=text,
            thinking="First.\n\nSecond.",
            tools=(ToolUse(name=tool, result=result),) if tool else (),
        )
        for text, tool, result in row.get("say", [])
    )
    return Turn(
        id=str(row["id"]), prompt=row["ask"], steps=steps, at=row.get("at", ""), start=number, end=number
    )


def write(path: Path, *rows: dict[str, Any], tail: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + tail)
    return path


def exported(root: Path, **settings: Any) -> tuple[list[TrainingSample], Lines]:
    with Run.open() as run:
        exporter = Lines(LogSettings(root=(root,), **settings), run)
        return list(exporter.generate()), exporter


WORK = {
    "id": 1,
    "ask": "Fix it.",
    "say": [["Looking.", "Read", "text"], ["", "Edit", None], ["Done.", "", ""]],
}


def test_a_turn_is_one_sample_whose_messages_keep_the_steps(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", WORK)
    (sample,), exporter = exported(tmp_path)
    assert (sample.instruction, sample.output, sample.thinking) == ("Fix it.", "Done.", None)
    assert sample.messages is not None
    assert [m.role for m in sample.messages] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "tool",
        "assistant",
    ]
    for call, result in ((sample.messages[1], sample.messages[2]), (sample.messages[3], sample.messages[4])):
        assert call.tool_calls[0].id == result.tool_call_id != ""
    assert sample.metadata["tools"] == ["Read", "Edit"]
    assert sample.prov is not None
    assert (sample.prov.source, sample.prov.start, sample.prov.kind) == ("a.jsonl", 1, "turn")
    assert sample.group == "lines:s"
    assert exporter.noted == {"log files": 1}


@pytest.mark.parametrize("tools", ["none", "names"])
def test_without_tool_calls_only_question_and_answer_stay(tmp_path: Path, tools: str) -> None:
    write(tmp_path / "a.jsonl", WORK)
    (sample,), _ = exported(tmp_path, tools=tools, thinking="keep")
    assert sample.messages is None
    assert sample.metadata.get("tools", []) == ([] if tools == "none" else ["Read", "Edit"])
    assert sample.thinking == "\n\n".join(["First.\n\nSecond."] * 3)


def test_a_summary_is_the_first_paragraph(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", WORK)
    (sample,), _ = exported(tmp_path, thinking="summary")
    assert sample.thinking == "First."


def test_steps_that_say_something_are_samples_too(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", WORK)
    samples, _ = exported(tmp_path, steps=True)
    assert [sample.output for sample in samples] == ["Looking.", "Done."]
    assert [sample.prov.kind for sample in samples if sample.prov] == ["step", "turn"]


def test_filters_count_what_they_leave_out(tmp_path: Path) -> None:
    zelda = {"say": [["Yes.", "", ""]], "project": "/home/x/zelda", "at": "2026-03-01"}
    write(
        tmp_path / "a.jsonl",
        {**zelda, "id": 1, "ask": "One?", "session": "abc"},
        {**zelda, "id": 2, "ask": "Two?", "session": "def"},
        {**zelda, "id": 3, "ask": "Three?", "session": "abd", "project": "/srv/mail"},
        {**zelda, "id": 4, "ask": "Four?", "session": "abe", "at": "2026-01-01"},
        {**zelda, "id": 5, "ask": "Five?", "session": "abf", "subagent": True},
        {**zelda, "id": 6, "ask": "Six?", "session": "abg", "say": [["Wait.", "Bash", None]]},
        {**zelda, "id": 1, "ask": "One?", "session": "abh"},
    )
    samples, exporter = exported(tmp_path, session=("ab",), project=("zel",), since="2026-02-01")
    assert [sample.instruction for sample in samples] == ["One?"]
    assert exporter.noted == {
        "other sessions": 1,
        "sessions of other projects": 1,
        "older turns": 1,
        "sessions of sub-agents": 1,
        "turns without an answer": 1,
        "turns that a program copied": 1,
        "log files": 1,
    }


def test_a_cursor_brings_only_what_is_new(tmp_path: Path) -> None:
    logs, cursor = tmp_path / "logs", tmp_path / "seen"
    write(logs / "a.jsonl", WORK)
    first, _ = exported(logs, cursor=cursor, steps=True)
    remembered = Cursor()
    remembered.add(first)
    remembered.write(cursor)
    write(logs / "b.jsonl", {"id": 2, "ask": "And now?", "say": [["Well.", "", ""]]})
    second, exporter = exported(logs, cursor=cursor, steps=True)
    assert [sample.instruction for sample in second] == ["And now?"]
    assert exporter.noted["exported before"] == 2


def test_another_file_is_no_cursor(tmp_path: Path) -> None:
    other = write(tmp_path / "a.jsonl", WORK)
    with pytest.raises(DataError, match="expected a cursor"):
        exported(tmp_path, cursor=other)


def test_a_line_still_being_written_is_left_for_the_next_time(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", WORK, tail='{"id": 2, "ask": "Hal')
    samples, exporter = exported(tmp_path)
    assert len(samples) == 1
    assert exporter.noted["unfinished last lines"] == 1


def test_a_broken_line_names_its_place(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", WORK, tail="{broken\n")
    with pytest.raises(DataError) as caught:
        exported(tmp_path)
    assert (caught.value.path, caught.value.line) == ("a.jsonl", 2)
    samples, exporter = exported(tmp_path, on_error="skip")
    assert len(samples) == 1 and exporter.noted["faulty lines"] == 1


def test_a_root_that_is_not_there_and_a_day_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found nothing"):
        exported(tmp_path / "absent")
    with pytest.raises(UsageError, match="since"):
        exported(tmp_path, since="yesterday")


def test_an_unanswered_copy_does_not_stand_for_the_answered_one(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", {"id": 1, "ask": "One?", "say": []})
    write(tmp_path / "b.jsonl", {"id": 1, "ask": "One?", "say": [["Yes.", "", ""]]})
    samples, exporter = exported(tmp_path)
    assert [sample.output for sample in samples] == ["Yes."]
    assert exporter.noted["turns without an answer"] == 1


def test_what_a_stopped_turn_said_last_is_no_answer() -> None:
    turn = Turn(id="1", prompt="One?", steps=(Step(text="Half an"),), stopped="interrupted")
    assert turn.answer == ""


def test_a_line_nested_too_deep_is_a_faulty_line(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", WORK, tail='{"a":' * 5000 + "1" + "}" * 5000 + "\n")
    with pytest.raises(DataError, match="not JSON"):
        exported(tmp_path)
