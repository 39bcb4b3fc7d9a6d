"""The engine in its child process: answers, limits, and files that take it down."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from afs.models.engine import Engine
from afs_core.errors import DataError, Missing


@pytest.fixture(scope="module", autouse=True)
def xllamacpp() -> None:
    pytest.importorskip("xllamacpp")


@pytest.fixture(scope="module")
def engine(files: Mapping[str, Path]) -> Iterator[Engine]:
    with Engine(files["BF16"], context=256, threads=1) as engine:
        yield engine


def test_tokens_come_back_as_text(engine: Engine) -> None:
    text = "<|im_start|>user\nLDA #$00 ; é 🗡️"
    ids = engine.tokenize(text)
    assert ids[0] == 998
    assert engine.detokenize(ids) == text
    assert len(engine.tokenize(text, special=False)) > len(ids)


def test_distributions_cover_the_vocabulary(engine: Engine) -> None:
    ids = engine.tokenize("def f(x):\n    return x")
    rows = engine.logprobs(ids)
    assert len(rows) == len(ids)
    for row in rows:
        assert len(row) == engine.vocabulary == 1024
        assert math.isclose(float(np.exp(np.asarray(row, np.float64)).sum()), 1.0, abs_tol=1e-4)
    assert engine.logprobs(ids, start=len(ids) - 1) == rows[-1:]


def test_a_position_is_scored_even_where_the_model_wants_to_stop(engine: Engine) -> None:
    """Every single token as a prompt: some of them make an end token the likeliest."""
    best = [int(np.argmax(engine.logprobs([token])[0])) for token in range(0, 1000, 25)]
    assert all(0 <= token < 1024 for token in best)


def test_end_tokens_stop_and_others_do_not(engine: Engine) -> None:
    assert [engine.stops(token) for token in (999, 997, 998, 40)] == [True, True, False, False]


def test_greedy_completion_repeats_itself_and_obeys_its_limit(engine: Engine) -> None:
    ids = engine.tokenize("import ")
    one, two = (engine.complete(ids, limit=8) for _ in range(2))
    assert one == two
    assert len(one.tokens) <= 8
    assert engine.complete("import ", limit=8).tokens == one.tokens


def test_the_template_of_the_file_renders(engine: Engine) -> None:
    chat = [{"role": "user", "content": "Hi"}]
    assert engine.apply_template(chat) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    assert engine.apply_template(chat, generation_prompt=False) == "<|im_start|>user\nHi<|im_end|>\n"


def test_a_prompt_beyond_the_context_is_refused_and_the_engine_lives(engine: Engine) -> None:
    with pytest.raises(DataError, match="exceeds the available context"):
        engine.complete(list(range(900)))
    assert engine.tokenize("a")


def test_a_damaged_file_is_an_error_and_not_the_end_of_the_caller(
    files: Mapping[str, Path], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(files["BF16"].read_bytes()[:500_000])
    with pytest.raises(DataError, match=r"cut\.gguf"):
        Engine(cut)


def test_no_child_is_left_behind(files: Mapping[str, Path]) -> None:
    with Engine(files["Q4_K_M"], context=64, threads=1) as engine:
        child = engine._worker._child
        assert child is not None
        os.kill(child.pid, 0)
    assert child.poll() is not None


def test_without_the_engine_its_name_is_given(
    files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Missing, match="xllamacpp"):
        Engine(files["BF16"])
