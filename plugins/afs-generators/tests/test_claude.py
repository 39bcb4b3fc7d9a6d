"""Claude Code logs of three generations, by hand; what is expected was counted by hand too."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.generators.claude import Claude
from afs.generators.claude_words import typed
from afs_core import DataError, Run, TrainingSample

LOGS = Path(__file__).parent / "logs/claude"


def exported(*roots: Path, **settings: Any) -> tuple[list[TrainingSample], dict[str, int]]:
    exporter = Claude(Claude.Config(root=roots, **settings), _run())
    return list(exporter.generate()), dict(exporter.noted)


@cache
def _run() -> Run:
    return Run.open()


def write(path: Path, *rows: dict[str, Any], tail: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows) + tail)
    return path


def asked(id: str, parent: str | None, content: Any, **more: Any) -> dict[str, Any]:
    message = {"role": "user", "content": content}
    return {"type": "user", "uuid": id, "parentUuid": parent, "sessionId": "s", "message": message, **more}


def said(id: str, parent: str | None, *content: Any, **more: Any) -> dict[str, Any]:
    blocks = [{"type": "text", "text": block} if isinstance(block, str) else block for block in content]
    message = {"id": more.pop("of", f"msg_{id}"), "role": "assistant", "content": blocks}
    return {
        "type": "assistant",
        "uuid": id,
        "parentUuid": parent,
        "sessionId": "s",
        "message": message,
        **more,
    }


def call(id: str, **input: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": id, "name": "Bash", "input": input}


def result(id: str, content: Any = "ok", **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id, "content": content, **more}


def pairs(samples: list[TrainingSample]) -> list[tuple[str, str]]:
    return [(sample.instruction, sample.output) for sample in samples]


# -- the three generations


def test_one_file_a_session_with_agents_inline() -> None:
    samples, noted = exported(LOGS / "v1")
    assert [sample.output for sample in samples] == [
        "The table stands in sprites.asm, line 12.",
        "Append `, 2` to line 12.",
        "Bank $09.",
        "The same way.",
    ]
    assert samples[0].instruction.startswith("Where is the sprite table?")
    assert "reminder" not in samples[0].instruction
    assert samples[2].instruction == "Thanks. Which bank is it in?"
    assert noted == {
        "log files": 2,
        "turns without an answer": 1,  # /model opus
        "turns without an answer: interrupted": 1,
        "turns without an answer: the API failed": 1,
        "turns without a prompt": 1,  # /compact
        "sessions of sub-agents": 1,
        "turns that a program copied": 1,
        "unfinished last lines": 1,
    }
    assert samples[0].metadata["version"] == "1.0.44"
    assert samples[0].metadata["model"] == "claude-sonnet-4-20250514"
    assert samples[0].prov is not None and (samples[0].prov.start, samples[0].prov.end) == (5, 13)


def test_trees_calls_side_by_side_and_compaction() -> None:
    samples, noted = exported(LOGS / "v2", thinking="keep")
    assert pairs(samples) == [
        ("Read both files and say what differs.", "They differ in one line."),
        ("Merge them into b.py.", "Merged into b.py."),
        ("the merge, briefly", "It holds."),
    ]
    assert noted == {
        "log files": 2,
        "turns on branches given up": 1,
        "turns without a prompt": 1,  # /init
        "turns without an answer: the length limit": 1,
        "sessions of sub-agents": 1,
    }
    messages = samples[0].messages
    assert messages is not None
    assert [message.role[0] for message in messages] == list("uattatata")
    reading = messages[1]
    assert (reading.content, reading.thinking) == ("Reading both.", "Two files.\n\nRead them at once.")
    assert [(tool.id, json.loads(tool.arguments)) for tool in reading.tool_calls] == [
        ("toolu_0201", {"file_path": "/srv/mail/a.py"}),
        ("toolu_0202", {"file_path": "/srv/mail/b.py"}),
    ]
    assert [message.content for message in messages[2:4]] == ["one\ntwo", "three"]
    assert (messages[5].content, messages[5].extra) == ("diff: b.py: no such file", {"failed": True})
    assert messages[7].content == "line 1\nline 2 of mail.ada@corp.example\n"
    assert samples[0].metadata["images"] == 1
    assert samples[0].metadata["git_branch"] == "feature/imap"
    assert samples[2].metadata["command"] == "review"


def test_queued_prompts_hooks_and_news_of_tasks() -> None:
    samples, noted = exported(LOGS / "v3")
    assert pairs(samples) == [
        ("What does this call?\n\nAnd who calls it?", "It calls bar(); main() calls it."),
        ("Rename it to qux instead.", "Renamed to qux."),
        ("What does the tag `<system-reminder>x</system-reminder>` do?", "It tells the model something."),
        ("Now commit.", "Committed."),
    ]
    assert noted == {
        "log files": 3,
        "unknown record: hologram": 1,
        "turns without a prompt": 2,  # a line for the shell, news of a task
        "turns without an answer: interrupted": 1,
        "turns that a program copied": 1,
        "sessions of sub-agents": 1,
    }
    assert samples[0].input == "The user selected line 3:\nfoo()"
    assert samples[0].metadata["queued_prompts"] == 1
    assert samples[0].metadata["tools"] == ["Read", "web_search"]


def test_agents_come_where_they_are_asked_for() -> None:
    found = [
        (sample.instruction, sample.metadata["session"][:8], sample.metadata.get("agent"))
        for version in ("v1", "v2", "v3")
        for sample in exported(LOGS / version, subagents=True)[0]
        if sample.instruction in ("Find the sprite table", "Count the tests.", "List the callers.")
    ]
    assert found == [
        ("Find the sprite table", "11111111", None),
        ("Count the tests.", "22222222", "7f3a"),
        ("List the callers.", "33333333", "a9"),
    ]


def test_ids_of_turns_say_nothing_of_anybody() -> None:
    samples = [s for version in ("v1", "v2", "v3") for s in exported(LOGS / version)[0]]
    assert len({sample.metadata["turn"] for sample in samples}) == len(samples) == 11
    assert all(re.fullmatch(r"[0-9a-f]{32}", sample.metadata["turn"]) for sample in samples)


@pytest.mark.parametrize("place", [".", "projects", "projects/-srv-mail"])
def test_any_level_may_be_the_root(place: str) -> None:
    assert len(exported(LOGS / "v2" / place)[0]) == 3


def test_a_session_may_be_the_root() -> None:
    log = LOGS / "v2/projects/-srv-mail/22222222-bbbb-4bbb-8bbb-000000000001.jsonl"
    samples, _ = exported(log)
    assert len(samples) == 3
    assert samples[0].messages is not None and "line 2" in samples[0].messages[7].content


def test_default_homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    assert Claude.homes() == [tmp_path / ".claude/projects", tmp_path / ".config/claude/projects"]
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", "~/elsewhere")
    assert Claude.homes() == [tmp_path / "elsewhere/projects"]
    write(tmp_path / "elsewhere/projects/p/s.jsonl", asked("1", None, "Why?"), said("2", "1", "So."))
    assert pairs(exported()[0]) == [("Why?", "So.")]


# -- trees


def test_going_back_to_the_first_prompt_gives_up_all_before(tmp_path: Path) -> None:
    write(
        tmp_path / "s.jsonl",
        asked("1", None, "First?"),
        said("2", "1", "Old."),
        asked("3", None, "First, anew?"),
        said("4", "3", "New."),
    )
    samples, noted = exported(tmp_path)
    assert pairs(samples) == [("First, anew?", "New.")]
    assert noted["turns on branches given up"] == 1


def test_an_answer_that_was_asked_for_again_is_the_later_one(tmp_path: Path) -> None:
    write(tmp_path / "s.jsonl", asked("1", None, "Why?"), said("2", "1", "Old."), said("3", "1", "New."))
    assert pairs(exported(tmp_path)[0]) == [("Why?", "New.")]


def test_a_late_result_moves_no_branch(tmp_path: Path) -> None:
    write(
        tmp_path / "s.jsonl",
        asked("1", None, "Build."),
        said("2", "1", call("t", command="make")),
        asked("3", "2", [{"type": "text", "text": "[Request interrupted by user for tool use]"}]),
        asked("4", "3", "Stop, say why."),
        said("5", "4", "It hung."),
        asked("6", "2", [result("t", "made")]),
    )
    samples, noted = exported(tmp_path)
    assert pairs(samples) == [("Stop, say why.", "It hung.")]
    assert noted["turns without an answer: interrupted"] == 1


def test_a_result_after_the_next_step_is_still_found(tmp_path: Path) -> None:
    write(
        tmp_path / "s.jsonl",
        asked("1", None, "Build both."),
        said("2", "1", call("a", command="x"), of="m"),
        said("3", "2", call("b", command="y"), of="m"),
        asked("4", "3", [result("b", "B")]),
        said("5", "4", "Both built."),
        asked("6", "2", [result("a", "A")]),
    )
    (sample,), _ = exported(tmp_path)
    assert sample.messages is not None
    assert [message.content for message in sample.messages] == ["Build both.", "", "A", "B", "Both built."]


def test_missing_parents_break_nothing(tmp_path: Path) -> None:
    write(
        tmp_path / "s.jsonl",
        asked("1", "gone", "One?"),
        said("2", "1", "1."),
        asked("3", "lost", "Two?"),
        said("4", "3", "2."),
    )
    assert pairs(exported(tmp_path)[0]) == [("One?", "1."), ("Two?", "2.")]


def test_records_without_ids_follow_one_another(tmp_path: Path) -> None:
    rows = [
        asked("", None, "One?"),
        said("", None, "1."),
        asked("", None, "Two?"),
        said("", None, "2.", of="n"),
    ]
    bare = [{k: v for k, v in row.items() if k not in ("uuid", "parentUuid")} for row in rows]
    write(tmp_path / "s.jsonl", *bare)
    samples, _ = exported(tmp_path)
    assert pairs(samples) == [("One?", "1."), ("Two?", "2.")]


def test_a_circle_of_parents_ends(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", asked("1", "2", "Round?"), said("2", "1", "Round."))
    write(tmp_path / "b.jsonl", asked("3", "3", "Self?"), said("4", "3", "Self."))
    assert pairs(exported(tmp_path)[0]) == [("Round?", "Round."), ("Self?", "Self.")]


def test_two_sessions_in_one_file_are_two(tmp_path: Path) -> None:
    other = {"sessionId": "other"}
    write(
        tmp_path / "s.jsonl",
        asked("1", None, "One?"),
        said("2", "1", "1."),
        asked("3", None, "Two?", **other),
        said("4", "3", "2.", **other),
    )
    assert pairs(exported(tmp_path)[0]) == [("One?", "1."), ("Two?", "2.")]


def test_a_turn_that_went_on_in_a_copy_comes_from_the_copy(tmp_path: Path) -> None:
    first = (asked("1", None, "Build."), said("2", "1", call("t", command="make")))
    write(tmp_path / "a.jsonl", *first)
    write(tmp_path / "b.jsonl", *first, asked("3", "2", [result("t")]), said("4", "3", "Built."))
    assert pairs(exported(tmp_path)[0]) == [("Build.", "Built.")]


# -- words


@pytest.mark.parametrize(
    ("texts", "text", "opens"),
    [
        (["plain"], "plain", True),
        (["<system-reminder>x</system-reminder>"], "", False),
        (["a\n<system-reminder>x</system-reminder>\nb"], "a\nb", True),
        (["<system-reminder>x</system-reminder>", "asked"], "asked", True),
        (
            ["what is <system-reminder>x</system-reminder>"],
            "what is <system-reminder>x</system-reminder>",
            True,
        ),
        (["<system-reminder>never closed"], "<system-reminder>never closed", True),
        (["<local-command-stdout>Bye!</local-command-stdout>"], "", False),
        (["<command-name>/clear</command-name>\n<command-args></command-args>"], "", True),
        (["<command-message>pr</command-message><command-args>42</command-args>"], "42", True),
        (["<bash-stdout>a</bash-stdout><bash-stderr>b</bash-stderr>"], "", False),
        (["Caveat: The messages below were generated by the user while running local commands."], "", False),
        (["[Request interrupted by user]"], "", False),
        (["[Request interrupted by user]", "go on"], "go on", True),
        (["<p>html stays</p>"], "<p>html stays</p>", True),
    ],
)
def test_wrappers(texts: list[str], text: str, opens: bool) -> None:
    words = typed(texts)
    assert (words.text, words.opens) == (text, opens)


_PARTS = ["<system-reminder>", "</system-reminder>", "\n", "<command-name>", "</command-name>", "a", " "]


@given(st.lists(st.sampled_from(_PARTS), max_size=30))
def test_unwrapping_ends_and_adds_nothing(parts: list[str]) -> None:
    text = "".join(parts)
    assert len(typed([text]).text) <= len(text)


# -- what bad input gets


def test_no_file_outside_the_folder_of_results_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "s/tool-results").mkdir(parents=True)
    (tmp_path / "s/tool-results/link.txt").symlink_to(tmp_path / "secret.txt")
    spilled = "<persisted-output>\nOutput too large. Full output saved to: {}\n\nPreview\n</persisted-output>"
    write(
        tmp_path / "s.jsonl",
        asked("1", None, "Look."),
        said("2", "1", call("a"), call("b"), call("c")),
        asked("3", "2", [result("a", spilled.format("/x/tool-results/../../secret.txt"))]),
        asked("4", "3", [result("b", spilled.format("C:\\x\\link.txt")), result("c", spilled.format(".."))]),
        said("5", "4", "Seen."),
    )
    (sample,), _ = exported(tmp_path)
    assert sample.messages is not None
    assert [message.content.split()[0] for message in sample.messages[2:5]] == ["<persisted-output>"] * 3


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = ["uuid", "parentUuid", "sessionId", "message", "timestamp", "isMeta", "attachment", "origin", "cwd"]
_KINDS = st.sampled_from(["user", "assistant", "system", "attachment", "summary", "odd"]) | _ODD


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.dictionaries(st.sampled_from(_FIELDS), _ODD), max_size=6),
    kinds=st.lists(_KINDS, min_size=6),
)
def test_odd_values_never_end_an_export(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], kinds: list[Any]
) -> None:
    root = tmp_path_factory.mktemp("odd")
    write(root / "s.jsonl", *({**row, "type": kind} for row, kind in zip(rows, kinds, strict=False)))
    exported(root)


def test_blocks_of_odd_shapes(tmp_path: Path) -> None:
    odd = [
        {"type": "text", "text": 3},
        {"type": ["x"]},
        "plain",
        None,
        {"type": "tool_use", "id": 4, "name": None},
    ]
    write(tmp_path / "s.jsonl", asked("1", None, odd), said("2", "1", "Odd."))
    write(tmp_path / "t.jsonl", asked("3", None, "Why?"), said("4", "3", *odd[1:]), said("5", "4", "So."))
    assert pairs(exported(tmp_path)[0]) == [("plain", "Odd."), ("Why?", "So.")]


def test_marks_surrogates_and_nul(tmp_path: Path) -> None:
    log = write(tmp_path / "s.jsonl", asked("1", None, "Why \ud800?"), said("2", "1", "So\0."))
    log.write_bytes(b"\xef\xbb\xbf" + log.read_bytes())
    assert pairs(exported(tmp_path)[0]) == [("Why \ufffd?", "So\0.")]


def test_a_record_nested_too_deep_costs_only_itself(tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(600):
        deep = {"a": deep}
    write(
        tmp_path / "s.jsonl",
        asked("1", None, "Why?"),
        said("2", "1", call("t", deep=deep)),
        asked("3", "2", [result("t")]),
        said("4", "3", "So."),
    )
    samples, _ = exported(tmp_path, on_error="skip")
    assert pairs(samples) == [("Why?", "So.")]


def test_a_broken_line_names_its_place_and_may_be_skipped(tmp_path: Path) -> None:
    log = write(tmp_path / "s.jsonl", asked("1", None, "Why?"), tail=b"{broken\n")
    log.write_bytes(log.read_bytes() + json.dumps(said("2", "1", "So.")).encode() + b"\n")
    with pytest.raises(DataError) as caught:
        exported(tmp_path)
    assert (caught.value.path, caught.value.line) == ("s.jsonl", 2)
    assert pairs(exported(tmp_path, on_error="skip")[0]) == [("Why?", "So.")]


def test_a_folder_with_the_name_of_a_log_and_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").mkdir()
    (tmp_path / "empty.jsonl").touch()
    write(tmp_path / "x.jsonl/s.jsonl", asked("1", None, "Why?"), said("2", "1", "So."))
    samples, noted = exported(tmp_path)
    assert pairs(samples) == [("Why?", "So.")]
    assert noted["passed over"] == 1
