"""Recall probes: the facts of a training file, asked for in words that it does not contain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from afs.oracle.probe_wording import PROBES
from afs_core import DataError, Provenance, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["RecallProbes"]

_WORD = re.compile(r"\w+")
_RUN = 3  # so many words in a row are a phrase
_KEY = "__key__"
#: Kinds of facts in the order in which they are asked for.
_ORDER = (
    ("address", "symbol"),
    ("routine-name",),
    ("heading",),
    ("constant", "bit", "field", "entry", "row", "order", "hooked"),
)

Fact = tuple[str, str]
Phrase = tuple[str, ...]


class RecallProbes:
    """A suite of ``count`` questions out of a training file; named addresses come first.

    A wording of a probe is used only if none of its phrases of three words occurs in a question of
    the training file, whatever is asked for. A fact that the file states in two ways, or whose
    answer stands in its question, is not asked for. A named address keeps its symbol as its group,
    anything else its file.
    """

    rereads = True

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        count: Annotated[int, msgspec.Meta(description="Questions of the suite", ge=1)] = 120

    def __init__(self, config: Config, run: Run) -> None:
        self._config, self._run = config, run

    def apply(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        """Raises DataError where the training file asks in the words of every probe."""
        facts, heard = _survey(samples)
        wordings = {kind: _unheard(kind, heard) for kind in {kind for kind, _ in facts}}
        chosen = self._chosen(fact for fact in facts if wordings[fact[0]])
        self._check(facts, wordings, len(chosen))
        asked: set[Fact] = set()
        for sample in samples:
            fact = _fact(sample)
            if fact in chosen and fact not in asked:
                asked.add(fact)
                yield self._probe(sample, wordings[fact[0]])
            else:
                self._run.drop(sample, _why_not(fact, asked))

    def _chosen(self, facts: Iterable[Fact]) -> set[Fact]:
        """As many facts as are asked for, chosen by the seed."""
        known = list(facts)
        kept: list[Fact] = []
        for kinds in _ORDER:
            of_kind = [fact for fact in known if fact[0] in kinds]
            room = self._config.count - len(kept)
            kept += of_kind if len(of_kind) <= room else self._run.rng("probes").sample(of_kind, room)
        return set(kept)

    def _check(self, facts: Iterable[Fact], wordings: dict[str, list[str]], chosen: int) -> None:
        heard = sorted(kind for kind, unheard in wordings.items() if not unheard)
        if heard and len(heard) == len(wordings):
            raise DataError(
                f"every wording of a probe for {', '.join(heard)} occurs in the training file",
                hint="leave samples that ask like a probe out of the training file",
            )
        for kind in heard:
            self._run.warn(f"no probe asks for {kind}: every wording of one occurs in the training file")
        if chosen < self._config.count:
            self._run.warn(f"the training file has {chosen} facts for {self._config.count} probes")

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
                prov,
                kind="recall",
                parents=(sample.sample_id,),
                group=sample.group,
                split="",
                transforms=("recall-probes",),
            ),
        )


def _survey(samples: Iterable[TrainingSample]) -> tuple[list[Fact], set[Phrase]]:
    """What the file states, each fact once, and which phrases of probes it asks with."""
    wanted = {phrase for wordings in PROBES.values() for text in wordings for phrase in _fixed(text)}
    heard: set[Phrase] = set()
    values: dict[Fact, bytes] = {}
    for sample in samples:
        heard |= wanted & _asked(sample)
        if (fact := _fact(sample)) is not None:
            value = _digest(sample.metadata["fact"]["value"])
            values[fact] = value if values.setdefault(fact, value) == value else b""
    return [fact for fact, value in values.items() if value], heard


def _fact(sample: TrainingSample) -> Fact | None:
    """Kind and key of the fact that a sample states, if a probe can ask for it."""
    fact = sample.metadata.get("fact")
    if not isinstance(fact, dict) or fact.get("kind") not in PROBES:
        return None
    key, value = fact.get("key"), fact.get("value")
    if not (isinstance(key, str) and isinstance(value, str) and value):
        return None
    return None if value.casefold() in key.casefold() else (fact["kind"], key)


def _why_not(fact: Fact | None, asked: set[Fact]) -> str:
    if fact is None:
        return "no fact to ask for"
    return "the same fact again" if fact in asked else "not chosen"


def _digest(value: str) -> bytes:
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _accepted(value: str) -> list[str]:
    """Other ways to write an address."""
    return [value[1:], f"0x{value[1:]}"] if value.startswith("$") else []


def _asked(sample: TrainingSample) -> set[Phrase]:
    """The phrases of a question, and those around what it asks for."""
    phrases = _phrases(sample.instruction)
    fact = sample.metadata.get("fact")
    key = fact.get("key") if isinstance(fact, dict) else None
    if isinstance(key, str) and key:
        phrases |= _phrases(sample.instruction.replace(key, f" {_KEY} "))
    return phrases


def _fixed(wording: str) -> set[Phrase]:
    """The phrases of a probe's wording, its key counting as one word."""
    return _phrases(wording.format(key=_KEY))


def _phrases(text: str) -> set[Phrase]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)}


def _unheard(kind: str, heard: set[Phrase]) -> list[str]:
    return [wording for wording in PROBES[kind] if not _fixed(wording) & heard]
