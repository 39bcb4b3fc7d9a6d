"""What a command says, and where: data on stdout, talk on stderr, one envelope for ``--json``."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

from afs_core.errors import AfsError, UsageError

if TYPE_CHECKING:
    from afs_core.config import Config
    from afs_core.manifest import Counts, Report
    from afs_core.registry import Registry
    from afs_core.run import Progress, Run
    from afs_core.stage import Outcome

__all__ = ["Console", "Session", "envelope", "show_failure"]


class Session:
    """What all commands of one start share; loaded at first use. The root keeps it as ``ctx.obj``."""

    def __init__(
        self, config: Config | None = None, registry: Registry | None = None, *, plugins: bool = True
    ) -> None:
        self._config, self._registry, self.plugins = config, registry, plugins
        #: The plugin whose command runs, with distribution and version.
        self.owner = ""

    @classmethod
    def current(cls) -> Session:
        """The session of the running command; a new one where the root made none."""
        context = click.get_current_context(silent=True)
        if context is None:
            return cls()
        root = context.find_root()
        if not isinstance(root.obj, cls):
            root.obj = cls()
        return root.obj

    @property
    def config(self) -> Config:
        if self._config is None:
            from afs_core.config import Config

            self._config = Config.load()
        return self._config

    @property
    def registry(self) -> Registry:
        if self._registry is None:
            from afs_core.registry import Registry

            self._registry = Registry.load(self.config, plugins=self.plugins)
        return self._registry


class Console:
    """The voice of one command."""

    def __init__(
        self,
        command: str = "",
        *,
        json: bool = False,
        quiet: bool = False,
        session: Session | None = None,
        argv: tuple[str, ...] = (),
    ) -> None:
        self.command, self.json, self.quiet, self.argv = command, json, quiet, argv
        self.session = session or Session.current()
        self.warnings: list[str] = []
        #: What the last :meth:`report` showed; the envelope's data where a command returns nothing.
        self.data: Any = None

    @property
    def config(self) -> Config:
        return self.session.config

    @property
    def registry(self) -> Registry:
        return self.session.registry

    def print(self, text: str = "") -> None:
        """A line of data for a person; with ``--json`` the envelope holds it instead."""
        if not self.json:
            click.echo(text)

    def table(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = ()) -> None:
        """Rows as aligned columns, numbers to the right; nothing for no rows."""
        for line in table_lines(list(rows), columns):
            self.print(line)

    def note(self, text: str) -> None:
        """Talk: what happens now, and what came of it."""
        if not self.quiet:
            click.echo(text, err=True)

    def warn(self, text: str) -> None:
        """Something that does not stop the work; shown even when quiet, and in the envelope."""
        self.warnings.append(text)
        click.echo(f"{paint('warning:', 'yellow')} {text}", err=True)

    def report(self, outcome: Outcome) -> None:
        """Per capability what came in, went out, and why the rest did not; then what was written."""
        self.data = outcome
        if outcome.skipped:
            self.note(f"{outcome.stage}: nothing to do, everything is up to date")
        for line in count_lines(outcome.counts):
            self.note(line)
        if outcome.report is not None:
            self._judgement(outcome.report)
        for artifact in outcome.artifacts:
            verb = "is there" if outcome.skipped else "written"
            self.note(f"{artifact.path} {verb}{_size(artifact.details)}")

    def _judgement(self, report: Report) -> None:
        self.note(f"{report.title}: {'passed' if report.passed else 'not passed'}")
        for finding in report.findings:
            if not finding.passed:
                limit = f", limit {finding.limit}" if finding.limit else ""
                self.note(f"  {finding.name}: {finding.message or finding.value}{limit}")

    def keep_apart(self, output: Path | None) -> None:
        """Raise UsageError where samples would go to standard output, and the envelope too."""
        if self.json and output in (None, Path("-")):
            raise UsageError("--json needs --output: samples and the envelope cannot share standard output")

    def progress(self, label: str, total: int | None = None) -> AbstractContextManager[Progress]:
        """A bar on stderr for work over a second; silent unless a person watches."""
        from afs_core.cli.progress import bar_on, can_draw

        if self.quiet or not can_draw(sys.stderr):
            return nullcontext(_Silent())
        return bar_on(sys.stderr, label, total)

    @contextmanager
    def run(self, *, seed: int = 42, workdir: Path | None = None) -> Iterator[Run]:
        """A run with this command's config, plugins, warnings, progress and log."""
        from afs_core.logs import run_log
        from afs_core.run import Run

        self.config.check()
        run = Run.open(
            seed=seed,
            workdir=workdir,
            config=self.config,
            registry=self.registry,
            command=self.argv,
            on_warning=self.warn,
            bar=self.progress,
        )
        with run_log(run.id, self.command), run:
            yield run


class _Silent:
    def advance(self, n: int = 1) -> None:
        pass

    def note(self, text: str) -> None:
        pass


def envelope(
    command: str, *, data: Any = None, warnings: Sequence[str] = (), error: Mapping[str, Any] | None = None
) -> bytes:
    """The one line that ``--json`` prints: ``{command, ok, data, warnings, error}``."""
    fields = {
        "command": command,
        "ok": error is None,
        "data": data,
        "warnings": list(warnings),
        "error": error,
    }
    return msgspec.json.encode(fields, enc_hook=str)


def show_failure(
    fault: BaseException,
    *,
    json: bool,
    command: str = "",
    warnings: Sequence[str] = (),
    data: Any = None,
) -> int:
    """Say what went wrong, on stderr or in the envelope, and return the exit code."""
    error = describe(fault)
    if json:
        click.echo(envelope(command, data=data, warnings=warnings, error=error))
    else:
        click.echo(f"{paint('error:', 'red')} {error['message']}", err=True)
        if error["hint"]:
            click.echo(f"{paint('try:', 'cyan')} {error['hint']}", err=True)
    return int(error["exit_code"])


def describe(fault: BaseException) -> dict[str, Any]:
    """``{type, message, hint, exit_code}`` of any exception."""
    kind, hint = type(fault).__name__, ""
    if isinstance(fault, AfsError):
        message, hint, code = fault.message, fault.hint, fault.exit_code
        message = str(fault) or message
    elif isinstance(fault, click.UsageError):
        kind, message, code = "UsageError", fault.format_message(), 2
        hint = f"{fault.ctx.command_path} --help" if fault.ctx is not None else ""
    elif isinstance(fault, click.ClickException):
        message, code = fault.format_message(), fault.exit_code
    elif isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
        what = fault.filename or "what was being written, standard output or a temporary file"
        message, hint, code = f"no space is left for {what}", "make room, then run it again", 1
    elif isinstance(fault, (KeyboardInterrupt, click.Abort)):
        kind, message, code = "Cancelled", "interrupted", 130
    else:
        from afs_core.cli.crash import explain

        message, hint = explain(fault, Session.current().owner)
        code = 1
    return {"type": kind, "message": message, "hint": hint, "exit_code": code}


def paint(text: str, color: str, stream: TextIO | None = None) -> str:
    """``text`` in ``color`` where ``stream`` (stderr) is a terminal and ``NO_COLOR`` is not set."""
    stream = sys.stderr if stream is None else stream
    if os.environ.get("NO_COLOR") or not stream.isatty() or os.environ.get("TERM") == "dumb":
        return text
    return click.style(text, fg=color)


def table_lines(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> list[str]:
    """A header, then one line a row."""
    if not rows:
        return []
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    right = [all(_is_number(row.get(name)) for row in rows) for name in names]
    widths = [max(len(line[i]) for line in (names, *cells)) for i in range(len(names))]
    return [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in (names, *cells)
    ]


def count_lines(counts: Sequence[Counts]) -> list[str]:
    """``redaction  1,204 in  1,200 out  4 dropped: 3 empty, 1 too short``."""
    width = max((len(count.name) for count in counts), default=0)
    return [f"{count.name.ljust(width)}  {_count_text(count)}" for count in counts]


def _count_text(count: Counts) -> str:
    parts = [f"{count.came_in:,} in"] if count.came_in else []
    parts.append(f"{count.went_out:,} out")
    if count.dropped:
        parts.append(f"{sum(count.dropped.values()):,} dropped: {_reasons(count.dropped)}")
    if count.repaired:
        parts.append(f"{count.repaired:,} repaired")
    if count.noted:
        parts.append(f"noted: {_reasons(count.noted)}")
    return "  ".join(parts)


def _reasons(numbers: Mapping[str, int]) -> str:
    """The most frequent first."""
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number:,} {reason}" for reason, number in ordered)


def _size(details: Mapping[str, Any]) -> str:
    figures = []
    if isinstance(details.get("count"), int):
        figures.append(f"{details['count']:,} samples")
    if isinstance(details.get("bytes"), int):
        figures.append(_bytes(details["bytes"]))
    return f" ({', '.join(figures)})" if figures else ""


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(part) for part in value)
    return " ".join(str(value).split("\n"))


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
