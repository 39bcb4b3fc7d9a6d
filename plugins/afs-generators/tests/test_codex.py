"""Codex CLI logs of four generations, by hand; what is expected was counted by hand too."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.generators.codex import Codex
from afs.generators.codex_outputs import outcome
from afs.generators.codex_words import typed
from afs_core import DataError, Run, TrainingSample

LOGS = Path(__file__).parent / "logs/codex"


def exported(*roots: Path, **settings: Any) -> tuple[list[TrainingSample], dict[str, int]]:
    exporter = Codex(Codex.Config(root=roots, **settings), _run())
    return list(exporter.generate()), dict(exporter.noted)


@cache
def _run() -> Run:
    return Run.open()


def log(path: Path, *records: tuple[str, dict[str, Any]], tail: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"timestamp": "2026-01-01T00:00:00Z", "type": kind, "payload": held} for kind, held in records]
    path.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows) + tail)
    return path


def item(kind: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    return "response_item", {"type": kind, **fields}


def event(kind: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    return "event_msg", {"type": kind, **fields}


def message(role: str, text: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    return item("message", role=role, content=[{"type": "text", "text": text}], **fields)


def head(id: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    return "session_meta", {"id": id, "cwd": "/srv", **fields}


def pairs(samples: list[TrainingSample]) -> list[tuple[str, str]]:
    return [(sample.instruction, sample.output) for sample in samples]


# -- the four generations


def test_one_object_a_file() -> None:
    (sample,), noted = exported(LOGS / "v0")
    assert (sample.instruction, sample.output) == ("List the banks.", "There is one: bank_09.asm.")
    assert sample.messages is not None and sample.messages[2].content == "bank_09.asm\n"
    assert sample.metadata["timestamp"] == "2025-04-20T08:00:00.000Z"
    assert noted == {"log files": 1, "turns without an answer": 1}


def test_bare_items() -> None:
    samples, noted = exported(LOGS / "v1", thinking="summary")
    assert pairs(samples) == [
        ("Where does Link's health live? My key: AKIAQ7XK3ZP4MN2RT5VW", "At $7EF36D."),
        ("Patch it to start with 5 hearts.", "Patched with sed."),
        ("Thanks.", "You are welcome."),
    ]
    assert noted == {"log files": 1, "turns without an answer: interrupted": 1, "unfinished last lines": 1}
    assert samples[0].metadata["project"] == "/home/adalove/zelda"
    assert samples[0].thinking == "**Answering**"
    messages = samples[1].messages
    assert messages is not None
    assert [message.role[0] for message in messages] == list("uatata")
    assert messages[2].extra == {"failed": True} and messages[2].content == "no hunk"
    assert json.loads(messages[3].tool_calls[0].arguments)["command"] == ["sed", "-i", "s/3/5/", "ram.asm"]


def test_both_logs_in_one_file() -> None:
    samples, noted = exported(LOGS / "v2", thinking="summary")
    assert pairs(samples) == [
        ("Start with five hearts.", "Link starts with five hearts."),
        ("Leave the menu. Say what you did.", "I set the hearts to five."),
        ("Make it six.", "Six it is."),
        ("Hello?", "Hello."),
    ]
    assert noted == {
        "log files": 3,
        "logs of prompts alone": 1,
        "turns that a program copied": 1,
        "turns without an answer: interrupted": 1,
        "unknown record: event hologram": 1,
    }
    messages = samples[0].messages
    assert messages is not None
    assert [message.role[0] for message in messages] == list("uattata")
    assert (messages[1].content, messages[1].thinking) == ("I look at the RAM first.", "**Looking**")
    assert [message.content for message in messages[2:4]] == ["db 3", ""]
    assert [bool(message.extra) for message in messages[2:4]] == [False, True]
    assert messages[4].tool_calls[0].name == "apply_patch"
    assert messages[4].tool_calls[0].arguments.startswith("*** Begin Patch")
    assert samples[0].metadata["images"] == 1
    assert [sample.metadata["model"] for sample in samples[:2]] == ["gpt-5-codex", "gpt-5.1-codex"]
    assert samples[0].metadata["version"] == "0.48.0"
    assert samples[0].metadata["git_branch"] == "hearts"


def test_turns_with_ids_plans_and_what_was_rolled_back() -> None:
    samples, noted = exported(LOGS / "v3")
    why = "Why does the fetch time out? See https://ada:hunter2secret@mail.example/inbox"
    assert pairs(samples) == [
        (f"{why}\n\nAlso look at the retries.", "The timeout is one second; there are no retries."),
        ("Write a test.", "A test stands in test_fetch.py."),
    ]
    assert noted == {
        "log files": 3,
        "passed over": 1,  # compressed
        "sessions of sub-agents": 1,
        "turns on branches given up": 1,
        "turns that a program copied": 1,
        "turns without an answer: before its end": 1,
        "turns without an answer: interrupted": 1,
    }
    assert samples[0].metadata["queued_prompts"] == 1
    assert samples[0].messages is not None
    assert samples[0].messages[2].content == "timeout=1\n[image]"


def test_agents_come_where_they_are_asked_for() -> None:
    samples, _ = exported(LOGS / "v3", subagents=True)
    (agent,) = [sample for sample in samples if sample.instruction == "Read the retries."]
    assert agent.metadata["session"] == "dddd0000-0000-7000-8000-000000000001"
    assert agent.metadata["agent"] == "dddd0000-0000-7000-8000-000000000002"


def test_ids_of_turns_say_nothing_of_anybody() -> None:
    samples = [s for version in ("v0", "v1", "v2", "v3") for s in exported(LOGS / version)[0]]
    assert len({sample.metadata["turn"] for sample in samples}) == len(samples) == 10
    assert all(re.fullmatch(r"[0-9a-f]{32}", sample.metadata["turn"]) for sample in samples)


@pytest.mark.parametrize(
    ("place", "count"), [(".", 4), ("sessions", 3), ("sessions/2025/10/24", 2), ("archived_sessions", 1)]
)
def test_any_level_may_be_the_root(place: str, count: int) -> None:
    assert len(exported(LOGS / "v2" / place)[0]) == count


def test_a_file_may_be_the_root() -> None:
    (one,) = (LOGS / "v1").rglob("*.jsonl")
    assert len(exported(one)[0]) == 3


def test_default_homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CODEX_HOME", raising=False)
    assert Codex.homes() == [tmp_path / ".codex/sessions", tmp_path / ".codex/archived_sessions"]
    monkeypatch.setenv("CODEX_HOME", "~/elsewhere")
    log(
        tmp_path / "elsewhere/archived_sessions/rollout-x.jsonl",
        head("1"),
        event("user_message", message="Why?"),
        message("assistant", "So."),
    )
    assert pairs(exported()[0]) == [("Why?", "So.")]


# -- turns


def test_a_copy_without_any_names_is_told_by_its_place(tmp_path: Path) -> None:
    said = (event("user_message", message="Go on."), message("assistant", "Done."))
    log(tmp_path / "rollout-1.jsonl", head("parent"), *said, *said)
    log(tmp_path / "rollout-2.jsonl", head("child"), head("parent"), *said, *said, *said)
    log(tmp_path / "rollout-3.jsonl", head("stranger"), *said)
    samples, noted = exported(tmp_path)
    assert len(samples) == 4 and noted["turns that a program copied"] == 2


def test_a_prompt_after_a_crash_is_another_turn(tmp_path: Path) -> None:
    log(
        tmp_path / "rollout-1.jsonl",
        head("1"),
        event("task_started"),
        event("user_message", message="Build."),
        item("function_call", name="shell", arguments="{}", call_id="c"),
        event("task_started"),
        event("user_message", message="What happened?"),
        message("assistant", "It crashed."),
    )
    samples, noted = exported(tmp_path)
    assert pairs(samples) == [("What happened?", "It crashed.")]
    assert noted["turns without an answer"] == 1


def test_what_only_the_events_tell_is_read_from_them(tmp_path: Path) -> None:
    log(
        tmp_path / "rollout-1.jsonl",
        head("1"),
        event("user_message", message="Why?"),
        event("agent_reasoning", text="**Thinking**"),
        event("agent_reasoning_raw_content", text="raw thought"),
        event("agent_message", message="So."),
        event("user_message", message="And then?"),
        event("task_complete", last_agent_message="The end."),
    )
    samples, _ = exported(tmp_path, thinking="keep")
    assert pairs(samples) == [("Why?", "So."), ("And then?", "The end.")]
    assert samples[0].thinking == "raw thought"


def test_a_compaction_on_the_way_leaves_the_turn_whole(tmp_path: Path) -> None:
    log(
        tmp_path / "rollout-1.jsonl",
        head("1"),
        message("user", "Build it."),
        item("function_call", name="shell", arguments="{}", call_id="c"),
        item("function_call_output", call_id="c", output="built"),
        message("user", "Summarise for another model what was done."),
        message("assistant", "It was built."),
        ("compacted", {"message": "It was built."}),
        message("assistant", "Built."),
    )
    samples, _ = exported(tmp_path)
    assert pairs(samples) == [("Build it.", "Built.")]


def test_a_result_that_only_an_event_tells(tmp_path: Path) -> None:
    log(
        tmp_path / "rollout-1.jsonl",
        head("1"),
        event("user_message", message="Test."),
        item("function_call", name="shell", arguments="{}", call_id="c"),
        event("exec_command_end", call_id="c", aggregated_output="1 failed", exit_code=1),
        item("function_call", name="mcp", arguments="{}", call_id="d"),
        event("mcp_tool_call_end", call_id="d", result={"Err": "gone"}),
        item("function_call_output", call_id="d", output="gone"),
        message("assistant", "One failed."),
    )
    (sample,), _ = exported(tmp_path)
    assert sample.messages is not None
    results = [message for message in sample.messages if message.role == "tool"]
    assert [(result.content, result.extra) for result in results] == [
        ("1 failed", {"failed": True}),
        ("gone", {"failed": True}),
    ]


# -- words and outputs


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["plain"], "plain"),
        (["<environment_context>x</environment_context>"], ""),
        (["<ENVIRONMENT_CONTEXT>x</ENVIRONMENT_CONTEXT>\n\nreal"], "real"),
        (["# AGENTS.md instructions for /x\n\n<INSTRUCTIONS>\na\n</INSTRUCTIONS>", "real"], "real"),
        (["# AGENTS.md instructions for /x\n\nunwrapped"], ""),
        (["<permissions instructions>a</permissions instructions>"], ""),
        (["<skill>\n<name>x</name>\n</skill>"], ""),
        (["<user_instructions>never closed"], ""),
        (["<b>html</b> stays"], "<b>html</b> stays"),
        (["what is <environment_context>?"], "what is <environment_context>?"),
        (["## My request for Codex: is a heading"], "## My request for Codex: is a heading"),
    ],
)
def test_what_a_person_typed(texts: list[str], text: str) -> None:
    assert typed(texts) == text


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("plain", ("plain", False)),
        ('{"output": "x", "metadata": {"exit_code": 0}}', ("x", False)),
        ('{"output": "x", "metadata": {"exit_code": 2}}', ("x", True)),
        ('{"output": "x"}', ('{"output": "x"}', False)),
        ('{"output": broken', ('{"output": broken', False)),
        ({"content": "no", "success": False}, ("no", True)),
        ([{"type": "input_text", "text": "a"}, {"type": "input_image"}], ("a\n[image]", False)),
        (
            "Exit code: 1\nWall time: 0 seconds\nOutput:\nx",
            ("Exit code: 1\nWall time: 0 seconds\nOutput:\nx", True),
        ),
        ("Output:\nExit code: 1", ("Output:\nExit code: 1", False)),
        ("Exit code: 0\nOutput:\nExit code: 1", ("Exit code: 0\nOutput:\nExit code: 1", False)),
        ("apply_patch verification failed: no", ("apply_patch verification failed: no", True)),
        (None, ("", False)),
    ],
)
def test_outputs(output: Any, expected: tuple[str, bool]) -> None:
    assert outcome(output) == expected


# -- what bad input gets

_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = [
    "role",
    "content",
    "call_id",
    "output",
    "message",
    "arguments",
    "turn_id",
    "num_turns",
    "id",
    "item",
]
_ITEMS = ["message", "function_call", "function_call_output", "reasoning", "web_search_call", "odd"]
_EVENTS = ["user_message", "item_completed", "thread_rolled_back", "task_started", "exec_command_end"]
_PAYLOADS = st.sampled_from([*_ITEMS, *_EVENTS])


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.dictionaries(st.sampled_from(_FIELDS), _ODD), max_size=6),
    payloads=st.lists(_PAYLOADS | _ODD, min_size=6, max_size=6),
    kinds=st.lists(
        st.sampled_from(["response_item", "event_msg", "session_meta", "turn_context", "compacted"]) | _ODD,
        min_size=6,
        max_size=6,
    ),
)
def test_odd_values_never_end_an_export(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], payloads: list[Any], kinds: list[Any]
) -> None:
    root = tmp_path_factory.mktemp("odd")
    held = [{**row, "type": payload} for row, payload in zip(rows, payloads, strict=False)]
    log(root / "rollout-1.jsonl", *zip(kinds, held, strict=False))
    exported(root)


def test_marks_surrogates_nul_and_a_broken_line(tmp_path: Path) -> None:
    path = log(
        tmp_path / "rollout-1.jsonl",
        head("1"),
        event("user_message", message="Why \ud800?"),
        message("assistant", "So\0."),
        tail=b"{broken\n",
    )
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    with pytest.raises(DataError) as caught:
        exported(tmp_path)
    assert (caught.value.path, caught.value.line) == ("rollout-1.jsonl", 4)
    assert pairs(exported(tmp_path, on_error="skip")[0]) == [("Why \ufffd?", "So\0.")]


def test_files_that_are_no_logs(tmp_path: Path) -> None:
    (tmp_path / "rollout-folder.jsonl").mkdir()
    (tmp_path / "other.jsonl").write_text("not looked at\n")
    (tmp_path / "rollout-2.json").write_text("[1]")
    log(tmp_path / "rollout-3.jsonl", head("1"))
    (tmp_path / "rollout-3.jsonl.zst").write_bytes(b"the same, compressed")
    samples, noted = exported(tmp_path)
    assert samples == [] and noted == {"log files": 1, "passed over": 1}
