"""The check of a text by the user's own asar, with our findings on top; ours alone where there is none.

with open_engine() as engine:
    engine.check("LDA #$12").engine      # "asar 1.91", or "afs"
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from afs.asm.checking.checker import CheckResult, check
from afs.asm.language.findings import ERROR, WARNING, Finding
from afs_core.worker import Worker, WorkerError

from .messages import Message
from .program import AsarProgram, find_asar
from .rule import Fragment
from .worker import Reply

SECONDS: Final = 10.0
MEMORY: Final = 1 << 30


class OwnEngine:
    """Our own check."""

    name = "afs"

    def check(self, code: str, known: Iterable[str] = ()) -> CheckResult:
        return check(code, known)

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsarEngine(OwnEngine):
    """asar in a worker. What it does not finish is judged by our own check, and does not assemble.

    A text that reads files by computed names is judged by our own check where the system cannot keep asar
    from reading what it should not.
    """

    def __init__(self, program: AsarProgram, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="afs-asar-", ignore_cleanup_errors=True)
        config = {**program._asdict(), "seconds": seconds, "folder": self._folder.name}
        target = "afs.asm.asar.worker:serve"
        self._worker = Worker(target, config, timeout=seconds + 5, memory=memory)
        first = self._run({"afs-main.asm": "lorom\n"})
        if first.ended and not first.version:
            raise WorkerError(f"{program.path} does not work as asar: {first.ended}")
        self.name = f"asar {first.version}"
        self.fenced = first.fenced

    def check(self, code: str, known: Iterable[str] = ()) -> CheckResult:
        own = check(code, known)
        if not self.fenced and _reads_files(own, code):
            return own
        alone = self._run({"afs-main.asm": code})
        if alone.ok:
            return CheckResult(True, True, _accepted(own.findings), (), self.name)
        parameters = [name.strip("<>") for name in own.stubs if name[:1] == "<"]
        in_macro = bool(parameters) or any(name[:1] == "?" for name in own.stubs)
        fragment = Fragment(code, self._run, tuple(parameters) if in_macro else None)
        if fragment.reply.ended or alone.ended:
            return self._unfinished(own, fragment.reply.ended or alone.ended)
        findings = _findings(own.findings, fragment)
        stubs = (*fragment.stand_ins.names, *(f"<{name}>" for name in parameters))
        return CheckResult(False, not fragment.errors, findings, stubs, self.name)

    def _unfinished(self, own: CheckResult, why: str) -> CheckResult:
        finding = Finding(1, 1, WARNING, "limit", f"asar was given up: {why}")
        return msgspec.structs.replace(own, assembles=False, findings=(finding, *own.findings))

    def _run(self, files: dict[str, str]) -> Reply:
        try:
            return msgspec.convert(self._worker.call({"files": files}), Reply)
        except WorkerError as fault:
            return Reply(False, "", ended=fault.message)

    def close(self) -> None:
        self._worker.close()
        self._folder.cleanup()


def open_engine(program: AsarProgram | None = None, **limits: Any) -> OwnEngine:
    """The user's asar if there is one, else our own check. Raises Missing if `AFS_ASAR` names nothing,
    and WorkerError if what it names is no asar."""
    program = find_asar() if program is None else program
    return AsarEngine(program, **limits) if program else OwnEngine()


def _reads_files(own: CheckResult, code: str) -> bool:
    words = ("incsrc", "incbin", "table", "readfile", "filesize", "getfilestatus", "include")
    lower = code.lower()
    return any(word in lower for word in words) or "!" in lower or "%" in lower


def _accepted(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Our findings on a text that asar takes: none of them is an error."""
    return tuple(msgspec.structs.replace(finding, severity=WARNING) for finding in findings)


def _findings(own: tuple[Finding, ...], fragment: Fragment) -> tuple[Finding, ...]:
    """asar's errors, told as ours where we found the same line wrong, and our warnings."""
    lines = {fragment.line(message): message for message in reversed(fragment.errors)}
    told = {finding.line for finding in own if finding.severity == ERROR}
    kept = [
        finding
        if finding.severity == WARNING or finding.line in lines
        else msgspec.structs.replace(finding, severity=WARNING)
        for finding in own
    ]
    kept += [_of_asar(message, line) for line, message in lines.items() if line not in told]
    return tuple(sorted(kept, key=lambda finding: (finding.line, finding.column)))


def _of_asar(message: Message, line: int) -> Finding:
    block = f" in `{message.block[:60]}`" if message.block else ""
    return Finding(line, 1, ERROR, message.name, f"{message.text}{block}")
