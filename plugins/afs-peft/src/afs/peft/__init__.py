"""LoRA adapters trained on samples, with loss on the assistant's words only."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from afs.peft.template import ChatTokenizer as ChatTokenizer
    from afs.peft.trainer import LoraTrainer as LoraTrainer

_HOMES = {"ChatTokenizer": "template", "LoraTrainer": "trainer"}

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
