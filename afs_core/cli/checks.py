"""The questions that ``afs doctor`` asks itself; plugins add theirs through ``afs_checks``.

A check is ``(session) -> Iterable[Problem]``. Nothing here leaves the machine: engines are
asked on the loopback address only.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from afs_core.capability import Problem
from afs_core.cli.console import Session

__all__ = ["CORE_CHECKS", "ENGINES"]

#: Engines that serve models: name, loopback port, how to start it.
ENGINES = (("LM Studio", 1234, "lms server start"), ("Ollama", 11434, "ollama serve"))

CONNECT_SECONDS = 0.3
GPU_SECONDS = 5
LOW_DISK, FULL_DISK = 10e9, 1e9


def python(session: Session) -> Iterator[Problem]:
    """The interpreter, and whether it has an environment of its own."""
    yield _problem("ok", "Python", f"{platform.python_version()} in {sys.prefix}")
    if sys.prefix == sys.base_prefix:
        remedy = f"{sys.executable} -m venv .venv && .venv/bin/pip install afs-core"
        yield _problem("note", "environment", "not a virtual environment", remedy)


def extras(session: Session) -> Iterator[Problem]:
    """Modules that installed capabilities need and that are not there."""
    absent: dict[str, tuple[str, list[str]]] = {}
    for entry in session.registry.entries():
        for requirement in entry.capability.requires:
            module, _, line = (part.strip() for part in requirement.partition(":"))
            if not _importable(module):
                absent.setdefault(module, (line or f"pip install {module}", []))[1].append(entry.name)
    for module, (line, users) in sorted(absent.items()):
        yield _problem("note", module, f"not installed; needed by {', '.join(users)}", line)
    if not absent:
        yield _problem("ok", "extras", "everything that the installed plugins need is there")


def gpu(session: Session) -> Iterator[Problem]:
    """An accelerator, and a torch that was built for it."""
    found = _nvidia()
    if found:
        yield _problem("ok", "GPU", found)
        if "+cpu" in _torch_version():
            remedy = "AFS_TORCH_INDEX=URL scripts/afs-venv   (an index with a CUDA build)"
            yield _problem("warning", "torch", f"{_torch_version()} does not use the GPU", remedy)
    elif sys.platform == "darwin" and platform.machine() == "arm64":
        yield _problem("ok", "GPU", "Apple silicon (Metal)")
    elif Path("/dev/kfd").exists():
        yield _problem("ok", "GPU", "AMD (ROCm)")
    else:
        yield _problem("ok", "GPU", "none found; small models train on the CPU")


def disk(session: Session) -> Iterator[Problem]:
    """Free space where afs writes: here, and where caches and models go."""
    folders = {"here": Path.cwd(), "cache": _cache_home(), "models": Path("~/models").expanduser()}
    seen: set[int] = set()
    for label, folder in folders.items():
        existing = _existing(folder)
        device = existing.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(existing).free
        level = "error" if free < FULL_DISK else "warning" if free < LOW_DISK else "ok"
        remedy = "" if level == "ok" else f"du -xh -d 2 {existing} | sort -h | tail"
        yield _problem(level, f"disk ({label})", f"{free / 1e9:.1f} GB free at {existing}", remedy)


def folders(session: Session) -> Iterator[Problem]:
    """Whether configuration, cache and log can be written."""
    from afs_core.config import user_config_path
    from afs_core.logs import log_path
    from afs_core.store import cache_folder

    places = {"config": user_config_path().parent, "cache": cache_folder(), "log": log_path().parent}
    for label, place in places.items():
        existing = _existing(place)
        if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
            remedy = f"ls -ld {existing}"
            yield _problem("warning", f"{label} folder", f"{existing} cannot be written", remedy)


def engines(session: Session) -> Iterator[Problem]:
    """What serves models, and the assembler."""
    for name, port, start in ENGINES:
        if _listens(port):
            yield _problem("ok", name, f"answers on port {port}")
        else:
            yield _problem("note", name, f"does not answer on 127.0.0.1:{port}", start)
    yield _asar()


def plugins(session: Session) -> Iterator[Problem]:
    """Plugins that are installed and do not work."""
    for status in session.registry.faults:
        message = f"{status.state}: {status.error}"
        remedy = status.remedy or f"afs plugins info {status.name}"
        yield _problem("error", status.label, message, remedy)
    loaded = sum(status.state == "loaded" for status in session.registry.statuses)
    yield _problem("ok", "plugins", f"{loaded} loaded")


def namespace(session: Session) -> Iterator[Problem]:
    """A package or module ``afs`` that hides all plugins but its own."""
    found = False
    for folder in dict.fromkeys(path or "." for path in sys.path):
        for stray in (Path(folder, "afs", "__init__.py"), Path(folder, "afs.py")):
            if stray.is_file():
                found = True
                message = f"{stray} hides the plugins of all other folders"
                yield _problem("error", "namespace afs", message, f"rm {stray}")
    if not found:
        yield _problem("ok", "namespace afs", "shared by all plugins")


def configuration(session: Session) -> Iterator[Problem]:
    """Config files, of the plugins' settings too."""
    from afs_core.cli.plugin_settings import plugin_problems

    problems = [*session.config.problems, *plugin_problems(session.config, session.registry)]
    for problem in problems:
        yield _problem("error", "config", str(problem), _edit_line(problem.file, problem.line))
    if not problems:
        files = ", ".join(map(str, session.config.files)) or "no file; defaults apply"
        yield _problem("ok", "config", files)


CoreCheck = Callable[[Session], Iterable[Problem]]

CORE_CHECKS: tuple[CoreCheck, ...] = (
    python,
    extras,
    gpu,
    disk,
    folders,
    engines,
    plugins,
    namespace,
    configuration,
)


def _problem(level: str, subject: str, message: str, remedy: str = "") -> Problem:
    return Problem(level=level, subject=subject, message=message, remedy=remedy)


def _edit_line(file: str, line: int) -> str:
    if file.startswith("AFS_"):
        return f"unset {file}"
    return f"${{EDITOR:-vi}} +{line} {file}" if line else f"${{EDITOR:-vi}} {file}"


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def _nvidia() -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=GPU_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return "; ".join(answer.stdout.split("\n")).strip("; ")


def _torch_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"torch {version('torch')}"
    except PackageNotFoundError:
        return ""


def _cache_home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()


def _existing(folder: Path) -> Path:
    """``folder``, or what there is of the way to it."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=CONNECT_SECONDS):
            return True
    except OSError:
        return False


def _asar() -> Problem:
    named = os.environ.get("AFS_ASAR")
    if named:
        path = Path(named).expanduser()
        program = shutil.which(path) or (str(path) if path.is_file() else None)
    else:
        program = next(filter(None, map(shutil.which, ("asar", "asar.exe", "asar-cli"))), None)
    if program:
        return _problem("ok", "asar", program)
    if named:
        message = f"AFS_ASAR={named} is not a program that can be run"
        return _problem("warning", "asar", message, "export AFS_ASAR=/path/to/asar")
    message = "not found; the built-in assembler checks code instead"
    return _problem("note", "asar", message, "export AFS_ASAR=/path/to/asar")
