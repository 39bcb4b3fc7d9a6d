"""The ``augment`` transform."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from afs.augment.prose import CodePlace, code_place
from afs.augment.refusal import Refused
from afs.augment.variant import Change, asked, variant_of
from afs.augment.wording import paraphrases
from afs.augment.workshop import BEHAVIOUR, CodeVariant, Workshop
from afs_core import Run, TrainingSample

__all__ = ["Augment"]

Kind = Literal["wording", "layout", "labels", "notation", "addressing", "instructions", "registers"]
_TRIES: Final = 3


class Augment:
    """Passes every sample on, samples of the train split followed by variants of them.

    A variant asks in other words, or holds code that does the same. It names the sample in
    ``prov.parents``, shares its group and split, and says in ``_metadata.variant`` what was changed.
    No two samples that come of one ask the same.

        run.use("transforms", "augment", variants=2).apply(samples)
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        variants: Annotated[int, Meta(description="Variants of a sample, at most", ge=0, le=100)] = 2
        kinds: Annotated[tuple[Kind, ...], Meta(description="What may be changed")] = (
            "wording",
            "layout",
            "labels",
            "notation",
            "addressing",
            "instructions",
            "registers",
        )
        split: Annotated[
            Literal["train", "any"],
            Meta(description="train: only samples of the train split; any: all samples, split or not"),
        ] = "train"

    rowwise = True

    def __init__(self, config: Config, run: Run) -> None:
        self._config, self._run = config, run
        self._code_kinds = tuple(kind for kind in config.kinds if kind != "wording")
        #: Why samples got fewer variants than asked for, by reason; and the variants, by what was changed.
        self.noted: Counter[str] = Counter()

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        for sample in samples:
            yield sample
            if self._takes(sample):
                yield from self._variants(sample)

    def _takes(self, sample: TrainingSample) -> bool:
        split = sample.prov.split if sample.prov else ""
        if self._config.split == "train" and split != "train":
            self.noted["left alone: no split" if not split else "left alone: not of the train split"] += 1
        elif "variant" in sample.metadata:
            self.noted["left alone: is a variant"] += 1
        elif sample.messages:
            self.noted["left alone: a conversation"] += 1
        else:
            return True
        return False

    def _variants(self, sample: TrainingSample) -> Iterator[TrainingSample]:
        rng = self._run.rng(f"augment:{sample.sample_id}")
        words = self._words(sample, rng)
        place, workshop = self._workshop(sample, rng)
        used = {asked(sample)}
        count = 0
        for _ in range(self._config.variants):
            for _ in range(_TRIES):
                variant = self._variant(sample, words, place, workshop, rng)
                if variant is not None and asked(variant) not in used:
                    used.add(asked(variant))
                    self._note(variant)
                    count += 1
                    yield variant
                    break
        if workshop:
            self.noted.update(workshop.notes)
        self.noted["samples with variants" if count else "samples without variants"] += 1

    def _words(self, sample: TrainingSample, rng: random.Random) -> list[str]:
        """Paraphrases of the instruction, the next one last."""
        if "wording" not in self._config.kinds:
            return []
        words = paraphrases(sample.instruction)
        if not words:
            self.noted["instruction not recognised"] += 1
        rng.shuffle(words)
        return words

    def _workshop(
        self, sample: TrainingSample, rng: random.Random
    ) -> tuple[CodePlace | None, Workshop | None]:
        if not self._code_kinds:
            return None, None
        try:
            place = code_place(sample)
            if place is None:
                return None, None
            workshop = Workshop(place.text, rng, place.spoken)
        except Refused as refusal:
            self.noted[f"code left alone: {refusal.reason}"] += 1
            return None, None
        if isinstance(workshop.view, str):
            self.noted[f"only spelling: {workshop.view}"] += 1
        elif place.settled:
            self.noted["only spelling: the text speaks of the instructions"] += 1
        return place, workshop

    def _variant(
        self,
        sample: TrainingSample,
        words: list[str],
        place: CodePlace | None,
        workshop: Workshop | None,
        rng: random.Random,
    ) -> TrainingSample | None:
        code: CodeVariant | None = None
        in_question = place is not None and place.field != "output"
        if place and workshop and (in_question or words):
            code = self._code(place, workshop, rng)
        if place and place.field == "instruction":
            reworded = "" if code else _next(words)
        else:
            reworded = "" if in_question and code and rng.random() < 0.5 else _next(words)
        if not reworded and not (code and in_question):
            return None
        return variant_of(sample, reworded, Change(place, code) if place and code else None)

    def _code(self, place: CodePlace, workshop: Workshop, rng: random.Random) -> CodeVariant | None:
        kinds = [
            kind
            for kind in self._code_kinds
            if not (place.settled and kind in BEHAVIOUR)
            and not (place.lined and kind in ("layout", *BEHAVIOUR))
        ]
        return workshop.variant(kinds, rng) if kinds else None

    def _note(self, variant: TrainingSample) -> None:
        for change in variant.metadata["variant"]["changes"]:
            self.noted[f"variants by {change}"] += 1


def _next(words: list[str]) -> str:
    return words.pop() if words else ""
