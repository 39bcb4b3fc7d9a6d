"""Rules of the user's own, in the TOML format of Gitleaks.

Read are ``id``, ``regex``, ``secretGroup``, ``keywords``, ``entropy``, and the ``regexes`` and ``stopwords``
of a rule's allow lists. Rules about paths alone say nothing about text and are passed over.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from afs.redaction.judgement import entropy
from afs.redaction.rule import Rule, compiled
from afs_core import ConfigError

__all__ = ["gitleaks_rules"]


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
    return tuple(_rule(row, path) for row in rules if "regex" in row)


def _rule(row: dict[str, Any], path: Path) -> Rule:
    try:
        name, pattern = str(row["id"]), str(row["regex"])
        groups = compiled(pattern).groups
        group = int(row.get("secretGroup", 0)) or min(groups, 1)
        keywords = [re.escape(str(word)) for word in row.get("keywords", ())]
        trigger = f"(?i)(?:{'|'.join(keywords)})" if keywords else pattern
        compiled(trigger)
    except KeyError:
        raise ConfigError(f"{path}: a rule without id: {row.get('description', row)}") from None
    except Exception as fault:
        raise ConfigError(f"{path}: rule {row.get('id', '?')}: {fault}") from None
    if group > groups:
        raise ConfigError(f"{path}: rule {name}: secretGroup is {group}, the pattern has {groups} groups")
    return Rule(kind_of(name), trigger, pattern, accept=_judge(row), group=group)


def kind_of(name: str) -> str:
    """``my-rule.2`` as the kind of a placeholder: ``MY_RULE_2``."""
    return re.sub(r"[^0-9A-Z]+", "_", name.upper()).strip("_") or "SECRET"


def _judge(row: dict[str, Any]) -> Callable[[str], bool]:
    least = float(row.get("entropy", 0))
    lists = [row["allowlist"]] if "allowlist" in row else row.get("allowlists", [])
    harmless = [compiled(pattern) for allow in lists for pattern in allow.get("regexes", ())]
    words = [word.lower() for allow in lists for word in allow.get("stopwords", ())]

    def accept(text: str) -> bool:
        return entropy(text) >= least and not _is_listed(text, harmless, words)

    return accept


def _is_listed(text: str, patterns: Iterable[Any], words: Iterable[str]) -> bool:
    data = text.encode()
    return any(pattern.search(data) for pattern in patterns) or any(word in text.lower() for word in words)
