"""The card of a discriminator, and the tables that ``train`` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from afs.discriminator.figures import DETECTED, Figures
from afs.discriminator.model import Record

__all__ = ["card", "kind_rows", "summary", "threshold_rows"]


def summary(figures: Figures) -> str:
    """One line: held-out AUC with its interval, and the calibration error."""
    area = figures.auc
    return (
        f"held-out AUC {area.value:.3f} [{area.low:.3f}, {area.high:.3f}], calibration error "
        f"{figures.calibration_error:.3f}, on {figures.texts:,} texts of {figures.files:,} files"
    )


def kind_rows(figures: Figures) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind.kind,
            "fakes": kind.fakes,
            "AUC": f"{kind.auc.value:.3f}",
            "interval": f"{kind.auc.low:.3f} to {kind.auc.high:.3f}",
            "": "" if kind.detected else "not detected",
        }
        for kind in figures.kinds
    ]


def threshold_rows(figures: Figures) -> list[dict[str, Any]]:
    return [
        {
            "floor": f"{row.minimum:.1f}",
            "real kept": f"{row.real_kept:.1%}",
            "fakes removed": f"{row.fakes_removed:.1%}",
            "of detected kinds": f"{row.detected_removed:.1%}",
        }
        for row in figures.thresholds
    ]


def card(record: Record, counts: Mapping[str, int]) -> str:
    """Markdown: what it was made from, how it was measured, and what it cannot do."""
    figures = record.figures
    assert figures is not None
    missed = [kind.kind for kind in figures.kinds if not kind.detected]
    lines = [
        "# A discriminator",
        "",
        f"Backend `{record.backend}`. Scores are P(real), calibrated on a split of their own.",
        "",
        f"Trained on {counts['train']:,} texts, calibrated on {counts['val']:,}; {summary(figures)}.",
        "Files lie in one split each. Domains: "
        + ", ".join(f"{name} {count:,}" for name, count in record.domains.items())
        + ". It says nothing of other domains.",
        "",
        "## By kind of fake",
        "",
        f"A kind is compared with all real texts of its domain. Below {DETECTED} it is not detected.",
        "",
        *_table(kind_rows(figures)),
        "",
        "## Thresholds",
        "",
        *_table(threshold_rows(figures)),
        "",
        f"Of the fakes, {figures.detected_share:.0%} are of detected kinds."
        + (f" Not detected: {', '.join(missed)}." if missed else ""),
        "",
        "The fakes are made by afs's corruptions, or are the generated samples that were given. Other faults "
        "are not measured, and a high score is no proof that a text is right.",
        "",
    ]
    return "\n".join(lines)


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["none"]
    head = list(rows[0])
    body = [[str(row[name]) for name in head] for row in rows]
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)]
