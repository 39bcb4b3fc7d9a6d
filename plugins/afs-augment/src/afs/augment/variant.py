"""A variant as a sample: what it is made of and where it comes from."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from afs.augment.prose import CodePlace
from afs.augment.wording import normal
from afs.augment.workshop import CodeVariant
from afs_core import Provenance, TrainingSample

__all__ = ["Change", "asked", "variant_of"]


class Change(NamedTuple):
    """Other code, and where it goes."""

    place: CodePlace
    code: CodeVariant


def asked(sample: TrainingSample) -> str:
    """The question of a sample, normalised as ``afs dedupe`` does."""
    question = normal(sample.instruction)
    return f"{question}\0{normal(sample.input)}" if sample.input else question


def variant_of(sample: TrainingSample, reworded: str, change: Change | None) -> TrainingSample:
    """``sample`` with another instruction (where there is one) and other code (likewise)."""
    fields: dict[str, Any] = {"instruction": reworded} if reworded else {}
    changes = ["wording"] if reworded else []
    told: dict[str, Any] = {"of": sample.sample_id, "changes": changes}
    if change:
        fields[change.place.field] = change.place.replaced(sample, change.code.text)
        changes += change.code.changes
        told["code"] = "tested" if change.code.tested else "same bytes"
        if change.code.assumes:
            told["assumes"] = change.code.assumes
    prov = sample.prov or Provenance()
    prov = msgspec.structs.replace(
        prov,
        parents=(sample.sample_id,),
        group=sample.group,
        transforms=(*prov.transforms, "augment"),
    )
    metadata = {**sample.metadata, "variant": told}
    return msgspec.structs.replace(sample, prov=prov, _metadata=metadata, **fields)
