"""From what a user writes to a model: aliases, experts, shipped models, paths, the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from afs.models.chat import ChatModel
from afs.models.reference import Reference
from afs_core import DuplicateName, UnknownName

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Resolver"]


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
        reference = Reference.parse(text)
        if reference is not None:
            return reference
        hits = self._hits(text)
        if len(hits) > 1:
            shown = " and ".join(f"{where} ({reference})" for where, reference in hits.items())
            raise DuplicateName(f"{text} is {shown}", hint="write the reference that you mean")
        if hits:
            return next(iter(hits.values()))
        if (local := _local(text)) is not None:
            return local
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
        local hub cache. Raises UnknownName."""
        reference = Reference.parse(text)
        base = (reference.target if reference and reference.provider == "hf" else text).partition("+")[0]
        if (path := Path(base).expanduser()).is_dir():
            return path
        if reference is None:
            hits = self._hits(text)
            if len(hits) == 1 and (hit := next(iter(hits.values()))).provider == "hf":
                return self.folder(str(hit))
        shipped = self._shipped(base)
        cached = shipped or _hub_cache(base)
        if cached is None:
            raise UnknownName(
                f"no checkpoint {text!r} on this machine",
                hint=f"give the path of its folder, or fetch it first: hf download {base}",
            )
        return cached

    def _hits(self, name: str) -> dict[str, Reference]:
        hits: dict[str, Reference] = {}
        if name in self._config.aliases:
            alias = self._config.aliases[name]
            hits["an alias"] = Reference.parse(alias) or _local(alias) or self._absent(name, alias)
        if (expert := self._offered("experts", name)) is not None and expert.reference:
            hits["an expert"] = Reference.parse(expert.reference) or self._absent(name, expert.reference)
        if (shipped := self._shipped(name)) is not None:
            hits["a shipped model"] = Reference("hf", str(shipped))
        return hits

    def _absent(self, name: str, reference: str) -> Reference:
        raise UnknownName(f"{name} stands for {reference!r}, which is no reference and no path")

    def _shipped(self, name: str) -> Path | None:
        model = self._offered("models", name)
        return None if model is None else Path(model.path)

    def _offered(self, kind: str, name: str):  # type: ignore[no-untyped-def]
        known = {entry.name for entry in self._run.registry.entries(kind)}
        return self._run.use(kind, name) if name in known else None


def _local(text: str) -> Reference | None:
    base, _, adapter = text.partition("+")
    path = Path(base).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        return Reference("gguf", str(path))
    if (path / "adapter_config.json").is_file():
        from afs_core.model_paths import model_references

        return Reference.parse(model_references(path)[0])
    if (path / "config.json").is_file():
        return Reference("hf", f"{path}+{adapter}" if adapter else str(path))
    return None


def _looks_like_a_path(text: str) -> bool:
    return text.startswith(("/", "./", "../", "~")) or text.endswith(".gguf") or Path(text).exists()


def _hub_cache(name: str) -> Path | None:
    """The folder of a hub model that was fetched before; never asks the network."""
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name, local_files_only=True))
    except Exception:
        return None
