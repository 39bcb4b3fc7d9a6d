from __future__ import annotations

from pathlib import Path

import pytest

from afs_core.testing import TrainerConformance

pytest.importorskip("torch")


class TestPeft(TrainerConformance):
    capability = "peft"
    volatile = ("training.log",)

    @pytest.fixture(autouse=True)
    def _settings(self, base: Path) -> None:
        # Strange characters are many tokens to a tokenizer that was trained on a few pages.
        type(self).settings = {"device": "cpu", "rank": 4, "too_long": "drop"}
        type(self).base_model = str(base)
