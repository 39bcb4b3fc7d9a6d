"""Tokenizers: what is taken over, and what would be read wrongly and is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from afs.gguf.vocabulary import TokenType, Vocabulary, chat_template
from afs_core.errors import DataError

Tokenizer = dict[str, Any]


@pytest.fixture
def copy(base: Path, tmp_path: Path) -> Path:
    return shutil.copytree(base, tmp_path / "base")


def edit(folder: Path, change: Callable[[Tokenizer], object]) -> None:
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    change(tokenizer)
    path.write_text(json.dumps(tokenizer))


def test_takes_over_tokens_types_merges_and_specials(base: Path) -> None:
    found = Vocabulary.of_folder(base, 1024)
    specials = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    assert found.tokens[997:1002] == (*specials, "[PAD1000]", "[PAD1001]")
    assert found.types[996:1001] == (
        TokenType.NORMAL,
        *3 * (TokenType.CONTROL,),
        TokenType.UNUSED,
    )
    assert (found.eos, found.bos, found.padding) == (999, 997, 997)
    assert all(merge.count(" ") == 1 for merge in found.merges)
    assert "".join(found.merges[0].split()) in found.tokens


def test_merges_may_be_strings_or_pairs(copy: Path) -> None:
    pairs = Vocabulary.of_folder(copy, 1024)
    edit(copy, lambda t: t["model"].update(merges=[" ".join(pair) for pair in t["model"]["merges"]]))
    assert Vocabulary.of_folder(copy, 1024) == pairs


def test_added_tokens_are_control_or_user_defined(copy: Path) -> None:
    added = [
        {"id": 1000, "content": "<|file_sep|>", "special": False},
        {"id": 1001, "content": "<tool_call>", "special": False},
    ]
    edit(copy, lambda t: t["added_tokens"].extend(added))
    found = Vocabulary.of_folder(copy, 1024)
    assert found.types[1000:1003] == (TokenType.CONTROL, TokenType.USER_DEFINED, TokenType.UNUSED)


def test_eos_falls_back_to_the_generation_config(copy: Path, make: SimpleNamespace) -> None:
    make.edit_json(copy / "tokenizer_config.json", eos_token=None)
    make.edit_json(copy / "generation_config.json", eos_token_id=[998, 997])
    assert Vocabulary.of_folder(copy, 1024).eos == 998
    make.edit_json(copy / "generation_config.json", eos_token_id=None)
    make.edit_json(copy / "config.json", eos_token_id=None)
    with pytest.raises(DataError, match="eos_token"):
        Vocabulary.of_folder(copy, 1024)


def test_generation_markers_become_plain_conditions(base: Path, tmp_path: Path) -> None:
    jinja2 = pytest.importorskip("jinja2")
    template = chat_template(base, {})
    assert template is not None
    assert "generation %}" not in template
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    rendered = jinja2.Template(template, trim_blocks=True, lstrip_blocks=True).render(messages=messages)
    assert rendered == "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"


def test_the_template_comes_from_either_place(copy: Path, make: SimpleNamespace) -> None:
    (copy / "chat_template.jinja").unlink()
    assert Vocabulary.of_folder(copy, 1024).template is None
    make.edit_json(copy / "tokenizer_config.json", chat_template="{{ messages }}")
    assert Vocabulary.of_folder(copy, 1024).template == "{{ messages }}"
    several = [{"name": "tool_use", "template": "x"}, {"name": "default", "template": "y"}]
    make.edit_json(copy / "tokenizer_config.json", chat_template=several)
    assert Vocabulary.of_folder(copy, 1024).template == "y"


def split(tokenizer: Tokenizer) -> dict[str, Any]:
    rule: dict[str, Any] = tokenizer["pre_tokenizer"]["pretokenizers"][0]
    return rule


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t["model"].update(type="Unigram"), "'Unigram'"),
        (lambda t: t["model"].update(byte_fallback=True), "byte_fallback"),
        (lambda t: t["model"].update(ignore_merges=True), "ignore_merges"),
        (lambda t: t["model"].update(end_of_word_suffix="</w>"), "end_of_word_suffix"),
        (lambda t: t.update(normalizer={"type": "Lowercase"}), "Lowercase"),
        (lambda t: t.update(pre_tokenizer={"type": "Whitespace"}), "pre-tokenizer"),
        (lambda t: split(t).update(pattern={"Regex": r"\p{N}{1,3}|\s+"}), "pre-tokenizer"),
        (lambda t: split(t).update(behavior="Removed"), "pre-tokenizer"),
        (lambda t: split(t).update(invert=True), "pre-tokenizer"),
        (lambda t: t["pre_tokenizer"]["pretokenizers"][1].update(add_prefix_space=True), "pre-tokenizer"),
        (lambda t: t["pre_tokenizer"]["pretokenizers"][1].update(use_regex=True), "pre-tokenizer"),
        (
            lambda t: t.update(
                post_processor={"type": "TemplateProcessing", "special_tokens": {"<s>": {"id": "<s>"}}}
            ),
            "post_processor 'TemplateProcessing'",
        ),
        (lambda t: t["added_tokens"][0].update(lstrip=True), "lstrip"),
        (lambda t: t["added_tokens"][0].update(id=2000), "ids up to 2000.*1024 embedding rows"),
        (lambda t: t["model"]["merges"].append(["not", "there"]), "not in the vocabulary"),
        (lambda t: t["model"]["merges"].append(["a b", "c"]), "without spaces"),
        (lambda t: t["model"]["merges"].append(["abc"]), "two parts"),
        (lambda t: t["added_tokens"][0].update(content="a"), "'a' has two ids"),
    ],
)
def test_a_tokenizer_that_the_engine_would_read_otherwise_is_refused(
    change: Callable[[Tokenizer], object], reason: str, copy: Path
) -> None:
    edit(copy, change)
    with pytest.raises(DataError, match=reason):
        Vocabulary.of_folder(copy, 1024)


def test_a_special_token_that_is_no_token_is_named(copy: Path, make: SimpleNamespace) -> None:
    make.edit_json(copy / "tokenizer_config.json", eos_token="</s>")
    with pytest.raises(DataError, match="eos_token '</s>'"):
        Vocabulary.of_folder(copy, 1024)
