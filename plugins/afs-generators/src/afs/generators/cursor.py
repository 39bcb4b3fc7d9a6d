"""What earlier exports wrote, so that the next one brings only what is new."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from afs_core import DataError, TrainingSample
from afs_core.jsonl import atomic_write

__all__ = ["Cursor"]

_HEAD = "afs cursor 1\n"
_DIGITS = 32


class Cursor:
    """A set of turns. The file has a head line, then a digest a line, sorted."""

    def __init__(self, digests: Iterable[str] = ()) -> None:
        self._digests = set(digests)

    @classmethod
    def read(cls, path: Path | None) -> Cursor:
        """The cursor at ``path``, empty where none is there; raises DataError where it is another file."""
        if path is None or not path.expanduser().exists():
            return cls()
        try:
            head, *digests = path.expanduser().read_text("ascii").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError, ValueError):
            head, digests = "", []
        if head != _HEAD or any(len(digest) != _DIGITS + 1 for digest in digests):
            raise DataError(
                "expected a cursor of an earlier export",
                path=path,
                hint="name a file that does not exist to start a new one",
            )
        return cls(digest.strip() for digest in digests)

    def __contains__(self, sample: TrainingSample) -> bool:
        return bool(self._digests) and _digest(sample) in self._digests

    def __len__(self) -> int:
        return len(self._digests)

    def add(self, samples: Iterable[TrainingSample]) -> None:
        """Samples that were written; what is done to them later does not matter."""
        self._digests.update(_digest(sample) for sample in samples)

    def write(self, path: Path) -> None:
        with atomic_write(path.expanduser()) as out:
            out.write(_HEAD.encode())
            out.writelines(f"{digest}\n".encode() for digest in sorted(self._digests))


def _digest(sample: TrainingSample) -> str:
    """Which turn, or which step of it, a sample comes from."""
    turn, step = sample.metadata.get("turn", ""), sample.metadata.get("step", 0)
    return blake2b(f"{sample.source}\0{turn}\0{step}".encode(), digest_size=_DIGITS // 2).hexdigest()
