"""Placeholders: one grammar, no order, one tag for one secret however it is written."""

from __future__ import annotations

import json
import random
import re
import shlex
import string
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from afs.redaction import Placeholders, Redaction, Redactor, sample_redacted
from afs.redaction.placeholder import PLACEHOLDER
from afs_core import Run, TrainingSample

TOKEN = "ghp_Zx81kQ0v7Jt2LmN4bWc6RyTs9UaE3DfG5hKp"


def tags(text: str) -> list[str]:
    return re.findall(r"<[A-Z][A-Z0-9_]*_([a-z2-7]{6})>", text)


_KINDS = st.text(string.ascii_uppercase + string.digits + "_", max_size=62).map("K{}".format)


@settings(deadline=None, max_examples=50)
@given(st.binary(min_size=1), _KINDS, st.binary())
def test_a_placeholder_is_one_whatever_the_secret(secret: bytes, kind: str, salt: bytes) -> None:
    made = Placeholders(salt).of(kind, secret)
    assert PLACEHOLDER.fullmatch(made)
    text = made.decode()
    assert Redactor().text(f"token = '{text}', password: {text}") == f"token = '{text}', password: {text}"
    assert json.loads(json.dumps(text)) == text == shlex.split(shlex.quote(text))[0]


def test_a_secret_has_one_tag_in_any_order_and_two_have_two() -> None:
    emails = [f"user{n}@corp.io" for n in range(200)]
    forward = {mail: Redactor().text(mail) for mail in emails}
    redactor = Redactor()
    assert {mail: redactor.text(mail) for mail in reversed(emails)} == forward
    assert len(set(forward.values())) == 200


def test_the_tag_is_of_the_secret_not_of_how_it_is_written_or_found() -> None:
    texts = ["bob@corp.io", "bob%40corp.io", "bob\\u0040corp.io", "mailto:bob&#64;corp.io"]
    assert len({tag for text in texts for tag in tags(Redactor().text(text))}) == 1
    plain, named = Redactor().text(f"see {TOKEN}"), Redactor().text(f'{{"password": "{TOKEN}"}}')
    assert tags(plain) == tags(named)


def test_another_salt_gives_other_tags() -> None:
    one, two = Redactor(salt=b"one").text(TOKEN), Redactor(salt=b"two").text(TOKEN)
    assert tags(one) != tags(two) and len(tags(one)[0]) == 6


def test_secrets_whose_tags_collide_lose_nothing_but_their_difference() -> None:
    class Colliding(Placeholders):
        def of(self, kind: str, secret: bytes) -> bytes:
            return f"<{kind}_aaaaaa>".encode()

    redactor = Redactor()
    redactor._placeholders = Colliding()
    clean = redactor.text("a@x.io wrote to b@x.io")
    assert clean == "<EMAIL_aaaaaa> wrote to <EMAIL_aaaaaa>"
    assert redactor.counts == {"EMAIL": 2} and redactor.text(clean) is clean


def test_escaped_placeholders_stay_too() -> None:
    for text in ("&lt;SECRET_k3x7qa&gt;", "%3CSECRET_k3x7qa%3E", r"\u003cSECRET_k3x7qa\u003e"):
        assert Redactor().text(f"token='{text}' password = {text}") == f"token='{text}' password = {text}"


def test_samples_may_be_redacted_in_any_order_and_number_of_processes(tmp_path: Path) -> None:
    samples = [
        TrainingSample(instruction=f"q{n}", output=f"u{n % 7}@x.io password='k{n % 5}3jf82' {TOKEN}")
        for n in range(60)
    ]
    with Run.open(workdir=tmp_path) as run:
        whole = [sample.to_json() for sample in Redaction(None, run).apply(samples)]
        halves = [Redaction(None, run), Redaction(None, run)]
        parted = {s.instruction: s.to_json() for n in (1, 0) for s in halves[n].apply(samples[n::2])}
    assert Redaction.rowwise
    assert whole == [parted[sample.instruction] for sample in samples]


def test_a_salt_of_the_users_own_changes_every_tag(tmp_path: Path) -> None:
    sample = TrainingSample(instruction=TOKEN, output="x")
    with Run.open(workdir=tmp_path) as run:
        config = Redaction.Config(salt="mine")
        made = [next(iter(Redaction(c, run).apply([sample]))).instruction for c in (None, config, config)]
    assert made[0] != made[1] == made[2]


def test_the_order_of_texts_does_not_matter_to_a_shared_redactor() -> None:
    rng = random.Random(4)
    samples = [TrainingSample(instruction=f"u{n}@x.io", output=f"DB_PASSWORD=u{n}@x.io") for n in range(40)]
    redactor = Redactor()
    first = {s.instruction: sample_redacted(s, redactor).to_json() for s in samples}
    rng.shuffle(samples)
    redactor = Redactor()
    assert {s.instruction: sample_redacted(s, redactor).to_json() for s in samples} == first
