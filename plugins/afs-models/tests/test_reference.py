from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.models.reference import Reference, split_adapter


@pytest.mark.parametrize(
    ("text", "provider", "target"),
    [
        ("lmstudio:majora", "lmstudio", "majora"),
        ("ollama:qwen2.5:7b", "ollama", "qwen2.5:7b"),
        ("openai:http://localhost:8000/v1#veran", "openai", "http://localhost:8000/v1#veran"),
        ("gguf:models/x.gguf", "gguf", "models/x.gguf"),
        ("hf:models/base+models/adapter", "hf", "models/base+models/adapter"),
        ("my_own-2:x", "my_own-2", "x"),
    ],
)
def test_references(text: str, provider: str, target: str) -> None:
    assert Reference.parse(text) == Reference(provider, target)


@pytest.mark.parametrize(
    "text",
    [
        "tiny",
        "models/base",
        "./x.gguf",
        "C:\\models\\x",
        "c:/models/x",
        "qwen2.5:7b",
        "hf:",
        ":x",
        "HF:x",
        "",
    ],
)
def test_bare_names_and_paths_are_none(text: str) -> None:
    assert Reference.parse(text) is None


@given(provider=st.from_regex(r"[a-z][a-z0-9_-]{1,8}", fullmatch=True), target=st.text(min_size=1))
def test_a_reference_reads_as_it_is_written(provider: str, target: str) -> None:
    reference = Reference(provider, target)
    assert Reference.parse(str(reference)) == reference


def test_base_and_adapter_part_at_the_plus() -> None:
    assert split_adapter("models/base+models/adapter") == ("models/base", "models/adapter")
    assert split_adapter("models/base") == ("models/base", "")


def test_a_plus_in_the_name_of_a_folder_is_no_part(tmp_path: Path) -> None:
    base, adapter = tmp_path / "c++" / "base", tmp_path / "c++" / "adapter"
    base.mkdir(parents=True)
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    assert split_adapter(str(base)) == (str(base), "")
    assert split_adapter(f"{base}+{adapter}") == (str(base), str(adapter))
