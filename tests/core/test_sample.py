from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs_core.errors import DataError
from afs_core.packed import pack
from afs_core.sample import Message, Provenance, ToolCall, TrainingSample

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KNOWN = {name for name in TrainingSample.__struct_fields__}
UNKNOWN = st.dictionaries(TEXT.filter(lambda name: name not in KNOWN and name != "·extra"), JSON, max_size=3)


@given(TEXT, TEXT, TEXT, st.none() | TEXT, st.dictionaries(TEXT, JSON, max_size=4), UNKNOWN)
def test_what_is_read_is_written_back(
    instruction: str,
    output: str,
    extra_input: str,
    thinking: str | None,
    metadata: dict[str, object],
    unknown: dict[str, object],
) -> None:
    row = {
        "instruction": instruction,
        "output": output,
        "input": extra_input,
        "thinking": thinking,
        "domain": "d",
        "source": "s",
        "quality_score": None,
        "_metadata": metadata,
        **unknown,
    }
    sample = TrainingSample.from_json(json.dumps(row, ensure_ascii=False))
    written = sample.to_json()
    again = json.loads(written)
    assert again == row
    assert list(again["_metadata"]) == list(metadata)
    assert TrainingSample.from_json(written) == sample
    assert sample.to_dict() == row


@given(st.integers(2**63, 2**70))
def test_integers_beyond_64_bits_stay_exact(number: int) -> None:
    sample = TrainingSample(instruction="a", output="b", _metadata={"n": number})
    assert TrainingSample.from_json(sample.to_json())._metadata["n"] == number


def test_the_documented_constructor_and_dictionaries() -> None:
    sample = TrainingSample(
        instruction="Question or task",
        output="Expected response",
        input="Optional additional context",
        thinking="Optional reasoning process",
        domain="category_name",
        source="identifier or path",
        quality_score=0.85,
        _metadata={"language": "python", "difficulty": "medium"},
    )
    assert json.loads(sample.to_json()) == sample.to_dict()
    assert sample.to_dict()["_metadata"] == {"language": "python", "difficulty": "medium"}
    assert sample.to_alpaca() == {
        "instruction": "Question or task",
        "input": "Optional additional context",
        "output": "Expected response",
    }


def test_an_absent_score_is_nan_in_python_and_null_on_disk() -> None:
    sample = TrainingSample(instruction="a", output="b")
    assert math.isnan(sample.score)
    assert not sample.score > 0.6
    assert json.loads(sample.to_json())["quality_score"] is None
    assert json.dumps(sample.to_dict(), allow_nan=False)


def test_the_id_follows_the_content_and_nothing_else() -> None:
    sample = TrainingSample(instruction="a", output="b")
    moved = msgspec.structs.replace(sample, prov=Provenance(source="x.asm"), quality_score=0.4, source="x")
    assert moved.sample_id == sample.sample_id
    assert msgspec.structs.replace(sample, output="c").sample_id != sample.sample_id


@pytest.mark.parametrize(
    ("prov", "group"),
    [
        (Provenance(group="Symbol", source="ram.asm"), "Symbol"),
        (Provenance(source="ram.asm", parents=("feed",)), "feed"),
        (Provenance(source="ram.asm"), "ram.asm"),
    ],
)
def test_group(prov: Provenance, group: str) -> None:
    assert TrainingSample(instruction="a", output="b", prov=prov).group == group


def test_a_sample_without_provenance_is_its_own_group() -> None:
    sample = TrainingSample(instruction="a", output="b")
    assert sample.group == sample.sample_id


def test_messages_with_tools_survive_and_render() -> None:
    sample = TrainingSample(
        instruction="How long is it?",
        output="Three lines.",
        messages=(
            Message("user", "How long is it?"),
            Message("assistant", "", tool_calls=(ToolCall("wc", '{"path": "a"}', "call_1"),)),
            Message("tool", "3", tool_call_id="call_1", extra={"took": 1.5}),
            Message("assistant", "Three lines.", thinking="3 means three"),
        ),
    )
    assert TrainingSample.from_json(sample.to_json()) == sample
    chat = sample.to_messages()
    assert [turn["role"] for turn in chat] == ["user", "assistant", "tool", "assistant"]
    assert chat[1]["tool_calls"][0]["function"] == {"name": "wc", "arguments": '{"path": "a"}'}
    assert chat[2]["tool_call_id"] == "call_1"
    assert sample.to_messages(thinking=True)[3]["content"].startswith("<think>\n3 means three")


def test_input_follows_the_instruction_in_the_chat() -> None:
    sample = TrainingSample(instruction="Explain", input="LDA #$00", output="Loads zero.")
    assert sample.to_messages()[0] == {"role": "user", "content": "Explain\n\nLDA #$00"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1]", "expected an object"),
        (b'{"instruction": 1, "output": "b"}', "Expected `str`, got `int`"),
        (b'{"output": "b"}', "missing required field `instruction`"),
        (b'{"instruction": "a", "out', "not JSON"),
        (b'{"instruction": "\xff", "output": "b"}', "not UTF-8"),
        (b'{"instruction": "a\x00", "output": "b"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_not_a_sample_is_named(line: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        TrainingSample.from_json(line)


def test_a_lone_surrogate_is_repaired() -> None:
    sample = TrainingSample.from_json('{"instruction": "a\\ud83d", "output": "b"}')
    assert sample.instruction == "a�"


def test_a_lone_surrogate_made_in_python_is_repaired_on_its_way_out() -> None:
    sample = TrainingSample(instruction="a\udc80", output="b", prov=Provenance(source="c"))
    mended = TrainingSample.from_json(sample.to_bytes())
    assert mended.instruction == "a\N{REPLACEMENT CHARACTER}"
    assert mended.sample_id == sample.sample_id
    assert pack([[sample]], seams=True).lines == sample.to_bytes() + b"\n"


def test_null_means_absent() -> None:
    sample = TrainingSample.from_json(
        '{"instruction": "a", "output": "b", "domain": null, "_metadata": null}'
    )
    assert sample.domain == "general"
    assert sample._metadata == {}


def test_changed_enters_the_transform() -> None:
    sample = TrainingSample(instruction="a", output="b").changed("redaction", output="c")
    assert sample.output == "c"
    assert sample.prov is not None
    assert sample.prov.transforms == ("redaction",)
