"""``afs asm assemble``, ``afs asm run`` and ``afs asm trace``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from afs.asm.assembling.assembler import assemble as assemble_code
from afs.asm.assembling.assembler import assemble_file
from afs.asm.assembling.assembly import Assembly
from afs.asm.machine.calls import Limits, Outcome, TraceEntry
from afs.asm.machine.disassembly import disassemble
from afs.asm.verdicts.contract import Contract, location
from afs.asm.verdicts.workbench import Run, Workbench
from afs_core import DataError, UsageError
from afs_core.cli import Console, afs_command, data_path
from afs_core.jsonl import atomic_write, open_binary

NOT_RETURNED = 3
_SHOWN = 20
_ROW = 16
_FLAGS = "nvmxdizc"


class Number(click.ParamType):  # type: ignore[type-arg]
    """A number of so many bits as `$7E0010`, `0x10` or `16`."""

    name = "number"

    def __init__(self, bits: int = 16) -> None:
        self.bits = bits

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = number(value)
        if found is None:
            self.fail(f"{value!r} is no number; write $1F, 0x1F or 31", param, ctx)
        if found >> self.bits:
            self.fail(f"{value} has more than {self.bits} bits", param, ctx)
        return found


def number(text: str) -> int | None:
    match = re.fullmatch(r"(?:\$|0x)([0-9A-Fa-f]+)|([0-9]+)", text.strip())
    return None if match is None else int(match[1], 16) if match[1] else int(match[2])


def _pairs(pairs: tuple[str, ...], flag: str) -> dict[str, int]:
    """`NAME=NUMBER`, each."""
    found = {}
    for pair in pairs:
        name, _, text = pair.rpartition("=")
        value = number(text)
        if not name or value is None:
            raise UsageError(f"{flag} takes PLACE=NUMBER, not `{pair}`", hint=f"{flag} '$7E0010:2=$1234'")
        found[name.strip()] = value
    return found


def _source_options(function: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option("--address", type=Number(24), help="Assemble FILE as a fragment that stands there"),
        click.option("--rom", type=data_path, help="The image that FILE patches"),
        click.option("--root", type=click.Path(path_type=Path), help="Files are read below it only [FILE's]"),
        click.option(
            "--symbol", "given", multiple=True, metavar="NAME=ADDRESS", help="A label that is known"
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _assembled(
    console: Console,
    file: Path,
    address: int | None,
    rom: Path | None,
    root: Path | None,
    given: tuple[str, ...],
) -> Assembly:
    """The assembly of ``file``; its findings are told, and DataError raised for errors."""
    symbols, image = _pairs(given, "--symbol"), _bytes(rom) if rom else b""
    if address is None and str(file) != "-":
        with open_binary(file):  # what cannot be read is said before anything is done
            pass
        result = assemble_file(file, root=root, symbols=symbols, rom=image)
    else:
        code = _bytes(file).decode("utf-8", "replace")
        result = assemble_code(
            code, 0x8000 if address is None else address, symbols=symbols, rom=image, root=root
        )
    for finding in result.findings[:_SHOWN]:
        console.note(str(finding))
    if len(result.findings) > _SHOWN:
        console.note(f"… and {len(result.findings) - _SHOWN} findings more")
    if not result.ok:
        count = len(result.errors)
        errors = f"{count} error{'s' * (count > 1)}"
        raise DataError(f"{file} does not assemble: {errors}", hint=f"begin with {result.errors[0]}")
    return result


def _bytes(path: Path) -> bytes:
    with open_binary(path) as stream:
        return stream.read()


def _expect_others(source: Path, *written: Path | None) -> None:
    """What is written never overwrites the source, or what was written before."""
    known = [source.resolve()]
    for path in (path for path in written if path is not None):
        if path.resolve() in known:
            raise UsageError(f"{path}: expected three files: FILE, --output and --symbols")
        known.append(path.resolve())


def _write(path: Path, data: bytes) -> None:
    with atomic_write(path) as stream:
        stream.write(data)


@afs_command()
@click.argument("file", type=data_path)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the ROM, or a fragment's bytes"
)
@click.option("--hex", "as_hex", is_flag=True, help="Print the bytes by address")
@click.option(
    "--symbols", type=click.Path(path_type=Path, dir_okay=False), help="Write the labels (WLA format)"
)
@_source_options
def assemble(
    console: Console,
    file: Path,
    output: Path | None,
    as_hex: bool,
    symbols: Path | None,
    address: int | None,
    rom: Path | None,
    root: Path | None,
    given: tuple[str, ...],
) -> dict[str, Any]:
    """Assemble a file in asar syntax with all that it includes.

    Without --address it is a whole program: a ROM, or a patch of the one that --rom names.
    """
    _expect_others(file, output, symbols)
    result = _assembled(console, file, address, rom, root, given)
    if output is not None:
        _write(output, result.rom if address is None else result.code)
    if symbols is not None:
        _write(symbols, result.symbols().encode())
    for text in result.printed:
        console.note(text)
    if as_hex or output is None:
        for line in _dump(result):
            console.print(line)
    written = sum(len(block.data) for block in result.blocks)
    console.note(f"{written} bytes in {len(result.blocks)} blocks, {len(result.labels)} labels")
    blocks = [{"address": block.address, "hex": block.data.hex()} for block in result.blocks]
    return {"blocks": blocks, "labels": result.labels, "findings": result.findings, "printed": result.printed}


def _dump(result: Assembly) -> list[str]:
    return [
        f"{block.address + at:06X}  {block.data[at : at + _ROW].hex(' ')}"
        for block in result.blocks
        for at in range(0, len(block.data), _ROW)
    ]


def _call_options(function: Callable[..., Any]) -> Callable[..., Any]:
    width = click.Choice(["8", "16"])
    options = [
        click.argument("file", type=data_path),
        click.option("--routine", default="", help="The label to call [the first byte of code]"),
        click.option("--a", type=Number(), default=0, help="Register A, all sixteen bits"),
        click.option("--x", type=Number(), default=0, help="Register X"),
        click.option("--y", type=Number(), default=0, help="Register Y"),
        click.option("--d", type=Number(), default=0, help="Direct page"),
        click.option("--dbr", type=Number(8), default=0, help="Data bank"),
        click.option("--s", type=Number(), default=0x01FF, help="Stack pointer [$01FF]"),
        click.option("--m-width", type=width, default="8", show_default=True, help="Bits of A on entry"),
        click.option(
            "--x-width", type=width, default="8", show_default=True, help="Bits of X and Y on entry"
        ),
        click.option(
            "--set", "sets", multiple=True, metavar="PLACE=VALUE", help="Memory or a flag before the call"
        ),
        click.option("--get", "gets", multiple=True, metavar="PLACE[:LENGTH]", help="What to show after it"),
        click.option(
            "--steps", type=click.IntRange(1), default=200_000, show_default=True, help="Instructions at most"
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return _source_options(function)


@afs_command()
@_call_options
def run(console: Console, **options: Any) -> dict[str, Any]:
    """Assemble FILE, call a routine, and show what it leaves.

    Places are registers, flags, $7E0010:2 or Name:2. Ends with exit code 3 if the call does not return.
    """
    bench, outcome = _called(console, options, trace=0)
    return _told(console, bench, outcome, options["gets"])


@afs_command()
@click.option(
    "--last", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Instructions shown"
)
@_call_options
def trace(console: Console, last: int, **options: Any) -> dict[str, Any]:
    """As run, and print the instructions with the registers before each."""
    bench, outcome = _called(console, options, trace=last)
    names = {address: name for name, address in sorted(bench.symbols.items(), reverse=True)}
    lines = [_traced(bench, entry, names) for entry in outcome.outcome.trace]
    for line in lines:
        console.print(line)
    return {**_told(console, bench, outcome, options["gets"]), "trace": lines}


def _called(console: Console, options: dict[str, Any], *, trace: int) -> tuple[Workbench, Run]:
    assembly = _assembled(console, *(options[name] for name in ("file", "address", "rom", "root", "given")))
    contract = Contract(
        entry=options["routine"],
        m=int(options["m_width"]),
        x=int(options["x_width"]),
        d=options["d"],
        dbr=options["dbr"],
        s=options["s"],
        symbols=_pairs(options["given"], "--symbol"),
        limits=Limits(steps=options["steps"], trace=trace),
    )
    bench = Workbench(assembly, contract, _bytes(options["rom"]) if options["rom"] else b"")
    if contract.entry and contract.entry not in bench.symbols:
        raise UsageError(f"there is no label `{contract.entry}`", hint=_near(contract.entry, bench))
    given = {name: options[name] for name in "axy"} | _pairs(options["sets"], "--set")
    for name in options["gets"]:
        location(name, bench.symbols)
    return bench, bench.call(given)


def _near(name: str, bench: Workbench) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, bench.symbols, 3)
    return f"did you mean {', '.join(near)}?" if near else "`afs asm assemble --symbols` lists the labels"


def _told(console: Console, bench: Workbench, run: Run, gets: tuple[str, ...]) -> dict[str, Any]:
    outcome, registers = run.outcome, run.after.registers
    console.print(" ".join(f"{name.upper()}=${registers[name]:04X}" for name in ("a", "x", "y", "s", "d")))
    console.print(f"DBR=${registers['dbr']:02X} P={_flags(registers['p'])} E={run.after.e}")
    places = {name: bench.value(name) for name in gets}
    for name, value in places.items():
        place = location(name, bench.symbols)
        console.print(f"{name} = ${value:0{2 * max(place.size, 1)}X} ({value})")
    data = {**msgspec.to_builtins(outcome), "registers": registers, "places": places}
    data.pop("trace")
    if outcome.returned:
        console.note(_ending(outcome))
    else:
        console.warn(f"the routine did not return: {_ending(outcome)}")
        click.get_current_context().call_on_close(_refuse)
    return data


def _ending(outcome: Outcome) -> str:
    by = f" by {outcome.by.upper()}" if outcome.by else " running"
    how = "still" if outcome.reason == "steps" else outcome.reason
    took = f"{outcome.steps} instructions, {outcome.cycles} cycles"
    return f"{how}{by} at ${outcome.address:06X} after {took}"


def _refuse() -> None:
    raise click.exceptions.Exit(NOT_RETURNED)


def _flags(p: int) -> str:
    return "".join(name.upper() if p & 0x80 >> bit else "-" for bit, name in enumerate(_FLAGS))


def _traced(bench: Workbench, entry: TraceEntry, names: dict[int, str]) -> str:
    text = disassemble(bench.memory, entry.pc, bool(entry.p & 0x20), bool(entry.e or entry.p & 0x10), names)
    label = f"{names[entry.pc]}:" if entry.pc in names else ""
    registers = (
        f"A={entry.a:04X} X={entry.x:04X} Y={entry.y:04X} S={entry.s:04X} D={entry.d:04X} DB={entry.dbr:02X}"
    )
    return f"{entry.pc:06X}  {text:<28} {registers} {_flags(entry.p)}  {label}".rstrip()
