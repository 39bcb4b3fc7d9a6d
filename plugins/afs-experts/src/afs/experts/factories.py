"""One factory for each expert, so that ``[plugins.experts.NAME]`` can change its data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import msgspec

from afs.experts.expert import EXPERTS, Expert

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Changes", *EXPERTS]


class Changes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user's configuration may say of an expert; what is empty stays as shipped."""

    base_model: Annotated[str, msgspec.Meta(description="Model that training starts from")] = ""
    reference: Annotated[str, msgspec.Meta(description="The trained model, such as lmstudio:nayru")] = ""


def _factory(expert: Expert) -> Callable[[Changes, Run], Expert]:
    def make(config: Changes, run: Run) -> Expert:
        changes = {name: value for name, value in msgspec.structs.asdict(config).items() if value}
        return msgspec.structs.replace(expert, **changes)

    return make


majora = _factory(EXPERTS["majora"])
nayru = _factory(EXPERTS["nayru"])
veran = _factory(EXPERTS["veran"])
farore = _factory(EXPERTS["farore"])
din = _factory(EXPERTS["din"])
agahnim = _factory(EXPERTS["agahnim"])
hylia = _factory(EXPERTS["hylia"])
