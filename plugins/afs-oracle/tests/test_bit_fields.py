"""Bits and values as comments draw them up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from afs.oracle.bit_fields import bits, values
from afs_core import TrainingSample

Made = Callable[..., list[TrainingSample]]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([".... ..ws", "w - wet", "s - salty"], [("1", "wet"), ("0", "salty")]),
        (["wsssssss:", "w - wet", "s - salt left"], [("7", "wet"), ("0, 1, 2, 3, 4, 5 and 6", "salt left")]),
        (["tide: w... ..ab", "a=ebb, w=flood, b=still"], [("1", "ebb"), ("7", "flood"), ("0", "still")]),
        ([".... ..lr", "l - move left", "r - move back"], [("1", "move left"), ("0", "move back")]),
        (["bit 0: ebb", "bit 7: flood"], [("0", "ebb"), ("7", "flood")]),
        (["Seawater", "S - a letter", "w - another"], []),  # a word, not every letter of which is explained
        ([".... ....", "w - wet"], []),
    ],
)
def test_bits_are_told_by_number_or_by_a_legend(lines: list[str], found: list[tuple[str, str]]) -> None:
    assert bits(lines) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["0x00 - ebb", "0x01 - flood"], [("0x00", "ebb"), ("0x01", "flood")]),
        (["1=Ebb, 2=Flood (also Storm)"], [("1", "Ebb"), ("2", "Flood (also Storm)")]),
        (["0: ebb, 1-3: flood"], [("0", "ebb"), ("1-3", "flood")]),
        (["0A - ebb", "0B - flood"], [("0A", "ebb"), ("0B", "flood")]),
        (["a - port", "b - bow", "c - stern"], []),  # letters of a drawing
        (["W 0: ebb, 1: flood"], []),
        (["1=Ebb"], []),
    ],
)
def test_values_are_told_one_a_line_or_all_on_one(lines: list[str], found: list[tuple[str, str]]) -> None:
    assert values(lines) == found


def test_values_of_some_bits_are_not_those_of_the_whole(made: Made) -> None:
    legend = "; Timer\n; ssss tttt\n;   s - storm\n;   t - tide\n"
    text = f"{legend};     0x00 - none\n;     0x08 - high\nSea = $7E0A00\n"
    samples = made({"a.asm": text}, kinds=("bits", "values"))
    assert [sample.output for sample in samples] == ["Bits 4, 5, 6 and 7: storm\nBits 0, 1, 2 and 3: tide"]


def test_bits_above_several_names_are_those_of_the_first(made: Made) -> None:
    text = "; .... ..ws\n;   w - wet\n;   s - salty\nSea = $7E0A00\nWind = $7E0A01\n"
    samples = made({"a.asm": text}, kinds=("bits", "purpose"))
    assert {sample.prov.group for sample in samples if sample.prov} == {"Sea"}
    values_above = "; 0 - north\n; 1 - east\nNorth = $7E0A00\nEast = $7E0A01\n"
    assert not made({"a.asm": values_above}, kinds=("values", "purpose"))
