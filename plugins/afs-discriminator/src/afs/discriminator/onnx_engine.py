"""An ELECTRA in 8-bit integers, run by ONNX Runtime on the CPU.

Weights are rounded once; activations are rounded window by window as they come. A window is
scored alone: nothing is filled up, and its margin does not depend on its neighbours.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from afs.discriminator.electra_device import quiet
from afs.discriminator.electra_last_layer import shortened
from afs.discriminator.electra_model import Electra, weights_digest
from afs.discriminator.electra_scoring import Batch
from afs_core.making import require
from afs_core.store import cache_folder

__all__ = ["OnnxEngine", "exported", "int8_engine", "require_runtime"]

_INSTALL = "pip install 'afs-discriminator[electra,onnx]'"
_NEEDS = tuple(f"{module}: {_INSTALL}" for module in ("onnx", "onnxruntime"))
_RECIPE = 1  # of the export below; part of the name of what it makes
_OPSET = 17


class OnnxEngine:
    """A session that takes one window at a time."""

    budget = 1

    def __init__(self, session: Any, real: int = 0) -> None:
        self._session, self._real = session, real

    def margins(self, batches: Iterable[Batch]) -> NDArray[np.float32]:
        logits = np.concatenate([self._session.run(None, {"ids": batch.ids})[0] for batch in batches])
        found: NDArray[np.float32] = logits[:, self._real] - logits[:, 1 - self._real]
        return found


def int8_engine(electra: Electra) -> OnnxEngine:
    """Exported at first use, then read from afs's cache folder. Raises Missing without ONNX Runtime."""
    require_runtime()
    path = exported(electra)
    try:
        session = _session(path)
    except Exception:  # whatever a damaged file makes the runtime say
        path.unlink(missing_ok=True)
        session = _session(exported(electra))
    return OnnxEngine(session, electra.real)


def require_runtime() -> None:
    """Raises Missing without ONNX Runtime."""
    require(_NEEDS, "the precision int8")


def exported(electra: Electra) -> Path:
    """The file of the rounded model; made where none has the digest of these weights."""
    made_by = f"{_RECIPE} {import_module('onnxruntime').__version__} {torch.__version__}"
    name = hashlib.sha256(f"{made_by} {weights_digest(electra.model)}".encode()).hexdigest()
    path = cache_folder() / "discriminator" / f"{name[:32]}.int8.onnx"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            whole, rounded = Path(scratch, "whole.onnx"), Path(scratch, "rounded.onnx")
            _export(electra.model, whole)
            _round(whole, rounded)
            rounded.replace(path)
    return path


class _Logits(torch.nn.Module):
    """The model is shortened for good."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = shortened(model)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self._model(input_ids=ids).logits
        return logits


def _export(model: Any, path: Path) -> None:
    example = torch.ones((1, 16), dtype=torch.long)
    with quiet(), torch.inference_mode():
        torch.onnx.export(
            _Logits(model).eval(),
            (example,),
            str(path),
            input_names=["ids"],
            output_names=["logits"],
            dynamic_axes={"ids": {1: "tokens"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def _round(whole: Path, rounded: Path) -> None:
    tools: Any = import_module("onnxruntime.quantization")
    tools.shape_inference.quant_pre_process(whole, whole, skip_optimization=True, skip_symbolic_shape=True)
    # Seven bits: processors without VNNI add two products in 16 bits, which eight would overflow.
    tools.quantize_dynamic(
        whole,
        rounded,
        op_types_to_quantize=["MatMul"],
        weight_type=tools.QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
    )


def _session(path: Path) -> Any:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3
    return runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
