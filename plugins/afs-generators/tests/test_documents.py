"""The custom generators of the guides, as they stand there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

DATA_GUIDE = '''
from afs.generators.base import BaseGenerator, TrainingSample
from typing import Iterator

class MyGenerator(BaseGenerator):
    def __init__(self, source_path: Path):
        super().__init__(name="my_source", domain="custom")
        self.source_path = source_path

    def generate(self) -> Iterator[TrainingSample]:
        """Generate training samples."""
        for file in self.source_path.rglob("*.txt"):
            content = file.read_text()

            yield TrainingSample(
                instruction="Your question",
                output="Expected output",
                thinking="Reasoning (optional)",
                domain="custom",
                source=str(file.relative_to(self.source_path))
            )

# Export to JSONL
generator = MyGenerator(Path("~/my_data"))
with open("training_data/custom.jsonl", "w") as f:
    for sample in generator.generate():
        f.write(sample.to_json() + "\\n")
'''

API_GUIDE = '''
from afs.generators.base import BaseGenerator, TrainingSample
from pathlib import Path
from typing import Iterator

class MyDataGenerator(BaseGenerator):
    def __init__(self, source_path: Path):
        super().__init__(name="my_data", domain="custom")
        self.source_path = source_path

    def generate(self) -> Iterator[TrainingSample]:
        """Generate training samples from custom source."""
        for file in self.source_path.rglob("*.txt"):
            content = file.read_text()

            yield TrainingSample(
                instruction="Create question from content",
                output="Extract answer from content",
                thinking="Optional reasoning",
                domain="custom",
                source=str(file.relative_to(self.source_path)),
                _metadata={"file_type": "txt"}
            )

# Use generator
generator = MyDataGenerator(Path("~/my_data"))
for sample in generator.generate():
    print(sample.to_json())
'''


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "my_data" / "deep").mkdir(parents=True)
    (tmp_path / "my_data" / "deep" / "a.txt").write_text("content")
    (tmp_path / "training_data").mkdir()
    return tmp_path


def run(code: str, home: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=home,
        env={"HOME": str(home), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_generator_of_the_training_guide(home: Path) -> None:
    run("from pathlib import Path\n" + DATA_GUIDE, home)  # the guide forgets this import
    row = json.loads((home / "training_data" / "custom.jsonl").read_text())
    assert row["source"] == "deep/a.txt" and row["thinking"] == "Reasoning (optional)"


def test_generator_of_the_api_guide(home: Path) -> None:
    row = json.loads(run(API_GUIDE, home))
    assert row["source"] == "deep/a.txt" and row["_metadata"] == {"file_type": "txt"}


def test_a_generator_without_generate_cannot_be_made() -> None:
    from afs.generators.base import BaseGenerator

    with pytest.raises(TypeError, match="generate"):
        BaseGenerator("x", "y")  # type: ignore[abstract]
