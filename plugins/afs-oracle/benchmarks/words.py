"""The words that the made-up hack is made of."""

from __future__ import annotations

import random

_NOUNS = """tide lantern anchor gull crab keel harbour bell reef mast sail whale pearl lighthouse oar compass
squall barge kelp urchin siren cove rudder tunnel lever key chest mirror hook boat shadow ember
shard"""
NOUNS = _NOUNS.split()
_VERBS = """raises lowers draws clears moves counts loads stores checks spawns removes rotates fades opens
closes swaps copies measures hides shows"""
VERBS = _VERBS.split()
_ADVERBS = """once slowly at night on land under water before dawn without sound in the dark again twice"""
ADVERBS = _ADVERBS.split()
GERMAN = (
    "Öffnet die Tür nach Süden.",
    "Zählt die Schlüssel des Verlieses.",
    "Löscht den Zähler für Blätter.",
)
RAM = 5339


def sentence(rng: random.Random) -> str:
    words = [rng.choice(NOUNS + ADVERBS + ["and", "the", "of"]) for _ in range(rng.randrange(9, 40))]
    return " ".join(words).capitalize() + "."
