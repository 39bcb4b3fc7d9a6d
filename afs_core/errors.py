"""Every error that afs raises on purpose, and the exit code it ends a command with.

    AfsError                     1  failed
    ├── UsageError               2  wrong usage, config, name or duplicate
    │   ├── ConfigError             a setting, with file and line
    │   ├── UnknownName             no such command, plugin, capability, model
    │   └── DuplicateName           two answers to one name; the message shows both
    ├── DataError                1  a file or a line of it: ``file:line: reason``
    │   └── Unrepresentable         a sample that a format cannot hold; names the field
    ├── PluginError              1  a plugin that could not be loaded or broke a promise
    ├── GateRefused              3  ran well, but a gate or a pre-flight said no
    ├── CredentialMissing        4
    ├── Missing                  5  a plugin, an extra or an engine is not installed
    ├── BudgetReached            6
    └── Cancelled              130  interrupted

The message says what was expected, what came, and where; ``hint`` says what to do next.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "AfsError",
    "BudgetReached",
    "Cancelled",
    "ConfigError",
    "CredentialMissing",
    "DataError",
    "DuplicateName",
    "GateRefused",
    "Missing",
    "PluginError",
    "UnknownName",
    "Unrepresentable",
    "UsageError",
]


class AfsError(Exception):
    """Base of all; ``exit_code`` is what the command line ends with."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AfsError):
    """The request itself is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting is wrong; the message starts with ``file:line:`` where one is known."""


class UnknownName(UsageError):
    """A name that nothing answers to."""


class DuplicateName(UsageError):
    """A name that two things answer to; the message shows both."""


class DataError(AfsError):
    """A file, or one line of it, is not what it should be."""

    def __init__(self, message: str, *, path: str | Path = "", line: int = 0, hint: str = "") -> None:
        place = f"{path}:{line}: " if line else f"{path}: " if path else ""
        super().__init__(f"{place}{message}", hint=hint)
        self.reason = message
        self.path = str(path)
        self.line = line


class Unrepresentable(DataError):
    """A sample holds something that the format cannot; ``field`` names it."""

    def __init__(self, message: str, *, field: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class PluginError(AfsError):
    """A plugin could not be loaded, or broke a promise of its kind."""


class GateRefused(AfsError):
    """The work ran, and its result says: do not go on."""

    exit_code = 3


class CredentialMissing(AfsError):
    """A key or login is needed and absent."""

    exit_code = 4


class Missing(AfsError):
    """A plugin, an extra or an engine is not installed; ``hint`` is the install line."""

    exit_code = 5


class BudgetReached(AfsError):
    """A limit on money, tokens or time that the user set was reached."""

    exit_code = 6


class Cancelled(AfsError):
    """The user interrupted the run."""

    exit_code = 130
