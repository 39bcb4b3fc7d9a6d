"""Where the samples of a chain come from: a generator, another tool's rows, or sample files.

What is read is counted here, and faulty lines go to the rejects or stop the chain.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afs_core.blame import working
from afs_core.documents import document_files, read_entries
from afs_core.errors import DataError
from afs_core.jsonl import STANDARD_STREAM, Fault, read_samples
from afs_core.manifest import Counts
from afs_core.sample import Provenance, TrainingSample
from afs_core.sources import sample_files

if TYPE_CHECKING:
    from afs_core.link import Link
    from afs_core.rejects import Rejects
    from afs_core.stage import Stage

__all__ = ["Reading", "is_streamed"]


class Reading:
    """The inputs of a stage, counted as they are read."""

    def __init__(self, stage: Stage, rejects: Rejects) -> None:
        self._stage, self._rejects = stage, rejects
        self.read = 0
        self.repaired = 0
        self.faults = 0
        self.on_fault = self.set_aside if stage.on_error == "skip" else None

    def samples(self, *, marked: bool = False) -> Iterator[TrainingSample]:
        """Those of sample files; ``marked`` ones know the input they came from."""
        for path in self._stage.inputs:
            for file in sample_files(path):
                for sample in read_samples(file, on_fault=self.on_fault, on_repair=self.count_repair):
                    if marked:
                        sample.__dict__["input"] = path
                    self.read += 1
                    yield sample

    def generated(self, link: Link) -> Iterator[TrainingSample]:
        """Those of a generator."""
        with working(link.label):
            made = link.object.generate()
        return link.leaving(made)

    def parsed(self, link: Link) -> Iterator[TrainingSample]:
        """Samples out of another tool's rows; each says where it came from."""
        generator = f"import/{link.use.name}"
        for root in self._stage.inputs:
            for path in document_files(root):
                source = _name_below(root, path)
                for number, entry in enumerate(read_entries(path, on_fault=self.on_fault), 1):
                    try:
                        sample = link.object.parse(entry.row)
                    except DataError as fault:
                        wrong = Fault(str(path), entry.start, fault.reason, msgspec.json.encode(entry.row))
                        if self.on_fault is None:
                            hint = fault.hint or wrong.error().hint
                            raise DataError(fault.reason, path=path, line=entry.start, hint=hint) from None
                        self.on_fault(wrong)
                        continue
                    self.read += 1
                    group = f"{source}#{number}"
                    place = Provenance(source, entry.start, entry.end, "", generator, group=group)
                    yield _imported(sample, place)

    def set_aside(self, fault: Fault) -> None:
        self.faults += 1
        self._rejects.fault(fault)

    def count_repair(self, number: int) -> None:
        self.repaired += 1

    def counts(self, noted: dict[str, int]) -> Counts:
        return Counts(
            name="read",
            came_in=self.read + self.faults,
            went_out=self.read,
            dropped={"not a sample": self.faults} if self.faults else {},
            repaired=self.repaired,
            noted=noted,
        )


def is_streamed(path: Path) -> bool:
    """Whether ``path`` can be read but once: standard input, a pipe."""
    if path == STANDARD_STREAM:
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _name_below(root: Path, path: Path) -> str:
    if path == STANDARD_STREAM:
        return ""
    return path.relative_to(root).as_posix() if path != root else path.name


def _imported(sample: TrainingSample, place: Provenance) -> TrainingSample:
    """``sample`` with its place, and a group of its own where ``parse`` gave it none: the source file
    as a group would keep all of a dataset on one side of a split."""
    prov = sample.prov
    if prov is not None:
        if prov.generator:  # a sample of afs, which says so itself
            return sample
        group = prov.group or place.group
        place = msgspec.structs.replace(place, kind=prov.kind, group=group, split=prov.split)
    return msgspec.structs.replace(sample, prov=place)
