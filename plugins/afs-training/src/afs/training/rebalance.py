"""Samples of several sources in the proportions that were asked for.

    samples = rebalance_datasets(inputs=["oracle.jsonl", "memory.jsonl"],
                                 weights={"oracle": 0.6, "memory": 0.4})

The total is the largest at which no sample is there twice; with oversampling the smallest at which
every sample is there, and a part that is too small gives whole copies. Either way ``max_total`` is a
limit, and shares are met by largest remainder: to within one sample.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from afs.training.rebalance_plan import RebalanceConfig, RebalancePlan, scorer
from afs.training.selection import Selector
from afs.training.shuffle import shuffled
from afs_core import Provenance, Run, TrainingSample, read_samples
from afs_core.stream import sample_files

__all__ = ["Rebalance", "RebalanceConfig", "rebalance_datasets"]


class Rebalance:
    """Yields samples in the shares that the weights ask for; a sample counts for one weight only.

    Looks twice. Between the looks it holds 24 bytes a sample. A copy keeps the group of its original,
    so that no split tears them apart, and has its number in ``_metadata.copy``, the second being 2.
    """

    Config = RebalanceConfig
    rereads = True
    #: The inputs of the stage, set by whoever reads them; samples then remember theirs.
    stage_inputs: tuple[Path, ...] = ()

    def __init__(self, config: RebalanceConfig, run: Run) -> None:
        self._config = config
        self._run = run
        self.noted: dict[str, int] = {}

    @property
    def fingerprint(self) -> str:
        """Changes when the scores that decide could change."""
        return "" if self._config.min_quality_score is None else scorer(self._run).fingerprint

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        plan = RebalancePlan(samples, self._config, self.stage_inputs, self._run)
        self.noted = plan.noted()
        chosen = self._chosen(samples, plan)
        if self._config.shuffle:
            chosen = shuffled(chosen, self._run.workdir, self._run.rng("rebalance"))
        yield from chosen

    def _chosen(self, samples: Iterable[TrainingSample], plan: RebalancePlan) -> Iterator[TrainingSample]:
        for row, sample in enumerate(samples):
            times = plan.times[row]
            if not times:
                self._run.drop(sample, plan.reason(row))
                continue
            yield sample
            for number in range(2, times + 1):
                yield _copy(sample, number)


def rebalance_datasets(
    inputs: Sequence[Path | str],
    weights: Mapping[str, float] | None = None,
    *,
    min_quality_score: float | None = None,
    max_per_domain: int | None = None,
    max_total: int | None = None,
    allow_oversample: bool = False,
    selector: Selector = "random",
    shuffle: bool = True,
    seed: int = 42,
) -> list[TrainingSample]:
    """The samples of ``inputs``, files or split folders, in the shares of ``weights``.

    The same inputs, settings and seed give the same samples as ``afs training rebalance``. Raises
    UsageError for a weight that matches nothing, DataError for a file that cannot be read.
    """
    config = RebalanceConfig(
        weights=dict(weights or {}),
        min_quality_score=min_quality_score,
        max_per_domain=max_per_domain,
        max_total=max_total,
        allow_oversample=allow_oversample,
        selector=selector,
        shuffle=False,
    )
    paths = tuple(Path(path).expanduser() for path in inputs)
    with Run.open(seed=seed, on_warning=logging.getLogger(__name__).warning) as run:
        transform = Rebalance(config, run)
        transform.stage_inputs = paths
        samples = list(transform.apply(list(_remembering(paths))))
        if shuffle:
            run.rng("rebalance").shuffle(samples)
    return samples


def _remembering(paths: Iterable[Path]) -> Iterator[TrainingSample]:
    for path in paths:
        for file in sample_files(path):
            for sample in read_samples(file):
                sample.__dict__["input"] = path
                yield sample


def _copy(sample: TrainingSample, number: int) -> TrainingSample:
    prov = msgspec.structs.replace(sample.prov or Provenance(), group=sample.group)
    prov = msgspec.structs.replace(prov, transforms=(*prov.transforms, "rebalance"))
    return msgspec.structs.replace(sample, prov=prov, _metadata={**sample.metadata, "copy": number})
