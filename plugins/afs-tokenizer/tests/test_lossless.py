"""Every text comes back as it was, and offsets tell what each token covers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.tokenizer import ASMTokenizer
from afs.tokenizer.segments import segments
from afs_core import DataError

TOKENIZER = ASMTokenizer()
SPECIAL = tuple(TOKENIZER.special_tokens)

any_text = st.text(st.characters(), max_size=60)  # surrogates too
CHARACTERS = "\0\r\n\t\v \x85\xa0\u2028;,.$#%([)]_-+:!<>|'\"^{}éß日👩\u0301\u200d\ud800\udfff"
WORDS = [
    "\r\n",
    "  ",
    "LDA",
    "lda.b",
    "$7EF3C5",
    "#$0",
    "%0010",
    ",x",
    "),y",
    "Tide",
    "HDMA",
    "don't",
    "<|im_end|>",
]
parts = st.sampled_from([*CHARACTERS, *WORDS])
any_source = st.lists(parts, max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(any_text | any_source)
def test_decoding_what_was_encoded_gives_the_text(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@settings(max_examples=200, deadline=None)
@given(any_text | any_source)
def test_offsets_cover_the_text_in_order(text: str) -> None:
    tokens = TOKENIZER.spans(text)
    assert [token.id for token in tokens] == TOKENIZER.encode(text)
    owners = [place for place, char in enumerate(text) for _ in char.encode("utf-8", "surrogatepass")]
    at = 0
    for token in tokens:
        end = at + len(TOKENIZER.token_bytes(token.id))
        assert (token.start, token.end) == (owners[at], owners[end - 1] + 1)
        at = end
    assert at == len(owners)


@settings(max_examples=200, deadline=None)
@given(any_source, st.integers(1, 8))
def test_a_text_in_segments_has_the_same_tokens(text: str, length: int) -> None:
    found = list(segments(text, length))
    assert "".join(found) == text
    assert [id for part in found for id in TOKENIZER.encode(part)] == TOKENIZER.encode(text)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_long_texts_are_cut_where_their_lines_end(end: str) -> None:
    text = f"  LDA.w $0022,X : BEQ + ; load{end}" * 3000
    assert len(list(segments(text))) > 3
    one = [token.id for token in TOKENIZER.spans(text)]
    assert TOKENIZER.encode(text) == one


def test_special_tokens_come_from_text_only_where_asked() -> None:
    text = f"LDA #$00{''.join(SPECIAL)}\n  RTS"
    special = set(TOKENIZER.special_tokens.values())
    assert not special & {*TOKENIZER.encode(text)}
    assert not special & {token.id for token in TOKENIZER.spans(text)}
    asked = TOKENIZER.encode(text, special=True)
    assert special <= {*asked} and TOKENIZER.decode(asked) == text
    assert TOKENIZER.decode(asked, skip_special=True) == "LDA #$00\n  RTS"
    surrogate = TOKENIZER.encode(f"\ud800{SPECIAL[0]}", special=True)
    assert surrogate[-1] == TOKENIZER.special_tokens[SPECIAL[0]] and len(surrogate) == 4


def test_a_batch_is_what_its_texts_are() -> None:
    texts = ["", "LDA #$00", "\ud800", "日本\r\n" * 9000]
    assert TOKENIZER.encode_batch(texts) == [TOKENIZER.encode(text) for text in texts]
    assert TOKENIZER.decode_batch(TOKENIZER.encode_batch(texts)) == texts
    assert TOKENIZER.encode_batch([]) == [] and TOKENIZER.encode("") == []


@pytest.mark.parametrize(
    "unit", [" ", "\n", "\r", "a", "aA", "=", "(", "$", ", ", "\0", "日", "\u0301", " \t", "1"]
)
def test_a_long_run_of_anything_is_read_in_time(unit: str) -> None:
    for text in (unit * 30_000, f"${unit * 30_000}\r"):
        assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@pytest.mark.parametrize("id", [-1, len(TOKENIZER), 10**12])
def test_an_unknown_id_is_an_error_that_says_what_there_is(id: int) -> None:
    with pytest.raises(DataError, match=f"token id {id}: expected 0 to {len(TOKENIZER) - 1}"):
        TOKENIZER.decode([1, id])


def test_half_a_character_becomes_a_replacement() -> None:
    assert TOKENIZER.decode(TOKENIZER.encode("é")[:1] or [0xC3]) in ("é", "\ufffd")
    assert TOKENIZER.decode([0xC3]) == "\ufffd"
    assert TOKENIZER.token_bytes(0xC3) == b"\xc3"
