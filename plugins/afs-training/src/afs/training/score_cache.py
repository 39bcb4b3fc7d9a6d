"""Scores that were given before: by content, scorer and fingerprint, in ``~/.cache/afs/scores.sqlite``,
or where a scorer's ``cache_name`` says (a name as :meth:`Run.cache` takes it).

    cache = ScoreCache("asar", identity, run)
    scores = cache.scores(samples, scorer.score_batch)   # only the misses are scored

What is kept is the whole answer, so "does not apply, because ..." is remembered too. An answer
whose ``detail`` says ``{"transient": true}`` (an engine that was not reached) is not kept, and
neither are entries that do not carry the checksum they were written with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec

from afs_core import Provenance, Score, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["ScoreCache", "content", "digests"]

#: Keys of ``_metadata`` that scoring itself writes.
_WRITTEN = frozenset({"quality_components", "scores"})
_NOWHERE = Provenance()
_CHECK = 8
_TRIED = 4
_decode = msgspec.json.Decoder(Score).decode
_encode = msgspec.json.Encoder().encode


def content(sample: TrainingSample) -> bytes:
    """All that a scorer may read of a sample, as bytes.

    That is every field but the score itself, ``_metadata`` that scoring writes, and what
    provenance says of the sample's treatment: ``transforms``, ``group`` and ``split``.
    """
    prov = sample.prov
    if prov is not None:
        prov = msgspec.structs.replace(prov, transforms=(), group="", split="")
        prov = None if prov == _NOWHERE else prov
    metadata = sample.metadata
    if not _WRITTEN.isdisjoint(metadata):
        metadata = {key: value for key, value in metadata.items() if key not in _WRITTEN}
    return msgspec.structs.replace(sample, quality_score=None, prov=prov, _metadata=metadata).to_bytes()


def digests(samples: Sequence[TrainingSample]) -> list[bytes]:
    """Of the :func:`content` of each."""
    return [blake2b(content(sample), digest_size=32).digest() for sample in samples]


class ScoreCache:
    """The kept scores of one scorer; ``identity`` changes when its scores could.

    It stops asking where the scorer turns out to cost less than the lookup.
    """

    def __init__(self, name: str, identity: str, run: Run, cache: str = "scores") -> None:
        self._name, self._run = name, run
        self._salt = blake2b(f"{name}\n{identity}".encode()).digest()
        self._entries = run.cache(cache)
        self._lookup = self._scoring = math.inf
        self._batches = 0
        self._told = False
        #: Scores that were there, and scores that had to be made.
        self.hits = self.misses = 0

    def scores(
        self,
        samples: Sequence[TrainingSample],
        score: Callable[[Sequence[TrainingSample]], Sequence[Score]],
        digested: Callable[[], Sequence[bytes]] | None = None,
    ) -> list[Score]:
        """One score a sample, in order; ``score`` is asked for those that are not kept.

        ``digested`` gives the :func:`digests` of the samples, where several scorers share them.
        """
        if self._batches >= _TRIED and self._scoring < self._lookup:
            return list(score(samples))
        started = perf_counter()
        found = digests(samples) if digested is None else digested()
        keys = [blake2b(digest, key=self._salt, digest_size=16).hexdigest() for digest in found]
        kept = self._found(keys)
        self._lookup = min(self._lookup, (perf_counter() - started) / max(1, len(samples)))
        missing = [place for place, key in enumerate(keys) if key not in kept]
        self.hits += len(samples) - len(missing)
        if not missing:
            return [kept[key] for key in keys]
        made = dict(zip(missing, self._made([samples[place] for place in missing], score), strict=True))
        self._keep((keys[place], score) for place, score in made.items())
        return [made[place] if place in made else kept[key] for place, key in enumerate(keys)]

    def _made(
        self, samples: Sequence[TrainingSample], score: Callable[[Sequence[TrainingSample]], Sequence[Score]]
    ) -> Sequence[Score]:
        started = perf_counter()
        scores = score(samples)
        self._scoring = min(self._scoring, (perf_counter() - started) / len(samples))
        self._batches += 1
        self.misses += len(samples)
        return scores

    def _found(self, keys: Sequence[str]) -> dict[str, Score]:
        found = {}
        for key, value in self._entries.get_many(dict.fromkeys(keys)).items():
            score = _opened(key, value)
            if score is not None:
                found[key] = score
            elif not self._told:
                self._told = True
                self._run.warn(f"damaged entries in the score cache; {self._name} scores those samples again")
        return found

    def _keep(self, scores: Iterable[tuple[str, Score]]) -> None:
        kept = ((key, _closed(key, score)) for key, score in scores if not score.detail.get("transient"))
        self._entries.put_many((key, value) for key, value in kept if value)


def _closed(key: str, score: Score) -> bytes:
    """The score with a checksum before it; empty where its detail is no JSON."""
    try:
        text = _encode(score)
    except (TypeError, ValueError, OverflowError):
        return b""
    return _checksum(key, text) + text


def _opened(key: str, value: bytes) -> Score | None:
    check, text = value[:_CHECK], value[_CHECK:]
    if check != _checksum(key, text):
        return None
    try:
        return _decode(text)
    except msgspec.MsgspecError:
        return None


def _checksum(key: str, text: bytes) -> bytes:
    return blake2b(text, key=key.encode(), digest_size=_CHECK).digest()
