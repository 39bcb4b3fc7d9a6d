from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from afs.dedupe import normalise
from afs.dedupe.shingles import Shingler

TEXTS = st.lists(
    st.text(st.sampled_from([*"ab \0é", "\U0001f600", "\ud800"]), max_size=30).map(normalise), max_size=8
)


def runs(text: str, size: int, short: bool) -> list[str]:
    words = text.split(" ")
    count = max(len(words) - size + 1, int(short))
    return [" ".join(words[start : start + size]) for start in range(count)]


@given(TEXTS, st.integers(1, 6), st.integers(1, 60), st.booleans())
def test_hashes_stand_for_the_runs_of_words_whatever_the_block(
    texts: list[str], size: int, block: int, short: bool
) -> None:
    known: dict[int, str] = {}
    blocks = list(Shingler(size, whole_if_short=short, block=block).stream(texts))
    hashes = [value for found, _ in blocks for value in found.tolist()]
    counts = [value for _, found in blocks for value in found.tolist()]
    wanted = [runs(text, size, short) for text in texts]
    assert counts == [len(found) for found in wanted]
    flat = [run for found in wanted for run in found]
    for value, run in zip(hashes, flat, strict=True):
        assert known.setdefault(value, run) == run
    assert len(known) == len(set(flat))


def test_hashes_are_the_same_in_every_process() -> None:
    ((hashes, _),) = Shingler(2).stream(["lda sta rts"])
    assert [f"{value:016x}" for value in hashes.tolist()] == ["34e60e3939e85b41", "b3ef012b18e70429"]


def test_no_two_of_many_like_words_share_a_hash() -> None:
    texts = [f"${number:06x} {number}" for number in range(200_000)]
    found = {value for hashes, _ in Shingler(1).stream(texts) for value in hashes.tolist()}
    assert len(found) == 400_000
