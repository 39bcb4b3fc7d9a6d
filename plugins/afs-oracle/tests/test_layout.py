"""Labels that ``skip`` gives room to."""

from __future__ import annotations

import pytest

from afs.asm import Source
from afs.oracle.layout import laid_out


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("org $00\nA: skip 1\nB: skip $10\nC: skip 2\n", {"A": "$0000", "B": "$0001", "C": "$0011"}),
        ("org 0\nbase $7E0800\nA:\nB: skip 2\nC: skip 1\n", {"A": "$7E0800", "B": "$7E0800", "C": "$7E0802"}),
        (
            "org $0330\nA: skip 2\nskip 2 ; free\nB:\nC:\n  skip 1\n",
            {"A": "$0330", "B": "$0334", "C": "$0334"},
        ),
        (
            "base $7E0800\nA: skip 2\norg $008000\nB: skip 1\nbase off\nC: skip 1\n",
            {"A": "$7E0800", "B": "$7E0802"},
        ),
        ("org $0330\nA: skip 0\nB: skip 2\n", {"A": "$0330", "B": "$0330"}),
        ("org $0330\nA: skip !Size\nB: skip 1\n", {"A": "$0330"}),  # from there on nobody knows
        ("A: skip 1\norg !Place\nB: skip 1\n", {}),
        ("org $008000\nMain:\n  RTS\nB: skip 1\n", {}),
        ("org $0330\nA: skip 1\npullpc\nB: skip 1\n", {"A": "$0330"}),
        ("org $0330\nmacro room()\nA: skip 1\nendmacro\nB: skip 1\n", {"B": "$0330"}),
        ("org $0330\nstruct Boat\n.x: skip 1\nendstruct\nB: skip 1\n", {"B": "$0330"}),
    ],
)
def test_room_is_counted_from_the_last_place_that_is_written(text: str, places: dict[str, str]) -> None:
    assert {label.name: value for label, value in laid_out(Source.parse(text))} == places
