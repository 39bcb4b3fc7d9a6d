"""Verdicts on answers, and the comparison of routines."""

from __future__ import annotations

import msgspec
import pytest

from afs.asm import Contract, Limits, Vector, Verdict, code_in, equivalent, judge
from afs_core import DataError, UsageError

ADD = Contract(
    entry="Add",
    inputs={"a": (0, 255), "Left": (0, 255)},
    outputs=("a", "c"),
    symbols={"Left": 0x7E0010},
    limits=Limits(steps=2000, stack=128),
)
SUMS = [
    Vector(given={"a": a, "Left": b}, expected={"a": (a + b) & 0xFF, "c": (a + b) >> 8})
    for a, b in ((0, 0), (1, 2), (200, 100), (255, 255))
]


def verdict(code: str, contract: Contract = ADD) -> Verdict:
    return judge(f"Sure:\n```asm\nAdd:\n{code}\n```\n", contract, SUMS)


def rungs(found: Verdict) -> tuple[bool, bool, bool, int, bool]:
    return found.extracted, found.assembles, found.terminates, found.passed, found.respects


def test_a_right_answer_reaches_the_top() -> None:
    found = verdict("  CLC\n  ADC.b Left\n  RTS")
    assert found.solved and rungs(found) == (True, True, True, 4, True)
    assert found.of == 4 and found.failures == () and found.bytes == 4 and found.cycles == 4 * 11
    assert msgspec.json.decode(msgspec.json.encode(found), type=Verdict) == found


@pytest.mark.parametrize(
    ("code", "expected", "reason"),
    [
        ("  CLC\n  ADC Right\n  RTS", (True, False, False, 0, False), "`Right`"),
        ("  ADC.b Left\n  RTS", (True, True, True, None, True), "was expected"),
        ("  CLC\n  ADC.b Left\n- BRA -", (True, True, False, 0, False), "no return within"),
        ("  PLA\n  RTS", (True, True, False, 0, False), "pulled"),
        ("  BRK", (True, True, False, 0, False), "BRK"),
        ("  CLC\n  ADC.b Left\n  STA $12\n  RTS", (True, True, True, 4, False), "$7E0012"),
        ("  CLC\n  ADC.b Left\n  INX\n  RTS", (True, True, True, 4, False), "X was"),
        ("  CLC\n  ADC.b Left\n  REP #$20\n  RTS", (True, True, True, 4, False), "M is left at 16"),
        ("  CLC\n  ADC.b Left\n  SED\n  RTS", (True, True, True, 4, False), "decimal"),
        ("  CLC\n  ADC.b Left\n  PHA\n  PLB\n  RTS", (True, True, True, 4, False), "DBR was"),
        ("  CLC\n  ADC.b Left\n  STA $2100\n  RTS", (True, True, True, 4, False), "$2100"),
        ("  XCE\n  CLC\n  ADC.b Left\n  RTS", (True, True, True, None, False), ""),
    ],
)
def test_what_holds_an_answer_down(
    code: str, expected: tuple[bool, bool, bool, int | None, bool], reason: str
) -> None:
    found = verdict(code)
    shown = [failure.reason for failure in found.failures] + list(found.faults)
    assert any(reason in text for text in shown), shown
    passed = found.passed if expected[3] is None else expected[3]
    assert rungs(found) == (*expected[:3], passed, expected[4]) and not found.solved


def test_memory_that_nobody_gives_is_not_zero() -> None:
    lazy = Contract(entry="Add", outputs=("a",), symbols={"Left": 0x7E0010})
    found = judge("Add:\n LDA $7E0300\n RTS", lazy, [Vector(expected={"a": 0})] * 8)
    assert found.terminates and found.passed < 8


def test_the_way_back_may_be_stated() -> None:
    far = msgspec.structs.replace(ADD, returns="rtl")
    found = verdict("  CLC\n  ADC.b Left\n  RTS", far)
    assert "returns by RTS" in found.failures[0].reason
    assert verdict("  CLC\n  ADC.b Left\n  RTL", far).solved


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("no code here, I am afraid", None),
        ("```python\nprint(1)\n```", None),
        ("```asm\nAdd:\n nop\n```", "Add:\n nop"),
        (
            "```\nlda #1\n```\nand\n```asm\nAdd:\n rts\n```\n```asm\nlong:\n nop\n nop\n rts\n```",
            "Add:\n rts",
        ),
        ("Add:\n  rts\n", "Add:\n  rts\n"),
        ("", None),
    ],
)
def test_code_in_an_answer(answer: str, code: str | None) -> None:
    assert code_in(answer, "Add") == code
    assert judge(answer, Contract(), SUMS[:0]).extracted == (code is not None)


def test_hostile_answers_end() -> None:
    quick = msgspec.structs.replace(ADD, limits=Limits(steps=2000, stack=64))
    for code in (
        "fill $7FFFFFFF",
        "while 1\nendwhile",
        'incbin "/etc/passwd"',
        "Add:\nSTP",
        "STA $00\nWAI",
        "db $02",
    ):
        found = judge(f"```asm\nAdd:\n{code}\n```", quick, SUMS)
        assert found.extracted and not found.solved and (found.faults or found.failures)


def test_places_that_there_are_not() -> None:
    with pytest.raises(UsageError, match="no place"):
        judge("nop : rts", Contract(), [Vector(given={"q+": 1})])
    with pytest.raises(UsageError, match="Nobody"):
        judge("nop : rts", Contract(outputs=("Nobody",)), [Vector()])
    with pytest.raises(UsageError, match="8 or 16"):
        Contract(m=12)


def test_contracts_are_data() -> None:
    assert msgspec.json.decode(msgspec.json.encode(ADD), type=Contract) == ADD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LDA #$00\nRTS", "LDA.b #0\nRTS"),
        ("ASL A\nASL A\nRTS", "ASL #2\nRTS"),
        ("LDA $10\nCLC\nADC $11\nSTA $12\nRTS", "LDA $11\nCLC\nADC $10\nSTA $12\nRTS"),
        ("INC $10\nINC $11\nLDA $10\nRTS", "INC $11\nINC $10\nLDA $10\nRTS"),
        ("LDX #$00\nRTL", "LDX.b #$100-$100\nRTL"),
        ("- DEX\nBNE -\nRTS", "LDX #$00\nRTS"),
    ],
)
def test_equal_routines(one: str, other: str) -> None:
    found = equivalent(one, other, n=60)
    assert found.equal and found.conclusive == 60, found


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ("LDA #$00\nRTS", "LDA #$01\nRTS", "A is"),
        ("ADC $10\nRTS", "CLC\nADC $10\nRTS", ""),
        ("STA $10\nRTS", "STA $11\nRTS", "memory at $7E0010"),
        ("LDX #$00\nRTS", "LDX #$00\nCLC\nRTS", "flag C"),
        ("RTS", "RTL", "RTS"),
        ("RTS", "- BRA -", "limit of steps"),
        ("STA $2100\nRTS", "STA $2101\nRTS", "hardware"),
        ("STA $2100\nSTX $2101\nRTS", "STX $2101\nSTA $2100\nRTS", "hardware"),
        ("SEP #$20\nRTS", "REP #$20\nRTS", "flag M"),
        ("LDA ($10),Y\nRTS", "LDA ($10)\nRTS", "A is"),
    ],
)
def test_different_routines(one: str, other: str, difference: str) -> None:
    found = equivalent(one, other, Contract(limits=Limits(steps=500)), n=40)
    assert not found.equal and difference in found.difference and found.state is not None
    assert equivalent(one, other, Contract(limits=Limits(steps=500)), n=40) == found


def test_a_contract_bounds_the_comparison() -> None:
    one, other = "CMP #$64\nBCC +\nLDA #$64\n+ RTS", "CMP #$64\nBCC +\nLDA.b #100\n+ CLC\nRTS"
    assert not equivalent(one, other).equal
    assert equivalent(one, other, Contract(outputs=("a",))).equal
    halves = Contract(inputs={"x": (0, 127)}, outputs=("x",), clobbers=("a",))
    assert equivalent("TXA\nASL A\nTAX\nRTS", "TXA\nAND #$7F\nASL A\nTAX\nRTS", halves).equal


def test_states_in_which_both_run_pushed_data_tell_nothing() -> None:
    into_ram = "LDA #$03\nPHA\nPHA\nRTS"  # goes on at $0304
    found = equivalent(into_ram, f"NOP\n{into_ram}", n=5)
    assert (found.equal, found.conclusive) == (False, 0)
    assert equivalent(into_ram, "LDA #$03\nRTS", n=5).difference


def test_routines_that_stand_in_ram_need_not_be_of_the_same_bytes() -> None:
    there = Contract(address=0x7E2000, clobbers=("a",))
    assert equivalent("INC $10\nRTS", "LDA $10\nINC A\nSTA $10\nRTS", there, n=20).equal
    other = equivalent("INC $10\nRTS", "LDA $10\nINC A\nSTA $11\nRTS", there, n=20)
    assert not other.equal and "$7E001" in other.difference


def test_nothing_conclusive_is_not_equal() -> None:
    found = equivalent("- BRA -", "- NOP\nBRA -", Contract(limits=Limits(steps=50)), n=5)
    assert not found.equal and found.conclusive == 0
    with pytest.raises(DataError, match="second"):
        equivalent("RTS", "RTS Q", n=1)
