"""Input that was made to hurt: time grows with the length and nothing breaks."""

from __future__ import annotations

import random
import time

import pytest

from afs.asm import Source, check, code_blocks

RNG = random.Random(11)
SIZE = 100_000
LONG = 400_000
HOSTILE = {
    "one word": "a" * LONG,
    "parentheses": "lda " + "(" * SIZE,
    "closed parentheses": "lda " + "(" * (SIZE // 2) + "1" + ")" * (SIZE // 2),
    "calls": "lda " + "f(" * (SIZE // 2),
    "brackets": "lda " + "[" * SIZE,
    "pluses": "+" * SIZE,
    "plus labels": "+ " * (SIZE // 2),
    "plus expression": "lda " + "+" * SIZE + "x",
    "minus expression": "lda 1" + "-1" * (SIZE // 2),
    "double quotes": '"' * (SIZE + 1),
    "mixed quotes": "\"'" * (SIZE // 2),
    "colons": " : " * (SIZE // 3),
    "commas": "db " + "1," * (SIZE // 2),
    "continued": "1,\n" * (SIZE // 3),
    "semicolons": ";" * SIZE,
    "blank lines": "\n" * SIZE,
    "blanks": " " * SIZE,
    "blank operand": "lda " + "x " * (SIZE // 2),
    "nul": "\0" * SIZE,
    "dots": "." * SIZE,
    "digits": "lda #" + "9" * SIZE,
    "hex": "lda #$" + "F" * SIZE,
    "params": "<a" * (SIZE // 2),
    "variadic": "<...[" * (SIZE // 5),
    "defines": "!a " * (SIZE // 3),
    "define growth": "!a = x\n" + '!a := "!a!a"\n' * 60 + "lda !a",
    "define circle": "!a = !b\n!b = !a\nlda !a",
    "functions": "function f(n) = f(n)+f(n)\nif f(1) > 2\nendif\nlda #f(1)+f(2)",
    "many functions": "function f0(n) = n+n\n"
    + "".join(f"function f{index}(n) = f{index - 1}(n)+f{index - 1}(n)\n" for index in range(1, 30))
    + "if f29(1) > 2\nendif\nlda #f29(1)",
    "labels": "\n".join(f"L{index}:" for index in range(SIZE // 8)),
    "open blocks": "if 1\n" * (SIZE // 5),
    "branches": "bra L\n" * (SIZE // 6),
    "fences": "```\n" * (SIZE // 4),
    "assignments": "a = " * (SIZE // 4),
    "garbage": "".join(chr(RNG.randrange(32, 127)) for _ in range(LONG)),
    "garbage lines": "".join(RNG.choice("ldasx $#(),[]:;!%<>+-.'\"=\n\t0123") for _ in range(LONG)),
    "bytes": RNG.randbytes(LONG).decode("utf-8", "surrogateescape"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_takes_seconds_at_most(name: str) -> None:
    text = HOSTILE[name]
    start = time.process_time()
    result = check(text)
    Source.parse(text)
    code_blocks(text)
    assert time.process_time() - start < 5
    for finding in result.findings[:1000]:
        assert len(finding.reason) < 400
        assert len(finding.fix) <= 200
        str(finding).encode()


def test_repeat_counts_are_not_carried_out() -> None:
    start = time.process_time()
    assert check("nop #$FFFFFF\nfill $7FFFFFFF\nrep $FFFFFF : nop").syntax_ok
    assert time.process_time() - start < 1


def test_endless_defines_are_a_finding() -> None:
    assert [finding.code for finding in check(HOSTILE["define circle"]).findings] == ["define-endless"]
