"""Rank statistics: does a score put the good above the bad?

Sources: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837, for the variance of areas and
of their difference; Sun and Xu, IEEE Signal Processing Letters 21 (2014) 1389, for its midranks;
Obuchowski, Biometrics 53 (1997) 567, for areas over groups; Pepe, Statistical Evaluation of
Medical Tests (2003), for the interval on the logit scale; Knight, JASA 61 (1966) 436, for
Kendall's tau-b in n log n; Bonett and Wright, Psychometrika 65 (2000) 23, for the intervals of
both rank correlations.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from afs.reports.statistics import Z95, Interval, wilson

__all__ = ["auc", "auc_difference", "kendall", "spearman"]

Groups = Sequence[Hashable] | None


def auc(scores: Sequence[float], good: Sequence[bool], groups: Groups = None) -> Interval:
    """Chance that a good one scores above a bad one, ties half; NaN without both kinds.

    Members of one of ``groups`` are not taken to be independent. Where all good ones lie above
    all bad ones (or below) the interval is Wilson's, of as many trials as the rarer kind has
    members or groups.
    """
    area, shares = _area(scores, good)
    names = range(len(good)) if groups is None else groups
    fewest = min(len({n for n, g in zip(names, good, strict=True) if g is kind}) for kind in (True, False))
    if math.isnan(area) or area in (0.0, 1.0):
        return wilson(area, fewest)
    spread = Z95 * math.sqrt(_variance(shares, names)) / (area * (1 - area))
    middle = math.log(area / (1 - area))
    return Interval(area, _logistic(middle - spread), _logistic(middle + spread))


def auc_difference(
    before: Sequence[float], after: Sequence[float], good: Sequence[bool], groups: Groups = None
) -> Interval:
    """Area of ``after`` less that of ``before`` over the same rows, cut at -1 and 1."""
    (old, shares), (new, others) = _area(before, good), _area(after, good)
    names = range(len(good)) if groups is None else groups
    change = [b - a for a, b in zip(shares, others, strict=True)]
    spread = Z95 * math.sqrt(_variance(change, names))
    return Interval(new - old, max(-1.0, new - old - spread), min(1.0, new - old + spread))


def spearman(xs: Sequence[float], ys: Sequence[float], groups: Groups = None) -> Interval:
    """Spearman's rank correlation, ties by midranks; NaN where one side is all alike.

    The interval counts groups, where there are any, in place of rows.
    """
    value = _pearson(_midranks(xs), _midranks(ys))
    return _fisher(value, _count(xs, groups), lambda count: (1 + value * value / 2) / (count - 3))


def kendall(xs: Sequence[float], ys: Sequence[float], groups: Groups = None) -> Interval:
    """Kendall's tau-b; NaN where one side is all alike. Intervals count as in :func:`spearman`.

    Their variance is Bonett and Wright's without ties; with ties it is that of a Pearson
    correlation, which tau-b becomes where both sides have two values.
    """
    pairs = sorted(zip(xs, ys, strict=True))
    total, tied_x, tied_y = math.comb(len(pairs), 2), _tied(xs), _tied(ys)
    if total in (tied_x, tied_y):
        return Interval(math.nan, math.nan, math.nan)
    discordant = _inversions([y for _, y in pairs])[0]
    concordant = total - tied_x - tied_y + _tied(pairs) - discordant
    value = (concordant - discordant) / math.sqrt((total - tied_x) * (total - tied_y))
    tied = tied_x or tied_y
    return _fisher(value, _count(xs, groups), lambda count: 1 / (count - 3) if tied else 0.437 / (count - 4))


def _area(scores: Sequence[float], good: Sequence[bool]) -> tuple[float, list[float]]:
    """The area, and what each row adds to its error: squares of these sum to DeLong's variance."""
    places = {kind: [p for p, g in enumerate(good) if bool(g) is kind] for kind in (True, False)}
    many, others = len(places[True]), len(places[False])
    if not many or not others:
        return math.nan, [math.nan] * len(good)
    ranks = _midranks(scores)
    above = [0.0] * len(good)
    for kind, rest in ((True, others), (False, many)):
        own = _midranks([scores[place] for place in places[kind]])
        for place, rank in zip(places[kind], own, strict=True):
            share = (ranks[place] - rank) / rest
            above[place] = share if kind else 1 - share
    area = math.fsum(above[place] for place in places[True]) / many
    scale = {
        kind: 1 / math.sqrt(n * (n - 1)) if n > 1 else math.inf for kind, n in ((True, many), (False, others))
    }
    return area, [_times(value - area, scale[bool(g)]) for value, g in zip(above, good, strict=True)]


def _times(difference: float, scale: float) -> float:
    return math.inf if math.isinf(scale) else difference * scale


def _variance(shares: Sequence[float], groups: Iterable[Hashable]) -> float:
    sums: defaultdict[Hashable, float] = defaultdict(float)
    for share, group in zip(shares, groups, strict=True):
        sums[group] += share
    return math.fsum(value * value for value in sums.values())


def _midranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equals share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + end + 1) / 2
        start = end
    return ranks


def _pearson(xs: Sequence[float], ys: Sequence[float]) -> float:
    if not xs:
        return math.nan
    mean_x, mean_y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    across = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    alone = math.fsum((x - mean_x) ** 2 for x in xs) * math.fsum((y - mean_y) ** 2 for y in ys)
    return max(-1.0, min(1.0, across / math.sqrt(alone))) if alone else math.nan


def _tied(values: Iterable[Hashable]) -> int:
    return sum(math.comb(count, 2) for count in Counter(values).values())


def _inversions(values: list[float]) -> tuple[int, list[float]]:
    """Pairs out of order, and the values in order, by merging."""
    if len(values) < 2:
        return 0, values
    middle = len(values) // 2
    (left, first), (right, second) = _inversions(values[:middle]), _inversions(values[middle:])
    found, merged, place = left + right, [], 0
    for value in first:
        while place < len(second) and second[place] < value:
            merged.append(second[place])
            place += 1
        merged.append(value)
        found += place
    return found, merged + second[place:]


def _count(rows: Sequence[float], groups: Groups) -> int:
    return len(rows) if groups is None else len(set(groups))


def _fisher(value: float, count: int, variance: Callable[[int], float]) -> Interval:
    """An interval by Fisher's transform, which has no value at 1: there it starts from 1 - 1/2n."""
    if math.isnan(value) or count < 5:
        return Interval(value, math.nan, math.nan)
    edge = 1 - 1 / (2 * count)
    middle, spread = math.atanh(max(-edge, min(edge, value))), Z95 * math.sqrt(variance(count))
    return Interval(value, min(value, math.tanh(middle - spread)), max(value, math.tanh(middle + spread)))


def _logistic(value: float) -> float:
    if value < -700:
        return 0.0
    return 1 / (1 + math.exp(-value))
