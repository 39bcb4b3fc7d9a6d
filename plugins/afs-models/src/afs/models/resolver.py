"""From what a user writes to a model: aliases, experts, shipped models, paths, the gateway."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from afs.models.chat import ChatModel
from afs.models.reference import Reference, split_adapter
from afs_core import DuplicateName, UnknownName, UsageError
from afs_core.model_paths import is_adapter, model_references

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Resolver"]

Hit = tuple[str, Reference]


class Resolver:
    """Turns names into references, references into open models or folders."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        aliases: Annotated[dict[str, str], msgspec.Meta(description="Names of your own for references")] = {}
        gateway: Annotated[str, msgspec.Meta(description="Server of names that nothing else answers to")] = (
            "http://localhost:8000/v1"
        )

    def __init__(self, config: Config, run: Run) -> None:
        self._config, self._run = config, run

    def resolve(self, text: str) -> Reference:
        """The reference that ``text`` stands for. Raises DuplicateName where two local things do."""
        reference = Reference.parse(text) or _only(text, self._hits(text))
        if reference is not None:
            return reference
        if _looks_like_a_path(text):
            raise UnknownName(
                f"no model at {text}", hint="expected a folder with config.json, or a .gguf file"
            )
        return Reference("openai", f"{self._config.gateway}#{text}")

    def open(self, text: str) -> ChatModel:
        """The model, ready to chat. Raises UnknownName, Missing, DataError."""
        reference = self.resolve(text)
        model: ChatModel = self._run.use("providers", reference.provider).open(reference.target)
        model.reference = text
        return model

    def folder(self, text: str) -> Path:
        """The folder of a local checkpoint, an adapter left aside; a hub name is looked up in the
        local hub cache. Raises UnknownName, and UsageError for a model that is no checkpoint."""
        reference = Reference.parse(text) or _only(text, self._hits(text)) or Reference("hf", text)
        if reference.provider != "hf":
            raise UsageError(f"expected a checkpoint, a folder with config.json; {text} is {reference}")
        base, _ = split_adapter(reference.target)
        if (local := _only(base, self._checkpoints(base))) is not None:
            return Path(local.target)
        cached = None if _looks_like_a_path(base) else _hub_cache(base)
        if cached is None:
            raise UnknownName(
                f"no checkpoint {base!r} on this machine",
                hint=f"give the path of its folder, or fetch it first: hf download {base}",
            )
        return cached

    def _hits(self, name: str) -> Iterator[Hit]:
        """Everything on this machine that answers to a bare name or path."""
        if name in self._config.aliases:
            yield "an alias", _meant(name, self._config.aliases[name])
        if (expert := self._offered("experts", name)) is not None and expert.reference:
            yield "an expert", _meant(name, expert.reference)
        yield from self._shipped(name)
        if (local := _at_path(name)) is not None:
            yield "a path", local

    def _checkpoints(self, name: str) -> Iterator[Hit]:
        """The bases of this name: a shipped model, a folder."""
        yield from self._shipped(name)
        if _is_checkpoint(path := Path(name).expanduser()):
            yield "a path", Reference("hf", str(path))

    def _shipped(self, name: str) -> Iterator[Hit]:
        if (model := self._offered("models", name)) is not None:
            yield "a shipped model", Reference("hf", str(model.path))

    def _offered(self, kind: str, name: str) -> Any:
        known = {entry.name for entry in self._run.registry.entries(kind)}
        return self._run.use(kind, name) if name in known else None


def _only(name: str, hits: Iterator[Hit]) -> Reference | None:
    """The one reference that was hit, if any."""
    found = {reference: where for where, reference in hits}
    if len(found) > 1:
        shown = " and ".join(f"{where} ({reference})" for reference, where in found.items())
        raise DuplicateName(
            f"{name} is {shown}", hint="write the reference that you mean, ./NAME for a path, or rename one"
        )
    return next(iter(found), None)


def _meant(name: str, text: str) -> Reference:
    reference = Reference.parse(text) or _at_path(text)
    if reference is None:
        raise UnknownName(f"{name} stands for {text!r}, which is no reference and no path")
    return reference


def _at_path(text: str) -> Reference | None:
    """The model that lies at a path; raises DuplicateName for a folder of several."""
    base, adapter = split_adapter(text)
    if adapter:
        there = is_adapter(Path(adapter).expanduser()) or _is_checkpoint(Path(base).expanduser())
        return Reference("hf", text) if there else None
    path = Path(text).expanduser()
    found = model_references(path) if path.exists() else []
    if len(found) > 1:
        raise DuplicateName(f"{text} holds several models: {', '.join(found)}", hint="name one of them")
    return Reference.parse(found[0]) if found else None


def _is_checkpoint(path: Path) -> bool:
    return (path / "config.json").is_file()


def _looks_like_a_path(text: str) -> bool:
    path = Path(text)
    written = text.startswith(("/", "./", "../", "~")) or text.endswith(".gguf")
    return written or path.exists() or ("/" in text and path.parent.is_dir())


def _hub_cache(name: str) -> Path | None:
    """The folder of a hub model that was fetched before; never asks the network."""
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name, local_files_only=True))
    except (ImportError, OSError, ValueError):
        return None
