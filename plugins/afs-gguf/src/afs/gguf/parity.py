"""Does a GGUF file say what its model says? Compared where files go wrong in practice.

Logits alone miss a broken tokenizer, tokens alone miss a lost bias, and neither shows a wrong
epsilon; so the header is compared field by field, vectors value by value, and then the engine
that will serve the file is asked for tokens, rendered chats, stop tokens and distributions.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from afs.models.engine import Engine
from afs_core.errors import DataError

from .element import Element
from .merged import MergedModel
from .metadata import Field, Kind
from .mixture import SCHEMES
from .probes import CHATS, TEXTS
from .reader import GgufFile, read_gguf
from .reference import Reference
from .safetensors import Floats
from .vocabulary import Vocabulary

__all__ = ["LIMITS", "Divergence", "Limits", "Parity", "compare", "differences", "plan_positions"]

#: Keys that describe the file and not the model, or that other converters leave out.
_OPTIONAL = frozenset({"tokenizer.ggml.add_bos_token", "tokenizer.ggml.padding_token_id"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What still counts as the same model: mean KL divergence in nats, share of accepted choices."""

    kl: float
    accepted: float


#: Two tokens this close in log-probability are a toss-up that rounding may decide.
TIE = 0.1

#: Rounding bounds for the plain types; for the others, wide of what llama.cpp measures on models
#: from 0.5 to 8 billion weights, so that only a fault crosses them.
LIMITS = {
    "BF16": Limits(1e-3, 0.97),
    "F16": Limits(1e-3, 0.97),
    "Q8_0": Limits(1e-2, 0.93),
    "Q5_K_M": Limits(6e-2, 0.85),
    "Q4_K_M": Limits(1.5e-1, 0.75),
}


@dataclass(frozen=True, slots=True)
class Divergence:
    """Distributions of the file against the model's, over ``positions`` next-token choices.

    ``top1`` is the share of positions where both have the same best token; ``accepted`` also
    counts those where the model itself holds the two nearly equal (within :data:`TIE` nats).
    """

    positions: int
    top1: float
    accepted: float
    kl: float
    kl_max: float


@dataclass(slots=True)
class Parity:
    """What was found about one file; empty lists are agreement."""

    path: Path
    scheme: str
    fields: list[str] = field(default_factory=list)
    vectors: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    prepended: list[str] = field(default_factory=list)
    chats: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    divergence: Divergence | None = None
    failure: str = ""


def compare(
    path: Path,
    model: MergedModel,
    reference: Reference,
    sequences: Sequence[tuple[list[int], Floats]],
    *,
    threads: int = 0,
) -> Parity:
    """Everything about one file. A file that cannot be read or loaded is a finding, not an error.

    ``sequences`` are token ids with the reference's log-probabilities, as
    :func:`plan_positions` gives them.
    """
    found = Parity(path, "unknown")
    try:
        file = read_gguf(path)
        found.scheme = _scheme_name(file)
        expected = Vocabulary.of_folder(model.base, model.shape.vocabulary)
        found.fields = list(differences(file, model, expected))
        found.vectors = list(_vectors(file, model))
        context = max([256, *(len(ids) + 8 for ids, _ in sequences)])
        with Engine(path, context=context, threads=threads) as engine:
            _ask(found, engine, reference, sequences)
    except DataError as fault:
        found.failure = str(fault)
    return found


def plan_positions(
    reference: Reference, texts: Iterable[str], positions: int, length: int = 32
) -> list[tuple[list[int], Floats]]:
    """Token sequences of at most ``length`` with ``positions`` positions in all, or as many as the
    texts give, and the reference's log-probabilities of each, shape (tokens, vocabulary)."""
    sequences: list[tuple[list[int], Floats]] = []
    for text in texts:
        if positions <= 0:
            break
        if ids := reference.encode(text)[: min(length, positions)]:
            sequences.append((ids, reference.logprobs(ids)))
            positions -= len(ids)
    return sequences


def differences(file: GgufFile, model: MergedModel, vocabulary: Vocabulary) -> Iterator[str]:
    """Header fields and tensors that are not what the model's configuration asks for."""
    expected = model.shape.metadata() | vocabulary.metadata()
    for key, wanted in expected.items():
        got = file.metadata.get(key)
        if got is None and key not in _OPTIONAL:
            yield f"{key} is missing"
        elif got is not None and not _same(wanted, got):
            yield f"{key} is {_short(got.value)}, expected {_short(wanted.value)}"
    slots = {slot.name: slot for slot in model.shape.slots()}
    for name in slots.keys() - file.tensors.keys():
        yield f"tensor {name} is missing"
    for name in file.tensors.keys() - slots.keys():
        yield f"tensor {name} is not of this model"
    for name, tensor in file.tensors.items():
        if name in slots and tensor.shape != slots[name].shape:
            yield f"tensor {name} is {list(tensor.shape)}, expected {list(slots[name].shape)}"
        if len(tensor.shape) == 1 and tensor.element is not Element.F32:
            yield f"tensor {name} is {tensor.element.name}; the engine aborts unless it is F32"


def _vectors(file: GgufFile, model: MergedModel) -> Iterator[str]:
    """Norms and biases are F32 under every scheme, so they must be the model's own values."""
    for slot in model.shape.slots():
        tensor = file.tensors.get(slot.name)
        if len(slot.shape) != 1 or tensor is None or tensor.shape != slot.shape:
            continue
        if tensor.element is not Element.F32:
            continue
        with file.path.open("rb") as source:
            source.seek(tensor.start)
            values = np.frombuffer(source.read(tensor.size), "<f4")
        wanted = model.checkpoint.whole(model.checkpoint.tensors[slot.source])
        if not np.array_equal(values, wanted):
            off = float(np.abs(values - wanted).max())
            yield f"tensor {slot.name} differs from {slot.source} by up to {off:.3g}"


def _ask(
    found: Parity,
    engine: Engine,
    reference: Reference,
    sequences: Sequence[tuple[list[int], Floats]],
) -> None:
    for text in TEXTS:
        _compare_tokens(found, text, engine.tokenize(text), reference.encode(text))
    for name, messages in CHATS.items():
        wanted = reference.render(messages)
        if wanted is not None and (got := engine.apply_template(messages)) != wanted:
            found.chats.append(f"{name}: {_first_difference(got, wanted)}")
    found.stops = [f"token {token} does not stop" for token in reference.stops() if not engine.stops(token)]
    found.divergence = _diverge(engine, sequences)


def _compare_tokens(found: Parity, text: str, got: list[int], wanted: list[int]) -> None:
    if got == wanted:
        return
    if len(got) == len(wanted) + 1 and got[1:] == wanted:
        found.prepended.append(f"{_short(text)}: token {got[0]} was put in front")
    else:
        found.tokens.append(f"{_short(text)}: {_first_difference(got, wanted)}")


def _diverge(engine: Engine, sequences: Sequence[tuple[list[int], Floats]]) -> Divergence:
    kls: list[float] = []
    regrets: list[float] = []
    for ids, wanted in sequences:
        for position, scores in enumerate(engine.logprobs(ids)):
            model, got = wanted[position].astype(np.float64), np.asarray(scores, np.float64)
            # The engine writes impossible tokens as minus infinity; bounded, they stay comparable.
            kls.append(float(np.sum(np.exp(model) * (model - np.maximum(got, -100.0)))))
            regrets.append(float(model.max() - model[got.argmax()]))
    if not kls:
        raise DataError("there is no position to compare", hint="ask for at least one")
    regret = np.array(regrets)
    return Divergence(
        positions=len(kls),
        top1=float((regret == 0).mean()),
        accepted=float((regret <= TIE).mean()),
        kl=float(np.mean(kls)),
        kl_max=max(kls),
    )


def _scheme_name(file: GgufFile) -> str:
    number = file.value("general.file_type")
    return next((name for name, scheme in SCHEMES.items() if scheme.number == number), "unknown")


def _same(wanted: Field, got: Field) -> bool:
    if wanted.kind is Kind.F32:
        return got.kind is Kind.F32 and struct.pack("<f", wanted.value) == struct.pack("<f", got.value)
    return bool(wanted.value == got.value)


def _first_difference(got: Sequence[Any], wanted: Sequence[Any]) -> str:
    place = next((i for i, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), None)
    place = min(len(got), len(wanted)) if place is None else place
    return f"at {place}: got {_short(got[place : place + 6])}, expected {_short(wanted[place : place + 6])}"


def _short(value: object, limit: int = 48) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
