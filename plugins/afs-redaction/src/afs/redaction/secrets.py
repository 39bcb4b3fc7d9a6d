"""The ``secrets`` evaluator: does what was written hold what redaction takes out?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

from afs.redaction.scan import Hit, scanned, scanned_files
from afs.redaction.settings import RuleSettings, redactor_of
from afs_core import EvalJob, Finding, Report, Run, UsageError

__all__ = ["Secrets", "by_kind"]

_SHOWN = 1000


class Secrets:
    """Scans ``job.data`` (files of any shape, folders) with the rules of redaction.

    The report has passed if nothing is found. It counts by kind and names the lines, and holds
    no value. Settings of the ``redaction`` transform apply; those given here apply on top.
    """

    class Config(RuleSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        """Set what differs from the settings of ``transforms/redaction``."""

    def __init__(self, config: Config | None, run: Run) -> None:
        self._redactor = redactor_of(_merged(config or self.Config(), run))
        self._run = run

    def evaluate(self, job: EvalJob, /) -> Report:
        if not job.data:
            raise UsageError(
                "secrets scans written data; none was given", hint="name files or folders as data"
            )
        files = scanned_files(job.data)
        hits: list[Hit] = []
        with self._run.progress("secrets", len(files)) as bar:
            for path in files:
                hits += scanned(path, self._redactor)
                bar.advance()
                self._run.check_cancelled()
        return _report(hits, len(files))


def by_kind(hits: Sequence[Hit]) -> dict[str, int]:
    """How many places were found, by kind."""
    counts = Counter[str]()
    for hit in hits:
        counts[hit.kind] += hit.places
    return dict(sorted(counts.items()))


def _merged(own: RuleSettings, run: Run) -> RuleSettings:
    base = run.registry.config_for("transforms", "redaction/redaction", {})
    fields = RuleSettings.__struct_fields__
    defaults, inherited = RuleSettings(), base if isinstance(base, RuleSettings) else RuleSettings()
    given = {name: getattr(own, name) for name in fields if getattr(own, name) != getattr(defaults, name)}
    return RuleSettings(**{**{name: getattr(inherited, name) for name in fields}, **given})


def _report(hits: list[Hit], files: int) -> Report:
    counts = by_kind(hits)
    total = sum(counts.values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    first = f"; the first at {hits[0].path}:{hits[0].line}" if hits else ""
    finding = Finding(
        name="secrets left",
        passed=not hits,
        value=total,
        limit="none",
        message=f"{total} in {files} files: {kinds}{first}" if hits else f"none in {files} files",
    )
    rows: list[dict[str, Any]] = [
        {"file": str(hit.path), "line": hit.line, "kind": hit.kind, "places": hit.places}
        for hit in islice(hits, _SHOWN)
    ]
    more = (f"{len(hits) - _SHOWN:,} further lines are not listed.",) if len(hits) > _SHOWN else ()
    return Report(
        title="Secrets",
        passed=not hits,
        summary={"files": files, "secrets": total, **counts},
        findings=(finding,),
        tables={"hits": rows},
        notes=more,
    )
