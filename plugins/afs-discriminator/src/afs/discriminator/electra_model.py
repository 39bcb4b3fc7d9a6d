"""An ELECTRA with its tokenizer: read from a folder, made from texts, written to a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer
from transformers import (
    AutoTokenizer,
    ElectraConfig,
    ElectraForSequenceClassification,
    PreTrainedTokenizerFast,
)

from afs.discriminator.backend import FAKE, REAL
from afs.discriminator.electra_device import quiet
from afs.discriminator.electra_windows import Windows
from afs_core import DataError, UsageError

if TYPE_CHECKING:
    from afs.discriminator.electra_settings import ElectraSettings

__all__ = ["Electra", "from_scratch", "read_base", "read_electra", "weights_digest"]

_LABELS = {REAL: "real", FAKE: "fake"}
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_LONGEST = 512
_FAULTS = (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError)


class Electra(NamedTuple):
    """A classifier of two labels in evaluation mode, and the tokenizer that it was made with."""

    model: Any
    tokenizer: Any

    @property
    def real(self) -> int:
        """The label that means real: the one of that name, else 0."""
        names: dict[str, int] = {name.lower(): label for label, name in self.model.config.id2label.items()}
        return names.get(_LABELS[REAL], REAL)

    def windows(self) -> Windows:
        length = min(self.tokenizer.model_max_length, self.model.config.max_position_embeddings)
        return Windows(Tokenizer.from_str(self.tokenizer.backend_tokenizer.to_str()), length)

    def write(self, folder: Path) -> None:
        """As any tool reads it: ``model.safetensors``, ``config.json`` and the tokenizer's files."""
        with quiet():
            self.model.save_pretrained(folder)
            self.tokenizer.save_pretrained(folder)


def read_electra(folder: Path) -> Electra:
    """A trained classifier, float32, on the CPU, from safetensors only.

    Raises DataError for a checkpoint of another kind, torn, or without a trained classifier.
    """
    found, missing = _read(folder, use_safetensors=True)
    if missing:
        raise DataError(
            f"expected a trained classifier, but these weights are missing: {', '.join(sorted(missing)[:3])}",
            path=folder,
            hint="train it first: afs discriminator train --backend electra",
        )
    if (count := found.model.config.num_labels) != len(_LABELS):
        raise DataError(f"expected a classifier of 2 labels, real and fake, got one of {count}", path=folder)
    return found


def read_base(folder: Path, max_length: int) -> Electra:
    """A checkpoint to go on from: what it has no weights for starts at random.

    One in PyTorch's own format is read without running code in it. Raises DataError.
    """
    labels = {"num_labels": len(_LABELS), "id2label": _LABELS, "label2id": {v: k for k, v in _LABELS.items()}}
    found, missing = _read(folder, ignore_mismatched_sizes=True, **labels)
    if foreign := [name for name in missing if not name.startswith("classifier.")]:
        raise DataError(f"expected an ELECTRA checkpoint; it has no {foreign[0]}", path=folder)
    found.tokenizer.model_max_length = min(max_length, found.model.config.max_position_embeddings)
    return found


def _read(folder: Path, **options: Any) -> tuple[Electra, set[str]]:
    _expect_electra(folder)
    classifier: Any = ElectraForSequenceClassification
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            model, info = classifier.from_pretrained(
                folder, dtype=torch.float32, output_loading_info=True, **local, **options
            )
            tokenizer = AutoTokenizer.from_pretrained(folder, **local)
    except _FAULTS as fault:
        reason = str(fault).partition("\n")[0].rstrip(" :")
        raise DataError(
            f"expected a whole ELECTRA checkpoint: {reason}",
            path=folder,
            hint="it has config.json, model.safetensors and tokenizer.json",
        ) from None
    if not tokenizer.is_fast or len(tokenizer) > model.config.vocab_size:
        raise DataError(
            f"expected a fast tokenizer of at most {model.config.vocab_size:,} tokens, "
            f"got {type(tokenizer).__name__} of {len(tokenizer):,}",
            path=folder,
        )
    return Electra(model.eval(), tokenizer), {*info["missing_keys"], *info["mismatched_keys"]}


def _expect_electra(folder: Path) -> None:
    path = folder / "config.json"
    try:
        kind = json.loads(path.read_bytes())["model_type"]
    except OSError:
        raise DataError("expected a checkpoint: a folder with config.json", path=folder) from None
    except (ValueError, KeyError, TypeError):
        raise DataError("expected the config of a model, with model_type", path=path) from None
    if kind != "electra":
        raise DataError(
            f"expected a checkpoint of the kind electra, got {kind!r}",
            path=path,
            hint="for instance google/electra-base-discriminator, or no base model to train from scratch",
        )


def from_scratch(texts: Sequence[str], settings: ElectraSettings) -> Electra:
    """A small model of random weights, and a byte-level BPE tokenizer learned from ``texts`` alone.

    The weights depend on torch's random state. Raises UsageError where width and heads do not fit.
    """
    if settings.width % settings.heads:
        raise UsageError(
            f"expected a width that is a multiple of {settings.heads} heads, got {settings.width}"
        )
    length = min(settings.max_length, _LONGEST)
    wrapped: Any = PreTrainedTokenizerFast
    tokenizer = wrapped(
        tokenizer_object=_learned_tokenizer(texts, settings.vocabulary),
        model_max_length=length,
        **{f"{name.strip('[]').lower()}_token": name for name in _SPECIAL},
    )
    config = ElectraConfig(
        vocab_size=len(tokenizer),
        embedding_size=min(settings.width, 128),
        hidden_size=settings.width,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        intermediate_size=4 * settings.width,
        max_position_embeddings=length,
        id2label=_LABELS,
        label2id={name: label for label, name in _LABELS.items()},
        pad_token_id=0,
    )
    model: Any = ElectraForSequenceClassification(config)
    return Electra(model.eval(), tokenizer)


def _learned_tokenizer(texts: Sequence[str], size: int) -> Tokenizer:
    """Bytes, so that nothing is unknown; line breaks and indentation are tokens as well."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = BpeTrainer(
        vocab_size=size,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((text.encode("utf-8", "replace").decode() for text in texts), trainer)
    marks = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    return tokenizer


def weights_digest(model: Any) -> str:
    """Of the shape and all weights of a model, wherever it is kept."""
    found = hashlib.sha256(model.config.to_json_string().encode())
    for name, tensor in model.state_dict().items():
        found.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
    return found.hexdigest()
