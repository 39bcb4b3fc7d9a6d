import re
from collections.abc import Iterator
from pathlib import Path
import msgspec
from afs_core import Capability, Run, TrainingSample, hookimpl

class Glossary:
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        source: Path
        domain: str = "glossary"
    def __init__(self, config: Config, run: Run) -> None:
        self.config, self.run = config, run
    def generate(self) -> Iterator[TrainingSample]:
        for term, meaning in re.findall(r"(?m)^(.+?): (.+)$", self.config.source.read_text()):
            self.run.check_cancelled()
            yield TrainingSample(f"What is {term}?", meaning, domain=self.config.domain, source=self.config.source.name)

@hookimpl
def afs_generators() -> list[Capability]:
    return [Capability(name="glossary", target="afs_glossary:Glossary", summary="Asks what the terms of a file mean.")]
