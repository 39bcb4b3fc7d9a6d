"""Which part of a mixture a sample belongs to: the weight that names it, or the input it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from afs_core import TrainingSample, UsageError

__all__ = ["REHEARSAL", "Grouping"]

#: The one part of samples that come from no input.
ALL = "all"
#: What a weight calls every sample that carries ``_metadata.rehearsal_version``.
REHEARSAL = "rehearsal"
_SCORED = "_scored"
_SHOWN = 5


class Grouping:
    """Names the part of each sample.

    A weight names a sample by a tag (``rehearsal`` where it is rehearsed, ``_metadata.tags``),
    else by the stem of its input (also without ``_scored``), else by its source, else by its
    domain. Inputs that are ``named`` go by that name before all else. Without weights each input
    is a part. ``inputs`` are those of the stage.
    """

    def __init__(
        self, weights: Iterable[str], inputs: Sequence[Path] = (), named: Mapping[str, str] | None = None
    ) -> None:
        self._weights = frozenset(weights)
        self._inputs = tuple(dict.fromkeys(inputs))
        self._named = named or {}
        self._labels = self._of_inputs()
        self._only = self._inputs[0] if len(self._inputs) == 1 else None
        #: Samples whose input is not known, since an earlier transform made new ones of them.
        self.lost = 0

    def name(self, sample: TrainingSample) -> str | None:
        """The part of ``sample``; None where no weight names it."""
        origin = sample.__dict__.get("input", self._only)
        if origin is None and len(self._inputs) > 1:
            self.lost += 1
        elif str(origin) in self._named or not self._weights:
            return self._labels.get(origin, ALL)
        metadata = sample.metadata
        if metadata:
            for tag in tags_of(metadata):
                if tag in self._weights:
                    return tag
        label = self._labels.get(origin) if origin is not None else None
        if label is not None:
            return label
        if sample.source in self._weights:
            return sample.source
        return sample.domain if sample.domain in self._weights else None

    def check(self) -> None:
        """Raise UsageError where the input of some samples mattered and was not known."""
        if self.lost and (not self._weights or self._labels):
            raise UsageError(
                f"rebalance: the input of {self.lost:,} samples is not known, as an earlier transform of the "
                "stage changed them",
                hint="put rebalance first in its chain, or weigh by tag, source or domain",
            )

    def _of_inputs(self) -> dict[Path | None, str]:
        """The part of every input that is one."""
        if self._named:
            return {path: self._named[str(path)] for path in self._inputs if str(path) in self._named}
        if self._weights:
            found = {path: [n for n in _names(path) if n in self._weights] for path in self._inputs}
            return {path: names[0] for path, names in found.items() if names}
        stems = Counter(_names(path)[0] for path in self._inputs)
        return {path: n if stems[n := _names(path)[0]] == 1 else str(path) for path in self._inputs}

    def candidates(self, samples: Iterable[TrainingSample]) -> Iterator[str]:
        """One line for each way in which a weight may name a sample, and what would match there."""
        tags, sources, domains = Counter[str](), Counter[str](), Counter[str]()
        for sample in samples:
            tags.update(tags_of(sample.metadata))
            sources[sample.source] += 1
            domains[sample.domain] += 1
        inputs = Counter({_names(path)[-1]: 1 for path in self._inputs})
        for kind, found in (("tag", tags), ("input", inputs), ("source", sources), ("domain", domains)):
            del found[""]
            if found:
                shown = ", ".join(name for name, _ in found.most_common(_SHOWN))
                more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
                yield f"{kind} {shown}{more}"


def tags_of(metadata: Mapping[str, object]) -> Iterator[str]:
    """``rehearsal`` where a sample is rehearsed, then its own tags."""
    if metadata.get("rehearsal_version"):
        yield REHEARSAL
    tags = metadata.get("tags")
    if isinstance(tags, str):
        yield tags
    elif isinstance(tags, (list, tuple)):
        yield from (tag for tag in tags if isinstance(tag, str))


def _names(path: Path) -> list[str]:
    """The stem of a file, then the same without ``_scored``; the name of a folder."""
    stem = path.name if path.is_dir() else path.stem
    return list(dict.fromkeys((stem, stem.removesuffix(_SCORED))))
