"""What authors of plugins test with: fixtures, and one conformance class for each contract kind.

    from afs_core.testing import GeneratorConformance

    class TestEcho(GeneratorConformance):
        capability = "echo"

pytest then holds the installed plugin to every promise of its kind. The fixtures (``afs_run``,
``afs_registry``, ``afs_plugin``, ``afs_cli``, ``afs_home``, ``afs_samples``, ``offline``) are
there wherever afs-core is installed; nothing has to be imported for them.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from afs_core.testing.commandline import CliResult as CliResult
    from afs_core.testing.conformance.converter import ConverterConformance as ConverterConformance
    from afs_core.testing.conformance.embedding import EmbeddingConformance as EmbeddingConformance
    from afs_core.testing.conformance.evaluator import EvaluatorConformance as EvaluatorConformance
    from afs_core.testing.conformance.generator import GeneratorConformance as GeneratorConformance
    from afs_core.testing.conformance.quantizer import QuantizerConformance as QuantizerConformance
    from afs_core.testing.conformance.scorer import ScorerConformance as ScorerConformance
    from afs_core.testing.conformance.trainer import TrainerConformance as TrainerConformance
    from afs_core.testing.conformance.transform import TransformConformance as TransformConformance
    from afs_core.testing.network import NetworkBlocked as NetworkBlocked
    from afs_core.testing.network import loopback_only as loopback_only
    from afs_core.testing.samples import example_samples as example_samples

_HOMES = {
    "CliResult": "commandline",
    "ConverterConformance": "conformance.converter",
    "EmbeddingConformance": "conformance.embedding",
    "EvaluatorConformance": "conformance.evaluator",
    "GeneratorConformance": "conformance.generator",
    "NetworkBlocked": "network",
    "QuantizerConformance": "conformance.quantizer",
    "ScorerConformance": "conformance.scorer",
    "TrainerConformance": "conformance.trainer",
    "TransformConformance": "conformance.transform",
    "example_samples": "samples",
    "loopback_only": "network",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
