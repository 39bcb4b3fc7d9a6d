"""Published datasets and other tools' files, read as samples."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from afs.training.convert_cli import convert
from afs.training.converters.codesearchnet import CodeSearchNetConverter
from afs.training.converters.toolbench import ToolBenchConverter
from afs.training.detection import Detector
from afs.training.rows import format_of, read_rows_as_samples
from afs_core import DataError, Message, Run, ToolCall, TrainingSample, Unrepresentable, read_samples
from afs_core.testing import ConverterConformance

API = {
    "name": "love_quote_for_quotes",
    "description": 'This is the subfunction for tool "quotes".',
    "parameters": {"type": "object", "properties": {}, "required": [], "optional": []},
}
FINISH = {
    "name": "Finish",
    "description": "Give the answer.",
    "parameters": {"type": "object", "properties": {}},
}
PROMPT = "You are AutoGPT, use tools.\nYou have access of the following tools:\n1.quotes: random quotes\n\n"
LISTED = f"{PROMPT}Specifically, you have access to the following APIs: {[API, FINISH]}"
QUERY = "I plan a party. Can you give me a quote?"
ENDING = '{\n  "return_type": "give_answer",\n  "final_answer": "Love is all."\n}'
STEP = {
    "id": f"Step 4: {QUERY}",
    "conversations": [
        {"from": "system", "value": LISTED},
        {"from": "user", "value": f"\n{QUERY}\nBegin!\n"},
        {"from": "assistant", "value": "\nThought: \nAction: love_quote_for_quotes\nAction Input: {}"},
        {"from": "function", "value": '{"error": "", "response": "Love is all."}'},
        {"from": "assistant", "value": f"\nThought: I have it.\nAction: Finish\nAction Input: {ENDING}"},
    ],
}
FIRST = {"id": f"Step 2: {QUERY}", "conversations": STEP["conversations"][:3]}
CALLED = {"name": "love_quote_for_quotes", "arguments": "{}"}
CHAIN = [
    {"role": "system", "content": PROMPT},
    {"role": "user", "content": f"\n{QUERY}\nBegin!\n"},
    {"role": "assistant", "content": None, "function_call": CALLED},
    {"role": "function", "name": "love_quote_for_quotes", "content": '{"response": "Love is all."}'},
    {"role": "assistant", "content": "I have it."},
    {"role": "assistant", "content": None, "function_call": {"name": "Finish", "arguments": ENDING}},
]
TREE = {
    "win": True,
    "tree": {"size": 7, "tree": {"node_type": "Action Input", "children": []}},
    "compare_candidates": [],
    "answer_generation": {
        "valid_data": True,
        "final_answer": ENDING,
        "finish_type": "give_answer",
        "function": [API, FINISH],
        "chain": [],
        "train_messages": [CHAIN[:3], CHAIN],
    },
}
CODE = 'def get_vid(url):\n        """Extracts video ID from URL.\n        """\n        return match1(url)'
FUNCTION = {
    "repo": "soimort/you-get",
    "path": "src/you_get/extractors/youtube.py",
    "func_name": "YouTube.get_vid",
    "original_string": CODE,
    "language": "python",
    "code": CODE,
    "code_tokens": ["def", "get_vid"],
    "docstring": "Extracts video ID from URL.",
    "docstring_tokens": ["Extracts", "video", "ID"],
    "sha": "b746ac01",
    "url": "https://github.com/soimort/you-get/blob/b746/youtube.py#L135-L143",
    "partition": "test",
}
SPELT = {
    "repository_name": "soimort/you-get",
    "func_path_in_repository": "src/you_get/extractors/youtube.py",
    "func_name": "YouTube.get_vid",
    "whole_func_string": CODE,
    "language": "python",
    "func_code_string": CODE,
    "func_code_tokens": ["def"],
    "func_documentation_string": "Extracts video ID from URL.",
    "func_documentation_tokens": ["Extracts"],
    "split_name": "test",
    "func_code_url": "https://github.com/soimort/you-get/blob/b746/youtube.py#L135-L143",
}
GO = {
    **FUNCTION,
    "language": "go",
    "code": "func Vid() {}",
    "original_string": "// Vid gives it.\nfunc Vid() {}",
}


def run(*words: object) -> Result:
    return CliRunner().invoke(convert, [str(word) for word in words])


def read(path: Path) -> list[TrainingSample]:
    return list(read_samples(path))


# -- ToolBench


def test_toolbench_steps_become_calls_and_results() -> None:
    sample = ToolBenchConverter().parse(STEP)
    assert sample.messages == (
        Message("system", PROMPT),
        Message("user", f"\n{QUERY}\nBegin!\n"),
        Message("assistant", "", tool_calls=(ToolCall("love_quote_for_quotes", "{}", "call_1"),)),
        Message(
            "tool",
            '{"error": "", "response": "Love is all."}',
            tool_call_id="call_1",
            name="love_quote_for_quotes",
        ),
        Message("assistant", "I have it.", tool_calls=(ToolCall("Finish", ENDING, "call_2"),)),
    )
    assert (sample.instruction, sample.output) == (QUERY, "Love is all.")
    assert [tool["function"] for tool in sample.metadata["tools"]] == [API, FINISH]
    assert ToolBenchConverter().convert(sample) == STEP


def test_steps_of_one_query_stay_together() -> None:
    first, last = (ToolBenchConverter().parse(row) for row in (FIRST, STEP))
    assert first.group == last.group == ToolBenchConverter().parse(TREE).group
    assert first.sample_id != last.sample_id


def test_an_answer_tree_gives_its_chosen_chain() -> None:
    sample = ToolBenchConverter().parse(TREE)
    assert sample.messages is not None
    assert [turn.role for turn in sample.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert sample.messages[3].tool_call_id == sample.messages[2].tool_calls[0].id == "call_1"
    assert sample.messages[4].content == "I have it."
    assert (sample.instruction, sample.output) == (QUERY, "Love is all.")
    assert sample.metadata["tools"][0]["function"] == API
    unanswered = {"answer_generation": {"valid_data": False, "final_answer": "", "chain": []}}
    assert ToolBenchConverter().matches(unanswered)
    with pytest.raises(DataError, match="found no answer"):
        ToolBenchConverter().parse(unanswered)


def test_apis_that_python_would_write_otherwise_stay_where_they_are() -> None:
    listed = LISTED.replace("'type': 'object'", "'type':  'object'")
    rows = [{"from": "system", "value": listed}, *STEP["conversations"][1:]]
    sample = ToolBenchConverter().parse({"conversations": rows})
    assert sample.messages is not None
    assert sample.messages[0].content == listed
    assert len(sample.metadata["tools"]) == 2
    hostile = f"{PROMPT}Specifically, you have access to the following APIs: [__import__('os').getcwd()]"
    rows[0] = {"from": "system", "value": hostile}
    assert "tools" not in ToolBenchConverter().parse({"conversations": rows}).metadata


def test_toolbench_refuses_what_it_would_read_otherwise() -> None:
    twice = (ToolCall("a", "{}", "call_1"), ToolCall("b", "{}", "call_2"))
    turns = (Message("user", "?"), Message("assistant", "", tool_calls=twice), Message("assistant", "!"))
    with pytest.raises(Unrepresentable, match="one call a turn"):
        ToolBenchConverter().convert(TrainingSample("?", "!", messages=turns))
    with pytest.raises(Unrepresentable, match="as other turns"):
        ToolBenchConverter().convert(TrainingSample("?", "\nThought: a\nAction: b\nAction Input: c"))


# -- CodeSearchNet


@pytest.mark.parametrize("row", [FUNCTION, SPELT])
def test_codesearchnet_is_read_in_both_spellings(row: dict[str, Any]) -> None:
    sample = CodeSearchNetConverter().parse(row)
    assert sample.instruction == "Write a Python function `YouTube.get_vid`: Extracts video ID from URL."
    assert (sample.output, sample.input, sample.group) == (CODE, "", "codesearchnet:soimort/you-get")
    assert sample.metadata["codesearchnet"]["partition"] == "test"
    assert "code_tokens" not in str(sample.metadata)
    back = CodeSearchNetConverter().convert(sample)
    assert back == {key: FUNCTION[key] for key in back}
    assert CodeSearchNetConverter().parse(back) == sample


def test_a_function_is_explained_without_the_answer_in_it() -> None:
    explain = CodeSearchNetConverter(CodeSearchNetConverter.Config(task="explain"))
    sample = explain.parse(FUNCTION)
    assert (sample.instruction, sample.output) == (
        "What does this Python function do?",
        FUNCTION["docstring"],
    )
    assert sample.input == "def get_vid(url):\n        return match1(url)"
    assert explain.parse(explain.convert(sample)) == sample
    assert explain.parse(GO).input == GO["code"]
    commented = {**FUNCTION, "code": "# Extracts video ID from URL.\ndef f(): pass"}
    with pytest.raises(DataError, match="no docstring"):
        explain.parse(commented)


def test_codesearchnet_needs_its_own_samples_to_write() -> None:
    with pytest.raises(Unrepresentable, match=r"_metadata\.codesearchnet"):
        CodeSearchNetConverter().convert(TrainingSample("a", "b"))
    with pytest.raises(DataError, match="docstring, got none"):
        CodeSearchNetConverter().parse({**FUNCTION, "docstring": " "})


class TestToolBenchConformance(ConverterConformance):
    capability = "toolbench"

    def samples(self) -> list[TrainingSample]:
        return [ToolBenchConverter().parse(row) for row in (STEP, FIRST, TREE)]


class TestCodeSearchNetConformance(ConverterConformance):
    capability = "codesearchnet"

    def samples(self) -> list[TrainingSample]:
        return [CodeSearchNetConverter().parse(row) for row in (FUNCTION, SPELT, GO)]


# -- detection and files

ROWS: dict[str, dict[str, Any]] = {
    "alpaca": {"instruction": "Hi?", "input": "", "output": "Hello."},
    "sharegpt": {"conversations": [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Hello."}]},
    "openai": {"messages": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Hello."}]},
    "mlx": {"prompt": "Hi?", "completion": "Hello."},
    "chatml": {"text": "<|im_start|>user\nHi?<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"},
    "samples": TrainingSample("Hi?", "Hello.").to_dict(),
    "toolbench": STEP,
    "codesearchnet": FUNCTION,
}


@pytest.mark.parametrize("form", ROWS)
@pytest.mark.parametrize("shape", ["lines", "array", "gzip"])
def test_every_format_is_told_from_its_rows(form: str, shape: str, tmp_path: Path) -> None:
    rows = [ROWS[form]] * 2
    array = json.dumps(rows, indent=4).encode()
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    content = {"lines": lines, "array": array, "gzip": gzip.compress(lines)}[shape]
    path = tmp_path / f"rows.{shape}"
    path.write_bytes(content)
    assert format_of(path, Run.open()) == form
    assert len(list(read_rows_as_samples(path, Run.open()))) == 2


def test_a_mixture_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    rows = [ROWS["alpaca"], ROWS["sharegpt"], ROWS["openai"], ROWS["alpaca"]]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = tmp_path / "out.jsonl"
    assert run("--input", path, "--from", "auto", "--format", "samples", "--output", out).exit_code == 0
    assert [(s.instruction, s.output) for s in read(out)] == [("Hi?", "Hello.")] * 4


def test_unknown_and_ambiguous_rows_are_errors_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"question": "Hi?", "answer": "Hello."}\n')
    unknown = run("--input", path, "--format", "openai")
    assert unknown.exit_code == 1
    assert "rows.jsonl:1: expected a row of samples, alpaca" in unknown.stderr
    assert "keys question, answer" in unknown.stderr
    both = {**ROWS["alpaca"], "text": ROWS["chatml"]["text"].replace("Hi?", "Ho?")}
    with pytest.raises(DataError, match="rows of alpaca, chatml, llama-cpp look like this one"):
        Detector(Run.open()).named(both)


def test_a_foreign_dataset_comes_in_as_samples_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "toolllama.json"
    path.write_text(json.dumps([FIRST, STEP], indent=4, ensure_ascii=False))
    result = run("--input", path, "--format", "samples")
    assert result.exit_code == 0, result.stderr
    first, last = read(tmp_path / "toolllama_samples.jsonl")
    assert first.prov is not None and last.prov is not None
    assert (first.prov.source, first.prov.start, first.prov.generator) == (
        "toolllama.json",
        2,
        "import/toolbench",
    )
    assert first.prov.end + 1 == last.prov.start
    assert first.prov.group == last.prov.group
    assert "2 in  2 out" in result.stderr


def test_rows_of_one_file_may_stand_on_either_side_of_a_split(tmp_path: Path) -> None:
    path = tmp_path / "alpaca.json"
    path.write_text(json.dumps([ROWS["alpaca"], {**ROWS["alpaca"], "instruction": "Ho?"}]))
    run("--input", path, "--format", "samples")
    assert len({sample.group for sample in read(tmp_path / "alpaca_samples.jsonl")}) == 2


def test_a_folder_of_answers_and_of_archives_is_read_whole(tmp_path: Path) -> None:
    answers = tmp_path / "answer" / "G1_answer"
    answers.mkdir(parents=True)
    (answers / "10_ChatGPT_DFS_woFilter_w2.json").write_text(json.dumps(TREE, indent=2))
    (answers / "11_ChatGPT_DFS_woFilter_w2.json").write_text('{"answer_generation": {"final_answer": ""}}')
    out = tmp_path / "tools.jsonl"
    words = ("--input", tmp_path / "answer", "--format", "samples", "--output", out)
    assert run(*words).exit_code == 1
    result = run(*words, "--on-error", "skip")
    assert result.exit_code == 0, result.stderr
    assert "2 in  1 out  1 dropped" in result.stderr
    assert "found no answer" in (tmp_path / "tools.rejected.jsonl").read_text()
    (sample,) = read(out)
    assert sample.prov is not None
    assert sample.prov.source == "G1_answer/10_ChatGPT_DFS_woFilter_w2.json"

    jsonl = tmp_path / "python" / "final" / "jsonl" / "train"
    jsonl.mkdir(parents=True)
    packed = gzip.compress(f"{json.dumps(FUNCTION)}\n{json.dumps(GO)}\n".encode())
    (jsonl / "python_train_0.jsonl.gz").write_bytes(packed)
    words = ("--input", tmp_path / "python", "--format", "samples", "--task", "explain")
    assert run(*words).exit_code == 0
    assert [s.domain for s in read(tmp_path / "python_samples.jsonl")] == ["code", "code"]


def test_a_damaged_archive_leaves_the_old_output(tmp_path: Path) -> None:
    path, out = tmp_path / "rows.jsonl.gz", tmp_path / "out.jsonl"
    out.write_text("old\n")
    rows = "".join(json.dumps({**ROWS["alpaca"], "output": str(n) * 20}) + "\n" for n in range(5000))
    path.write_bytes(gzip.compress(rows.encode())[:-2000])
    result = run("--input", path, "--format", "openai", "--output", out)
    assert result.exit_code == 1
    assert "damaged gzip file" in result.stderr
    assert out.read_text() == "old\n"
