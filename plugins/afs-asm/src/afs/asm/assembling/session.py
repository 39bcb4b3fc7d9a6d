"""An assembly from its first pass to its outcome: what lasts from pass to pass."""

from __future__ import annotations

from collections.abc import Mapping

from afs.asm.language.findings import ERROR
from afs.asm.language.lines import LogicalLine

from .assembly import AssembleLimits, Assembly, AssemblyFinding, Block
from .assembly_pass import Pass
from .freespace import FreeSpaces
from .image import Image, with_checksum
from .macros import Macro
from .place import NOWHERE
from .scopes import Label
from .source_files import SourceFiles
from .structs import Structs

__all__ = ["Session"]


class Session:
    """What lasts from pass to pass."""

    def __init__(
        self,
        files: SourceFiles,
        rom: bytes,
        limits: AssembleLimits,
        symbols: Mapping[str, int] | None,
        defines: Mapping[str, str] | None,
    ) -> None:
        self.files, self.rom, self.limits = files, rom, limits
        self.given = {name: Label(value) for name, value in (symbols or {}).items()}
        self.defines = dict(defines or {})
        self.labels: dict[str, Label] = dict(self.given)
        self.macros: dict[str, Macro] = {}
        self.structs = Structs()
        self.image = Image()
        self.spaces = FreeSpaces(rom)
        self.findings: dict[tuple[object, ...], AssemblyFinding] = {}
        self.start = NOWHERE
        self.wants_rom = False
        self.modern = False
        #: Whether a branch was taken of the last `if` that lay in so many blocks; asar keeps it.
        self.taken: dict[int, bool] = {}
        self.sources: dict[str, tuple[LogicalLine, ...]] = {}

    def run(self, file: str, lines: tuple[LogicalLine, ...]) -> Assembly:
        last = None
        for number in range(3):
            last = Pass(self, number)
            if not last.whole(file, lines):
                break
        assert last is not None
        return self._outcome(last)

    def find(self, finding: AssemblyFinding) -> None:
        key = (finding.file, finding.line, finding.column, finding.code, finding.reason)
        self.findings.setdefault(key, finding)

    @property
    def failed(self) -> bool:
        return any(finding.severity == ERROR for finding in self.findings.values())

    def _outcome(self, last: Pass) -> Assembly:
        findings = sorted(
            self.findings.values(), key=lambda finding: (finding.file, finding.line, finding.column)
        )
        ok = not self.failed
        labels = {name: label.value & 0xFFFFFF for name, label in self.labels.items() if _is_shown(name)}
        rom = b""
        if self.wants_rom and ok:
            rom = with_checksum(self.image.rom(bytes(self.spaces.rom), last.fill_free), last.mapper)
        return Assembly(
            ok,
            self._blocks(last),
            {name: value for name, value in labels.items() if name not in self.given},
            tuple(last.lines),
            tuple(findings),
            tuple(last.printed),
            last.mapper.name,
            rom,
        )

    def _blocks(self, last: Pass) -> tuple[Block, ...]:
        return self.image.blocks() if last.is_last else ()


def _is_shown(name: str) -> bool:
    return ":" not in name
