"""What lets an interrupted training go on, ``kill -9`` included: one file, replaced as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from afs_core import atomic_write

__all__ = ["Checkpoint", "Course"]

Tensors = dict[str, torch.Tensor]


class Course(msgspec.Struct):
    """How far a training has come, and what it has measured."""

    step: int = 0
    #: Training losses since the last evaluation.
    losses: list[float] = []
    best_auc: float = -1.0
    best_step: int = 0
    #: Evaluations since the best one.
    stale: int = 0
    log: list[dict[str, Any]] = []


class Checkpoint:
    """Weights, the best weights, the optimizer's state and the course, in one safetensors file.

    ``seal`` is the digest of all that the training depends on: a checkpoint of another training, or
    a damaged one, is not used. Order and dropout need no place in it, since each step draws them
    from the seed and its own number.
    """

    def __init__(self, path: Path, seal: str) -> None:
        self._path, self._seal = path, seal

    def write(self, model: Any, optimizer: torch.optim.Optimizer, best: Tensors, course: Course) -> None:
        moments = {
            f"{number}.{name}": value
            for number, values in optimizer.state_dict()["state"].items()
            for name, value in values.items()
        }
        groups = {"model": model.state_dict(), "best": best, "moments": moments}
        tensors = {
            f"{group}/{name}": tensor.detach().cpu().contiguous()
            for group, members in groups.items()
            for name, tensor in members.items()
        }
        said = {"seal": self._seal, "course": msgspec.json.encode(course).decode()}
        with atomic_write(self._path) as stream:
            stream.write(save(tensors, said))

    def restore(self, model: Any, optimizer: torch.optim.Optimizer) -> tuple[Course, Tensors]:
        """The course and the best weights; a new course where there is nothing to go on from."""
        try:
            with safe_open(self._path, "pt") as file:
                said = file.metadata() or {}
                if said.get("seal") != self._seal:
                    return Course(), {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError):
            return Course(), {}
        model.load_state_dict(_group(tensors, "model"))
        state: dict[int, Tensors] = {}
        for name, tensor in _group(tensors, "moments").items():
            number, _, key = name.partition(".")
            state.setdefault(int(number), {})[key] = tensor
        optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
        return msgspec.json.decode(said["course"], type=Course), _group(tensors, "best")

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def _group(tensors: Tensors, group: str) -> Tensors:
    prefix = f"{group}/"
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
