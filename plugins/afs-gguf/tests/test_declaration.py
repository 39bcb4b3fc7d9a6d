"""What must stay light: the declaration, and the conversion, which needs no torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("numpy", "torch", "transformers", "peft", "gguf", "xllamacpp", "click", "http.client")


def loaded(script: str, *arguments: object) -> set[str]:
    """Which of the heavy modules ``script`` has imported at its end."""
    code = f"{script}\nimport sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_the_declaration_loads_nothing_heavy() -> None:
    assert loaded("import afs.gguf, afs.gguf.plugin as p; p.afs_commands(); p.afs_quantizers()") == set()


def test_every_public_name_and_target_is_there() -> None:
    import importlib

    import afs.gguf
    from afs.gguf import plugin

    assert all(getattr(afs.gguf, name) is not None for name in afs.gguf.__all__)
    offers = [*plugin.afs_commands(), *plugin.afs_quantizers(), *plugin.afs_evaluators()]
    for offer in offers:
        module, _, attribute = offer.target.partition(":")
        assert getattr(importlib.import_module(module), attribute) is not None


def test_a_conversion_loads_no_torch_and_no_engine(base: Path, adapter: Path, tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from afs.gguf import SCHEMES, MergedModel, convert
with MergedModel(Path(sys.argv[1]), Path(sys.argv[2])) as model:
    convert(model, {Path(sys.argv[3]): SCHEMES["Q8_0"]}, name="x")
"""
    assert loaded(script, base, adapter, tmp_path / "x.gguf") == {"numpy"}
