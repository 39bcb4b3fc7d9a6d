"""The conversations of Gemini CLI: three families of its format, put together by hand.

``logs/gemini`` holds, below ``.gemini/tmp``:

* a folder named by SHA-256 (2025): one JSON object with texts, a log of prompts, a checkpoint
* ``zelda`` (early 2026): one JSON object with lists of parts, and what a sub-agent recorded
* ``hyrule-map`` (2026): lines with ``$set`` and ``$rewindTo``, the last one torn; and a session
  whose old file a newer one went on with
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from afs.generators.gemini import Gemini
from afs_core import DataError, Run, TrainingSample

FIXTURES = Path(__file__).parent / "logs" / "gemini"
HASH = "8a93992d919baf185cb1370de8c090156ca1bab94c148f6cbf3d5874c8cbf300"

ASKED = [
    "Where is the player's health kept?",
    "Again: what does deploy.sh do?",
    "How many rooms are there?",
    "Count the doors.",
    "Build the map and tell me of warnings.",
    "Move the old tiles to attic/.",
    "Which tiles are unused?",
    "Explain @src/jump.asm",
    "What is wrong in this picture?",
    "Fix it, and save the plan.",
    "Which bank holds the maps?",
]


def exported(*roots: Path, **settings: Any) -> tuple[list[TrainingSample], Gemini]:
    with Run.open() as run:
        exporter = Gemini(Gemini.Config(root=roots, **settings), run)
        return list(exporter.generate()), exporter


def of(asked: str, **settings: Any) -> TrainingSample:
    samples, _ = exported(FIXTURES, **settings)
    (sample,) = [sample for sample in samples if sample.instruction == asked]
    return sample


def talk(sample: TrainingSample) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in sample.messages or ()]


def test_every_answered_prompt_is_one_sample() -> None:
    samples, exporter = exported(FIXTURES)
    assert [sample.instruction for sample in samples] == ASKED
    assert exporter.noted == {
        "log files": 6,
        "logs of prompts alone": 1,
        "sessions that went on in a newer file": 1,
        "sessions of sub-agents": 1,
        "commands to the program": 1,
        "messages that the program put in": 6,
        "turns without an answer: interrupted": 1,
        "turns without an answer: error": 1,
        "turns without an answer": 1,
        "turns that a program copied": 1,
        "unknown record: mystery": 1,
        "unknown record: telemetry": 1,
        "unfinished last lines": 1,
    }


def test_tool_calls_are_steps_with_their_results() -> None:
    sample = of(ASKED[0], thinking="keep")
    assert talk(sample) == [
        ("user", ASKED[0]),
        ("assistant", ""),
        ("tool", "ram.asm:12: !Health = $7EF36D"),
        ("tool", "File not found: none.asm"),
        ("assistant", "At $7EF36D, one unit for an eighth of a heart."),
    ]
    assert sample.messages is not None
    called, found, failed = sample.messages[1:4]
    assert called.thinking == "Searching: I look for the label."
    assert [(call.name, call.arguments, call.id) for call in called.tool_calls] == [
        ("search_file_content", '{"pattern": "health"}', "c1"),
        ("read_file", '{"absolute_path": "/home/ada/src/zelda/none.asm"}', "c2"),
    ]
    assert (found.tool_call_id, failed.tool_call_id) == ("c1", "c2")
    assert (found.extra, failed.extra) == ({}, {"failed": True})
    assert sample.metadata["model"] == "gemini-2.5-pro"


def test_several_calls_in_one_step_and_a_nudge_of_the_program() -> None:
    assert talk(of("Fix it, and save the plan.")) == [
        ("user", "Fix it, and save the plan."),
        ("assistant", "First the row."),
        ("tool", "Successfully modified file: pal.asm (1 replacements)."),
        ("tool", "Okay, I've remembered that."),
        ("tool", "main.asm includes it."),
        ("assistant", "The row is right now, and the plan is kept."),
    ]


def test_a_message_that_is_written_again_replaces_the_first() -> None:
    sample = of("Build the map and tell me of warnings.")
    assert talk(sample)[2] == ("tool", "Output: 3 warnings\nToken: @GITHUB_TOKEN@")
    assert sample.prov is not None
    assert (sample.prov.source, sample.prov.start, sample.prov.end) == (
        "hyrule-map/chats/session-2026-08-20T09-00-9c8b7a65.jsonl",
        3,
        7,
    )


def test_named_files_are_the_input_and_pictures_are_counted() -> None:
    explained = of("Explain @src/jump.asm")
    assert explained.output == "It calls a long subroutine."
    assert explained.input.splitlines()[1] == "Content from @src/jump.asm:"
    assert "JSL Jump_Long" in explained.input
    assert of("What is wrong in this picture?").metadata["attachments"] == 1


def test_thoughts_in_full_or_by_their_subjects() -> None:
    asked = "Explain @src/jump.asm"
    kept = "Reading the file: It has one line.\n\nExplaining: JSL pushes three bytes."
    assert of(asked, thinking="keep").thinking == kept
    assert of(asked, thinking="summary").thinking == "Reading the file\nExplaining"
    assert of(asked).thinking is None


def test_the_project_is_found_by_marker_list_or_hash() -> None:
    samples, _ = exported(FIXTURES, project=("/home/ada/src/zelda",))
    assert [sample.instruction for sample in samples] == [*ASKED[:2], *ASKED[7:]]
    assert {sample.metadata["project"] for sample in samples} == {"/home/ada/src/zelda"}
    samples, _ = exported(FIXTURES, project=("hyrule",))
    assert [sample.instruction for sample in samples] == ASKED[2:7]
    assert samples[0].metadata["project"] == "/home/ada/src/hyrule-map"


def test_a_project_that_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    logs = tmp_path / "tmp"
    shutil.copytree(FIXTURES / ".gemini" / "tmp" / HASH, logs / HASH)
    samples, _ = exported(logs)
    assert {sample.metadata["project"] for sample in samples} == {HASH}
    samples, _ = exported(logs, project=("/home/ada/src/zelda",))
    assert {sample.metadata["project"] for sample in samples} == {"/home/ada/src/zelda"}
    samples, _ = exported(logs, project=("/home/ada/src/mail",))
    assert samples == []


def test_sub_agents_are_asked_for() -> None:
    samples, exporter = exported(FIXTURES, subagents=True)
    assert len(samples) == 12
    assert "Find out who reads pal.asm." in [sample.instruction for sample in samples]
    assert exporter.noted["sessions of sub-agents"] == 0


def test_since_and_session() -> None:
    samples, _ = exported(FIXTURES, since="2026-04-02")
    assert [sample.instruction for sample in samples] == [*ASKED[3:7], ASKED[10]]  # a checkpoint has no time
    samples, _ = exported(FIXTURES, session=("5d1e",))
    assert [sample.instruction for sample in samples] == ASKED[7:10]


@pytest.mark.parametrize("below", [".gemini", ".gemini/tmp", ".gemini/tmp/zelda", ".gemini/tmp/zelda/chats"])
def test_a_root_may_be_any_folder_on_the_way(below: str) -> None:
    samples, _ = exported(FIXTURES / below, project=("zelda",))
    assert set(ASKED[7:10]) <= {sample.instruction for sample in samples}


def test_a_file_is_known_by_what_it_holds(tmp_path: Path) -> None:
    chats = FIXTURES / ".gemini" / "tmp" / "hyrule-map" / "chats"
    lines = tmp_path / "lines.json"
    shutil.copy(chats / "session-2026-08-20T09-00-9c8b7a65.jsonl", lines)
    samples, _ = exported(lines)
    assert [sample.instruction for sample in samples] == ASKED[4:7]
    whole = tmp_path / "whole.jsonl"
    whole.write_text(json.dumps(json.loads((chats / "session-2026-04-01T10-00-7e57ab1e.json").read_text())))
    samples, _ = exported(whole)
    assert [sample.instruction for sample in samples] == ["How many rooms are there?", "And how many doors?"]


def message(name: str, kind: str, text: Any, **more: Any) -> dict[str, Any]:
    return {"id": name, "timestamp": "2026-01-01T00:00:00.000Z", "type": kind, "content": text, **more}


HEADER = {"sessionId": "s", "projectHash": "p", "kind": "main"}


def session(path: Path, *records: Any, tail: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(json.dumps(record).encode() + b"\n" for record in (HEADER, *records)) + tail)
    return path


def pairs(*records: Any, path: Path) -> list[tuple[str, str]]:
    samples, _ = exported(session(path / "session-a.jsonl", *records))
    return [(sample.instruction, sample.output) for sample in samples]


def test_messages_that_stand_in_snapshots_alone(tmp_path: Path) -> None:
    one, two = message("1", "user", "go on"), message("3", "user", "go on")
    yes = message("2", "gemini", "a")
    seen = [{"$set": {"messages": found}} for found in ([one], [one, yes], [one, yes, two])]
    last = {
        "$set": {"messages": [one, message("2", "gemini", "a, in full"), two, message("4", "gemini", "b")]}
    }
    assert pairs(*seen, last, path=tmp_path) == [("go on", "a, in full"), ("go on", "b")]


def test_a_compressed_history_neither_forgets_nor_repeats(tmp_path: Path) -> None:
    first = [message("1", "user", "one"), message("2", "gemini", "a")]
    kept = [message("3", "user", "two"), message("4", "gemini", "b")]
    snapshot = [
        message("x", "user", [{"text": "<state_snapshot>all of it</state_snapshot>"}]),
        message("y", "gemini", [{"text": "Got it. Thanks for the additional context!"}]),
        message("3b", "user", [{"text": "two"}]),
        message("4b", "gemini", [{"text": "b"}]),
    ]
    later = [message("5", "user", "three"), message("6", "gemini", "c")]
    told = [*first, *kept, {"$set": {"messages": snapshot}}, *later]
    assert pairs(*told, path=tmp_path) == [("one", "a"), ("two", "b"), ("three", "c")]
    assert pairs(*told, {"$rewindTo": "3b"}, path=tmp_path) == [("one", "a")]


def test_a_cut_result_in_a_snapshot_does_not_replace_the_whole(tmp_path: Path) -> None:
    def called(output: str) -> dict[str, Any]:
        result = [{"functionResponse": {"id": "c", "response": {"output": output}}}]
        return message("2", "gemini", "", toolCalls=[{"id": "c", "name": "ls", "args": {}, "result": result}])

    cut = {"$set": {"messages": [message("1", "user", "one"), called("<cut>")]}}
    records = [message("1", "user", "one"), called("all"), cut, message("3", "gemini", "done")]
    (sample,), _ = exported(session(tmp_path / "session-a.jsonl", *records))
    assert sample.messages is not None and sample.messages[2].content == "all"


def test_a_rewind_to_nowhere_takes_nothing_back(tmp_path: Path) -> None:
    path = session(
        tmp_path / "session-a.jsonl",
        message("1", "user", "one"),
        message("2", "gemini", "a"),
        {"$rewindTo": "9"},
    )
    samples, exporter = exported(path)
    assert len(samples) == 1 and exporter.noted["rewinds to an unknown message"] == 1


def test_half_an_answer_is_none(tmp_path: Path) -> None:
    records = [
        message("1", "user", "one"),
        message("2", "gemini", "Half of"),
        message("3", "info", "Request cancelled."),
        message("4", "user", "two"),
        message("5", "gemini", "all"),
        message("6", "error", "a hook failed"),
    ]
    assert pairs(*records, path=tmp_path) == [("two", "all")]


def test_thoughts_alone_belong_to_the_next_step(tmp_path: Path) -> None:
    thought = message("2", "gemini", "", thoughts=[{"subject": "Plan"}, {"description": "then act"}])
    records = [message("1", "user", "one"), thought, message("3", "gemini", "done")]
    (sample,), _ = exported(session(tmp_path / "session-a.jsonl", *records), thinking="keep")
    assert (sample.thinking, sample.messages) == ("Plan\n\nthen act", None)


@pytest.mark.parametrize(
    "text",
    [
        "/chat save x",
        "/quit",
        "!ls",
        "?",
        "<session_context>\nx",
        "<hook_context>x</hook_context>  ",
        "",
        "  ",
    ],
)
def test_what_is_no_prompt(tmp_path: Path, text: str) -> None:
    assert pairs(message("1", "user", text), message("2", "gemini", "a"), path=tmp_path) == []


@pytest.mark.parametrize(
    "text", ["/home/ada/x.asm fails", "// why?", "a <session_context> tag?", "?? why", "Why not /help?"]
)
def test_what_only_looks_like_none(tmp_path: Path, text: str) -> None:
    assert pairs(message("1", "user", text), message("2", "gemini", "a"), path=tmp_path) == [(text, "a")]


def test_hostile_files_are_passed_over_or_named(tmp_path: Path) -> None:
    good = [message("1", "user", "one"), message("2", "gemini", "a")]
    chats = tmp_path / "p" / "chats"
    session(chats / "session-a.jsonl", *good)
    (chats / "session-folder.jsonl").mkdir()
    for name, data in {
        "empty.json": b"",
        "scalar.json": b"42\n",
        "list.json": b"[1, {}, null]",
        "torn.json": b'{\n  "sessionId": "x",\n  "mess',
        "deep.json": b"[" * 100_000,
        "binary.json": b"\x00\xff\x00",
        "latin.json": '{"sessionId": "é"}'.encode("latin-1"),
        "strange.jsonl": b'{"sessionId": 1, "messages": {"a": 1}}\n{"id": {}, "type": []}\n',
    }.items():
        (chats / f"session-{name}").write_bytes(data)
    samples, exporter = exported(tmp_path, on_error="skip")
    assert [sample.output for sample in samples] == ["a"]
    assert exporter.noted["passed over"] >= 6


@pytest.mark.parametrize(
    "wrong",
    [
        message("1", "user", {"text": 5}),
        message("1", "user", [None, 3, ["x"], {"functionResponse": 7}, {"inlineData": None}]),
        message("1", "gemini", "x", toolCalls=[None, {"args": None, "result": 5}], thoughts=[3, {}], model=4),
        message("1", "gemini", [{"functionCall": []}], toolCalls="no", thoughts="no"),
        {"id": "1", "type": None, "content": None, "timestamp": {"a": 1}},
        {"$set": {"messages": [None, {}, {"id": "7"}]}},
    ],
)
def test_fields_of_the_wrong_type_hurt_nobody(tmp_path: Path, wrong: Any) -> None:
    good = [message("8", "user", "one"), message("9", "gemini", "a")]
    assert ("one", "a") in pairs(wrong, *good, path=tmp_path)


def test_a_byte_order_mark_and_lone_surrogates(tmp_path: Path) -> None:
    path = session(tmp_path / "session-a.jsonl", message("1", "user", "one"))
    tail = b'{"id": "2", "type": "gemini", "content": "half a \\ud83d face\\u0000"}\n'
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + tail)
    (sample,), _ = exported(path)
    assert sample.output == "half a \N{REPLACEMENT CHARACTER} face\0"


def test_a_broken_line_names_its_place(tmp_path: Path) -> None:
    path = session(tmp_path / "session-a.jsonl", message("1", "user", "one"), tail=b"{broken\n")
    with pytest.raises(DataError) as caught:
        exported(path)
    assert (caught.value.path, caught.value.line) == ("session-a.jsonl", 3)


def test_home_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_CLI_HOME", str(tmp_path))
    shutil.copytree(FIXTURES / ".gemini", tmp_path / ".gemini")
    samples, _ = exported()
    assert len(samples) == 11
    monkeypatch.delenv("GEMINI_CLI_HOME")
    assert Gemini.homes() == [Path.home() / ".gemini" / "tmp"]
