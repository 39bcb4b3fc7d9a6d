"""The ``redaction`` transform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from afs.redaction.settings import RuleSettings, redactor_of
from afs.redaction.walk import sample_redacted
from afs_core import DataError, Run, TrainingSample

__all__ = ["Redaction"]


class Redaction:
    """Replaces secrets and personal data in every string of a sample by placeholders.

    A sample in which nothing is found goes on as the very same object. Each is redacted by itself:
    ``noted``, which counts the places by kind, is all that samples share.
    """

    rowwise = True

    class Config(RuleSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        salt: Annotated[
            str, Meta(description="Text of your own that keys the tags of placeholders; keep it to yourself.")
        ] = ""

    def __init__(self, config: Config | None, run: Run) -> None:
        config = self.Config() if config is None else config
        self._redactor = redactor_of(config, salt=run.salt + config.salt.encode())
        self.noted: Counter[str] = Counter()

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        for sample in samples:
            yield self._redacted(sample)

    def _redacted(self, sample: TrainingSample) -> TrainingSample:
        try:
            clean = sample_redacted(sample, self._redactor)
        except RecursionError:
            raise DataError(f"sample {sample.source or '?'}: nested too deep to be redacted") from None
        if clean is not sample:
            clean = _marked(clean, self._redactor.counts)
            self.noted.update(self._redactor.counts)
        elif self._hides_something(sample):
            clean = msgspec.structs.replace(sample)  # a copy does not keep the line it was read from
        self._redactor.counts.clear()
        return clean

    def _hides_something(self, sample: TrainingSample) -> bool:
        """Whether the sample's line holds more than the sample: a key that stands there twice."""
        line: bytes | None = sample.__dict__.get("line")
        if line is None or not self._redactor.suspects(line):
            return False
        return bool(self._redactor.find(line.decode("utf-8", "replace")))


def _marked(sample: TrainingSample, counts: Counter[str]) -> TrainingSample:
    before = sample.metadata.get("redacted")
    total = Counter(before if isinstance(before, dict) else {})
    total.update(counts)
    metadata = {**sample.metadata, "redacted": dict(sorted(total.items()))}
    if sample.prov is not None and "redaction" in sample.prov.transforms:
        return msgspec.structs.replace(sample, _metadata=metadata)
    return sample.changed("redaction", _metadata=metadata)
