"""The conversations of Antigravity: three families of its transcript, put together by hand.

``logs/antigravity/.gemini`` holds

* ``antigravity-cli``: types by name, a full transcript and a shortened copy, a rewind, stops
* ``antigravity`` (the editor): names with a prefix, answers through ``notify_user``
* ``antigravity-ide``: types by number, tool steps without calls, a torn last line

Databases are made here, with a writer of protobuf that knows no more than the encoding.
"""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.generators.antigravity import Antigravity
from afs.generators.antigravity_state import KEYS
from afs.generators.protobuf import Message, fields
from afs_core import DataError, Run, TrainingSample

FIXTURES = Path(__file__).parent / "logs" / "antigravity"
CLI, EDITOR, IDE = (
    "1a111111-0000-4000-8000-000000000001",
    "2b222222-0000-4000-8000-000000000002",
    "3c333333-0000-4000-8000-000000000003",
)


def exported(*roots: Path, **settings: Any) -> tuple[list[TrainingSample], Antigravity]:
    with Run.open() as run:
        exporter = Antigravity(Antigravity.Config(root=roots, **settings), run)
        return list(exporter.generate()), exporter


def of(samples: list[TrainingSample], asked: str) -> TrainingSample:
    (sample,) = [sample for sample in samples if sample.instruction == asked]
    return sample


def talk(sample: TrainingSample) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in sample.messages or ()]


# -- transcripts


def test_every_answered_prompt_is_one_sample() -> None:
    samples, exporter = exported(FIXTURES)
    assert [(sample.instruction, sample.output) for sample in samples] == [
        ("List the banks.", "Two banks, $00 and $01."),
        ("Rename bank $01 to $02.", "It is bank $02 now."),
        ("Plan the map screen.", "The plan is ready. Mail me at ada@corp.example."),
        ("Which opcode is $A9?", "LDA with an immediate value."),
    ]
    assert exporter.noted == {
        "log files": 4,
        "conversations that a better store holds": 1,
        "steps of the program": 3,
        "unknown record: TELEMETRY_V2": 1,
        "unknown record: telemetry": 1,
        "turns without an answer: interrupted": 1,
        "turns without an answer: error": 1,
        "turns without an answer: unfinished": 1,
        "unfinished last lines": 1,
    }


def test_results_come_from_the_full_transcript() -> None:
    sample = of(exported(FIXTURES, thinking="keep")[0], "List the banks.")
    assert talk(sample) == [
        ("user", "List the banks."),
        ("assistant", "I look."),
        ("tool", '{"name":"bank_00.asm"}\n{"name":"bank_01.asm"}'),
        ("tool", "The command failed with exit code: 2"),
        ("assistant", "Two banks, $00 and $01."),
    ]
    assert sample.messages is not None
    called, listed, ran = sample.messages[1:4]
    assert [(call.name, json.loads(call.arguments)) for call in called.tool_calls] == [
        ("list_dir", {"DirectoryPath": "/home/ada/src/zelda", "toolAction": "Listing"}),
        (
            "run_command",
            {
                "CommandLine": "TOKEN=@GITHUB_TOKEN@ make",
                "Cwd": "/home/ada/src/zelda",
                "WaitMsBeforeAsync": 5000,
            },
        ),
    ]
    assert (listed.extra, ran.extra) == ({}, {"failed": True})
    assert called.thinking == "**Looking**\n\nThe folder tells."
    assert sample.metadata["model"] == "Gemini 3.5 Flash (Medium)"
    assert sample.prov is not None
    assert (sample.prov.start, sample.prov.end) == (1, 8)
    assert sample.prov.source.endswith(f"{CLI}/.system_generated/logs/transcript_full.jsonl")


def test_the_editor_answers_through_a_tool() -> None:
    sample = of(exported(FIXTURES)[0], "Plan the map screen.")
    assert [role for role, _ in talk(sample)] == ["user", "assistant", "tool", "assistant"]
    assert sample.metadata["tools"] == ["task_boundary"]


def test_tool_steps_without_calls_name_themselves() -> None:
    sample = of(exported(FIXTURES)[0], "Which opcode is $A9?")
    assert talk(sample)[1:3] == [("assistant", "I search for it."), ("tool", "opcodes.txt:169: LDA #imm")]
    assert sample.metadata["tools"] == ["find"]


def test_the_project_is_that_of_the_list_of_prompts() -> None:
    samples, _ = exported(FIXTURES, project=("zelda",))
    assert {sample.metadata["session"] for sample in samples} == {CLI}
    samples, _ = exported(FIXTURES, session=("2b",))
    assert {sample.metadata["session"] for sample in samples} == {EDITOR}


@pytest.mark.parametrize("below", ["", "brain", f"brain/{CLI}", f"brain/{CLI}/.system_generated/logs"])
def test_a_root_may_be_any_folder_on_the_way(below: str) -> None:
    samples, _ = exported(FIXTURES / ".gemini" / "antigravity-cli" / below)
    assert len(samples) == 2
    assert {sample.metadata["session"] for sample in samples} == {CLI}


def test_a_root_may_be_a_file() -> None:
    logs = FIXTURES / ".gemini" / "antigravity-ide" / "brain" / IDE / ".system_generated" / "logs"
    samples, _ = exported(logs / "transcript.jsonl")
    assert [sample.metadata["session"] for sample in samples] == [IDE]


# -- databases of steps


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def proto(*parts: tuple[int, int | str | bytes]) -> bytes:
    """A message with these fields."""
    out = b""
    for number, value in parts:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def step(
    kind: int, second: int, source: int, *parts: tuple[int, Any], status: int = 3, call: bytes = b""
) -> bytes:
    about = [(1, proto((1, 1_780_000_000 + second))), (3, source), *([(4, call)] if call else [])]
    return proto((1, kind), (4, status), (5, proto(*about)), *parts)


def call(id: str, name: str, **arguments: Any) -> bytes:
    return proto((1, id), (2, name), (3, json.dumps(arguments)))


def steps_db(path: Path, steps: list[Any], about: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE steps (idx INTEGER PRIMARY KEY, step_type INTEGER, step_payload BLOB)")
        db.executemany("INSERT INTO steps VALUES (?, 0, ?)", list(enumerate(steps)))
        db.execute("CREATE TABLE trajectory_metadata_blob (id TEXT, data BLOB)")
        db.execute("INSERT INTO trajectory_metadata_blob VALUES ('main', ?)", (about,))
    db.close()
    return path


def conversation(asked: str = "Build it.") -> list[Any]:
    ran, found, generic = (
        call("c1", "run_command", CommandLine="make"),
        call("c2", "find"),
        call("c3", "mcp", q=1),
    )
    return [
        step(14, 0, 4, (19, proto((3, proto((1, asked)))))),
        step(98, 1, 5, (111, proto((1, "# History")))),
        step(
            15,
            2,
            2,
            (20, proto((1, "I build."), (3, "make comes first"), (7, ran), (7, found), (7, generic))),
        ),
        step(132, 5, 2, (140, proto((2, proto((1, "one row"))))), call=generic),
        step(21, 3, 2, (28, proto((21, proto((1, "3 warnings"))))), call=ran),
        step(25, 4, 2, (31, proto((3, "no such folder"))), status=7, call=found),
        step(15, 6, 2, (20, proto((1, "It builds.")))),
        step(14, 7, 4, (19, proto((2, "And now?"), (5, proto((2, "image/png")))))),
        step(15, 8, 2, (20, proto((8, "Now it rests.")))),
        step(14, 9, 4, (19, proto((1, "Stop.")))),
        step(15, 10, 2, (20, proto((1, "Sto"))), status=6),
        b"\xff\xff\xff",
    ]


ABOUT = proto((1, proto((1, "file:///home/ada/src/hyrule%20map"))), (7, "file:///C:/x"))


def test_a_database_of_steps(tmp_path: Path) -> None:
    steps_db(tmp_path / "conversations" / "db-1.db", conversation(), ABOUT)
    samples, exporter = exported(tmp_path, thinking="keep")
    assert [(sample.instruction, sample.output) for sample in samples] == [
        ("Build it.", "It builds."),
        ("And now?", "Now it rests."),
    ]
    assert talk(samples[0]) == [
        ("user", "Build it."),
        ("assistant", "I build."),
        ("tool", "3 warnings"),
        ("tool", "no such folder"),
        ("tool", "one row"),
        ("assistant", "It builds."),
    ]
    assert samples[0].messages is not None
    assert samples[0].messages[1].thinking == "make comes first"
    assert [m.extra for m in samples[0].messages[2:5]] == [{}, {"failed": True}, {}]
    assert samples[0].metadata["project"] == "/home/ada/src/hyrule map"
    assert samples[0].metadata["timestamp"] == "2026-05-28T20:26:40Z"
    assert samples[1].metadata["attachments"] == 1
    assert exporter.noted == {
        "log files": 1,
        "steps of the program": 1,
        "steps that cannot be read": 1,
        "turns without an answer: interrupted": 1,
    }


def test_what_the_write_ahead_log_holds_is_read_and_the_program_not_disturbed(tmp_path: Path) -> None:
    path = steps_db(tmp_path / "conversations" / "db-1.db", conversation()[:1])
    running = sqlite3.connect(path)
    running.execute("PRAGMA journal_mode = WAL")
    running.executemany("INSERT INTO steps VALUES (?, 0, ?)", list(enumerate(conversation()))[1:9])
    running.commit()
    running.execute("BEGIN IMMEDIATE")  # locked for others
    before = {file: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    samples, _ = exported(tmp_path)
    assert len(samples) == 2
    assert {file: file.read_bytes() for file in before} == before
    assert len(list(path.parent.iterdir())) == len(before) + 1
    running.close()


def test_the_best_store_of_a_conversation_wins(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / ".gemini", tmp_path / ".gemini")
    program = tmp_path / ".gemini" / "antigravity-cli"
    steps_db(program / "conversations" / f"{CLI}.db", conversation("Not this."), ABOUT)
    steps_db(program / "conversations" / "db-1.db", conversation("But this."))
    state(tmp_path / "state.vscdb", entry("db-1", MESSAGE), entry("only-here", MESSAGE))
    (program / "conversations" / f"{CLI}.pb").write_bytes(b"\x8a")
    (program / "conversations" / "sealed-1.pb").write_bytes(b"\x8a")
    samples, exporter = exported(tmp_path)
    asked = [sample.instruction for sample in samples]
    assert asked[:4] == [sample.instruction for sample in exported(FIXTURES)[0]]
    assert asked[4:] == ["But this.", "And now?", "Fix the palette"]
    assert samples[0].metadata["project"] == "/home/ada/src/hyrule map"
    assert exporter.noted["conversations that a better store holds"] == 4
    assert exporter.noted["encrypted conversations"] == 1


def test_conversations_that_another_one_started(tmp_path: Path) -> None:
    steps_db(tmp_path / "conversations" / "db-1.db", conversation(), proto((5, "parent-1")))
    assert exported(tmp_path)[0] == []
    assert len(exported(tmp_path, subagents=True)[0]) == 2


# -- states

MESSAGE = {
    "PathsToReview": ["/tmp/pal.md"],
    "BlockedOnUser": False,
    "ConfidenceScore": 0.9,
    "Message": "Row 2 it is.",
}
TASK = {
    "TaskName": "Fix the palette",
    "TaskStatus": "Checking",
    "TaskSummary": "Row 3 was wrong.",
    "Mode": "EXECUTION",
}


def told(arguments: dict[str, Any]) -> bytes:
    """A step with a call, as a summary keeps it."""
    return proto(
        (1, proto((5, proto((4, proto((1, "c"), (2, "tool"), (3, json.dumps(arguments)))))))), (2, 7)
    )


def entry(id: str, *notices: dict[str, Any], title: str = "Palettes") -> bytes:
    known = notices if any("TaskName" in notice for notice in notices) else (TASK, *notices)
    summary = proto(
        (1, title),
        (2, 12),
        (3, proto((1, 1_780_000_000))),
        (9, proto((1, "file:///home/ada/src/zelda"))),
        (10, proto((1, 1_780_000_100))),
        *((13, told(notice)) for notice in known),
    )
    return proto((1, id), (2, proto((1, base64.b64encode(summary)))))


def state(path: Path, *entries: bytes, key: str = KEYS[0], value: Any = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = base64.b64encode(proto(*((1, part) for part in entries))).decode() if value is None else value
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE IF NOT EXISTS ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
        db.execute("INSERT INTO ItemTable VALUES (?, ?)", (key, stored))
    db.close()
    return path


@pytest.mark.parametrize("key", KEYS)
def test_a_state_gives_the_last_message_of_a_conversation(tmp_path: Path, key: str) -> None:
    state(tmp_path / "state.vscdb", entry("conv-0001", MESSAGE), key=key)
    (sample,), _ = exported(tmp_path)
    assert (sample.instruction, sample.output) == ("Fix the palette", "Row 2 it is.")
    assert sample.input.splitlines() == [
        "TaskSummary: Row 3 was wrong.",
        "TaskStatus: Checking",
        "Mode: EXECUTION",
        "PathsToReview: /tmp/pal.md",
    ]
    assert sample.metadata == {
        "session": "conv-0001",
        "turn": sample.metadata["turn"],
        "timestamp": "2026-05-28T20:28:20Z",
        "project": "/home/ada/src/zelda",
        "store": "summary",
        "confidence": 0.9,
        "blocked_on_user": False,
    }


def test_what_is_the_same_is_what_it_was_before(tmp_path: Path) -> None:
    later = {"TaskName": "%SAME%", "TaskStatus": "Done", "TaskSummary": "%SAME%", "Message": "All done."}
    state(tmp_path / "state.vscdb", entry("conv-0001", TASK, MESSAGE, later))
    samples, _ = exported(tmp_path)
    assert [(sample.instruction, sample.output) for sample in samples] == [
        ("Fix the palette", "Row 2 it is."),
        ("Fix the palette", "All done."),
    ]
    assert samples[1].input == "TaskSummary: Row 3 was wrong.\nTaskStatus: Done\nMode: EXECUTION"


def test_a_message_without_a_task_is_asked_by_the_title(tmp_path: Path) -> None:
    bare = {"TaskName": "", "Message": "Hello."}
    state(tmp_path / "state.vscdb", entry("conv-0001", bare), entry("conv-0002", bare, title=""))
    samples, exporter = exported(tmp_path)
    assert [sample.instruction for sample in samples] == ["Palettes"]
    assert exporter.noted["messages without a task"] == 1


def test_both_keys_hold_the_same_conversation_once(tmp_path: Path) -> None:
    for key in KEYS:
        state(tmp_path / "state.vscdb", entry("conv-0001", MESSAGE), key=key)
    samples, exporter = exported(tmp_path)
    assert len(samples) == 1 and exporter.noted["turns that a program copied"] == 1


def test_a_state_of_another_layout_is_searched(tmp_path: Path) -> None:
    text = json.dumps({"a": [{"args": json.dumps({**TASK, **MESSAGE})}]})
    deep = base64.b64encode(proto((3, proto((4, base64.b64encode(proto((2, f"x {text} y"))))))))
    for name, value in (("a", deep), ("b", text), ("c", text.encode())):
        state(tmp_path / name / "state.vscdb", value=value)
        samples, _ = exported(tmp_path / name)
        assert [sample.output for sample in samples] == ["Row 2 it is."], name


@pytest.mark.parametrize(
    "place",
    [
        ".config/Antigravity",
        ".config/Antigravity IDE",
        "Library/Application Support/Antigravity",
        "AppData/Roaming/Antigravity",
    ],
)
def test_states_are_found_on_all_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    for name in ("XDG_CONFIG_HOME", "APPDATA", "ANTIGRAVITY_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    state(tmp_path / place / "User" / "globalStorage" / "state.vscdb", entry("conv-0001", MESSAGE))
    assert len(exported()[0]) == 1


def test_home_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DataError, match="no logs of antigravity"):
        exported()
    shutil.copytree(FIXTURES / ".gemini" / "antigravity-cli", tmp_path / "elsewhere")
    monkeypatch.setenv("ANTIGRAVITY_HOME", str(tmp_path / "elsewhere"))
    assert len(exported()[0]) == 2


# -- hostile input


def test_databases_that_are_none_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "conversations"
    good = steps_db(folder / "good-1.db", conversation())
    (folder / "empty-1.db").write_bytes(b"")
    (folder / "text-1.db").write_text("no database at all, whatever its name may say")
    (folder / "torn-1.db").write_bytes(good.read_bytes()[:5000])
    (folder / "folder-1.db").mkdir()
    with sqlite3.connect(folder / "other-1.db") as db:
        db.execute(
            "CREATE VIEW steps AS WITH RECURSIVE n(idx, step_payload) AS "
            "(SELECT 1, 2 UNION ALL SELECT idx + 1, 2 FROM n) SELECT * FROM n"
        )
    db.close()
    state(tmp_path / "state.vscdb", value=12)
    samples, exporter = exported(tmp_path)
    assert len(samples) == 2
    assert exporter.noted["passed over"] == 4


@pytest.mark.parametrize(
    "bomb",
    [
        b"\xff" * 64,
        varint(19 << 3 | 2) + varint(2**63) + b"x",
        varint(19 << 3 | 2) + varint(5) + b"x",
        varint(5 << 3 | 3) * 50,
        b"\x00\x00",
        proto((5, b"\xff"), (19, b"\xff\xff")),
        proto((1, 2**64 - 1), (5, proto((1, proto((1, 2**63)))))),
    ],
)
def test_protobuf_that_is_none(tmp_path: Path, bomb: bytes) -> None:
    steps_db(tmp_path / "conversations" / "db-1.db", [*conversation()[:9], bomb, 7, None], b"\xff" * 64)
    state(tmp_path / "state.vscdb", bomb, entry("conv-0001", MESSAGE))
    samples, _ = exported(tmp_path)
    assert [sample.output for sample in samples] == ["It builds.", "Now it rests.", "Row 2 it is."]


def test_nesting_without_end(tmp_path: Path) -> None:
    nested = proto((1, json.dumps(MESSAGE)))
    for _ in range(3000):
        nested = proto((1, nested))
    braces = '{"Message":' * 20_000
    state(tmp_path / "state.vscdb", nested, proto((1, braces)), entry("conv-0001", MESSAGE))
    assert len(exported(tmp_path)[0]) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_data_error(data: bytes) -> None:
    try:
        found = list(fields(data))
    except DataError:
        return
    assert Message(data).texts(1) == [
        value.decode("utf-8", "replace")
        for number, value in found
        if number == 1 and isinstance(value, bytes)
    ]


@given(
    st.lists(st.tuples(st.integers(1, 2**28), st.one_of(st.integers(0, 2**64 - 1), st.binary(max_size=9))))
)
def test_what_is_written_is_read(parts: list[tuple[int, int | bytes]]) -> None:
    assert list(fields(proto(*parts))) == parts
