"""Work RAM as bsnes-mercury leaves it, by libretro.py; each ROM in a process of its own.

Needs the PyPI package `libretro.py` (in this interpreter, or in that of `LIBRETRO_PYTHON`) and the core
that Debian's ``libretro-bsnes-mercury-performance`` brings (in its folder, or at ``BSNES_MERCURY_CORE``).
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_NAME = "bsnes_mercury_performance_libretro.so"
_FOLDERS = ("/usr/lib/x86_64-linux-gnu/libretro", "/usr/lib/aarch64-linux-gnu/libretro", "/usr/lib/libretro")
_FRAMES = 45
_WORK_RAM = 2


def core() -> Path | None:
    """The emulator's library, if it is there."""
    stated = os.environ.get("BSNES_MERCURY_CORE")
    found = [Path(stated)] if stated else [Path(folder) / _NAME for folder in _FOLDERS]
    return next((path for path in found if path.is_file()), None)


def missing() -> str:
    """What is missing for a comparison, or nothing."""
    if core() is None:
        return "no bsnes-mercury core (libretro-bsnes-mercury-performance, or BSNES_MERCURY_CORE)"
    if not os.environ.get("LIBRETRO_PYTHON") and importlib.util.find_spec("libretro") is None:
        return "no libretro.py (pip install libretro.py, or LIBRETRO_PYTHON)"
    return ""


def work_ram(rom: bytes) -> bytes:
    """The 128 KiB after the ROM has run for a while."""
    python = os.environ.get("LIBRETRO_PYTHON") or sys.executable
    with tempfile.TemporaryDirectory() as folder:
        image, ram = Path(folder) / "program.sfc", Path(folder) / "ram"
        image.write_bytes(rom)
        command = [python, __file__, str(core()), str(image), str(ram)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return ram.read_bytes()


def _child(library: str, image: str, ram: str) -> None:
    from libretro import SessionBuilder  # type: ignore[import-not-found]

    with SessionBuilder.defaults(library).with_content(image).build() as session:
        for _ in range(_FRAMES):
            session.run()
        Path(ram).write_bytes(bytes(session.core.get_memory(_WORK_RAM)))


if __name__ == "__main__":
    _child(*sys.argv[1:])
