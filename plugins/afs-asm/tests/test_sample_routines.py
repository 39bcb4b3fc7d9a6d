"""Routines of the sample hack against what their comments say: assemble, call by label, compare.

The expectations are written from the comments, in Python; entry widths, clobbers and how much must stay
as it was come from the comment's fields, by the rules of the hack's page on style.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from afs.asm import Assembly, Contract, Limits, Source, Workbench, assemble_file
from afs.asm.verdicts.contract import location
from afs.asm.verdicts.ladder import broken_promises, junk

Case = tuple[dict[str, int], dict[str, int]]
W = [f"Work{number}:2" for number in range(4)]
SCRATCH = {f"Work{number}": 2 for number in range(4)} | {"WorkPtr": 3}
CASES = 40


def packed(number: int) -> int:
    return int(str(number), 16)


def clamp(r: random.Random) -> Case:
    low, high = sorted((r.randrange(256), r.randrange(256)))
    value = r.randrange(256)
    return {"a": value, "Work0": low, "Work1": high}, {"a": min(max(value, low), high)}


def abs_byte(r: random.Random) -> Case:
    value = r.randrange(-128, 128)
    return {"a": value & 0xFF}, {"a": abs(value), "c": int(value < 0)}


def abs_word(r: random.Random) -> Case:
    value = r.choice((-32768, 0, r.randrange(-32768, 32768)))
    return {"a": value & 0xFFFF}, {"a": abs(value)}


def multiply(r: random.Random) -> Case:
    a, b = r.randrange(256), r.randrange(256)
    return {"a": a, "Work0": b}, {"Work2:2": a * b}


def multiply_fast(r: random.Random) -> Case:
    a, b = r.randrange(256), r.randrange(256)
    return {"a": a, "x": b}, {"Work2:2": a * b}


def divide(r: random.Random) -> Case:
    a, b = r.randrange(65536), r.choice((0, 1, r.randrange(256)))
    return {"a": a, "x": b}, {"a": a // b, "x": a % b} if b else {"a": 0xFFFF}


def square_root(r: random.Random) -> Case:
    a = r.choice((0, 1, 65535, r.randrange(256) ** 2, r.randrange(65536)))
    return {"a": a}, {"a": math.isqrt(a)}


def distance(r: random.Random) -> Case:
    a, b = r.randrange(256), r.randrange(256)
    short, long = sorted((a, b))
    return {"a": a, "Work0": b}, {"a": min(255, long + short // 4 + short // 8)}


def lerp(r: random.Random) -> Case:
    share, start, end = r.randrange(256), r.randrange(256), r.randrange(256)
    way = share * abs(end - start) // 256
    return {"a": share, "Work0": start, "Work3": end}, {"a": start + way if end >= start else start - way}


def count_bits(r: random.Random) -> Case:
    a = r.randrange(256)
    return {"a": a}, {"x": a.bit_count()}


def lowest_bit(r: random.Random) -> Case:
    a = r.choice((0, 1 << r.randrange(16), r.randrange(65536)))
    return {"a": a}, {"x": (a & -a).bit_length() - 1 if a else 16}


def sign_extend(r: random.Random) -> Case:
    value = r.randrange(-128, 128)
    return {"a": r.randrange(256) << 8 | value & 0xFF}, {"a": value & 0xFFFF}


def sine(r: random.Random) -> Case:
    angle = r.randrange(256)
    return {"a": angle}, {"a": round(127 * math.sin(angle * math.tau / 256)) & 0xFF}


def approach(r: random.Random) -> Case:
    now, goal, step = r.randrange(256), r.randrange(256), r.randrange(1, 256)
    new = min(now + step, goal) if goal > now else max(now - step, goal)
    return {"a": now, "Work0": goal, "Work1": step}, {"a": new, "c": int(new == goal)}


def sort_pair(r: random.Random) -> Case:
    one, other = r.randrange(65536), r.randrange(65536)
    small, large = sorted((one, other))
    return {W[0]: one, W[1]: other}, {W[0]: small, W[1]: large, "c": int(one > other)}


def median(r: random.Random) -> Case:
    three = [r.randrange(256) for _ in "axy"]
    return dict(zip("axy", three, strict=True)), {"a": sorted(three)[1]}


def mirror(r: random.Random) -> Case:
    a = r.randrange(256)
    return {"a": a}, {"a": int(f"{a:08b}"[::-1], 2)}


def percent(r: random.Random) -> Case:
    share, whole = r.randrange(101), r.randrange(256)
    return {"a": share, "Work0": whole}, {"a": share * whole // 100}


def divisor(r: random.Random) -> Case:
    common = r.randrange(1, 60)
    a, b = common * r.randrange(100), common * r.randrange(100)
    return {"a": a, W[0]: b}, {"a": math.gcd(a, b)}


def from_byte(r: random.Random) -> Case:
    a = r.randrange(256)
    return {"a": a}, {W[0]: packed(a)}


def from_word(r: random.Random) -> Case:
    a = r.randrange(10000)
    return {"a": a}, {"a": packed(a)}


def to_word(r: random.Random) -> Case:
    a = r.randrange(10000)
    return {"a": packed(a)}, {"a": a}


def add_capped(r: random.Random) -> Case:
    a, b = r.randrange(10000), r.randrange(10000)
    return {"a": packed(a), W[0]: packed(b)}, {"a": packed(min(a + b, 9999)), "c": int(a + b > 9999)}


def take(r: random.Random) -> Case:
    held, asked = r.randrange(10000), r.randrange(10000)
    rest = held - asked if held >= asked else held
    return {"a": packed(held), W[0]: packed(asked)}, {"a": packed(rest), "c": int(held >= asked)}


def unpack(r: random.Random) -> Case:
    digits = [r.randrange(10) for _ in range(4)]
    word = digits[0] << 12 | digits[1] << 8 | digits[2] << 4 | digits[3]
    return {W[0]: word}, {W[1]: digits[0] | digits[1] << 8, W[2]: digits[2] | digits[3] << 8}


def is_valid(r: random.Random) -> Case:
    a = r.choice((packed(r.randrange(10000)), r.randrange(65536)))
    return {"a": a}, {"c": int(all(a >> shift & 15 < 10 for shift in (0, 4, 8, 12)))}


def next_state(state: int) -> int:
    state ^= state << 7 & 0xFFFF
    state ^= state >> 9
    return state ^ (state << 8 & 0xFFFF)


def random_next(r: random.Random) -> Case:
    state = r.randrange(1, 65536)
    new = next_state(state)
    return {"RandomState:2": state}, {"a": new & 0xFF, "RandomState:2": new}


def random_below(r: random.Random) -> Case:
    state, limit = r.randrange(1, 65536), r.randrange(1, 256)
    new = next_state(state)
    return {"a": limit, "RandomState:2": state}, {"a": (new & 0xFF) * limit >> 8, "RandomState:2": new}


def random_chance(r: random.Random) -> Case:
    state, cases = r.randrange(1, 65536), r.randrange(256)
    new = next_state(state)
    return {"a": cases, "RandomState:2": state}, {"c": int(new & 0xFF < cases), "RandomState:2": new}


def random_dice(r: random.Random) -> Case:
    state, dice = r.randrange(1, 65536), r.randrange(1, 41)
    given, total = {"a": dice, "RandomState:2": state}, 0
    for _ in range(dice):
        state = next_state(state)
        total += ((state & 0xFF) * 6 >> 8) + 1
    return given, {"a": total, "RandomState:2": state}


def take_event(r: random.Random) -> Case:
    bits, event = r.randrange(256), r.randrange(8)
    return {"a": event, "EventBits": bits}, {"c": bits >> event & 1, "EventBits": bits & ~(1 << event)}


def edges(r: random.Random) -> Case:
    fresh, held = r.randrange(65536), r.randrange(65536)
    return {"a": fresh, "PadHeld:2": held}, {
        "PadHeld:2": fresh,
        "PadPrevious:2": held,
        "PadPressed:2": fresh & ~held,
        "PadReleased:2": held & ~fresh,
    }


def direction(r: random.Random) -> Case:
    held = r.randrange(65536)
    up, down, left, right = (held >> bit & 1 for bit in (11, 10, 9, 8))
    x, y = right - left, up - down
    heading = {(0, 1): 0, (1, 1): 1, (1, 0): 2, (1, -1): 3, (0, -1): 4, (-1, -1): 5, (-1, 0): 6, (-1, 1): 7}
    return {"PadHeld:2": held}, {"a": heading.get((x, y), 255)}


def lock(r: random.Random) -> Case:
    frames, now = r.randrange(256), r.randrange(256)
    return {"a": frames, "PadLockFrames": now}, {"PadLockFrames": max(frames, now)}


def common_level(r: random.Random) -> Case:
    a, b = r.randrange(29), r.randrange(29)
    return {"a": a, "Work0": b}, {"a": (a + b) // 2}


def opposite(r: random.Random) -> Case:
    side = r.randrange(4)
    return {"a": side}, {"a": (side + 2) % 4}


def hours(r: random.Random) -> Case:
    minutes = r.randrange(60 * 255)
    return {"LogMinutes:2": minutes}, {"a": minutes // 60, "x": minutes % 60}


def scale_part(r: random.Random) -> Case:
    part, level = r.randrange(32), r.randrange(32)
    return {"a": part, "FadeLevel": level}, {"a": part * (level + 1) // 32}


def darken(r: random.Random) -> Case:
    colour, level = r.randrange(0x8000), r.randrange(32)
    parts = [colour >> shift & 31 for shift in (0, 5, 10)]
    red, green, blue = (part * (level + 1) // 32 for part in parts)
    return {"a": colour, "FadeLevel": level}, {"a": red | green << 5 | blue << 10}


def angle_to_bow(r: random.Random) -> Case:
    wind, bow = r.randrange(16), r.randrange(16)
    turn = (wind - bow) % 16
    expected = {"a": min(turn, 16 - turn)}
    return {"WindPoint": wind, "BoatHeading": bow}, expected | ({"c": int(turn > 8)} if turn % 8 else {})


def eighth(r: random.Random) -> Case:
    value = r.randrange(-128, 128)
    return {"a": value & 0xFF}, {"a": value // 64 & 0xFF}


def name_length(r: random.Random) -> Case:
    length = r.randrange(9)
    letters = [r.choice((65, 66, 255)) for _ in range(max(length - 1, 0))] + [90] * (length > 0)
    padded = letters + [255] * (8 - len(letters))
    return {f"NameBuffer+{at}": letter for at, letter in enumerate(padded)}, {"a": length}


ROUTINES: dict[str, Callable[[random.Random], Case]] = {
    "Math_ClampByte": clamp,
    "Math_AbsByte": abs_byte,
    "Math_AbsWord": abs_word,
    "Math_Multiply": multiply,
    "Math_MultiplyFast": multiply_fast,
    "Math_Divide": divide,
    "Math_SquareRoot": square_root,
    "Math_Distance": distance,
    "Math_Lerp": lerp,
    "Math_CountBits": count_bits,
    "Math_LowestBit": lowest_bit,
    "Math_SignExtend": sign_extend,
    "Math_Sine": sine,
    "Math_Approach": approach,
    "Math_SortPair": sort_pair,
    "Math_Median": median,
    "Math_MirrorBits": mirror,
    "Math_Percent": percent,
    "Math_GreatestDivisor": divisor,
    "Decimal_FromByte": from_byte,
    "Decimal_FromWord": from_word,
    "Decimal_ToWord": to_word,
    "Decimal_AddCapped": add_capped,
    "Decimal_Take": take,
    "Decimal_Unpack": unpack,
    "Decimal_IsValid": is_valid,
    "Random_Next": random_next,
    "Random_Below": random_below,
    "Random_Chance": random_chance,
    "Random_Dice": random_dice,
    "Timer_TakeEvent": take_event,
    "Input_Edges": edges,
    "Input_Direction": direction,
    "Input_Lock": lock,
    "Sluice_Equalise": common_level,
    "Door_Opposite": opposite,
    "FileSelect_Hours": hours,
    "Palette_ScalePart": scale_part,
    "Palette_Darken": darken,
    "Wind_AngleToBow": angle_to_bow,
    "GullEel_Speed": eighth,
    "Text_NameLength": name_length,
}


@cache
def hack() -> tuple[Assembly, dict[str, str]]:
    folder = Path(pytest.importorskip("afs.quickstart").__path__[0]) / "sample"
    comments = {
        routine.name: routine.above
        for path in sorted(folder.rglob("*.asm"))
        for routine in Source.read(path).routines
    }
    return assemble_file(folder / "main.asm"), comments


def contract_of(comment: str, expected: dict[str, Any]) -> dict[str, Any]:
    """The terms that the comment's fields state."""
    widths = re.search(r"Entry: M=(\w+) X=(\w+)", comment)
    clobbers = re.search(r"Clobbers: (.*)", comment)
    assert widths and clobbers, comment
    free = [name.strip() for name in clobbers[1].split(",") if name.strip() != "none"]
    return {
        "m": 16 if widths[1] == "16" else 8,
        "x": 16 if widths[2] == "16" else 8,
        "outputs": tuple(expected),
        "clobbers": tuple(f"{name}:{SCRATCH[name]}" if name in SCRATCH else name.lower() for name in free),
    }


@pytest.mark.parametrize("name", ROUTINES)
def test_a_routine_does_what_its_comment_says(name: str) -> None:
    assembly, comments = hack()
    rng = random.Random(name)
    cases = [ROUTINES[name](rng) for _ in range(CASES)]
    places = {place: 0 for _, expected in cases for place in expected}
    terms = contract_of(comments[name], places)
    bench = Workbench(assembly, Contract(entry=name, limits=Limits(steps=50_000, stack=64), **terms))
    for index, (given, expected) in enumerate(cases):
        registers, background = junk(f"{name}:{index}")
        run = bench.call(given, registers=registers, background=background)
        assert run.outcome.returned, (given, run.outcome)
        narrow = terms["m"] == 8
        found = {place: bench.get(location(place, bench.symbols)) for place in expected}
        found |= {"a": found["a"] & 0xFF} if narrow and "a" in found else {}
        assert found == expected, given
        assert list(broken_promises(bench, run)) == [], given
