"""Secrets made at random from the formats that issuers publish, in the places where they leak."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from afs.redaction import Redactor, sample_redacted
from afs_core import Message, Provenance, ToolCall, TrainingSample


@pytest.mark.parametrize("seed", range(2))  # the benchmark takes five
def test_every_format_is_found_in_every_place(planted: Any, planted_kind: tuple[str, str], seed: int) -> None:
    table, kind = planted_kind
    rng = random.Random(f"{kind}:{seed}")
    redactor = Redactor()
    for place, put in {**planted.CONTEXTS, **planted.HELD_BACK}.items():
        secret = getattr(planted, table)[kind](rng)
        redactor.counts.clear()
        clean = redactor.text(put(secret.text))
        assert not secret.is_left_in(clean), (place, put(secret.text), clean)
        assert redactor.counts, place
        assert redactor.text(clean) is clean


@pytest.mark.parametrize("seed", range(5))
def test_what_a_name_gives_away_is_found(planted: Any, seed: int) -> None:
    redactor = Redactor()
    for kind, make in planted.VALUES.items():
        rng = random.Random(f"{kind}:{seed}")
        for place, put in planted.NAMED.items():
            secret = make(rng)
            clean = redactor.text(put(secret.text))
            assert not secret.is_left_in(clean), (kind, place, put(secret.text), clean)


def test_every_string_of_a_sample_is_walked(planted: Any, planted_kind: tuple[str, str]) -> None:
    table, kind = planted_kind
    drawn = getattr(planted, table)[kind](random.Random(kind))
    secret = drawn.text
    sample = TrainingSample(
        instruction=f"a {secret} b",
        output=f"{secret}",
        input=json.dumps({"deep": [{"er": secret}]}),
        thinking=secret,
        domain=f"d {secret}",
        source=f"notes/{secret}",
        _metadata={"cwd": [secret, {"k": {f"key {secret}": 1}}], secret: secret},
        messages=(
            Message("user", secret, extra={"x": secret}),
            Message(
                "assistant",
                thinking=secret,
                tool_calls=(ToolCall("run", json.dumps({"cmd": f"echo {secret}"}), secret),),
            ),
            Message("tool", json.dumps(json.dumps([secret])), tool_call_id=secret, name=secret),
        ),
        prov=Provenance(source=f"x {secret}", group=secret, parents=(secret,), extra={"y": [secret]}),
        extra={"z": {"w": secret}},
    )
    redactor = Redactor()
    clean = sample_redacted(sample, redactor)
    written = clean.to_json()
    assert not drawn.is_left_in(written)
    assert json.loads(clean.messages[1].tool_calls[0].arguments)["cmd"].startswith("echo ")  # type: ignore[index]
    assert sample_redacted(clean, Redactor()) is clean
    assert TrainingSample.from_json(written) == clean
