"""The pipeline without a file: sample files made a dataset, the usual way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afs.pipeline.file import Pipeline, StageTable
from afs_core import Missing, UnknownName

if TYPE_CHECKING:
    from afs_core.registry import Registry

__all__ = ["curation"]

_FLOOR = "transforms/quality-floor"
_SCAN = "secrets"
_AUGMENT = ("transforms/augment", "transforms/distinct-variants")


def curation(
    inputs: Sequence[Path],
    registry: Registry,
    *,
    profile: str | None = None,
    minimum: float | None = None,
    augment: int | None = None,
    on_error: str = "stop",
) -> Pipeline:
    """Redact, score, with ``minimum`` drop what scores below it, drop duplicates and split; with
    ``augment`` add up to so many variants of each training sample; at the end look for secrets in
    what was written, where a plugin can."""
    uses = ["transforms/redaction", "transforms/quality", "transforms/exact-dedupe", "transforms/split"]
    config: dict[str, dict[str, Any]] = {}
    if profile is not None:
        config["transforms/quality"] = {"profile": profile}
    if minimum is not None:
        uses.insert(2, _FLOOR)
        config[_FLOOR] = {"minimum": minimum}
    if augment:
        uses += _AUGMENT
        config[_AUGMENT[0]] = {"variants": augment}
    curated = StageTable(
        name="curated",
        uses=tuple(uses),
        from_=tuple(str(path.absolute()) for path in inputs),  # an absolute path is no name of a stage
        config=config,
        on_error="skip" if on_error == "skip" else "stop",
    )
    scan = StageTable(name=_SCAN, uses=(f"evaluators/{_SCAN}",), from_=("curated",), gate=True)
    return Pipeline(origin="command line", stages=(curated, scan) if _can_scan(registry) else (curated,))


def _can_scan(registry: Registry) -> bool:
    try:
        registry.find("evaluators", _SCAN)
    except (Missing, UnknownName):
        return False
    return True
