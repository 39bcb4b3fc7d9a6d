"""The one pass: what it writes, that it writes it again, and what it leaves when it is stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from afs.gguf.conversion import convert
from afs.gguf.merge import merge
from afs.gguf.merged import MergedModel
from afs.gguf.mixture import SCHEMES, scheme
from afs.gguf.reader import read_gguf
from afs.gguf.safetensors import Checkpoint, round_bf16
from afs_core.errors import AfsError, DataError, Missing, UsageError


def write(base: Path, adapter: Path | None, folder: Path, *schemes: str, **options: Any) -> dict[str, Path]:
    paths = {name: folder / f"out-{name}.gguf" for name in schemes or SCHEMES}
    with MergedModel(base, adapter) as model:
        convert(model, {path: SCHEMES[name] for name, path in paths.items()}, name="small", **options)
    return paths


def same(ours: Mapping[str, Path], theirs: Mapping[str, Path]) -> bool:
    return all(path.read_bytes() == theirs[name].read_bytes() for name, path in ours.items())


def bf16_tensors(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    gguf = pytest.importorskip("gguf")
    reader = gguf.GGUFReader(path)
    return {
        tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type).reshape(tensor.shape[::-1])
        for tensor in reader.tensors
    }


def test_element_types_are_genuine_k_types(files: Mapping[str, Path]) -> None:
    assert {name: read_gguf(path).elements() for name, path in files.items()} == {
        "BF16": {"BF16": 15, "F32": 11},
        "F16": {"F16": 15, "F32": 11},
        "Q8_0": {"Q8_0": 15, "F32": 11},
        "Q5_K_M": {"Q5_K": 12, "Q6_K": 3, "F32": 11},
        "Q4_K_M": {"Q4_K": 12, "Q6_K": 3, "F32": 11},
    }


def test_gguf_py_reads_every_scheme_back(files: Mapping[str, Path]) -> None:
    """Relative error of every matrix, by an independent reader and its own dequantisation."""
    exact = bf16_tensors(files["BF16"])
    bounds = {"F16": 1e-3, "Q8_0": 0.01, "Q5_K_M": 0.05, "Q4_K_M": 0.09}
    for name, bound in bounds.items():
        for tensor, values in bf16_tensors(files[name]).items():
            off = np.linalg.norm(values - exact[tensor]) / np.linalg.norm(exact[tensor])
            assert off < bound, (name, tensor, off)


def test_merged_weights_equal_those_of_peft(base: Path, adapter: Path, files: Mapping[str, Path]) -> None:
    """Rounded to bfloat16, PEFT's float32 merge is the same bits.

    Two BLAS add up the rank in different orders, so that of a million weights a few lie on the
    other side of a rounding border: at most one in 100,000, and by one bit.
    """
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    peft = pytest.importorskip("peft")
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    merged = peft.PeftModel.from_pretrained(model, adapter).merge_and_unload().state_dict()
    ours = bf16_tensors(files["BF16"])
    with MergedModel(base, adapter) as opened:
        slots = list(opened.shape.slots())
    assert len(slots) == len(ours) == 26
    other = 0
    for slot in slots:
        expected = round_bf16(merged[slot.source].numpy()).astype(np.int32)
        apart = np.abs(round_bf16(ours[slot.name]).astype(np.int32) - expected)
        assert apart.max() <= 1, slot.name
        other += int(apart.sum())
    assert other <= sum(values.size for values in ours.values()) / 100_000


def test_same_inputs_give_the_same_bytes(
    base: Path, adapter: Path, files: Mapping[str, Path], tmp_path: Path
) -> None:
    moved = shutil.copytree(base, tmp_path / "elsewhere" / base.name)
    tuned = shutil.copytree(adapter, tmp_path / "elsewhere" / "lora")
    again = write(moved, tuned, tmp_path / "again", threads=3)
    assert same(again, files)
    assert all(str(tmp_path).encode() not in path.read_bytes() for path in again.values())


def test_merging_first_and_quantising_then_gives_the_same_bytes(
    base: Path, adapter: Path, files: Mapping[str, Path], tmp_path: Path
) -> None:
    with MergedModel(base, adapter) as model:
        assert merge(model, tmp_path / "merged") == 28
    assert same(write(tmp_path / "merged", None, tmp_path), files)


def test_transformers_loads_a_merged_model(base: Path, adapter: Path, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    with MergedModel(base, adapter) as model:
        merge(model, tmp_path / "merged")
    loaded = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "merged")
    assert loaded.dtype == torch.bfloat16
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "merged")
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.chat_template


def test_a_merge_never_overwrites_its_base(base: Path, adapter: Path) -> None:
    with MergedModel(base, adapter) as model, pytest.raises(UsageError, match="own folder"):
        merge(model, base)


def test_shards_give_the_same_bytes(
    base: Path, adapter: Path, files: Mapping[str, Path], make: SimpleNamespace, tmp_path: Path
) -> None:
    sharded = make.model(tmp_path / base.name, shard="1MB")
    assert len(list(sharded.glob("*.safetensors"))) > 2
    assert same(write(sharded, adapter, tmp_path), files)
    with MergedModel(sharded, adapter) as model:
        merge(model, tmp_path / "merged")
    assert same(write(tmp_path / "merged", None, tmp_path / "b", "Q8_0"), files)


def test_blocks_of_any_size_give_the_same_base(base: Path, tmp_path: Path) -> None:
    """Without an adapter there is no arithmetic that block borders could change."""
    large = write(base, None, tmp_path / "large")
    assert same(write(base, None, tmp_path / "small", block=1000), large)


def test_an_untied_model_writes_its_output_as_q6_k(make: SimpleNamespace, tmp_path: Path) -> None:
    untied = make.model(tmp_path / "untied", tie_word_embeddings=False)
    file = read_gguf(write(untied, None, tmp_path, "Q4_K_M")["Q4_K_M"])
    assert file.tensors["output.weight"].element.name == "Q6_K"
    assert file.tensors["token_embd.weight"].element.name == "Q4_K"


def test_rows_that_do_not_fit_k_blocks_fall_back(make: SimpleNamespace, tmp_path: Path) -> None:
    narrow = make.model(tmp_path / "narrow", hidden_size=288, intermediate_size=768)
    paths = write(narrow, None, tmp_path, "Q4_K_M", "Q5_K_M")
    four, five = read_gguf(paths["Q4_K_M"]), read_gguf(paths["Q5_K_M"])
    assert four.tensors["blk.0.attn_q.weight"].element.name == "Q5_0"
    assert five.tensors["blk.0.attn_q.weight"].element.name == "Q5_1"
    assert four.tensors["token_embd.weight"].element.name == "Q8_0"
    assert four.tensors["blk.0.ffn_down.weight"].element.name == "Q4_K"
    assert four.tensors["blk.1.ffn_down.weight"].element.name == "Q6_K"


def test_the_mixture_of_a_24_layer_model_is_llama_cpps() -> None:
    """use_more_bits of llama.cpp, for n = 24: the first and last eighth, and every third between."""
    from afs.gguf.qwen2 import Slot

    def element(layer: int) -> str:
        slot = Slot(f"blk.{layer}.ffn_down.weight", "", (1024, 1024), layer)
        return SCHEMES["Q4_K_M"].element(slot, 24, tied=True).name

    raised = [layer for layer in range(24) if element(layer) == "Q6_K"]
    assert raised == [0, 1, 2, 5, 8, 11, 14, 17, 20, 21, 22, 23]


def test_progress_reaches_one(base: Path, tmp_path: Path) -> None:
    seen: list[float] = []
    write(base, None, tmp_path, "BF16", checkpoint=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_stop_in_the_middle_leaves_the_old_file(base: Path, adapter: Path, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.5:
            raise Stop

    old = write(base, None, tmp_path, "Q8_0")["Q8_0"].read_bytes()
    with pytest.raises(Stop):
        write(base, adapter, tmp_path, "Q8_0", checkpoint=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["out-Q8_0.gguf"]
    assert (tmp_path / "out-Q8_0.gguf").read_bytes() == old


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
from pathlib import Path
from afs.gguf.conversion import convert
from afs.gguf.merge import merge
from afs.gguf.merged import MergedModel
from afs.gguf.mixture import SCHEMES
from afs_core.errors import AfsError
try:
    with MergedModel(Path(sys.argv[1])) as model:
        if sys.argv[4] == "merge":
            merge(model, Path(sys.argv[2]))
        else:
            convert(model, {Path(sys.argv[2]) / "x.gguf": SCHEMES["BF16"]}, name="x")
except AfsError as fault:
    print(fault)
"""


@pytest.mark.parametrize("limit", [10, 5_000, 500_000, 3_700_000])
@pytest.mark.parametrize("what", ["convert", "merge"])
def test_a_full_disk_leaves_nothing_behind(base: Path, tmp_path: Path, limit: int, what: str) -> None:
    """The limit on file size makes the kernel refuse the write, as a full disk does."""
    limit = min(limit, 3_600_000) if what == "merge" else limit
    script = [sys.executable, "-c", LIMITED, str(base), str(tmp_path / "out"), str(limit), what]
    done = subprocess.run(script, capture_output=True, text=True, timeout=120)
    assert "could not write" in done.stdout, done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == []


SLOW = """
import sys, time
from pathlib import Path
from afs.gguf.conversion import convert
from afs.gguf.merged import MergedModel
from afs.gguf.mixture import SCHEMES
with MergedModel(Path(sys.argv[1])) as model:
    targets = {Path(sys.argv[2]) / f"{name}.gguf": SCHEMES[name] for name in ("BF16", "Q4_K_M")}
    convert(model, targets, name="x", block=1 << 14,
            checkpoint=lambda share: print(share, flush=True) or time.sleep(0.002))
print("done", flush=True)
"""


@pytest.mark.parametrize("moment", [0.01, 0.3, 0.6, 0.95])
def test_a_kill_leaves_no_torn_file_and_the_next_run_succeeds(
    base: Path, tmp_path: Path, moment: float
) -> None:
    script = [sys.executable, "-c", SLOW, str(base), str(tmp_path)]
    child = subprocess.Popen(script, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if line.strip() == "done" or float(line) >= moment:
            break
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert list(tmp_path.glob("*.gguf")) == []
    write(base, None, tmp_path, "BF16")
    subprocess.run(script, check=True, capture_output=True, timeout=120)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["BF16.gguf", "Q4_K_M.gguf", "out-BF16.gguf"]
    read_gguf(tmp_path / "BF16.gguf")


def test_without_kernels_nothing_is_begun(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from afs.gguf import kernels

    def missing() -> None:
        raise Missing("xllamacpp is not installed", hint="pip install xllamacpp")

    monkeypatch.setattr(kernels, "_kernel", missing)
    with pytest.raises(Missing, match="Q4_K, Q6_K cannot be made"):
        write(base, None, tmp_path / "out", "Q4_K_M")
    assert not (tmp_path / "out").exists()
    write(base, None, tmp_path / "out", "Q8_0", "BF16", "F16")


def test_a_weight_that_is_not_finite_is_named(make: SimpleNamespace, tmp_path: Path) -> None:
    broken = make.model(tmp_path / "broken")
    path = broken / "model.safetensors"
    raw = bytearray(path.read_bytes())
    length = int.from_bytes(raw[:8], "little")
    begin = json.loads(raw[8 : 8 + length])["model.layers.1.mlp.up_proj.weight"]["data_offsets"][0]
    raw[8 + length + begin : 10 + length + begin] = b"\xc0\x7f"
    path.write_bytes(raw)
    with pytest.raises(DataError, match=r"layers\.1\.mlp\.up_proj\.weight has weights that are not finite"):
        write(broken, None, tmp_path / "out", "Q8_0")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_base_cut_after_opening_is_named(base: Path, tmp_path: Path) -> None:
    cut = shutil.copytree(base, tmp_path / "cut")
    with MergedModel(cut) as model:
        os.truncate(cut / "model.safetensors", 3_000_000)
        with pytest.raises(DataError, match="file ends inside tensor"):
            convert(model, {tmp_path / "x.gguf": SCHEMES["BF16"]}, name="x")
    assert not (tmp_path / "x.gguf").exists()


def test_a_folder_that_cannot_be_written_is_named(base: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises((AfsError, OSError), match="file"):
        write(base, None, tmp_path / "file", "BF16")


def test_an_unknown_scheme_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="Q4_K_M") as caught:
        scheme("Q3_K_S")
    assert "BF16, F16, Q8_0, Q5_K_M, Q4_K_M" in str(caught.value)
    assert scheme("q4_k_m").name == "Q4_K_M"


def test_a_pass_is_quick_enough_for_the_quickstart(base: Path, adapter: Path, tmp_path: Path) -> None:
    began = time.process_time()
    write(base, adapter, tmp_path)
    assert time.process_time() - began < 5


MEASURED = """
import sys
from pathlib import Path
from afs.gguf.conversion import convert
from afs.gguf.merged import MergedModel
from afs.gguf.mixture import SCHEMES
with MergedModel(Path(sys.argv[1])) as model:
    convert(model, {Path(sys.argv[2]): SCHEMES["Q8_0"]}, name="x", threads=2)
lines = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_memory_follows_the_block_and_not_the_model(
    base: Path, make: SimpleNamespace, tmp_path: Path
) -> None:
    """MLPs sixteen times as large, 400 MB as float32, cost no memory to speak of."""

    def peak(intermediate: int) -> int:
        folder = shutil.copytree(base, tmp_path / f"mlp-{intermediate}")
        zeros = {
            slot: np.zeros((intermediate, 256) if "down" not in slot else (256, intermediate), np.uint16)
            for layer in (0, 1)
            for slot in (f"model.layers.{layer}.mlp.{name}_proj.weight" for name in ("gate", "up", "down"))
        }
        with Checkpoint.of_folder(base) as checkpoint:
            kept = {
                name: np.frombuffer(checkpoint.raw(t, 0, t.rows), np.uint16).reshape(t.shape)
                for name, t in checkpoint.tensors.items()
            }
        make.safetensors(folder / "model.safetensors", kept | zeros)
        make.edit_json(folder / "config.json", intermediate_size=intermediate)
        script = [sys.executable, "-c", MEASURED, str(folder), str(tmp_path / "x.gguf")]
        done = subprocess.run(script, capture_output=True, text=True, timeout=120, check=True)
        return int(done.stdout) >> 10

    small, large = peak(4096), peak(65_536)
    assert large < small + 25, (small, large)
    assert large < 150
