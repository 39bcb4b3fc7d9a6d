"""How far an answer comes: from a text to code that assembles, ends, and keeps its contract.

>>> from afs.asm import Contract, Vector, judge
>>> double = Contract(entry="Double", inputs={"a": (0, 255)}, outputs=("a",))
>>> cases = [Vector(given={"a": n}, expected={"a": 2 * n}) for n in (0, 3, 100)]
>>> verdict = judge("Here it is:\\n```asm\\nDouble:\\n  ASL A\\n  RTS\\n```", double, cases)
>>> verdict.solved, verdict.passed, verdict.of, verdict.bytes, verdict.cycles
(True, 3, 3, 2, 24)
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from afs.asm.assembling.assembler import assemble
from afs.asm.assembling.assembly import AssembleLimits, Assembly
from afs.asm.checking.checker import check
from afs.asm.language.fences import code_blocks

from .contract import FLAGS, REGISTERS, Contract, Vector, location
from .workbench import Run, Workbench, changed

__all__ = ["Failure", "Verdict", "code_in", "judge"]

_SHOWN: Final = 5
_SMALL: Final = AssembleLimits(statements=100_000, loops=10_000, bytes=0x10000)  # an answer is no hack
_SAVED: Final = ("d", "dbr", "s")


class Failure(msgspec.Struct, frozen=True):
    """What went wrong with one vector, counted from 0. ``rung`` is terminates, passes or respects."""

    vector: int
    rung: str
    reason: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The rungs that an answer reached, lowest first.

    extracted: there is code in the answer. assembles: it does, with the contract's symbols.
    terminates: every call returned within the limits. passed, of: vectors whose outputs were right.
    respects: nothing but outputs and clobbers changed, S, D and the data bank came back, decimal
    mode is off, and the widths are those promised. bytes: of the code. cycles: of all calls together,
    0 unless all returned. failures: the first few; faults: why it does not assemble.
    """

    extracted: bool = False
    assembles: bool = False
    terminates: bool = False
    passed: int = 0
    of: int = 0
    respects: bool = False
    bytes: int = 0
    cycles: int = 0
    failures: tuple[Failure, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def solved(self) -> bool:
        return self.terminates and self.respects and self.passed == self.of > 0


def judge(
    answer: str, contract: Contract, vectors: Sequence[Vector], *, rom: bytes = b"", seed: int = 0
) -> Verdict:
    """The verdict on ``answer``, prose with code blocks or bare code.

    What a vector does not give is random, from ``seed``, so that code which needs it to be zero is
    found out. ``rom`` is what stands around the code. Raises UsageError for places of the contract
    or the vectors that there are not; never for what the answer says.
    """
    code = code_in(answer, contract.entry)
    if code is None:
        return Verdict(of=len(vectors))
    assembly = assemble(
        code, contract.address, symbols=contract.symbols, defines=contract.defines, rom=rom, limits=_SMALL
    )
    size = sum(len(block.data) for block in assembly.blocks)
    faults = _faults(assembly, contract)
    if faults:
        return Verdict(extracted=True, of=len(vectors), faults=faults)
    return _run(Workbench(assembly, contract, rom), vectors, size, seed)


def code_in(answer: str, entry: str = "") -> str | None:
    """The code of an answer: the block that defines ``entry``, else the longest; without any block the
    whole text, if every line of it is assembly."""
    blocks = [block for block in code_blocks(answer) if block.strip()]
    if blocks:
        label = re.compile(rf"^\s*{re.escape(entry)}:", re.M) if entry else None
        defining = [block for block in blocks if label and label.search(block)]
        return defining[0] if defining else max(blocks, key=len)
    return answer if answer.strip() and "```" not in answer and check(answer).syntax_ok else None


def _faults(assembly: Assembly, contract: Contract) -> tuple[str, ...]:
    faults = [str(finding) for finding in assembly.errors]
    if not faults and not assembly.blocks:
        faults = ["the code gives no bytes"]
    if not faults and contract.entry in contract.symbols and contract.entry not in assembly.labels:
        faults = [f"the code does not define `{contract.entry}`"]
    return tuple(faults[:_SHOWN])


def _run(bench: Workbench, vectors: Sequence[Vector], size: int, seed: int) -> Verdict:
    failures: list[Failure] = []
    passed = cycles = 0
    for index, vector in enumerate(vectors):
        registers, background = junk(f"{seed}:{index}")
        run = bench.call(vector.given, registers=registers, background=background)
        if not run.outcome.returned:
            failures.append(Failure(index, "terminates", _ending(run)))
            continue
        cycles += run.outcome.cycles
        wrong = list(_wrong(bench, vector))
        failures += [Failure(index, "passes", reason) for reason in wrong]
        failures += [Failure(index, "respects", reason) for reason in broken_promises(bench, run)]
        passed += not wrong
    rungs = {failure.rung for failure in failures}
    ends = "terminates" not in rungs and bool(vectors)
    return Verdict(
        extracted=True,
        assembles=True,
        terminates=ends,
        passed=passed,
        of=len(vectors),
        respects=ends and "respects" not in rungs,
        bytes=size,
        cycles=cycles if ends else 0,
        failures=tuple(failures[:_SHOWN]),
    )


def junk(seed: str) -> tuple[dict[str, int], bytes]:
    """Registers and memory for what nobody gives."""
    rng = random.Random(seed)
    registers = {name: rng.randrange(0x10000) for name in "axy"}
    return {**registers, "p": rng.randrange(0x100)}, rng.randbytes(4093)


def _ending(run: Run) -> str:
    outcome = run.outcome
    place = f"${outcome.address:06X}"
    if outcome.reason == "steps":
        return f"no return within {outcome.steps} instructions; at {place}"
    if outcome.reason == "stack":
        return f"more is pushed than allowed, or pulled than was pushed; at {place}"
    if outcome.reason == "write":
        return f"a write to {place}, which is not allowed"
    return f"{outcome.by.upper()} at {place}"


def _wrong(bench: Workbench, vector: Vector) -> Iterator[str]:
    for name, wanted in vector.expected.items():
        place = location(name, bench.symbols)
        found, wanted = _comparable(bench, name, bench.get(place), wanted)
        if found != wanted:
            digits = max(2 * place.size, 2) if place.kind == "memory" else 2 if found < 256 > wanted else 4
            shown = (str(found), str(wanted)) if place.kind == "flag" else (
                f"${found:0{digits}X}", f"${wanted:0{digits}X}")  # fmt: skip
            yield f"{name} is {shown[0]}, {shown[1]} was expected"


def _comparable(bench: Workbench, name: str, found: int, wanted: int) -> tuple[int, int]:
    """A with 8 bits is compared in 8 bits, unless more are asked for."""
    width = bench.contract.m_out or bench.contract.m
    if name.lower() == "a" and width == 8 and 0 <= wanted < 0x100:
        return found & 0xFF, wanted
    return found, wanted


def broken_promises(bench: Workbench, run: Run) -> Iterator[str]:
    """What the call changed though the contract does not let it."""
    contract, before, after = bench.contract, run.before, run.after
    free = {name.lower() for name in (*contract.outputs, *contract.clobbers)}
    for name in ("a", "x", "y", *_SAVED):
        old, new = before.registers[name], after.registers[name]
        if old != new and name not in free and not _kept(bench, name, old, new):
            digits = REGISTERS[name] // 4
            yield f"{name.upper()} was ${old:0{digits}X} and is ${new:0{digits}X}"
    yield from _modes(bench, run)
    yield from _memory(bench, run)


def _kept(bench: Workbench, name: str, old: int, new: int) -> bool:
    """X and Y lose their high byte with 8 bits; nothing is lost that was not there."""
    return name in "xy" and bench.contract.x_out == 8 and old & 0xFF == new


def _modes(bench: Workbench, run: Run) -> Iterator[str]:
    contract, p = bench.contract, run.after.registers["p"]
    if run.after.e:
        yield "the processor is left in emulation mode"
    if p & FLAGS["dec"] and "dec" not in contract.outputs:
        yield "decimal mode is left on"
    for name, bit in () if run.after.e else (("m", 0x20), ("x", 0x10)):
        wanted = getattr(contract, f"{name}_out") or getattr(contract, name)
        found = 8 if p & bit else 16
        if found != wanted:
            yield f"{name.upper()} is left at {found} bits, not {wanted}"
    if contract.returns and run.outcome.by != contract.returns:
        yield f"it returns by {run.outcome.by.upper()}, not by {contract.returns.upper()}"


def _memory(bench: Workbench, run: Run) -> Iterator[str]:
    allowed = bench.allowed((*bench.contract.outputs, *bench.contract.clobbers))
    stack = run.before.registers["s"]
    depth = bench.contract.limits.stack
    below = range(0x7E0000 + max(stack - (256 if depth is None else depth + 3), 0), 0x7E0001 + stack)
    wrong = [at for at in changed(run.before, run.after) if at not in allowed and at not in below]
    if wrong:
        more = f" and {len(wrong) - 1} bytes more" if len(wrong) > 1 else ""
        yield f"memory at ${wrong[0]:06X}{more} was changed"
    registers = sorted({address for address, _ in run.after.hardware} - allowed)
    if registers:
        yield f"the hardware register ${registers[0]:04X} was written"
