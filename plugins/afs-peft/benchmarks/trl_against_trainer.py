"""trl's SFTTrainer against transformers.Trainer as afs-peft uses it, on the same data and seed.

    pip install 'afs-peft[benchmark]'
    python plugins/afs-peft/benchmarks/trl_against_trainer.py --base MODEL --data samples.jsonl

Each side runs in a process of its own with one thread, the two in turn, and reports the CPU
seconds of a step after warm-up, of everything before the first step (imports, tokens, model), and
the loss of every step. Both see the same batches in the same order without dropout, so that the
losses must be equal; the exit code is 1 where they are not.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WARM = 3


def main() -> int:
    options = _options()
    if options.side:
        print(json.dumps(_SIDES[options.side](options)))
        return 0
    rounds = [{side: _measured(side) for side in _SIDES} for _ in range(options.rounds)]
    for side in _SIDES:
        print(
            f"{side:8} {_median(rounds, side, 'step'):.3f} CPU s a step, "
            f"{_median(rounds, side, 'before'):.1f} CPU s before the first"
        )
    ratios = [one["trl"]["step"] / one["trainer"]["step"] for one in rounds]
    print(f"trl / trainer, a step, in each round: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    return _compare(rounds[0]["trainer"]["losses"], rounds[0]["trl"]["losses"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--base", required=True, type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=_SIDES, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(side: str) -> dict[str, Any]:
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    words = [sys.executable, __file__, *sys.argv[1:], "--side", side]
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _median(rounds: list[dict[str, dict[str, Any]]], side: str, figure: str) -> float:
    return statistics.median(one[side][figure] for one in rounds)


def _compare(ours: list[float], theirs: list[float]) -> int:
    apart = max(abs(one - other) for one, other in zip(ours, theirs, strict=True))
    print(f"losses: {ours[0]:.4f} to {ours[-1]:.4f}, at most {apart:.1e} apart over {len(ours)} steps")
    return int(apart > 1e-3)


def _steps_and_before(marks: list[float]) -> dict[str, float]:
    spent = [b - a for a, b in zip(marks[WARM:], marks[WARM + 1 :], strict=False)]
    return {"step": statistics.mean(spent), "before": marks[0]}


def _clock(marks: list[float]) -> Any:
    from transformers import TrainerCallback

    class Clock(TrainerCallback):
        """CPU time of this process at the start and after each step."""

        def on_train_begin(self, *args: Any, **kwargs: Any) -> None:
            marks.append(time.process_time())

        on_step_end = on_train_begin

    return Clock()


def _trainer(options: argparse.Namespace) -> dict[str, Any]:
    marks: list[float] = []
    from afs.peft.loop import AnswerTrainer
    from afs.peft.settings import Settings
    from afs.peft.trainer import LoraTrainer
    from afs_core import Run, TrainJob

    begin = AnswerTrainer.train

    def timed(trainer: AnswerTrainer, *args: Any, **kwargs: Any) -> Any:
        trainer.add_callback(_clock(marks))
        return begin(trainer, *args, **kwargs)

    AnswerTrainer.train = timed  # type: ignore[method-assign]
    AnswerTrainer._get_train_sampler = lambda self, *_: range(len(self._rows))  # type: ignore
    with tempfile.TemporaryDirectory() as folder, Run.open() as run:
        job = TrainJob(
            base_model=str(options.base),
            data=(options.data,),
            output=Path(folder),
            batch_size=options.batch_size,
            gradient_accumulation_steps=1,
            learning_rate=1e-3,
        )
        settings = Settings(dropout=0.0, max_steps=options.steps, max_length=1024, device="cpu")
        LoraTrainer(settings, run).train(job)
        log = (Path(folder) / "training.log").read_text().splitlines()
    return _steps_and_before(marks) | {"losses": [json.loads(line)["loss"] for line in log]}


def _trl(options: argparse.Namespace) -> dict[str, Any]:
    marks: list[float] = []
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from torch.utils.data import SequentialSampler
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import SFTConfig, SFTTrainer

    from afs.peft.settings import LINEAR
    from afs_core import read_samples

    class InOrder(SFTTrainer):
        def _get_train_sampler(self, *args: Any) -> SequentialSampler:
            return SequentialSampler(self.train_dataset)

    torch.set_num_threads(1)
    set_seed(42)
    chats = [{"messages": sample.to_messages()} for sample in read_samples(options.data)]
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder,
            max_steps=options.steps,
            per_device_train_batch_size=options.batch_size,
            learning_rate=1e-3,
            lr_scheduler_type="cosine",
            warmup_steps=-(-options.steps // 20),
            optim="adamw_torch_fused",
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            disable_tqdm=True,
            dataloader_pin_memory=False,
            assistant_only_loss=True,
            max_length=1024,
        )
        trainer = InOrder(
            model=AutoModelForCausalLM.from_pretrained(options.base, dtype=torch.float32),
            args=config,
            train_dataset=Dataset.from_list(chats),
            processing_class=AutoTokenizer.from_pretrained(options.base),
            peft_config=LoraConfig(
                r=16, lora_alpha=32, lora_dropout=0.0, target_modules=list(LINEAR), task_type="CAUSAL_LM"
            ),
            callbacks=[_clock(marks)],
        )
        trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return _steps_and_before(marks) | {"losses": losses}


_SIDES = {"trainer": _trainer, "trl": _trl}

if __name__ == "__main__":
    sys.exit(main())
