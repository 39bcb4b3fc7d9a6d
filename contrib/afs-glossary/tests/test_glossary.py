from pathlib import Path

from afs_core.testing import GeneratorConformance


class TestGlossary(GeneratorConformance):
    capability = "glossary"

    def settings_in(self, folder: Path) -> dict[str, Path]:
        terms = folder / "terms.txt"
        terms.write_text("SRAM: Memory that a battery keeps.\nOAM: The table of sprites.\nDMA: A fast copy.\n")
        return {"source": terms}
