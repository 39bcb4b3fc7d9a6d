"""Which rules apply, as a user sets them; the same for redaction and for the last scan."""

from __future__ import annotations

import getpass
import re
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from afs.redaction.gitleaks import gitleaks_rules
from afs.redaction.judgement import is_personal
from afs.redaction.personal import name_rule, own_name_rule
from afs.redaction.redactor import Redactor
from afs.redaction.rule import Rule, compiled
from afs.redaction.rules import RULES
from afs_core import ConfigError

__all__ = ["ExtraRule", "RuleSettings", "redactor_of"]

_KIND = re.compile(r"[A-Z][A-Z0-9_]{0,62}")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


class ExtraRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of the user's own: ``kind`` names its placeholders, ``pattern`` is RE2 syntax."""

    kind: str
    pattern: str


class RuleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    allow: Annotated[
        tuple[str, ...], Meta(description="SHA-256 digests, in hexadecimal, of values that are to stay.")
    ] = ()
    names: Annotated[
        tuple[str, ...], Meta(description="Names and words that are redacted wherever they stand.")
    ] = ()
    own_name: Annotated[
        bool, Meta(description="Redact this machine's login name where it stands as one.")
    ] = True
    rules: Annotated[
        tuple[ExtraRule, ...], Meta(description="Further rules: kind, and a pattern in RE2 syntax.")
    ] = ()
    rules_file: Annotated[Path | None, Meta(description="Further rules, as Gitleaks writes them.")] = None


def redactor_of(settings: RuleSettings, *, salt: bytes = b"") -> Redactor:
    """What redacts as ``settings`` say. Raises ConfigError, UsageError."""
    _check(settings)
    return Redactor(_rules(settings), allow=settings.allow, salt=salt)


def _check(config: RuleSettings) -> None:
    for digest in config.allow:
        if not _DIGEST.fullmatch(digest):
            raise ConfigError(
                f"redaction: allow: expected a SHA-256 of 64 hexadecimal digits, got {digest[:80]!r}",
                hint="printf %s VALUE | sha256sum",
            )
    for rule in config.rules:
        if not _KIND.fullmatch(rule.kind):
            raise ConfigError(f"redaction: rules: expected a kind such as TICKET_NUMBER, got {rule.kind!r}")
        compiled(rule.pattern)


def _rules(config: RuleSettings) -> list[Rule]:
    rules = list(RULES)
    rules += [Rule(extra.kind, extra.pattern, extra.pattern) for extra in config.rules]
    if config.rules_file is not None:
        rules += gitleaks_rules(config.rules_file)
    rules += [name_rule(name) for name in config.names if name]
    login = _login() if config.own_name else ""
    if len(login) >= 3 and is_personal(login):
        rules.append(own_name_rule(login))
    return rules


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
