from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.peft.template import TRAINING_TEMPLATE, ChatTokenizer
from afs_core import DataError

CHAT: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What does LDA do?"},
    {"role": "assistant", "content": "Loads A."},
    {"role": "user", "content": "And STA?"},
    {"role": "assistant", "content": "Stores A."},
]
MakeFolder = Callable[[str], Path]


def retemplated(base: Path, template: str, folder: Path) -> Path:
    for file in base.glob("*.json"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "chat_template.jinja").write_text(template)
    return folder


def said(tokenizer: ChatTokenizer, chat: list[dict[str, Any]]) -> list[str]:
    tokens = tokenizer.encode(chat)
    return [tokenizer.decode(tokens.ids[a:b]) for a, b in tokens.spans()]


@pytest.fixture(scope="module")
def plain(base: Path) -> str:
    """The template of the base without its markers."""
    template = (base / "chat_template.jinja").read_text()
    without = template.replace("{%- generation %}", "").replace("{%- endgeneration %}", "")
    assert without != template
    return without


@pytest.fixture(scope="module")
def marked(base: Path) -> ChatTokenizer:
    return ChatTokenizer(base)


@pytest.fixture(scope="module")
def bare(base: Path, plain: str, tmp_path_factory: pytest.TempPathFactory) -> ChatTokenizer:
    return ChatTokenizer(retemplated(base, plain, tmp_path_factory.mktemp("bare")))


def test_the_assistants_words_and_the_end_of_its_turns_are_trained(base: Path) -> None:
    assert said(ChatTokenizer(base), CHAT) == ["Loads A.<|im_end|>", "Stores A.<|im_end|>"]


def test_ids_are_those_of_transformers(base: Path) -> None:
    from transformers import AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(base).apply_chat_template(CHAT, tokenize=True, return_dict=True)
    assert ChatTokenizer(base).encode(CHAT).ids == theirs["input_ids"]


def test_a_template_without_markers_gives_the_same(bare: ChatTokenizer, marked: ChatTokenizer) -> None:
    assert (bare.marked, marked.marked) == (False, True)
    assert bare.encode(CHAT) == marked.encode(CHAT)


def test_a_chat_that_the_assistant_begins_needs_markers(bare: ChatTokenizer, marked: ChatTokenizer) -> None:
    begun = [{"role": "assistant", "content": "Hello."}]
    assert said(marked, begun) == ["Hello.<|im_end|>"]
    with pytest.raises(DataError, match="the chat template refuses"):
        bare.encode(begun)


content = st.text("ab \n.é", max_size=12).map(str.strip)
later = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": content})
chats = st.builds(lambda first, rest: [{"role": "user", "content": first}, *rest], content, st.lists(later))


@settings(max_examples=60, deadline=None)
@given(chat=chats)
def test_turns_are_found_without_markers(
    chat: list[dict[str, Any]], bare: ChatTokenizer, marked: ChatTokenizer
) -> None:
    assert bare.encode(chat) == marked.encode(chat)
    answers = [turn["content"] + "<|im_end|>" for turn in chat if turn["role"] == "assistant"]
    assert said(bare, chat) == answers


def test_a_template_for_training_may_lie_beside(base: Path, plain: str, with_template: MakeFolder) -> None:
    folder = with_template(plain)
    (folder / TRAINING_TEMPLATE).write_text((base / "chat_template.jinja").read_text())
    tokenizer = ChatTokenizer(folder)
    assert tokenizer.marked
    assert said(tokenizer, CHAT) == ["Loads A.<|im_end|>", "Stores A.<|im_end|>"]


def test_a_template_that_ends_no_turn_is_refused(with_template: MakeFolder) -> None:
    tokenizer = ChatTokenizer(
        with_template("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}")
    )
    with pytest.raises(DataError, match="cannot be told") as caught:
        tokenizer.encode(CHAT)
    assert TRAINING_TEMPLATE in caught.value.hint


def test_a_template_that_changes_earlier_turns_is_refused(plain: str, with_template: MakeFolder) -> None:
    only_last = "{% set messages = messages[-1:] %}" + plain
    with pytest.raises(DataError, match="turn 3"):
        ChatTokenizer(with_template(only_last)).encode(CHAT)


def test_what_a_template_refuses_names_the_folder(with_template: MakeFolder) -> None:
    folder = with_template("{{ raise_exception('roles must alternate') }}{% generation %}{% endgeneration %}")
    with pytest.raises(DataError, match="roles must alternate") as caught:
        ChatTokenizer(folder).encode(CHAT)
    assert str(folder) in str(caught.value)


def test_a_base_without_a_template_is_refused(with_template: MakeFolder) -> None:
    folder = with_template("x")
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(DataError, match="no chat template"):
        ChatTokenizer(folder)


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(DataError, match="expected a tokenizer"):
        ChatTokenizer(tmp_path)


def test_arguments_of_tool_calls_are_objects_to_the_template(with_template: MakeFolder) -> None:
    template = (
        "{% for m in messages %}{% for c in m.tool_calls %}{% generation %}"
        "{{ c.function.arguments.address }}<|im_end|>{% endgeneration %}{% endfor %}{% endfor %}"
    )
    call = {"id": "1", "type": "function", "function": {"name": "peek", "arguments": '{"address": "7E0010"}'}}
    chat = [{"role": "assistant", "content": "", "tool_calls": [call]}]
    assert said(ChatTokenizer(with_template(template)), chat) == ["7E0010<|im_end|>"]


def test_a_model_may_have_several_stop_tokens(base: Path, with_template: MakeFolder) -> None:
    folder = with_template((base / "chat_template.jinja").read_text())
    (folder / "generation_config.json").write_text('{"eos_token_id": [3, 5]}')
    assert ChatTokenizer(folder).stops == ChatTokenizer(base).stops | {3, 5}


def test_opening_and_using_it_loads_no_torch(base: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from afs.peft.template import ChatTokenizer\n"
        f"ChatTokenizer(Path({str(base)!r})).encode([{{'role': 'user', 'content': 'x'}}])\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
