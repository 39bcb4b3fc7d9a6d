"""A progress bar of one line on stderr, shown only once work has taken a second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["Bar", "bar_on", "can_draw"]

PATIENCE = 1.0
INTERVAL = 0.1
WIDTH = 24


class Bar:
    """Counts work and draws it; ``total`` None means that the end is not known."""

    def __init__(
        self, stream: TextIO, label: str, total: int | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._label, self._total, self._clock = stream, label, total, clock
        self._started = clock()
        self._next = self._started + PATIENCE
        self._done = 0
        self._note = ""
        self._drawn = False

    def advance(self, n: int = 1) -> None:
        self._done += n
        self._tick()

    def note(self, text: str) -> None:
        self._note = text
        self._tick()

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _tick(self) -> None:
        now = self._clock()
        if now < self._next:
            return
        self._next = now + INTERVAL
        self._drawn = True
        self._stream.write(f"\r\x1b[K{self._line(now - self._started)[: _columns(self._stream) - 1]}")
        self._stream.flush()

    def _line(self, seconds: float) -> str:
        rate = self._done / seconds if seconds else 0.0
        parts = [self._label, self._state(rate), self._note]
        return "  ".join(part for part in parts if part)

    def _state(self, rate: float) -> str:
        if not self._total:
            return f"{self._done:,}" + (f"  {rate:,.0f}/s" if rate >= 1 else "")
        share = min(1.0, self._done / self._total)
        full = round(share * WIDTH)
        left = f"  {_clock_text((self._total - self._done) / rate)} left" if rate and share < 1 else ""
        return f"[{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%} {self._done:,}/{self._total:,}{left}"


@contextmanager
def bar_on(stream: TextIO, label: str, total: int | None = None) -> Iterator[Bar]:
    """A bar that leaves the line clean, whatever happens."""
    bar = Bar(stream, label, total)
    try:
        yield bar
    finally:
        bar.close()


def can_draw(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal that moves its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _clock_text(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
