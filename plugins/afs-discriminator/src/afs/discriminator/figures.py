"""How good a discriminator is, on texts it has never seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from afs.discriminator.backend import FAKE, REAL, Example
from afs.discriminator.calibration import calibration_error
from afs.reports import Interval, auc

__all__ = ["DETECTED", "Figures", "KindFigures", "Threshold", "figures_of"]

#: An area below this is not told from chance in use: the kind is "not detected", the model refused.
DETECTED: Final = 0.65
_THRESHOLDS: Final = tuple(step / 10 for step in range(1, 10))


class KindFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of fake against all real texts of its domain."""

    kind: str
    fakes: int
    real: int
    auc: Interval

    @property
    def detected(self) -> bool:
        return self.auc.value >= DETECTED


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """What a floor of ``minimum`` does: shares of the real texts kept, of the fakes removed, and of the
    fakes of detected kinds removed."""

    minimum: float
    real_kept: float
    fakes_removed: float
    detected_removed: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """``auc`` over all texts, its interval over source files; ``calibration_error`` in ten bins.
    ``detected_share`` is the share of the fakes that are of detected kinds."""

    texts: int
    real: int
    files: int
    auc: Interval
    calibration_error: float
    detected_share: float
    kinds: list[KindFigures]
    thresholds: list[Threshold]

    @property
    def sufficient(self) -> bool:
        """Whether filtering by it is better than by chance, as far as is known."""
        return self.auc.value >= DETECTED


def figures_of(examples: Sequence[Example], scores: Sequence[float]) -> Figures:
    """From calibrated scores, P(real), of examples that took no part in training."""
    real = [example.label == REAL for example in examples]
    groups = [example.source or str(place) for place, example in enumerate(examples)]
    kinds = _kinds(examples, scores, groups)
    detected = {kind.kind for kind in kinds if kind.detected}
    fakes = [example for example in examples if example.label == FAKE]
    return Figures(
        texts=len(examples),
        real=sum(real),
        files=len(set(groups)),
        auc=_rounded(auc(scores, real, groups)),
        calibration_error=_round(calibration_error(scores, real)),
        detected_share=_share(example.kind in detected for example in fakes),
        kinds=kinds,
        thresholds=[_threshold(minimum, examples, scores, detected) for minimum in _THRESHOLDS],
    )


def _kinds(examples: Sequence[Example], scores: Sequence[float], groups: Sequence[str]) -> list[KindFigures]:
    found = []
    for kind in sorted({example.kind for example in examples if example.label == FAKE}):
        domains = {e.domain for e in examples if e.kind == kind and e.label == FAKE}
        rows = [
            place
            for place, example in enumerate(examples)
            if (example.label == FAKE and example.kind == kind)
            or (example.label == REAL and example.domain in domains)
        ]
        real = [examples[place].label == REAL for place in rows]
        area = auc([scores[place] for place in rows], real, [groups[place] for place in rows])
        found.append(KindFigures(kind=kind, fakes=len(rows) - sum(real), real=sum(real), auc=_rounded(area)))
    return found


def _threshold(
    minimum: float, examples: Sequence[Example], scores: Sequence[float], detected: set[str]
) -> Threshold:
    rows = list(zip(examples, scores, strict=True))
    return Threshold(
        minimum=minimum,
        real_kept=_share(score >= minimum for example, score in rows if example.label == REAL),
        fakes_removed=_share(score < minimum for example, score in rows if example.label == FAKE),
        detected_removed=_share(
            score < minimum for example, score in rows if example.label == FAKE and example.kind in detected
        ),
    )


def _share(values: object) -> float:
    found = [bool(value) for value in values]  # type: ignore[attr-defined]
    return _round(sum(found) / len(found)) if found else math.nan


def _round(value: float) -> float:
    return value if math.isnan(value) else round(value, 4)


def _rounded(interval: Interval) -> Interval:
    return Interval(_round(interval.value), _round(interval.low), _round(interval.high))
