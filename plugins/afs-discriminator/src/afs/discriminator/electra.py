"""The backend ``electra``: a transformer that reads a text whole and says whether it is real."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from afs.discriminator.accelerators import may_have_accelerator
from afs.discriminator.backend import Example, Learned
from afs.discriminator.electra_settings import ElectraSettings
from afs_core.making import require

if TYPE_CHECKING:
    from afs.discriminator.electra_model import Electra
    from afs_core import Run

__all__ = ["ElectraBackend", "base_folder"]

_LABEL = "the backend electra"
_INSTALL = "pip install 'afs-discriminator[electra]'"
_NEEDS = tuple(f"{module}: {_INSTALL}" for module in ("torch", "transformers", "tokenizers", "safetensors"))


class ElectraBackend:
    """``ElectraForSequenceClassification``, from a checkpoint or from scratch."""

    name = "electra"
    Settings = ElectraSettings

    def require(self, precision: str) -> None:
        """Raises Missing without the extra ``electra``; int8 needs ``onnx`` as well."""
        require(_NEEDS, _LABEL)
        if precision == "int8":
            from afs.discriminator.onnx_engine import require_runtime

            require_runtime()

    def precision(self, precision: str, device: str) -> str:
        """Asks torch only where there may be a device other than the CPU."""
        if precision != "auto":
            return precision
        if device == "cpu" or (device == "auto" and not may_have_accelerator()):
            return "fp32"
        from afs.discriminator.electra_device import chosen_device, chosen_precision

        return chosen_precision(precision, chosen_device(device))

    def bases(self, settings: ElectraSettings, run: Run) -> tuple[Path, ...]:
        return (base_folder(settings.base_model, run),) if settings.base_model else ()

    def train(
        self,
        train: Sequence[Example],
        val: Sequence[Example],
        folder: Path,
        settings: ElectraSettings,
        run: Run,
    ) -> Learned:
        """A checkpoint in ``folder`` as transformers reads it, with ``training.log`` beside it.

        Called again with the same folder it goes on where it was interrupted, ``kill -9`` included;
        on a CPU with one thread it ends with the same bytes. Raises Missing without the extra
        ``electra``, DataError for a base that is no ELECTRA checkpoint, and what
        :class:`afs.discriminator.electra_training.ElectraTraining` raises.
        """
        require(_NEEDS, _LABEL)
        import torch

        from afs.discriminator.electra_device import threads
        from afs.discriminator.electra_training import ElectraTraining

        folder.mkdir(parents=True, exist_ok=True)
        with torch.random.fork_rng(), threads(settings.threads):
            torch.manual_seed(run.seed)
            electra = _start(train, settings, run)
            ElectraTraining(electra, train, val, folder, settings, run).train()
            electra.write(folder)
        return self.load(folder, device=settings.device, batch_size=None, precision=settings.precision)

    def load(
        self, folder: Path, *, device: str = "auto", batch_size: int | None = None, precision: str = "auto"
    ) -> Learned:
        """The classifier in ``folder``, ready to score; ``int8`` runs on the CPU by ONNX Runtime.

        Raises Missing without the extra ``electra`` (for int8 also ``onnx``), DataError for a folder
        without a whole trained classifier, UsageError for a device or precision that is not there.
        """
        require(_NEEDS, _LABEL)
        import torch

        from afs.discriminator.electra_attention import quickened
        from afs.discriminator.electra_device import chosen_device, chosen_precision
        from afs.discriminator.electra_last_layer import shortened
        from afs.discriminator.electra_model import read_electra
        from afs.discriminator.electra_scoring import ElectraScorer, TorchEngine

        place = chosen_device("cpu" if (device, precision) == ("auto", "int8") else device)
        arithmetic = chosen_precision(precision, place)
        electra = read_electra(folder)
        if arithmetic == "int8":
            from afs.discriminator.onnx_engine import int8_engine

            return ElectraScorer(electra.windows(), int8_engine(electra), batch_size, arithmetic)
        model = shortened(quickened(electra.model) if place == "cpu" else electra.model)
        model.to(place, torch.bfloat16 if arithmetic == "bf16" else torch.float32)
        return ElectraScorer(electra.windows(), TorchEngine(model, electra.real), batch_size, arithmetic)


def base_folder(reference: str, run: Run) -> Path:
    """The folder of a checkpoint; any name but a folder's is what afs-models makes of it.

    Never asks the network: a hub name is looked up in the hub's cache on this machine. Raises
    UnknownName, and Missing where afs-models is needed.
    """
    path = Path(reference.removeprefix("hf:")).expanduser()
    if path.is_dir():
        return path
    folder: Path = run.use("resolvers", "model").folder(reference)
    return folder


def _start(train: Sequence[Example], settings: ElectraSettings, run: Run) -> Electra:
    from afs.discriminator.electra_model import from_scratch, read_base

    if settings.base_model:
        return read_base(base_folder(settings.base_model, run), settings.max_length)
    return from_scratch([example.text for example in train], settings)
