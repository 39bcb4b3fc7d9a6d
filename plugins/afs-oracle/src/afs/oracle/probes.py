"""Recall probes: the facts of a training file, asked for in words that it does not contain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from afs.oracle.wording import PROBES
from afs_core import DataError, Provenance, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["RecallProbes"]

_WORD = re.compile(r"\w+")
_RUN = 3  # so many words in a row are a phrase


class RecallProbes:
    """A suite of ``count`` questions out of a training file; named addresses come first.

    A wording of a probe is used only if none of its phrases of three words occurs in a question of
    the training file. A named address keeps its symbol as its group, anything else its file.
    """

    rereads = True

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        count: Annotated[int, msgspec.Meta(description="Questions of the suite", ge=1)] = 120

    def __init__(self, config: Config, run: Run) -> None:
        self._config, self._run = config, run

    def apply(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        """Raises DataError where no wording is left that the training file does not contain."""
        phrases = {phrase for sample in samples for phrase in _phrases(sample.instruction)}
        wordings = {kind: _unheard(kind, phrases) for kind in PROBES}
        facts = self._chosen(samples)
        if len(facts) < self._config.count:
            self._run.warn(f"the training file has {len(facts)} facts for {self._config.count} probes")
        for (kind, _), sample in facts.items():
            yield self._probe(sample, wordings[kind])

    def _chosen(self, samples: Iterable[TrainingSample]) -> dict[tuple[str, str], TrainingSample]:
        """The first sample of each fact, as many facts as are asked for."""
        known: dict[tuple[str, str], TrainingSample] = {}
        for sample in samples:
            fact = sample.metadata.get("fact")
            if isinstance(fact, dict) and fact.get("kind") in PROBES:
                known.setdefault((fact["kind"], fact["key"]), sample)
        kept: list[tuple[str, str]] = []
        for kinds in (("address", "symbol"), ("routine-name",), ("heading",)):
            of_kind = [fact for fact in known if fact[0] in kinds]
            room = self._config.count - len(kept)
            kept += of_kind if len(of_kind) <= room else self._run.rng("probes").sample(of_kind, room)
        return {fact: known[fact] for fact in kept}

    def _probe(self, sample: TrainingSample, wordings: list[str]) -> TrainingSample:
        fact: dict[str, Any] = sample.metadata["fact"]
        wording = self._run.rng(f"probe:{fact['kind']}:{fact['key']}").choice(wordings)
        prov = sample.prov or Provenance()
        return TrainingSample(
            instruction=wording.format(key=fact["key"]),
            output=fact["value"],
            domain=sample.domain,
            source=sample.source,
            _metadata={
                "kind": "recall",
                "fact": fact,
                "answer": "value",
                "check": {"scorer": "exact-match", "accept": _accepted(fact["value"])},
            },
            prov=msgspec.structs.replace(
                prov, kind="recall", parents=(sample.sample_id,), group=sample.group, split="", transforms=()
            ),
        )


def _accepted(value: str) -> list[str]:
    """Other ways to write an address."""
    return [value[1:], f"0x{value[1:]}"] if value.startswith("$") else []


def _phrases(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)}


def _unheard(kind: str, phrases: set[tuple[str, ...]]) -> list[str]:
    """Wordings of a probe none of whose fixed phrases is in ``phrases``."""
    unheard = [
        wording
        for wording in PROBES[kind]
        if not any(_phrases(part) & phrases for part in wording.split("{key}"))
    ]
    if not unheard:
        raise DataError(
            f"every wording of a probe for {kind} occurs in the training file",
            hint="leave samples that ask like a probe out of the training file",
        )
    return unheard
