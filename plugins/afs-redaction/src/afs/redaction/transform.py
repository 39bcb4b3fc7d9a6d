"""The ``redaction`` transform."""

from __future__ import annotations

import getpass
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from afs.redaction.gitleaks import gitleaks_rules
from afs.redaction.judgement import is_personal
from afs.redaction.redactor import Redactor
from afs.redaction.rule import Rule, compiled
from afs.redaction.rules import RULES, name_rule, own_name_rule
from afs.redaction.walk import sample_redacted
from afs_core import ConfigError, DataError, Run, TrainingSample

__all__ = ["ExtraRule", "Redaction"]

_KIND = re.compile(r"[A-Z][A-Z0-9_]{0,62}")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


class ExtraRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of the user's own: ``kind`` names its placeholders, ``pattern`` is RE2 syntax."""

    kind: str
    pattern: str


class Redaction:
    """Replaces secrets and personal data in every string of a sample by placeholders.

    A sample in which nothing is found goes on as the very same object. ``noted`` counts the
    places that were redacted, by kind.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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

    def __init__(self, config: Config | None, run: Run) -> None:
        config = self.Config() if config is None else config
        _check(config)
        self._redactor = Redactor(_rules(config), allow=config.allow)
        self.noted: Counter[str] = Counter()

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        for sample in samples:
            yield self._redacted(sample)

    def _redacted(self, sample: TrainingSample) -> TrainingSample:
        try:
            clean = sample_redacted(sample, self._redactor)
        except RecursionError:
            raise DataError(f"sample {sample.source or '?'}: nested too deep to be redacted") from None
        if clean is not sample:
            clean = _marked(clean, self._redactor.counts)
            self.noted.update(self._redactor.counts)
        elif self._hides_something(sample):
            clean = msgspec.structs.replace(sample)  # a copy does not keep the line it was read from
        self._redactor.counts.clear()
        return clean

    def _hides_something(self, sample: TrainingSample) -> bool:
        """Whether the sample's line holds more than the sample: a key that stands there twice."""
        line: bytes | None = sample.__dict__.get("line")
        if line is None or not self._redactor.suspects(line):
            return False
        return self._redactor.holds(line.decode("utf-8", "replace"))


def _marked(sample: TrainingSample, counts: Counter[str]) -> TrainingSample:
    before = sample.metadata.get("redacted")
    total = Counter(before if isinstance(before, dict) else {})
    total.update(counts)
    metadata = {**sample.metadata, "redacted": dict(sorted(total.items()))}
    prov = sample.prov
    if prov is not None and "redaction" not in prov.transforms:
        prov = msgspec.structs.replace(prov, transforms=(*prov.transforms, "redaction"))
    return msgspec.structs.replace(sample, _metadata=metadata, prov=prov)


def _check(config: Redaction.Config) -> None:
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


def _rules(config: Redaction.Config) -> list[Rule]:
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
