"""Secrets and personal data out of every string of a sample.

>>> from afs.redaction import Redactor
>>> Redactor().text("push with ghp_Zx81kQ0v7Jt2LmN4bWc6RyTs9UaE3DfG5hKp, please")
'push with <GITHUB_TOKEN_ghkgcn>, please'
"""

from __future__ import annotations

from typing import Any

__all__ = ["RULES", "Placeholders", "Redaction", "Redactor", "Rule", "Secrets", "sample_redacted"]

_HOMES = {
    "RULES": "rules",
    "Placeholders": "placeholder",
    "Redaction": "transform",
    "Redactor": "redactor",
    "Rule": "rule",
    "Secrets": "secrets",
    "sample_redacted": "walk",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
