from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from afs.peft.device import uses_bfloat16  # noqa: E402
from afs.peft.settings import Settings  # noqa: E402
from afs.peft.trainer import LoraTrainer  # noqa: E402
from afs_core import (  # noqa: E402
    AfsError,
    Cancelled,
    DataError,
    GateRefused,
    Run,
    Stage,
    TrainingSample,
    TrainJob,
    UnknownName,
    UsageError,
    execute,
    write_samples,
)

MakeJob = Callable[..., TrainJob]


def weights(folder: Path) -> bytes:
    return (folder / "adapter_model.safetensors").read_bytes()


def entries(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "training.log").read_text().splitlines()]


def test_training_lowers_the_loss_and_says_how(
    run: Run, job: MakeJob, settings: Settings, data: Path
) -> None:
    artifact = LoraTrainer(settings, run).train(job(epochs=4, validation=(data,)))
    details, curves = artifact.details, artifact.details["series"]["Training loss"]
    assert artifact.kind == "adapter"
    assert details["steps"] == 4 * 8 == curves["train"][-1][0]
    assert details["epochs"] == 4
    assert details["samples"] == 30
    assert details["loss"] == curves["train"][-1][1] < curves["train"][0][1] / 2
    assert details["validation_loss"] == curves["validation"][-1][1]
    assert 8 <= len(curves["validation"]) <= 10
    assert {file.name for file in artifact.path.iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "training.log",
    }


def test_the_log_has_a_line_a_step(run: Run, job: MakeJob, settings: Settings) -> None:
    LoraTrainer(settings, run).train(job())
    lines = entries(job().output)
    assert [line["step"] for line in lines] == list(range(1, 17))
    assert lines[-1]["epoch"] == 2
    assert all(line["tokens_per_second"] > 0 and math.isfinite(line["loss"]) for line in lines)
    assert max(line["learning_rate"] for line in lines) == pytest.approx(5e-3)


def test_the_adapter_fits_its_base_and_brings_its_loss(
    run: Run, job: MakeJob, settings: Settings, base: Path, data: Path
) -> None:
    checkpoint = pytest.importorskip("afs.models.checkpoint")
    artifact = LoraTrainer(settings, run).train(job(epochs=4, validation=(data,)))
    chats = [json.loads(line) for line in data.read_text().splitlines()]
    model, tokenizer = checkpoint.load_checkpoint(base, artifact.path, "cpu")
    losses = checkpoint.CheckpointChat("x", model, tokenizer).losses(
        [TrainingSample.from_dict(row).to_messages() for row in chats]
    )
    # One is a mean over tokens, the other over samples.
    assert sum(losses) / len(losses) == pytest.approx(artifact.details["validation_loss"], rel=0.1)


def test_the_reference_is_written_as_it_was_given(
    run: Run, job: MakeJob, settings: Settings, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(base.parent)
    artifact = LoraTrainer(settings, run).train(job(base_model=base.name, epochs=1))
    config = json.loads((artifact.path / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == base.name
    assert str(base.parent) not in (artifact.path / "adapter_config.json").read_text()
    assert config["r"] == 4
    assert config["target_modules"] == sorted(settings.target_modules)


def test_one_seed_gives_the_same_bytes_and_another_others(
    run: Run, job: MakeJob, settings: Settings, tmp_path: Path
) -> None:
    trained = [
        weights(LoraTrainer(settings, run).train(job(output=tmp_path / name, seed=seed)).path)
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert trained[0] == trained[1] != trained[2]
    configs = {(tmp_path / name / "adapter_config.json").read_bytes() for name in "abc"}
    assert len(configs) == 1


def test_validation_changes_no_weight(
    run: Run, job: MakeJob, settings: Settings, tmp_path: Path, data: Path
) -> None:
    without = LoraTrainer(settings, run).train(job(output=tmp_path / "a"))
    measured = LoraTrainer(settings, run).train(job(output=tmp_path / "b", validation=(data,)))
    assert weights(without.path) == weights(measured.path)


def test_accumulated_batches_learn_as_one_large_batch_does(
    run: Run, job: MakeJob, settings: Settings, tmp_path: Path
) -> None:
    """Losses are means over the tokens of a step, however it is cut into batches."""
    settings = msgspec.structs.replace(settings, dropout=0.0, max_steps=1)
    large = LoraTrainer(settings, run).train(job(output=tmp_path / "a", batch_size=30))
    small = LoraTrainer(settings, run).train(
        job(output=tmp_path / "b", batch_size=3, gradient_accumulation_steps=10)
    )
    assert small.details["loss"] == pytest.approx(large.details["loss"], rel=1e-5)


def test_flattened_batches_learn_the_same(run: Run, job: MakeJob, settings: Settings, tmp_path: Path) -> None:
    losses = [
        LoraTrainer(msgspec.structs.replace(settings, dropout=0.0, batching=batching), run)
        .train(job(output=tmp_path / batching))
        .details["series"]["Training loss"]["train"]
        for batching in ("bucketed", "flattened")
    ]
    for one, other in zip(*losses, strict=True):
        assert one == pytest.approx(other, rel=1e-3)


def test_bfloat16_learns_about_the_same_and_repeats_itself(
    run: Run, job: MakeJob, settings: Settings, tmp_path: Path
) -> None:
    exact = LoraTrainer(settings, run).train(job(output=tmp_path / "exact"))
    half = msgspec.structs.replace(settings, dtype="bfloat16")
    first, second = (LoraTrainer(half, run).train(job(output=tmp_path / name)) for name in "ab")
    assert first.details["loss"] == pytest.approx(exact.details["loss"], rel=0.05)
    assert weights(first.path) == weights(second.path) != weights(exact.path)
    tensors = load_file(first.path / "adapter_model.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}


@pytest.mark.parametrize(
    ("dtype", "device", "instructions", "half"),
    [
        ("auto", "cpu", True, False),
        ("fast", "cpu", True, True),
        ("fast", "cpu", False, False),
        ("bfloat16", "cpu", False, True),
        ("auto", "cuda", False, True),
        ("fast", "cuda", False, True),
        ("float32", "cuda", True, False),
        ("fast", "mps", True, False),
    ],
)
def test_where_bfloat16_is_used(
    dtype: str, device: str, instructions: bool, half: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": instructions}, raising=False)
    assert uses_bfloat16(dtype, device) is half


def test_activations_can_be_recomputed(run: Run, job: MakeJob, settings: Settings, tmp_path: Path) -> None:
    kept = LoraTrainer(settings, run).train(job(output=tmp_path / "a"))
    recomputed = LoraTrainer(settings, run).train(job(output=tmp_path / "b", gradient_checkpointing=True))
    assert recomputed.details["loss"] == pytest.approx(kept.details["loss"], rel=1e-3)


KILLED = """
import sys
from pathlib import Path
import msgspec
from afs.peft.settings import Settings
from afs.peft.trainer import LoraTrainer
from afs_core import Run, TrainJob
job = msgspec.json.decode(sys.argv[1], type=TrainJob, dec_hook=lambda kind, value: kind(value))
with Run.open(workdir=Path(sys.argv[2])) as run:
    LoraTrainer(msgspec.json.decode(sys.argv[3], type=Settings), run).train(job)
"""


def kill_after(lines: int, job: TrainJob, settings: Settings, scratch: Path) -> None:
    """Train in a process of its own, and kill it once the log has so many lines."""
    words = [
        msgspec.json.encode(job, enc_hook=str).decode(),
        str(scratch),
        msgspec.json.encode(settings).decode(),
    ]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *words])
    log = job.output / "training.log"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if log.exists() and log.read_bytes().count(b"\n") >= lines:
            break
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (job.output / "adapter_config.json").exists()


@pytest.mark.parametrize("lines", [5, 8])  # within an epoch, and at the end of one
def test_a_killed_training_goes_on_to_the_same_weights(
    lines: int, run: Run, job: MakeJob, settings: Settings, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(settings, checkpoint_seconds=0.0)
    kill_after(lines, job(epochs=3), settings, tmp_path / "killed")
    checkpoints = list((job().output / "checkpoints").glob("checkpoint-*/sealed"))
    assert checkpoints
    resumed = LoraTrainer(settings, run).train(job(epochs=3))
    whole = LoraTrainer(settings, run).train(job(epochs=3, output=tmp_path / "whole"))
    assert weights(resumed.path) == weights(whole.path)
    assert resumed.details["series"] == whole.details["series"]
    assert [line["step"] for line in entries(resumed.path)] == list(range(1, 25))
    assert not (resumed.path / "checkpoints").exists()


def test_a_cancelled_training_goes_on_where_it_stopped(
    run: Run, job: MakeJob, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Run.open(workdir=tmp_path / "cancelled") as other:
        count = iter(range(100))
        monkeypatch.setattr(other, "check_cancelled", lambda: stop() if next(count) == 6 else None)
        with pytest.raises(Cancelled):
            LoraTrainer(settings, other).train(job())
    assert [path.name for path in (job().output / "checkpoints").iterdir()] == ["checkpoint-7"]
    resumed = LoraTrainer(settings, run).train(job())
    whole = LoraTrainer(settings, run).train(job(output=tmp_path / "whole"))
    assert weights(resumed.path) == weights(whole.path)


def stop() -> None:
    raise Cancelled("interrupted")


def test_checkpoints_of_another_job_are_not_used(
    run: Run, job: MakeJob, settings: Settings, tmp_path: Path
) -> None:
    often = msgspec.structs.replace(settings, checkpoint_seconds=0.0)
    kill_after(5, job(learning_rate=1e-3), often, tmp_path / "killed")
    LoraTrainer(settings, run).train(job())
    whole = LoraTrainer(settings, run).train(job(output=tmp_path / "whole"))
    assert weights(job().output) == weights(whole.path)


def test_without_resume_it_starts_again(run: Run, job: MakeJob, settings: Settings, tmp_path: Path) -> None:
    often = msgspec.structs.replace(settings, checkpoint_seconds=0.0)
    kill_after(5, job(), often, tmp_path / "killed")
    (job().output / "training.log").write_text('{"step": 1, "loss": 99.0}\n')
    LoraTrainer(settings, run).train(job(resume=False))
    lines = entries(job().output)
    assert len(lines) == 16
    assert lines[0]["loss"] < 99


def test_an_older_adapter_is_gone_while_another_is_trained(
    run: Run, job: MakeJob, settings: Settings
) -> None:
    LoraTrainer(settings, run).train(job(epochs=1))
    with pytest.raises(AfsError, match="the loss is"):
        LoraTrainer(settings, run).train(job(learning_rate=1e38))
    assert not (job().output / "adapter_config.json").exists()
    assert not (job().output / "adapter_model.safetensors").exists()


def test_samples_that_would_be_cut_are_refused_before_anything_is_written(
    run: Run, job: MakeJob, settings: Settings, tmp_path: Path
) -> None:
    data = tmp_path / "long.jsonl"
    write_samples(data, [TrainingSample(instruction="Why?", output="word " * 300)])
    with pytest.raises(GateRefused, match=r"longer than 256 tokens.*long\.jsonl, sample 1"):
        LoraTrainer(settings, run).train(job(data=(data,)))
    assert not job().output.exists()


def test_dropped_samples_are_counted_in_the_run(
    run: Run, job: MakeJob, settings: Settings, data: Path, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed.jsonl"
    long = TrainingSample(instruction="Why?", output="word " * 300).to_bytes()
    mixed.write_bytes(data.read_bytes() + long + b"\n")
    view = run.view("trainers/peft")
    trainer = LoraTrainer(msgspec.structs.replace(settings, too_long="drop"), view)
    assert trainer.train(job(data=(mixed,), epochs=1)).details["samples"] == 30
    assert view.dropped == {"longer than max_length": 1}


def test_the_provider_is_no_part_of_the_name(run: Run, job: MakeJob, settings: Settings, base: Path) -> None:
    artifact = LoraTrainer(settings, run).train(job(base_model=f"hf:{base}", epochs=1))
    config = json.loads((artifact.path / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(base)


def test_a_shipped_model_is_a_base(
    afs_plugin: Any, base: Path, job: MakeJob, settings: Settings, tmp_path: Path
) -> None:
    source = f"""
        from types import SimpleNamespace
        from afs_core import Capability, hookimpl

        @hookimpl
        def afs_provides():
            return [Capability(kind="models", name="mini", target="shipping:Mini")]

        def Mini(config, run):
            return SimpleNamespace(path={str(base)!r})
    """
    with Run.open(workdir=tmp_path / "scratch", registry=afs_plugin(source, name="shipping")) as run:
        artifact = LoraTrainer(settings, run).train(job(base_model="mini", epochs=1))
    config = json.loads((artifact.path / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "mini"


@pytest.mark.parametrize("missing", ["/nowhere/base", "./base", "models/absent", "~/absent/base", "hf:../x"])
def test_a_path_that_is_not_there_fails_at_once(
    missing: str, run: Run, job: MakeJob, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    for work in (LoraTrainer(settings, run).train, LoraTrainer(settings, run).plan):
        with pytest.raises(UnknownName, match="no base model at"):
            work(job(base_model=missing))


def test_a_base_with_an_adapter_is_refused(run: Run, job: MakeJob, settings: Settings, base: Path) -> None:
    with pytest.raises(UsageError, match="without an adapter"):
        LoraTrainer(settings, run).train(job(base_model=f"hf:{base}+models/adapter"))


def test_torn_weights_are_refused(
    run: Run, job: MakeJob, settings: Settings, base: Path, tmp_path: Path
) -> None:
    torn = tmp_path / "torn"
    shutil.copytree(base, torn)
    with (torn / "model.safetensors").open("r+b") as stream:
        stream.truncate(5000)
    with pytest.raises(DataError, match="expected a checkpoint in safetensors"):
        LoraTrainer(settings, run).train(job(base_model=str(torn)))


def test_layers_that_are_not_there_are_named(run: Run, job: MakeJob, settings: Settings) -> None:
    with pytest.raises(AfsError, match="no_such_layer"):
        LoraTrainer(msgspec.structs.replace(settings, target_modules=("no_such_layer",)), run).train(job())


def test_it_is_a_stage(afs_run: Run, base: Path, data: Path, tmp_path: Path) -> None:
    stage = Stage(
        name="adapter",
        uses=("trainers/peft",),
        inputs=(data,),
        output=tmp_path / "adapter",
        config={"trainers/peft": {"base_model": str(base), "epochs": 1, "rank": 2, "device": "cpu"}},
    )
    first, second = execute(stage, afs_run), execute(stage, afs_run)
    assert (first.skipped, second.skipped) == (False, True)
    assert first.artifacts[0].kind == "adapter"
