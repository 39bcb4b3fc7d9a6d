"""Pre-training: a small Qwen2, Muon and AdamW, bfloat16 products with float32 weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerBase, Qwen2Config, Qwen2ForCausalLM

from afs.quickstart.tinymodel.corpus import IGNORED


def new_model(tokenizer: PreTrainedTokenizerBase, seed: int, layers: int = 3) -> Qwen2ForCausalLM:
    """Random weights of the promised shape; the rope base differs from every engine's default."""
    torch.manual_seed(seed)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return Qwen2ForCausalLM(config)


def loss_of(model: Qwen2ForCausalLM, batch: NDArray[np.int64]) -> torch.Tensor:
    """Mean cross entropy of the labelled tokens; the head runs on no others."""
    ids, labels = torch.from_numpy(batch[0]), torch.from_numpy(batch[1])[:, 1:]
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
        logits = model.lm_head(hidden[labels != IGNORED])
    return cross_entropy(logits.float(), labels[labels != IGNORED])


def optimizers_for(model: Qwen2ForCausalLM, peak: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for embeddings, norms and biases."""
    inside = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    return [
        torch.optim.Muon(inside, lr=peak, weight_decay=0.1, momentum=0.95),
        torch.optim.AdamW(others, lr=0.15 * peak, weight_decay=0.0, betas=(0.9, 0.95)),
    ]


def rate(step: int, steps: int) -> float:
    """The share of the peak learning rate: a short warm-up, then a cosine to zero."""
    warmup = min(100, steps // 10 + 1)
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def pretrain(
    model: Qwen2ForCausalLM,
    data: Iterator[NDArray[np.int64]],
    steps: int,
    peak: float = 0.02,
    log: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Train in place for `steps` batches; `log` gets each step and its loss."""
    optimizers = optimizers_for(model, peak)
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(each, lambda step: rate(step, steps)) for each in optimizers
    ]
    for step in range(1, steps + 1):
        loss = loss_of(model, next(data))
        model.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
        log(step, loss.item())
