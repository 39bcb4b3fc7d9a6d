"""GGUF files from Qwen2 models and LoRA adapters in one streaming pass, and proof that they agree."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from afs.gguf.conversion import Converted as Converted
    from afs.gguf.conversion import convert as convert
    from afs.gguf.inspection import inspect_gguf as inspect_gguf
    from afs.gguf.merged import MergedModel as MergedModel
    from afs.gguf.mixture import SCHEMES as SCHEMES
    from afs.gguf.mixture import Scheme as Scheme
    from afs.gguf.reader import GgufFile as GgufFile
    from afs.gguf.reader import read_gguf as read_gguf

_HOMES = {
    "Converted": "conversion",
    "GgufFile": "reader",
    "MergedModel": "merged",
    "SCHEMES": "mixture",
    "Scheme": "mixture",
    "convert": "conversion",
    "inspect_gguf": "inspection",
    "read_gguf": "reader",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
