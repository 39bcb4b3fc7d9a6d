"""Training an ELECTRA: it learns, repeats itself, stops early, and goes on after ``kill -9``."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from afs.discriminator.backend import FAKE, REAL, Example  # noqa: E402
from afs.discriminator.electra import ElectraBackend  # noqa: E402
from afs.discriminator.electra_settings import ElectraSettings  # noqa: E402
from afs_core import AfsError, Cancelled, DataError, Run, UsageError  # noqa: E402

WORDS = ("LDA", "STA", "$7E0010", "#$10", "the", "accumulator", "JSL", "Sprite_Main", "loads")
SMALL = ElectraSettings(
    vocabulary=330, layers=1, width=32, heads=2, max_length=48, batch_size=8, learning_rate=3e-3, device="cpu"
)


def examples(count: int, seed: int = 1) -> list[Example]:
    """A fake has one word that no real one has."""
    rng, made = random.Random(seed), []
    for number in range(count):
        words = rng.choices(WORDS, k=rng.randrange(2, 12))
        if number % 2:
            words.insert(rng.randrange(len(words)), "zzzz")
        made.append(Example(" ".join(words), FAKE if number % 2 else REAL, kind="zzzz" if number % 2 else ""))
    return made


TRAIN, VAL = examples(120), examples(40, seed=2)


def trained(folder: Path, run: Run, **changes: Any) -> Any:
    return ElectraBackend().train(TRAIN, VAL, folder, msgspec.structs.replace(SMALL, **changes), run)


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "training.log").read_text().splitlines()]


def test_it_learns_what_tells_fakes_from_real_ones(afs_run: Run, tmp_path: Path) -> None:
    scorer = trained(tmp_path, afs_run, epochs=8)
    held_out = examples(60, seed=3)
    margins = scorer.margins([example.text for example in held_out])
    right = [
        (margin > 0) == (example.label == REAL) for margin, example in zip(margins, held_out, strict=True)
    ]
    assert sum(right) / len(right) > 0.9
    again = ElectraBackend().load(tmp_path, device="cpu").margins([example.text for example in held_out])
    assert again == pytest.approx(margins, abs=1e-5)


def test_the_folder_is_a_plain_checkpoint(afs_run: Run, tmp_path: Path) -> None:
    trained(tmp_path, afs_run, epochs=1)
    assert {file.name for file in tmp_path.iterdir() if file.is_file()} == {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "training.log",
    }
    model = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path)
    assert model.config.id2label == {0: "real", 1: "fake"}
    assert str(tmp_path.parent) not in (tmp_path / "config.json").read_text()


def test_the_log_tells_of_every_evaluation(afs_run: Run, tmp_path: Path) -> None:
    trained(tmp_path, afs_run, epochs=2, evaluations=3, patience=0)
    lines = log(tmp_path)
    assert [line["step"] for line in lines] == [5, 10, 15, 20, 25, 30]
    assert lines[-1]["epoch"] == 2
    assert all(0 <= line["validation_auc"] <= 1 and line["loss"] > 0 for line in lines)


def test_one_seed_gives_the_same_bytes_and_another_others(afs_run: Run, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        trained(tmp_path / name, afs_run.view("electra", seed=seed), epochs=2)
    a, b, c = (weights(tmp_path / name) for name in "abc")
    assert a == b != c
    assert (tmp_path / "a/tokenizer.json").read_bytes() == (tmp_path / "c/tokenizer.json").read_bytes()


def test_the_random_state_of_others_is_left_alone(afs_run: Run, tmp_path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    trained(tmp_path, afs_run, epochs=1)
    assert torch.equal(torch.rand(3), expected)


def test_it_stops_when_validation_gets_no_better_and_keeps_the_best(afs_run: Run, tmp_path: Path) -> None:
    trained(tmp_path / "stopped", afs_run, epochs=30, patience=2, evaluations=1)
    lines = log(tmp_path / "stopped")
    areas = [line["validation_auc"] for line in lines]
    best = areas.index(max(areas))
    assert len(areas) == best + 1 + 2 < 30
    scorer = ElectraBackend().load(tmp_path / "stopped", device="cpu")
    margins = scorer.margins([example.text for example in VAL])
    pairs = [
        (real > fake) + (real == fake) / 2
        for real, one in zip(margins, VAL, strict=True)
        for fake, other in zip(margins, VAL, strict=True)
        if one.label == REAL and other.label == FAKE
    ]
    assert sum(pairs) / len(pairs) == pytest.approx(areas[best], abs=1e-6)


def test_without_validation_it_trains_to_the_end_and_says_so(afs_run: Run, tmp_path: Path) -> None:
    ElectraBackend().train(TRAIN, VAL[::2], tmp_path, msgspec.structs.replace(SMALL, epochs=1), afs_run)
    assert "no early stopping" in afs_run.warnings[0]
    assert [line.keys() & {"validation_auc"} for line in log(tmp_path)] == [set(), set()]


def test_texts_longer_than_a_window_are_not_learned_from_and_counted(afs_run: Run, tmp_path: Path) -> None:
    long = [Example("the " * 400, label) for label in (REAL, FAKE, FAKE)]
    settings = msgspec.structs.replace(SMALL, epochs=1)
    ElectraBackend().train([*TRAIN, *long], VAL, tmp_path, settings, afs_run)
    assert any("longer than a window: 3 of 123 texts" in said for said in afs_run.warnings)


@pytest.mark.parametrize("given", [[], TRAIN[::2], [*TRAIN[::2], Example("zzzz " * 400, FAKE)]])
def test_one_label_alone_is_refused(given: list[Example], afs_run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected real and fake texts"):
        ElectraBackend().train(given, VAL, tmp_path, SMALL, afs_run)


def test_a_loss_that_is_no_number_ends_it(afs_run: Run, tmp_path: Path) -> None:
    with pytest.raises(AfsError, match="the loss is nan at step"):
        trained(tmp_path, afs_run, learning_rate=1e38)
    assert not (tmp_path / "model.safetensors").exists()


def test_it_goes_on_from_a_checkpoint_of_another_task(afs_run: Run, tmp_path: Path) -> None:
    """What the base knows is there before the first step; only the head is new."""
    trained(tmp_path / "first", afs_run, epochs=8)
    transformers.ElectraForPreTraining.from_pretrained(tmp_path / "first").save_pretrained(tmp_path / "base")
    for file in (tmp_path / "first").glob("tokenizer*"):
        (tmp_path / "base" / file.name).write_bytes(file.read_bytes())
    changes = {"epochs": 2, "warmup_ratio": 0.0}
    trained(tmp_path / "tuned", afs_run, base_model=str(tmp_path / "base"), **changes)
    trained(tmp_path / "scratch", afs_run, **changes)
    assert log(tmp_path / "tuned")[0]["loss"] < log(tmp_path / "scratch")[0]["loss"]


def test_a_base_of_another_kind_is_refused(afs_run: Run, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/config.json").write_text('{"model_type": "qwen2"}')
    with pytest.raises(DataError, match="of the kind electra, got 'qwen2'"):
        trained(tmp_path / "out", afs_run, base_model=str(tmp_path / "base"))


def test_bf16_learns_too(afs_run: Run, tmp_path: Path) -> None:
    trained(tmp_path, afs_run, epochs=2, precision="bf16")
    assert log(tmp_path)[-1]["loss"] < log(tmp_path)[0]["loss"]


KILLED = """
import sys
from pathlib import Path
import msgspec
from afs.discriminator.backend import Example
from afs.discriminator.electra import ElectraBackend
from afs.discriminator.electra_settings import ElectraSettings
from afs_core import Run
train, val = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[list[Example], list[Example]])
settings = msgspec.json.decode(sys.argv[3], type=ElectraSettings)
with Run.open(workdir=Path(sys.argv[2])) as run:
    ElectraBackend().train(train, val, Path(sys.argv[1]), settings, run)
"""


def kill_after(evaluations: int, folder: Path, settings: ElectraSettings, scratch: Path) -> None:
    """Train in a process of its own, and kill it once the log has so many lines."""
    words = [str(folder), str(scratch), msgspec.json.encode(settings).decode()]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *words], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode((TRAIN, VAL)))
    process.stdin.close()
    path = folder / "training.log"
    while process.poll() is None:
        if path.exists() and path.read_bytes().count(b"\n") >= evaluations:
            break
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (folder / "model.safetensors").exists()


def test_a_killed_training_goes_on_to_the_same_bytes(afs_run: Run, tmp_path: Path) -> None:
    often = msgspec.structs.replace(SMALL, epochs=6, checkpoint_seconds=0.0, patience=0)
    kill_after(1, tmp_path / "killed", often, tmp_path / "scratch")
    left = tmp_path / "killed/checkpoint.safetensors"
    assert left.exists()
    started = log(tmp_path / "killed")
    ElectraBackend().train(TRAIN, VAL, tmp_path / "killed", often, afs_run)
    whole = msgspec.structs.replace(often, checkpoint_seconds=60.0)
    ElectraBackend().train(TRAIN, VAL, tmp_path / "whole", whole, afs_run)
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")
    assert log(tmp_path / "killed") == log(tmp_path / "whole")
    assert log(tmp_path / "killed")[: len(started)] == started
    assert not left.exists()


def interrupted(folder: Path, run: Run, at: int, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    asked = iter(range(10_000))

    def check() -> None:
        if next(asked) == at:
            raise Cancelled("interrupted")

    with monkeypatch.context() as patch:
        patch.setattr(run, "check_cancelled", check)
        with pytest.raises(Cancelled):
            trained(folder, run, **changes)


def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The steps that are taken from now on."""
    from afs.discriminator.electra_rows import Rows

    taken: list[int] = []
    batch = Rows.batch

    def noted(self: Rows, step: int) -> Any:
        taken.append(step)
        return batch(self, step)

    monkeypatch.setattr(Rows, "batch", noted)
    return taken


def test_a_cancelled_training_goes_on_where_it_stopped(
    afs_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(tmp_path / "a", afs_run, 7, monkeypatch, epochs=2)
    taken = steps(monkeypatch)
    trained(tmp_path / "a", afs_run, epochs=2)
    assert taken == list(range(7, 30))
    trained(tmp_path / "whole", afs_run, epochs=2)
    assert weights(tmp_path / "a") == weights(tmp_path / "whole")


@pytest.mark.parametrize("changes", [{"learning_rate": 1e-3}, {"epochs": 3}, {"vocabulary": 340}])
def test_the_checkpoint_of_another_training_is_not_used(
    changes: dict[str, Any], afs_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(tmp_path, afs_run, 7, monkeypatch, epochs=2)
    taken = steps(monkeypatch)
    trained(tmp_path, afs_run, **{"epochs": 2} | changes)
    assert taken[0] == 0


@pytest.mark.parametrize("size", [0, 7, 5000])
def test_a_torn_checkpoint_is_not_used(
    size: int, afs_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(tmp_path, afs_run, 7, monkeypatch, epochs=2)
    with (tmp_path / "checkpoint.safetensors").open("r+b") as stream:
        stream.truncate(size)
    taken = steps(monkeypatch)
    trained(tmp_path, afs_run, epochs=2)
    assert taken == list(range(30))
