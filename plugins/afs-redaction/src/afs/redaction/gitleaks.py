"""Rules of the user's own, in the TOML format of Gitleaks.

Of a rule are read ``id``, ``regex``, ``secretGroup``, ``keywords``, ``entropy`` and its allow lists; of the
file, its allow lists. Of an allow list count ``regexes``, ``regexTarget`` and ``stopwords``: texts have no
path and no commit, so a list that asks for these too allows nothing, and rules about paths are passed over.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from afs.redaction.judgement import entropy
from afs.redaction.rule import Rule, compiled
from afs_core import ConfigError, UsageError

__all__ = ["gitleaks_rules"]

T = TypeVar("T")


Spare = Callable[[bytes, int, int, str], bool]


def gitleaks_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of the file; raises ConfigError for what is not one, naming the rule."""
    try:
        table = tomllib.loads(path.expanduser().read_text("utf-8"))
    except OSError as fault:
        raise ConfigError(f"{path}: cannot be read: {fault.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: not TOML: {fault}") from None
    rules = table.get("rules", [])
    if not isinstance(rules, list):
        raise ConfigError(f"{path}: expected [[rules]] tables, got {type(rules).__name__}")
    shared = _naming(path, "allowlist", lambda: _spares(table))
    return tuple(_rule(row, path, shared) for row in rules if "regex" in row)


def kind_of(name: str) -> str:
    """``my-rule.2`` as the kind of a placeholder: ``MY_RULE_2``."""
    kind = re.sub(r"[^0-9A-Z]+", "_", name.upper()).strip("_")[:60]
    return kind if kind[:1].isalpha() else f"SECRET_{kind}".strip("_")


def _rule(row: dict[str, Any], path: Path, shared: list[Spare]) -> Rule:
    if "id" not in row:
        raise ConfigError(f"{path}: a rule without id: {row.get('description', row['regex'])}")
    return _naming(path, f"rule {row['id']}", lambda: _made(row, shared))


def _naming(path: Path, what: str, make: Callable[[], T]) -> T:
    try:
        return make()
    except UsageError as fault:
        raise ConfigError(f"{path}: {what}: {fault.message}") from None
    except (TypeError, ValueError, AttributeError) as fault:
        raise ConfigError(f"{path}: {what}: {fault}") from None


def _made(row: dict[str, Any], shared: list[Spare]) -> Rule:
    pattern = str(row["regex"])
    groups = compiled(pattern).groups
    group = int(row.get("secretGroup", 0)) or min(groups, 1)
    if group > groups:
        raise UsageError(f"secretGroup is {group}, the pattern has {groups} groups")
    keywords = "|".join(re.escape(str(word)) for word in row.get("keywords", ()))
    least = float(row.get("entropy", 0))
    spares = [*_spares(row), *shared]
    return Rule(
        kind_of(str(row["id"])),
        f"(?i)(?:{keywords})" if keywords else pattern,
        pattern,
        accept=lambda secret: entropy(secret) >= least,
        spare=(lambda *found: any(spare(*found) for spare in spares)) if spares else None,
        group=group,
    )


def _spares(table: dict[str, Any]) -> list[Spare]:
    lists = [table[key] for key in ("allowlist", "allowList") if key in table]
    return [_spare(allow) for allow in (*lists, *table.get("allowlists", ()))]


def _spare(allow: dict[str, Any]) -> Spare:
    patterns = [compiled(str(pattern)) for pattern in allow.get("regexes", ())]
    words = [str(word).lower() for word in allow.get("stopwords", ())]
    target = str(allow.get("regexTarget", "secret"))
    both = str(allow.get("condition", "OR")).upper() in {"AND", "&&"}
    never = both and bool(allow.get("paths") or allow.get("commits"))

    def spare(data: bytes, start: int, end: int, secret: str) -> bool:
        text = {"match": data[start:end], "line": _line(data, start, end)}.get(target, secret.encode())
        matches = any(pattern.search(text) for pattern in patterns)
        listed = any(word in secret.lower() for word in words)
        if both and patterns and words:
            return matches and listed and not never
        return (matches or listed) and not never

    return spare


def _line(data: bytes, start: int, end: int) -> bytes:
    stop = data.find(b"\n", end)
    return data[data.rfind(b"\n", 0, start) + 1 : len(data) if stop < 0 else stop]
