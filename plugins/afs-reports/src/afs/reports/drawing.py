"""Curves and bars as SVG, without a script and without a network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

__all__ = ["bars", "curves"]

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 240, 52, 28, 12
_COLOURS = 6

Points = Sequence[tuple[float, float | None]]


def curves(series: Mapping[str, Points]) -> str:
    """One polyline a curve over shared axes, with a legend; empty for no points."""
    drawn = {name: _finite(points) for name, points in series.items()}
    drawn = {name: points for name, points in drawn.items() if points}
    if not drawn:
        return ""
    xs = [x for points in drawn.values() for x, _ in points]
    ys = [y for points in drawn.values() for _, y in points]
    frame = _Frame(min(xs), max(xs), min(0.0, *ys), max(ys))
    parts = [frame.axes()]
    for number, (name, points) in enumerate(drawn.items()):
        path = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in points)
        parts.append(f'<polyline class="c{number % _COLOURS}" points="{path}"/>')
        parts.append(_legend(number, name))
    return _svg(HEIGHT, parts, ", ".join(drawn))


def bars(values: Mapping[str, float], marks: Mapping[str, tuple[float, float]] | None = None) -> str:
    """One horizontal bar a value with its number; ``marks`` are intervals drawn over them."""
    if not values:
        return ""
    marks = marks or {}
    largest = max(*values.values(), *(high for _, high in marks.values()), 0.0) or 1.0
    label_width, room = 190, WIDTH - 190 - 70
    parts = []
    for row, (name, value) in enumerate(values.items()):
        top = row * 26 + 6
        length = room * max(0.0, value) / largest
        parts.append(f'<text x="{label_width - 8}" y="{top + 13}" class="end">{escape(name)}</text>')
        parts.append(f'<rect x="{label_width}" y="{top}" width="{length:.1f}" height="16" class="c0"/>')
        end = length
        if name in marks:
            low, high = (label_width + room * bound / largest for bound in marks[name])
            parts.append(
                f'<path class="mark" d="M{low:.1f} {top + 8}H{high:.1f}'
                f'M{low:.1f} {top + 3}v10M{high:.1f} {top + 3}v10"/>'
            )
            end = max(length, high - label_width)
        parts.append(f'<text x="{label_width + end + 6:.1f}" y="{top + 13}">{_number(value)}</text>')
    return _svg(len(values) * 26 + 6, parts, ", ".join(values))


def _finite(points: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points if y is not None and math.isfinite(y)]


class _Frame:
    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self.left, self.width = left, (right - left) or 1.0
        self.low, self.height = low, (high - low) or 1.0

    def x(self, value: float) -> float:
        return LEFT + (value - self.left) / self.width * (WIDTH - LEFT - 12)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.low) / self.height * (HEIGHT - BOTTOM - TOP)

    def axes(self) -> str:
        parts = []
        for step in range(5):
            value = self.low + self.height * step / 4
            y = self.y(value)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - 12}"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" class="end">{_number(value)}</text>')
        for step in range(5):
            value = self.left + self.width * step / 4
            tick = round(value) if self.width >= 20 else value
            parts.append(f'<text x="{self.x(tick):.1f}" y="{HEIGHT - 8}" class="mid">{_number(tick)}</text>')
        return "".join(parts)


def _legend(number: int, name: str) -> str:
    y = TOP + 14 + number * 16
    return (
        f'<rect class="c{number % _COLOURS}" x="{WIDTH - 150}" y="{y - 9}" width="10" height="10"/>'
        f'<text x="{WIDTH - 134}" y="{y}">{escape(name)}</text>'
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _svg(height: float, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label, quote=True)}">'
        + "".join(parts)
        + "</svg>"
    )
