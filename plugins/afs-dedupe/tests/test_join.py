"""The paths that only large data takes, on small data."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from afs.dedupe import join as join_module
from afs.dedupe import sets as sets_module
from afs.dedupe.clusters import Components, link_similar
from afs.dedupe.corpus import Corpus
from afs.dedupe.greedy import keep_greedily
from afs.dedupe.join import Join
from afs.dedupe.sets import ShingleSets
from afs.dedupe.shingles import Shingler


def texts(rng: random.Random) -> list[str]:
    templates = [[rng.choice("abcdefgh") for _ in range(rng.randrange(4, 20))] for _ in range(3)]
    made = []
    for number in range(rng.randrange(60)):
        words = list(rng.choice(templates))
        words[rng.randrange(len(words))] = rng.choice("xyz") + str(number % 7)
        made.append(" ".join(words))
    return made


def kept(made: list[str], threshold: float, folder: Path, **settings: int) -> tuple[list[int], list[float]]:
    corpus = Corpus(Shingler(2).stream(made), folder)
    every = np.arange(len(corpus))
    join = Join(ShingleSets.of(*corpus.of(every)), threshold)
    found = keep_greedily(join, len(every), lambda: None, **settings)
    return found.partner.tolist(), found.similarity.tolist()


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.8, 1.0])
def test_halving_and_small_blocks_change_nothing(
    threshold: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(12):
        made = texts(random.Random(seed))
        whole = kept(made, threshold, tmp_path)
        assert kept(made, threshold, tmp_path, most_meetings=0) == whole
        with monkeypatch.context() as patch:
            patch.setattr(join_module, "_PAIRS", 7)
            patch.setattr(join_module, "_IDS", 11)
            patch.setattr(sets_module, "_PART", 16)
            assert kept(made, threshold, tmp_path, most_meetings=9) == whole


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.8, 1.0])
def test_linking_by_blocks_links_the_same(threshold: float, tmp_path: Path) -> None:
    def linked(made: list[str], **settings: int) -> list[int]:
        corpus = Corpus(Shingler(2).stream(made), tmp_path)
        every = np.arange(len(corpus))
        components = Components(len(every))
        join = Join(ShingleSets.of(*corpus.of(every)), threshold)
        link_similar(join, components, len(every), lambda: None, **settings)
        return components.all().tolist()

    for seed in range(30):
        made = texts(random.Random(seed))
        assert linked(made, most_meetings=0, block=1 + seed % 4) == linked(made)


def test_texts_without_partner_are_put_aside_and_no_other(tmp_path: Path) -> None:
    rng = random.Random(4)
    made = texts(rng) + [" ".join(f"w{rng.randrange(400)}" for _ in range(12)) for _ in range(50)]
    corpus = Corpus(Shingler(2).stream(made), tmp_path)
    linked = corpus.linked(0.6)
    sets = [set(zip(text.split(), text.split()[1:], strict=False)) for text in made]
    for number, own in enumerate(sets):
        alike = any(
            len(own & other) / len(own | other) >= 0.6 for place, other in enumerate(sets) if place != number
        )
        assert number in linked or not alike
    assert len(linked) < len(made) - 25
