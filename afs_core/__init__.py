"""The core of afs: the contract of plugins, and one way to run them.

Plugins import from here: ``from afs_core import Capability, TrainingSample, hookimpl``.
A name is imported at first use, so that ``import afs_core`` costs nothing.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from afs_core.capability import CONTRACT_KINDS as CONTRACT_KINDS
    from afs_core.capability import Capability as Capability
    from afs_core.capability import Check as Check
    from afs_core.capability import Command as Command
    from afs_core.capability import Problem as Problem
    from afs_core.config import Config as Config
    from afs_core.errors import AfsError as AfsError
    from afs_core.errors import BudgetReached as BudgetReached
    from afs_core.errors import Cancelled as Cancelled
    from afs_core.errors import ConfigError as ConfigError
    from afs_core.errors import CredentialMissing as CredentialMissing
    from afs_core.errors import DataError as DataError
    from afs_core.errors import DuplicateName as DuplicateName
    from afs_core.errors import GateRefused as GateRefused
    from afs_core.errors import Missing as Missing
    from afs_core.errors import PluginError as PluginError
    from afs_core.errors import UnknownName as UnknownName
    from afs_core.errors import Unrepresentable as Unrepresentable
    from afs_core.errors import UsageError as UsageError
    from afs_core.hookspecs import hookimpl as hookimpl
    from afs_core.jsonl import Journal as Journal
    from afs_core.jsonl import atomic_write as atomic_write
    from afs_core.jsonl import read_rows as read_rows
    from afs_core.jsonl import read_samples as read_samples
    from afs_core.jsonl import write_samples as write_samples
    from afs_core.manifest import Artifact as Artifact
    from afs_core.manifest import Counts as Counts
    from afs_core.manifest import Finding as Finding
    from afs_core.manifest import Manifest as Manifest
    from afs_core.manifest import Report as Report
    from afs_core.manifest import read_manifest as read_manifest
    from afs_core.protocols import Converter as Converter
    from afs_core.protocols import EmbeddingProvider as EmbeddingProvider
    from afs_core.protocols import EvalJob as EvalJob
    from afs_core.protocols import Evaluator as Evaluator
    from afs_core.protocols import Generator as Generator
    from afs_core.protocols import QuantizeJob as QuantizeJob
    from afs_core.protocols import Quantizer as Quantizer
    from afs_core.protocols import Score as Score
    from afs_core.protocols import Scorer as Scorer
    from afs_core.protocols import Trainer as Trainer
    from afs_core.protocols import TrainJob as TrainJob
    from afs_core.protocols import TrainPlan as TrainPlan
    from afs_core.protocols import Transform as Transform
    from afs_core.registry import Entry as Entry
    from afs_core.registry import Registry as Registry
    from afs_core.run import Run as Run
    from afs_core.sample import Message as Message
    from afs_core.sample import Provenance as Provenance
    from afs_core.sample import ToolCall as ToolCall
    from afs_core.sample import TrainingSample as TrainingSample
    from afs_core.stage import Outcome as Outcome
    from afs_core.stage import Stage as Stage
    from afs_core.stage import execute as execute
    from afs_core.status import PluginStatus as PluginStatus
    from afs_core.worker import Worker as Worker

_NAMES = {
    "capability": "CONTRACT_KINDS Capability Check Command Problem",
    "config": "Config",
    "errors": "AfsError BudgetReached Cancelled ConfigError CredentialMissing DataError DuplicateName "
    "GateRefused Missing PluginError UnknownName Unrepresentable UsageError",
    "hookspecs": "hookimpl",
    "jsonl": "Journal atomic_write read_rows read_samples write_samples",
    "manifest": "Artifact Counts Finding Manifest Report read_manifest",
    "protocols": "Converter EmbeddingProvider EvalJob Evaluator Generator QuantizeJob Quantizer Score Scorer "
    "TrainJob TrainPlan Trainer Transform",
    "registry": "Entry Registry",
    "run": "Run",
    "sample": "Message Provenance ToolCall TrainingSample",
    "stage": "Outcome Stage execute",
    "status": "PluginStatus",
    "worker": "Worker",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
