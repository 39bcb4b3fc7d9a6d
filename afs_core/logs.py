"""The log of what ran: one JSON object a line, with the run's id, and no secrets.

``$XDG_STATE_HOME/afs/afs.log`` (``~/.local/state/afs``), 2 MB a file, four files kept. Talk for
people goes to stderr through the console, not through here; of the log only errors of
background code show there. A log that cannot be written never stops a command.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from afs_core.errors import AfsError

__all__ = ["JsonLines", "hide_secrets", "hide_value", "log_path", "run_log"]

MAX_BYTES = 2_000_000
KEPT_FILES = 3

_HIDDEN = "[secret]"
_NAMED = re.compile(
    r"""(?ix) ( (?: [\w-]* (?: api[_-]?key | secret | password | passwd | credential | access[_-]?key
                | private[_-]?key | auth[_-]?token | access[_-]?token ) [\w-]* | token | authorization )
        ["']? \s* [=:] \s* ["']? (?: bearer \s+ | basic \s+ )? )
        [^\s"',;&}\]]+ """
)
_SHAPED = re.compile(
    r"""(?x) (?i:bearer) \s+ [\w.~+/=-]{8,}
      | \b (?: sk | pk | rk ) - [\w-]{16,} | \b (?: ghp | gho | ghs | ghu | ghr ) _ \w{20,}
      | \b github_pat_ \w{20,} | \b glpat- [\w-]{16,} | \b hf_ \w{20,} | \b xox [abprs] - [\w-]{10,}
      | \b (?: AKIA | ASIA ) [A-Z0-9]{16} \b | \b AIza [\w-]{30,}
      | \b eyJ [\w-]{8,} \. [\w-]{8,} \. [\w-]*
      | -----BEGIN\ [A-Z ]*PRIVATE\ KEY----- .*? (?: -----END\ [A-Z ]*PRIVATE\ KEY----- | \Z )
    """,
    re.DOTALL,
)
_IN_ADDRESS = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*):[^\s/@]+@", re.IGNORECASE)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def hide_secrets(text: str) -> str:
    """``text`` with keys, tokens and passwords replaced by ``[secret]``."""
    text = _SHAPED.sub(_HIDDEN, text)
    text = _IN_ADDRESS.sub(rf"\1:{_HIDDEN}@", text)
    return _NAMED.sub(rf"\1{_HIDDEN}", text)


def log_path() -> Path:
    """Where the log lies."""
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser() / "afs" / "afs.log"


@contextmanager
def run_log(run_id: str, command: str) -> Iterator[logging.Logger]:
    """Everything logged below ``afs`` goes to the file, with this run's id, until the end."""
    log = logging.getLogger("afs")
    handlers = [_file_handler(run_id, command), _errors_on_stderr()]
    before = log.level
    log.setLevel(logging.INFO)
    for handler in handlers:
        log.addHandler(handler)
    started = time.monotonic()
    try:
        log.info("started")
        yield log
    except BaseException as fault:
        unexpected = isinstance(fault, Exception) and not isinstance(fault, AfsError)
        seconds = {"seconds": round(time.monotonic() - started, 3)}
        log.info("ended by %s: %s", type(fault).__name__, fault, extra=seconds, exc_info=unexpected)
        raise
    else:
        log.info("finished", extra={"seconds": round(time.monotonic() - started, 3)})
    finally:
        log.setLevel(before)
        for handler in handlers:
            log.removeHandler(handler)
            handler.close()


class JsonLines(logging.Formatter):
    """A record as one JSON object: time, level, run, command, logger, message, extras."""

    def __init__(self, run_id: str, command: str) -> None:
        super().__init__()
        self._run = {"run": run_id, "command": command}

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": _utc(record.created),
            "level": record.levelname.lower(),
            **self._run,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(_clean(fields), ensure_ascii=False, default=lambda value: hide_secrets(str(value)))


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03}Z"


class _QuietFile(RotatingFileHandler):
    """A full disk or a vanished folder is no reason to disturb the command."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        pass

    def close(self) -> None:
        with suppress(OSError):  # what was not written yet cannot be written now either
            super().close()


def _clean(value: Any) -> Any:
    """``value`` with secrets out of every string, also where a key's name tells one."""
    if isinstance(value, str):
        return hide_secrets(value)
    if isinstance(value, dict):
        return {name: hide_value(str(name), inner) for name, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def hide_value(name: str, value: Any) -> Any:
    """``value`` without secrets; all of it where ``name`` says that it is one."""
    told = isinstance(value, str) and _NAMED.match(f"{name}=x") is not None
    return _HIDDEN if told else _clean(value)


def _file_handler(run_id: str, command: str) -> logging.Handler:
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = _QuietFile(
            path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", errors="backslashreplace"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(JsonLines(run_id, command))
    return handler


def _errors_on_stderr() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.ERROR)
    handler.setFormatter(_Plain("%(levelname)s: %(message)s"))
    return handler


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(super().format(record))
