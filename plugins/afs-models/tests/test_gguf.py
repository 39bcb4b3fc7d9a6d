"""A GGUF file through its own engine. Writing one is afs-gguf's affair."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs.models.checkpoint import CheckpointChat, load_checkpoint
from afs_core import DataError, QuantizeJob, Run, UnknownName

pytest.importorskip("xllamacpp")
CHAT = [{"role": "user", "content": "What does LDA do?"}]


def test_a_file_that_is_not_there_is_named(afs_run: Run) -> None:
    with pytest.raises(UnknownName, match=r"no GGUF file at gone\.gguf"):
        afs_run.use("providers", "gguf").open("gone.gguf")


def test_a_file_that_is_none_takes_nothing_down(afs_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(b"GGUF" + b"\xff" * 200)
    with pytest.raises(DataError):
        afs_run.use("providers", "gguf").open(str(path))


@pytest.fixture
def quantised(afs_run: Run, tmp_path: Path) -> tuple[Path, Path]:
    """A checkpoint, and the file that was made of it; where the plugins for that are installed."""
    offered = {
        (kind, entry.name) for kind in ("models", "quantizers") for entry in afs_run.registry.entries(kind)
    }
    if not offered >= {("models", "tiny"), ("quantizers", "gguf")}:
        pytest.skip("needs afs-gguf and afs-quickstart")
    base = Path(afs_run.use("models", "tiny").path)
    job = QuantizeJob(base=base, output=tmp_path, schemes=("BF16",))
    return base, afs_run.use("quantizers", "gguf").quantize(job)[0].path


def test_it_says_what_the_checkpoint_says(afs_run: Run, quantised: tuple[Path, Path]) -> None:
    base, file = quantised
    expected = CheckpointChat("x", *load_checkpoint(base, device="cpu")).chat(CHAT, max_tokens=12)
    with afs_run.use("resolvers", "model").open(str(file)) as model:
        reply = model.chat(CHAT, max_tokens=12)
        assert model.reference == str(file)
        assert model.chat_many([CHAT, CHAT], max_tokens=12)[1].text == reply.text
        short = model.chat(CHAT, max_tokens=1)
        (loss,) = model.losses([CHAT])
    assert reply.text == expected.text
    assert (reply.prompt_tokens, reply.stopped) == (expected.prompt_tokens, expected.stopped)
    assert (short.completion_tokens, short.stopped) == (1, "length")
    assert loss != loss
