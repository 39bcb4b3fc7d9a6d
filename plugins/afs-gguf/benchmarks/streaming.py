"""Peak memory and processor time of the one pass, on random weights in the shape of Qwen2.5-0.5B.

    python benchmarks/streaming.py [--folder DIR] [--layers 24] [--classic]

Makes the model (about 1 GB) in DIR, runs each job in a process of its own, and prints one line
a job. ``--classic`` adds PEFT's merge and save, the first step of the usual chain.
"""

from __future__ import annotations

import argparse
import inspect
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

HIDDEN, MLP, HEADS, KV, VOCABULARY, RANK = 896, 4864, 14, 2, 151_936, 16
LINEAR = {
    "self_attn.q_proj": (HIDDEN, HIDDEN),
    "self_attn.k_proj": (KV * 64, HIDDEN),
    "self_attn.v_proj": (KV * 64, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HIDDEN),
    "mlp.gate_proj": (MLP, HIDDEN),
    "mlp.up_proj": (MLP, HIDDEN),
    "mlp.down_proj": (HIDDEN, MLP),
}
JOBS = {
    "Q8_0 + Q5_K_M + Q4_K_M": ("Q8_0", "Q5_K_M", "Q4_K_M"),
    "Q4_K_M": ("Q4_K_M",),
    "BF16": ("BF16",),
    "merge to safetensors": (),
}


def base_shapes(layers: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "model.embed_tokens.weight", (VOCABULARY, HIDDEN)
    for layer in range(layers):
        stem = f"model.layers.{layer}."
        for name, shape in LINEAR.items():
            yield f"{stem}{name}.weight", shape
            if name[-6] in "qkv" and "attn" in name:
                yield f"{stem}{name}.bias", shape[:1]
        yield stem + "input_layernorm.weight", (HIDDEN,)
        yield stem + "post_attention_layernorm.weight", (HIDDEN,)
    yield "model.norm.weight", (HIDDEN,)


def adapter_shapes(layers: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for layer in range(layers):
        for name, (rows, columns) in LINEAR.items():
            stem = f"base_model.model.model.layers.{layer}.{name}.lora_"
            yield stem + "A.weight", (RANK, columns)
            yield stem + "B.weight", (rows, RANK)


def write_random(path: Path, shapes: list[tuple[str, tuple[int, ...]]]) -> None:
    """Normal weights as BF16, one tensor in memory at a time."""
    random, header, end = np.random.default_rng(0), {}, 0
    for name, shape in shapes:
        start, end = end, end + 2 * math.prod(shape)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as target:
        target.write(len(text).to_bytes(8, "little") + text)
        for _, shape in shapes:
            values = random.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
            target.write((values.view(np.uint32) >> 16).astype("<u2").tobytes())


def make(folder: Path, layers: int) -> None:
    base, adapter = folder / "base", folder / "adapter"
    base.mkdir(exist_ok=True)
    adapter.mkdir(exist_ok=True)
    write_random(base / "model.safetensors", list(base_shapes(layers)))
    write_random(adapter / "adapter_model.safetensors", list(adapter_shapes(layers)))
    config = {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_size": HIDDEN,
        "intermediate_size": MLP,
        "num_hidden_layers": layers,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1e6,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
    }
    (base / "config.json").write_text(json.dumps(config))
    lora = {
        "peft_type": "LORA",
        "r": RANK,
        "lora_alpha": 32,
        "target_modules": [n.split(".")[1] for n in LINEAR],
    }
    (adapter / "adapter_config.json").write_text(json.dumps(lora | {"task_type": "CAUSAL_LM"}))
    write_tokenizer(base)


def write_tokenizer(folder: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers
    from tokenizers.trainers import BpeTrainer

    from afs.gguf.vocabulary import QWEN2_SPLIT

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN2_SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.train_from_iterator(
        [inspect.getsource(inspect)], BpeTrainer(vocab_size=2000, show_progress=False)
    )
    tokenizer.add_special_tokens([AddedToken("<|im_end|>", special=True)])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|im_end|>"}))


def run_job(folder: Path, schemes: tuple[str, ...]) -> None:
    from afs.gguf.conversion import convert
    from afs.gguf.merge import merge
    from afs.gguf.merged import MergedModel
    from afs.gguf.mixture import SCHEMES

    with MergedModel(folder / "base", folder / "adapter") as model:
        if schemes:
            targets = {folder / "out" / f"{name}.gguf": SCHEMES[name] for name in schemes}
            convert(model, targets, name="benchmark")
        else:
            merge(model, folder / "merged")


def run_classic(folder: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder / "base", dtype=torch.bfloat16)
    PeftModel.from_pretrained(model, folder / "adapter").merge_and_unload().save_pretrained(
        folder / "classic"
    )


def measured(folder: Path, job: str) -> None:
    """Run ``job`` in this process, or only its imports where it is empty, and print the figures."""
    began = time.monotonic()
    if job == "classic":
        run_classic(folder)
    elif job == "imports":
        import afs.gguf.conversion  # noqa: F401
    else:
        run_job(folder, JOBS[job])
    seconds, cpu = time.monotonic() - began, time.process_time()
    print(f"{job:24} {cpu:7.1f} s CPU {seconds:7.1f} s wall {peak_memory():7.0f} MB peak")


def peak_memory() -> float:
    """In MB. Linux hands ``ru_maxrss`` down to a child, so its own high-water mark counts there."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 << 20 if sys.platform == "darwin" else 1024
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--folder", type=Path)
    options.add_argument("--layers", type=int, default=24)
    options.add_argument("--classic", action="store_true")
    options.add_argument("--job", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.job:
        measured(chosen.folder, chosen.job)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        make(folder, chosen.layers)
        for job in ["imports", *JOBS, *(["classic"] if chosen.classic else [])]:
            command = [sys.executable, __file__, "--folder", str(folder), "--job", job]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
