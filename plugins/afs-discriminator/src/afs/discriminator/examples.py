"""Labelled texts on disk, one JSON object a line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from afs.discriminator.backend import FAKE, REAL, Example
from afs_core import DataError, UsageError, atomic_write

__all__ = ["by_split", "read_examples", "write_examples"]

_SPLITS: Final = ("train", "val", "test")


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    encode = msgspec.json.Encoder().encode
    with atomic_write(path) as stream:
        for example in examples:
            stream.write(encode(example) + b"\n")


def read_examples(path: Path) -> list[Example]:
    """Raises DataError with file and line for what is no labelled text. Keys that are not known are
    passed over, so that files of other tools with ``text`` and ``label`` may be read too."""
    decode = msgspec.json.Decoder(Example).decode
    found: list[Example] = []
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    found.append(_checked(decode, line, path, number))
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}", path=path) from None
    return found


def _checked(decode: msgspec.json.Decoder[Example] | object, line: bytes, path: Path, number: int) -> Example:
    try:
        example: Example = decode(line)  # type: ignore[operator]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise DataError(
            f"not a labelled text: {fault}", path=path, line=number, hint="afs discriminator data writes them"
        ) from None
    if example.label not in (REAL, FAKE):
        raise DataError(
            f"expected a label of 0 (real) or 1 (fake), got {example.label}", path=path, line=number
        )
    if example.split not in ("", *_SPLITS):
        raise DataError(
            f"expected a split of train, val or test, got {example.split!r}", path=path, line=number
        )
    return example


def by_split(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """The examples of each split. Those that say none get one by their source file, or by their text
    where they name none: seven tenths train, one tenth val, two tenths test.

    Raises UsageError where a split lacks real or fake texts.
    """
    found: dict[str, list[Example]] = {split: [] for split in _SPLITS}
    for example in examples:
        found[example.split or _split(example)].append(example)
    for split, members in found.items():
        labels = {example.label for example in members}
        if len(labels) < 2:
            raise UsageError(
                f"expected real and fake texts in the {split} split, got {len(members)} "
                f"of which all are {'real' if labels == {REAL} else 'fake'}"
                if members
                else f"expected real and fake texts in the {split} split, got none",
                hint="a file lies in one split: more source files are needed, with fakes beside their texts "
                "as afs discriminator data puts them",
            )
    return found


def _split(example: Example) -> str:
    key = (example.source or example.text).encode("utf-8", "surrogatepass")
    share = hashlib.blake2b(key, digest_size=2).digest()[0] / 256
    return "train" if share < 0.7 else "val" if share < 0.8 else "test"
