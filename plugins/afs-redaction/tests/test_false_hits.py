"""Text without secrets stays as it is: at most one hit in 10,000 lines."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from afs.redaction import RULES, Redactor, Rule

LIMIT = 1 / 10_000


def python() -> Iterator[str]:
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py"))[::3]:  # the benchmark takes all
        if "site-packages" not in path.parts:
            yield path.read_text("utf-8", "replace")


def assembly() -> Iterator[str]:
    rng = random.Random(1)
    words = "LINK TILE ROOM KEY SECRET TOKEN PASS SAVE MENU SPRITE TIMER BANK".split()  # noqa: SIM905
    for _ in range(50):
        lines = []
        for _ in range(1000):
            name, value = "_".join(rng.choices(words, k=2)), f"{rng.getrandbits(24):06X}"
            lines.append(
                rng.choice(
                    (
                        f"{name} = ${value}  ; {name.lower()} of the room",
                        f"!{name}=#${value[:2]}",
                        f"    LDA.l ${value},X : STA {name},Y",
                        f"    db ${value[:2]}, ${value[2:4]}, ${value[4:]}, $00, $FF",
                        f"{name}: JSL ${value} ; key: {value}",
                        f"    dw {name}_{value}, {name}+${value[:2]}",
                        f"; {value * 6} token: {name}",
                    )
                )
            )
        yield "\n".join(lines)


@pytest.mark.parametrize("corpus", [python, assembly])
def test_at_most_one_hit_in_ten_thousand_lines(corpus: object) -> None:
    redactor = Redactor()
    lines = 0
    for text in corpus():  # type: ignore[operator]
        lines += text.count("\n") + 1
        redactor.text(text)
    redactor.counts.pop("EMAIL", None)  # the authors' addresses are real
    assert lines > 40_000
    assert redactor.counts.total() <= lines * LIMIT, redactor.counts


def test_where_the_set_runs_out_of_memory_every_rule_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def Match(self, data: bytes) -> None:  # noqa: N802
            return None

    monkeypatch.setattr("afs.redaction.triggers._compiled", lambda patterns: Full())
    redactor = Redactor([*RULES[-50:], Rule("NEW", "new", "new")])  # not compiled before
    clean = redactor.text("mail a@x.io, password = 'hunter22'")
    assert "a@x" not in clean and "hunter" not in clean
    assert redactor.suspects(b"x")
