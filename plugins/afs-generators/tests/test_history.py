"""The events of a history: three families, put together by hand.

The first is what a context records itself, the second what an import of Codex writes, the third
what other programs add: lists of messages, payloads in files.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from afs.generators.history import History
from afs_core import DataError, Run, TrainingSample, UsageError

DAY = "events_20260131.jsonl"


def row(id: str, type: str, op: str, payload: Any = None, **more: Any) -> dict[str, Any]:
    told = {"timestamp": "2026-01-31T10:00:00+00:00", "source": "afs", "context_root": "/home/ada/.context"}
    return {"id": id, **told, "type": type, "op": op, "metadata": {}, "payload": payload, **more}


OWN = [
    row(
        "a00000000001",
        "model",
        "complete",
        {"prompt": "What is LDA?", "system": "Be brief.", "response": "A load."},
    ),
    row("a00000000002", "tool", "read_file", {"input": {"path": "ram.asm"}, "output": "!Health = $7EF36D"}),
    row(
        "a00000000003",
        "tool",
        "read_file",
        {"input": {"path": "none"}, "output": "no such file", "success": False},
    ),
    row("a00000000004", "fs", "write", {"path": "notes.md", "content": "# Notes"}),
    row("a00000000005", "fs", "read", {"path": "a.txt", "content": "key @AWS_KEY@"}),
    row("a00000000006", "fs", "delete", {"path": "b.txt"}),
    row(
        "a00000000007", "cli", "invoke", {"argv": ["afs", "training", "prepare", "--input", "my file.jsonl"]}
    ),
    row("a00000000008", "cli", "invoke", {"argv": ["ls"], "output": "a.txt\nb.txt", "exit_code": 0}),
    row("a00000000009", "cli", "invoke", {"argv": ["false"], "exit_code": 1}),
    row("a00000000010", "model", "complete", {"prompt": "And?", "response": None}),
    row("a00000000011", "moon", "rise", {}),
]

CODEX = {"codex_session_id": "0199-s", "codex_cwd": "/home/ada/src/zelda", "codex_model": "gpt-5-codex"}
IMPORTED = [
    row(
        "b00000000001",
        "model",
        "completion",
        {"prompt": "Fix it.", "response": "Done."},
        metadata=CODEX,
        source="codex",
    ),
    row(
        "b00000000002",
        "tool",
        "shell",
        {"input": {"command": ["make"]}, "output": "ok"},
        metadata={**CODEX, "tool": "shell", "tool_call_id": "c1", "tool_success": True},
    ),
    row(
        "b00000000003",
        "tool",
        "shell",
        {"input": {"command": ["rm"]}, "output": "denied"},
        metadata={**CODEX, "tool": "shell", "tool_success": False},
    ),
    row("b00000000004", "tool", "shell", {"input": "x", "output": "y"}, metadata={"success": False}),
    row(
        "b00000000005",
        "tool",
        "shell",
        {"input": "x", "output": "y"},
        metadata={"tool_metadata": {"exit_code": 2}},
    ),
]

TALK = [
    {"role": "system", "content": "You know 65816."},
    {"role": "user", "content": [{"type": "text", "text": "Look it up."}]},
    {
        "role": "assistant",
        "content": "",
        "thinking": "The table.\n\nRow 9.",
        "tool_calls": [{"id": "t1", "function": {"name": "lookup", "arguments": '{"op": "LDA"}'}}],
    },
    {"role": "tool", "tool_call_id": "t1", "name": "lookup", "content": "$A9"},
    {"role": "user", "content": "So?"},
]


def history(root: Path, *events: dict[str, Any], tail: bytes = b"", day: str = DAY) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / day).write_bytes(b"".join(json.dumps(event).encode() + b"\n" for event in events) + tail)
    return root


def exported(root: Path, **settings: Any) -> tuple[list[TrainingSample], History]:
    with Run.open() as run:
        exporter = History(History.Config(root=root, **settings), run)
        return list(exporter.generate()), exporter


def test_what_a_context_records_itself(tmp_path: Path) -> None:
    samples, exporter = exported(history(tmp_path / "history", *OWN))
    assert [(s.source, s.instruction, s.input, s.output) for s in samples] == [
        ("history", "What is LDA?", "Be brief.", "A load."),
        ("history_tool", 'Tool read_file input:\n{"path": "ram.asm"}', "", "!Health = $7EF36D"),
        ("history_fs", "Write the file notes.md.", "", "# Notes"),
        ("history_fs", "What does the file a.txt contain?", "", "key @AWS_KEY@"),
        (
            "history_cli",
            "Write the command line: afs training prepare",
            "",
            "afs training prepare --input 'my file.jsonl'",
        ),
        ("history_cli", "What does this command print?\nls", "", "a.txt\nb.txt"),
    ]
    assert exporter.noted == {
        "event files": 1,
        "tool events that failed": 1,
        "fs events without an answer": 1,
        "cli events that failed": 1,
        "model events without an answer": 1,
        "unknown record: moon": 1,
    }
    first = samples[0]
    assert first.metadata == {
        "turn": "a00000000001",
        "timestamp": "2026-01-31T10:00:00+00:00",
        "project": "/home/ada/.context",
        "op": "complete",
    }
    assert first.prov is not None
    assert (first.prov.source, first.prov.start, first.prov.kind) == (DAY, 1, "model")
    assert first.domain == "history" and first.messages is None


def test_what_an_import_writes(tmp_path: Path) -> None:
    samples, exporter = exported(history(tmp_path, *IMPORTED))
    assert [(s.source, s.output) for s in samples] == [("history", "Done."), ("history_tool", "ok")]
    assert exporter.noted["tool events that failed"] == 3
    assert samples[0].metadata["project"] == "/home/ada/src/zelda"
    assert samples[0].metadata["model"] == "gpt-5-codex"
    assert {sample.group for sample in samples} == {"history:0199-s"}


def test_a_list_of_messages_is_kept(tmp_path: Path) -> None:
    events = [
        row("c1", "model", "chat", {"messages": TALK, "response": {"content": "It is $A9."}, "model": "m"})
    ]
    (sample,), _ = exported(history(tmp_path, *events), thinking="keep")
    assert (sample.instruction, sample.input, sample.output) == ("So?", "You know 65816.", "It is $A9.")
    assert sample.messages is not None
    assert [(message.role, message.content) for message in sample.messages] == [
        ("system", "You know 65816."),
        ("user", "Look it up."),
        ("assistant", ""),
        ("tool", "$A9"),
        ("user", "So?"),
        ("assistant", "It is $A9."),
    ]
    called = sample.messages[2]
    assert [(call.name, call.arguments, call.id) for call in called.tool_calls] == [
        ("lookup", '{"op": "LDA"}', "t1")
    ]
    assert called.thinking == "The table.\n\nRow 9."
    assert sample.metadata["tools"] == ["lookup"]
    (sample,), _ = exported(tmp_path, thinking="summary", tools="names")
    assert sample.messages is not None
    assert [message.role for message in sample.messages] == ["system", "user", "user", "assistant"]
    assert sample.metadata["tools"] == ["lookup"]
    (sample,), _ = exported(tmp_path, tools="none")
    assert "tools" not in sample.metadata


def test_the_answer_may_be_the_last_message(tmp_path: Path) -> None:
    talk = [{"role": "user", "content": "One?"}, {"role": "assistant", "content": "Yes."}]
    (sample,), _ = exported(history(tmp_path, row("c1", "model", "chat", {"messages": talk})))
    assert (sample.instruction, sample.output, sample.messages) == ("One?", "Yes.", None)


def referred(payload: Any, **more: Any) -> dict[str, Any]:
    return row("d1", "model", "complete", None, payload_ref="payloads/1_d1.json", **more)


@pytest.mark.parametrize("form", [{}, {"indent": 2}, {"sort_keys": True}, {"separators": (",", ":")}])
def test_a_payload_in_a_file_of_its_own(tmp_path: Path, form: dict[str, Any]) -> None:
    payload = {"response": "L" * 5000, "prompt": "Long é?"}
    text = json.dumps(payload, **form)
    (tmp_path / "payloads").mkdir()
    (tmp_path / "payloads" / "1_d1.json").write_text(text)
    right = hashlib.sha256(text.encode()).hexdigest()
    (sample,), _ = exported(history(tmp_path, referred(payload, payload_sha256=right)))
    assert sample.output == "L" * 5000
    (sample,), _ = exported(history(tmp_path, referred(payload)))
    assert sample.instruction == "Long é?"


def test_a_payload_that_changed_or_went_is_passed_over_and_named(tmp_path: Path) -> None:
    (tmp_path / "payloads").mkdir()
    (tmp_path / "payloads" / "1_d1.json").write_text('{"prompt": "a", "response": "b"}')
    outside = tmp_path.parent / "outside.json"
    outside.write_text('{"prompt": "a", "response": "b"}')
    history(
        tmp_path,
        referred(None, payload_sha256="0" * 64),
        row("d2", "model", "x", None, payload_ref="payloads/none.json"),
        row("d3", "model", "x", None, payload_ref="../../outside.json"),
        row("d4", "model", "x", None, payload_ref=str(outside)),
        row("d5", "model", "x", None, payload_ref="payloads/\0"),
    )
    samples, exporter = exported(tmp_path)
    assert samples == [] and exporter.noted["passed over"] == 5


def test_types_project_session_and_since(tmp_path: Path) -> None:
    history(tmp_path, *OWN, *IMPORTED)
    later = row("e1", "model", "x", {"prompt": "p", "response": "r"}, timestamp="2026-02-01T09:00:00Z")
    history(tmp_path, later, day="events_20260201.jsonl")
    assert {s.source for s in exported(tmp_path, types=("model", "fs"))[0]} == {"history", "history_fs"}
    assert len(exported(tmp_path, project=("zelda",))[0]) == 2
    assert len(exported(tmp_path, session=("0199",))[0]) == 2
    samples, exporter = exported(tmp_path, since="2026-02-01")
    assert [sample.instruction for sample in samples] == ["p"]
    assert exporter.noted["older events"] == 15
    with pytest.raises(UsageError, match="since"):
        exported(tmp_path, since="yesterday")


def test_the_same_event_comes_once(tmp_path: Path) -> None:
    history(tmp_path, OWN[0])
    history(tmp_path, OWN[0], OWN[1], day="events_20260201.jsonl")
    samples, exporter = exported(tmp_path)
    assert len(samples) == 2 and exporter.noted["events that are there twice"] == 1


def test_other_files_are_no_events(tmp_path: Path) -> None:
    history(tmp_path, OWN[0])
    (tmp_path / "sessions.jsonl").write_text("{}\n")
    (tmp_path / "events_folder.jsonl").mkdir()
    (tmp_path / "events_empty.jsonl").write_bytes(b"")
    samples, exporter = exported(tmp_path)
    assert len(samples) == 1
    assert (exporter.noted["files of another kind"], exporter.noted["passed over"]) == (1, 1)
    assert len(exported(tmp_path / DAY)[0]) == 1
    with pytest.raises(DataError, match="expected a folder"):
        exported(tmp_path / "nowhere")


def test_a_broken_line_names_its_place_and_a_torn_one_waits(tmp_path: Path) -> None:
    _, exporter = exported(history(tmp_path, OWN[0], tail=b'{"id": "x", "ty'))
    assert exporter.noted["unfinished last lines"] == 1
    with pytest.raises(DataError) as caught:
        exported(history(tmp_path, OWN[0], tail=b"\xff\n"))
    assert (caught.value.path, caught.value.line) == (DAY, 2)
    samples, exporter = exported(tmp_path, on_error="skip")
    assert len(samples) == 1 and exporter.noted["faulty lines"] == 1


@pytest.mark.parametrize(
    "payload",
    [
        "text",
        7,
        ["a"],
        {"messages": 5},
        {"messages": [None, {"role": 3}, {"role": "user"}]},
        {"prompt": {"a": 1}, "response": [[], {}, 4]},
        {"prompt": "p", "response": "r", "success": None, "status": 3, "exit_code": "x"},
    ],
)
@pytest.mark.parametrize("type", ["model", "tool", "fs", "cli"])
def test_fields_of_the_wrong_type_hurt_nobody(tmp_path: Path, type: str, payload: Any) -> None:
    wrong = row("w1", type, "x", payload, metadata=["no"], timestamp=5)
    samples, _ = exported(history(tmp_path, wrong, OWN[0]), since="2026-01-01")
    assert samples[-1].output == "A load."
    for sample in samples:
        TrainingSample.from_json(sample.to_json())


def test_the_default_is_the_context_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    history(tmp_path / ".context" / "history", OWN[0])
    with Run.open() as run:
        exporter = History(None, run)
        assert exporter.fingerprint
        assert len(list(exporter.generate())) == 1
