"""What an assembled text gives: bytes by address, labels, lines, and what was wrong."""

from __future__ import annotations

import msgspec

from afs.asm.language.findings import ERROR, Finding

__all__ = ["AssembleLimits", "Assembly", "AssemblyFinding", "Block", "LineAddress"]


class AssembleLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one pass over the text may take; beyond it assembly ends with a finding of code ``limit``.

    ``statements`` counts each execution of a statement, ``loops`` each turn of a loop or call of a
    macro or function, ``bytes`` what is written, ``depth`` how far macros, files and functions may be nested.
    """

    statements: int = 1_000_000
    loops: int = 100_000
    bytes: int = 0x1000000
    depth: int = 64


class AssemblyFinding(Finding, frozen=True):
    """A finding with its file; ``called`` tells from where, for what a macro's body did."""

    file: str = ""
    called: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:" if self.file else ""
        origin = f" (called from {self.called})" if self.called else ""
        return f"{place}{super().__str__()}{origin}"


class Block(msgspec.Struct, frozen=True):
    """Bytes in a row. ``address`` is the SNES address of the first; a block stays within its bank."""

    address: int
    data: bytes


class LineAddress(msgspec.Struct, frozen=True):
    """A line that gave bytes, and the address of the first of them."""

    address: int
    file: str
    line: int


class Assembly(msgspec.Struct, frozen=True):
    """The outcome of an assembly. Nothing of it is of use unless ``ok``.

    ``labels`` holds labels, assigned names and struct fields by full name, with the addresses that
    code sees (after ``base``); names that only macros see are left out. ``rom`` is the whole image,
    empty where a fragment was assembled. ``printed`` is what ``print`` said.
    """

    ok: bool
    blocks: tuple[Block, ...] = ()
    labels: dict[str, int] = {}
    lines: tuple[LineAddress, ...] = ()
    findings: tuple[AssemblyFinding, ...] = ()
    printed: tuple[str, ...] = ()
    mapper: str = "lorom"
    rom: bytes = b""

    @property
    def code(self) -> bytes:
        """The bytes of the only block; of several, those of all in the order of their addresses."""
        return b"".join(block.data for block in self.blocks)

    @property
    def errors(self) -> tuple[AssemblyFinding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == ERROR)

    def symbols(self) -> str:
        """The labels as a symbol file that emulators read (WLA format)."""
        rows = sorted((value, name) for name, value in self.labels.items())
        lines = [f"{value >> 16:02x}:{value & 0xFFFF:04x} {name}" for value, name in rows]
        return "\n".join(["[labels]", *lines, ""])
