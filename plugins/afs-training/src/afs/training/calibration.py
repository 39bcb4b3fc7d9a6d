"""Do the weights of the quality score agree with a person's labels, and would others agree better?

Fitted weights are judged on samples that their fit has not seen: five folds, groups whole, and
the area under the curve of the pooled held-out scores against that of the present weights.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import msgspec

from afs.reports import Interval, auc, auc_difference, kendall, spearman
from afs.training.weight_fit import MOST_SIGNALS, fitted_weights, weighted_mean
from afs_core import DataError, GateRefused, TrainingSample, UsageError

__all__ = ["FEWEST", "FEWEST_OF_A_KIND", "Calibration", "Labelled", "Ranking", "calibrate", "label_of"]

#: Below these nothing is fitted: an interval of the area would span nearly all of it.
FEWEST, FEWEST_OF_A_KIND = 30, 10
_FOLDS = 5
_DIGITS = 3


class Labelled(msgspec.Struct, frozen=True):
    """One sample: its signals, each a value or None, its label in 0..1, and its group."""

    values: tuple[float | None, ...]
    label: float
    group: str

    @property
    def good(self) -> bool:
        return self.label >= 0.5


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """How one score ranks the samples that have it."""

    name: str
    samples: int
    auc: Interval
    spearman: Interval
    kendall: Interval


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """``fitted`` ranks by held-out scores; ``folds`` are the weights of each fold's fit.

    ``difference`` is the area of ``fitted`` less that of ``present``; the fit is ``better``
    where its interval lies above 0.
    """

    samples: int
    good: int
    groups: int
    signals: list[Ranking]
    present: Ranking
    fitted: Ranking
    difference: Interval
    better: bool
    present_weights: dict[str, float]
    fitted_weights: dict[str, float]
    folds: list[dict[str, float]]


def label_of(sample: TrainingSample) -> float | None:
    """``_metadata.label``, else a key ``label`` beside the documented ones: a number in 0..1, or
    true or false; None where there is none. Raises DataError for anything else."""
    found = sample.metadata.get("label", sample.extra.get("label"))
    if found is None:
        return None
    if isinstance(found, (bool, int, float)) and 0 <= found <= 1:
        return float(found)
    raise DataError(f"expected a label in 0..1, true or false, got {found!r}")


def calibrate(
    rows: Sequence[Labelled], names: Sequence[str], present: Sequence[float], seed: int = 42
) -> Calibration:
    """Judge ``present`` weights of the signals ``names``, and fit others to the labels.

    Raises GateRefused where there are too few labels, or no signal rises with them.
    """
    _check(rows, names)
    labels = [row.label for row in rows]
    weights = fitted_weights([row.values for row in rows], labels)
    if weights is None:
        raise GateRefused(
            "no signal rises with the labels, so there are no weights to fit",
            hint="check that a label of 1 means good; try --signal NAME for a scorer of a plugin",
        )
    now = [weighted_mean(row.values, present) for row in rows]
    then, folds = _held_out(rows, present, random.Random(f"{seed}:calibrate"))
    both = [n for n in range(len(rows)) if not math.isnan(now[n]) and not math.isnan(then[n])]
    difference = auc_difference(
        [now[n] for n in both],
        [then[n] for n in both],
        [rows[n].good for n in both],
        [rows[n].group for n in both],
    )
    return Calibration(
        samples=len(rows),
        good=sum(row.good for row in rows),
        groups=len({row.group for row in rows}),
        signals=[_ranking(name, rows, _column(rows, place)) for place, name in enumerate(names)],
        present=_ranking("present", rows, now),
        fitted=_ranking("fitted, held out", rows, then),
        difference=difference,
        better=difference.low > 0,
        present_weights=_named(names, _shares(present)),
        fitted_weights=_named(names, weights),
        folds=[_named(names, fold) for fold in folds],
    )


def _check(rows: Sequence[Labelled], names: Sequence[str]) -> None:
    if len(names) > MOST_SIGNALS:
        raise UsageError(f"expected at most {MOST_SIGNALS} signals, got {len(names)}: {', '.join(names)}")
    good = {row.group for row in rows if row.good}
    bad = {row.group for row in rows if not row.good}
    if len(rows) < FEWEST or min(len(good), len(bad)) < FEWEST_OF_A_KIND:
        raise GateRefused(
            f"too few labels to learn from: expected {FEWEST} samples, and {FEWEST_OF_A_KIND} groups with "
            f"good ones (.5 or more) as with bad ones, got {len(rows)} samples, {len(good)} groups with good "
            f"and {len(bad)} with bad ones",
            hint="label more samples; samples of one source file are one group",
        )


def _held_out(
    rows: Sequence[Labelled], present: Sequence[float], rng: random.Random
) -> tuple[list[float], list[list[float]]]:
    """The score of each row by weights fitted without its fold, and those weights."""
    place = _folds(rows, rng)
    scores, folds = [math.nan] * len(rows), []
    for fold in range(_FOLDS):
        seen = [row for row, where in zip(rows, place, strict=True) if where != fold]
        found = fitted_weights([row.values for row in seen], [row.label for row in seen])
        weights = _shares(present) if found is None else found
        folds.append(weights)
        for number, row in enumerate(rows):
            if place[number] == fold:
                scores[number] = weighted_mean(row.values, weights)
    return scores, folds


def _folds(rows: Sequence[Labelled], rng: random.Random) -> list[int]:
    """A fold for each row: groups whole, the largest first, good and bad spread evenly."""
    groups: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(row.group, []).append(number)
    order = list(groups.values())
    rng.shuffle(order)
    order.sort(key=len, reverse=True)
    held = [[0, 0] for _ in range(_FOLDS)]
    place = [0] * len(rows)
    for members in order:
        good = sum(rows[number].good for number in members)
        kind = good * 2 > len(members)
        fold = min(range(_FOLDS), key=lambda n: (held[n][kind], sum(held[n])))
        held[fold][True] += good
        held[fold][False] += len(members) - good
        for number in members:
            place[number] = fold
    return place


def _ranking(name: str, rows: Sequence[Labelled], scores: Sequence[float]) -> Ranking:
    known = [(score, row) for score, row in zip(scores, rows, strict=True) if not math.isnan(score)]
    values, groups = [score for score, _ in known], [row.group for _, row in known]
    labels = [row.label for _, row in known]
    return Ranking(
        name=name,
        samples=len(known),
        auc=auc(values, [row.good for _, row in known], groups),
        spearman=spearman(values, labels, groups),
        kendall=kendall(values, labels, groups),
    )


def _column(rows: Sequence[Labelled], place: int) -> list[float]:
    return [math.nan if (value := row.values[place]) is None else value for row in rows]


def _shares(weights: Sequence[float]) -> list[float]:
    total = math.fsum(weights)
    return [weight / total for weight in weights] if total else list(weights)


def _named(names: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    """Weights by name in thousandths that sum to 1, by largest remainder."""
    unit = 10**_DIGITS
    parts = [int(weight * unit) for weight in weights]
    order = sorted(range(len(parts)), key=lambda n: parts[n] - weights[n] * unit)
    for place in order[: max(0, round(math.fsum(weights) * unit) - sum(parts))]:
        parts[place] += 1
    return {name: part / unit for name, part in zip(names, parts, strict=True)}
