"""Whether two routines do the same, tried on random states.

>>> from afs.asm import Contract, equivalent
>>> equivalent("LDA #$00\\nRTS", "STZ $10\\nLDA $10\\nRTS", Contract(outputs=("a",))).equal
False
>>> contract = Contract(outputs=("a",), clobbers=("$7E0010",))
>>> equivalent("LDA #$00\\nRTS", "STZ $10\\nLDA $10\\nRTS", contract).equal
True
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

import msgspec

from afs.asm.assembling.assembler import assemble
from afs.asm.assembling.assembly import Assembly
from afs_core import DataError

from .contract import FLAGS, Contract, Vector
from .workbench import Run, State, Workbench, changed

__all__ = ["Equivalence", "equivalent"]

_EDGES: Final = (0x0000, 0x0001, 0x007F, 0x0080, 0x00FF, 0x0100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)
_COMPARED: Final = ("a", "x", "y", "d", "dbr", "s")
_ARITHMETIC: Final = {"n": 0x80, "v": 0x40, "z": 0x02, "c": 0x01}


class Equivalence(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a comparison.

    ``equal`` if at least one state was ``conclusive`` and none told the routines apart. A state is
    not conclusive where neither routine returned within the limits, and where both ran data in RAM, as one
    does that returns to what it pushed. ``difference`` says what
    differed, ``state`` from which registers and inputs (and ``seed``, which gives the memory).
    """

    equal: bool
    runs: int
    conclusive: int
    difference: str = ""
    state: Vector | None = None
    cycles: tuple[int, int] = (0, 0)


def equivalent(
    a: str | Assembly,
    b: str | Assembly,
    contract: Contract | None = None,
    *,
    seed: int = 0,
    n: int = 100,
    rom: bytes = b"",
) -> Equivalence:
    """Call two routines from ``n`` random states and compare what they leave.

    Registers, flags and all of RAM are random, inputs within the contract's bounds. Compared are
    registers, the flags N V Z C, decimal mode and widths, RAM and battery RAM but for the stack below S
    and the code itself, the hardware registers written and their order, and RTS against RTL. What the
    contract lets be clobbered is left out, and the flags unless an output names one (``c``), where it
    has outputs.
    What is assembled already must be so at the contract's address, with its symbols. A test, no proof.
    Raises DataError if either does not assemble.
    """
    contract = contract or Contract()
    first, second = (_bench(code, name, contract, rom) for code, name in ((a, "first"), (b, "second")))
    conclusive = 0
    cycles = [0, 0]
    for number in range(n):
        vector, extra, background = _random_state(contract, f"{seed}:{number}")
        runs = [bench.call(vector.given, registers=extra, background=background) for bench in (first, second)]
        ended = [run.outcome.reason for run in runs]
        if ended == ["steps", "steps"] or (first.strayed() and second.strayed()):
            continue
        conclusive += 1
        cycles = [total + run.outcome.cycles for total, run in zip(cycles, runs, strict=True)]
        difference = next(_differences((first, second), *runs), "")
        if difference:
            shown = Vector(given={**extra, **vector.given}, name=f"{seed}:{number}")
            return Equivalence(
                equal=False, runs=number + 1, conclusive=conclusive, difference=difference, state=shown
            )
    return Equivalence(equal=conclusive > 0, runs=n, conclusive=conclusive, cycles=(cycles[0], cycles[1]))


def _bench(code: str | Assembly, name: str, contract: Contract, rom: bytes) -> Workbench:
    assembly = code if isinstance(code, Assembly) else _assembled(code, contract, rom)
    if not assembly.ok or not assembly.blocks:
        raise DataError(f"the {name} routine does not assemble", hint=_why(assembly))
    return Workbench(assembly, contract, rom)


def _assembled(code: str, contract: Contract, rom: bytes) -> Assembly:
    return assemble(code, contract.address, symbols=contract.symbols, defines=contract.defines, rom=rom)


def _why(assembly: Assembly) -> str:
    return str(assembly.errors[0]) if assembly.errors else "it gives no bytes"


def _random_state(contract: Contract, seed: str) -> tuple[Vector, dict[str, int], bytes]:
    rng = random.Random(seed)
    registers = {name: _number(rng) for name in "axy"}
    registers["p"] = rng.randrange(0x100)
    given = {name: _within(rng, *bounds) for name, bounds in contract.inputs.items()}
    return Vector(given=given), registers, rng.randbytes(0x20000)


def _number(rng: random.Random) -> int:
    return rng.choice(_EDGES) if rng.random() < 0.25 else rng.randrange(0x10000)


def _within(rng: random.Random, low: int, high: int) -> int:
    return rng.choice((low, high)) if rng.random() < 0.15 else rng.randint(low, high)


def _differences(benches: tuple[Workbench, Workbench], one: Run, other: Run) -> Iterator[str]:
    if one.outcome.reason != other.outcome.reason or one.outcome.by != other.outcome.by:
        yield f"one ends by {_ending(one)}, the other by {_ending(other)}"
        return
    yield from _registers(benches[0].contract, one.after, other.after)
    yield from _memories(benches, one, other)
    if one.after.hardware != other.after.hardware:
        yield "different hardware registers are written, or in another order"


def _ending(run: Run) -> str:
    return run.outcome.by.upper() or f"the limit of {run.outcome.reason}"


def _registers(contract: Contract, one: State, other: State) -> Iterator[str]:
    free = {name.lower() for name in contract.clobbers}
    for name in _COMPARED:
        left, right = one.registers[name], other.registers[name]
        if left != right and name not in free:
            yield f"{name.upper()} is ${left:04X} or ${right:04X}"
    for name, bit in _flags(contract).items():
        if (one.registers["p"] ^ other.registers["p"]) & bit and name not in free:
            yield f"the flag {name.upper()} differs"
    if one.e != other.e:
        yield "one is left in emulation mode"


def _flags(contract: Contract) -> dict[str, int]:
    named = {name.lower() for name in contract.outputs}
    arithmetic = {name: bit for name, bit in _ARITHMETIC.items() if not named or name in named}
    return {**arithmetic, "dec": FLAGS["dec"], "i": FLAGS["i"], "m": 0x20, "x width": 0x10}


def _memories(benches: tuple[Workbench, Workbench], one: Run, other: Run) -> Iterator[str]:
    """Where the memories differ, but for where the code of either stands."""
    stack = one.before.registers["s"]
    below = range(0x7E0000 + max(stack - 256, 0), 0x7E0001 + stack)
    free = benches[0].allowed(benches[0].contract.clobbers)
    own = [below, *(code for bench in benches for code in bench.code_in_ram)]
    for address in changed(one.after, other.after):
        if address not in free and not any(address in part for part in own):
            yield f"memory at ${address:06X} differs"
            return
