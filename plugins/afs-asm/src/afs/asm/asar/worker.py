"""asar in a child process: within limits, with no file to read but those it is given.

A request holds files by name, the first being the main one; the reply what asar said.
"""

from __future__ import annotations

import ctypes
import re
import resource
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from .file_fence import raise_fence
from .messages import Message, messages

#: The largest file that asar may write, its ROM and what it prints included.
MAX_FILE: Final = 32 << 20
_ROM: Final = 1 << 20
_SHOWN: Final = 1 << 20
_VERSION: Final = re.compile(r"[Aa]sar (\d+)\.(\d+)(?:\.(\d+))?")


class Reply(msgspec.Struct):
    """`ok` if asar assembled the text; `ended` why it did not finish, if so."""

    ok: bool
    version: str
    messages: list[Message] = []
    ended: str = ""
    fenced: bool = False


Handler = Callable[[Any], Any]


def serve(config: dict[str, Any]) -> Handler:
    """The handler of a worker; `config` has `path`, `library`, `seconds` and an empty `folder`."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    folder = Path(config["folder"])
    program = _Library(config) if config["library"] else _Program(config, folder)
    fenced = raise_fence(_needed(Path(config["path"])), [folder, Path("/dev/null")])

    def handle(request: dict[str, Any]) -> Any:
        reply = program.run(request["files"])
        reply.fenced = fenced
        return msgspec.to_builtins(reply)

    return handle


def _needed(program: Path) -> list[Path]:
    """What a program needs to start: itself, the system's libraries, and our Python."""
    system = (
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/usr/bin",
        "/bin",
        "/etc/ld.so.cache",
    )
    python = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    ours = Path(__file__).parents[1]
    return [*map(Path, system), *map(Path, sorted(python)), ours, program]


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


class _Program:
    def __init__(self, config: dict[str, Any], folder: Path) -> None:
        self.path, self.seconds, self.folder = config["path"], config["seconds"], folder
        said = self._said(["--version"])[0]
        match = _VERSION.search(said)
        if not match:
            raise ValueError(f"{self.path} does not say that it is asar: {said[:200]!r}")
        self.version = ".".join(part for part in match.groups() if part)

    def run(self, files: dict[str, str]) -> Reply:
        _empty(self.folder)
        for name, text in files.items():
            self.folder.joinpath(name).write_bytes(text.encode("utf-8", "surrogateescape"))
        main = next(iter(files))
        said, code, ended = self._said(["--no-title-check", main, "afs-out.sfc"])
        found = messages(said)
        if code and not found and not ended:
            ended = f"it ended with status {code} and named no error"
        return Reply(code == 0 and not ended, self.version, found, ended)

    def _said(self, arguments: list[str]) -> tuple[str, int, str]:
        """What it printed, its exit status, and why it was ended, if so."""
        with tempfile.TemporaryFile(dir=self.folder) as output:
            child = subprocess.Popen(
                [self.path, *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            ended = ""
            try:
                code = child.wait(self.seconds)
            except subprocess.TimeoutExpired:
                ended = f"it did not finish within {self.seconds:g} seconds"
            finally:
                child.kill()
                code = child.wait()
            output.seek(0)
            said = output.read(_SHOWN).decode("utf-8", "replace")
        if code < 0 and not ended:
            ended = f"it was ended by signal {-code}, as limits and crashes do"
        return said, code, ended


class _Error(ctypes.Structure):
    _fields_ = (
        ("full", ctypes.c_char_p),
        ("raw", ctypes.c_char_p),
        ("block", ctypes.c_char_p),
        ("file", ctypes.c_char_p),
        ("line", ctypes.c_int),
        ("caller", ctypes.c_char_p),
        ("caller_line", ctypes.c_int),
        ("id", ctypes.c_int),
    )


class _File(ctypes.Structure):
    _fields_ = (("path", ctypes.c_char_p), ("data", ctypes.c_char_p), ("size", ctypes.c_size_t))


class _Job(ctypes.Structure):
    _fields_ = (
        ("size", ctypes.c_int),
        ("main", ctypes.c_char_p),
        ("rom", ctypes.c_void_p),
        ("room", ctypes.c_int),
        ("length", ctypes.POINTER(ctypes.c_int)),
        ("include_paths", ctypes.c_void_p),
        ("include_count", ctypes.c_int),
        ("reset", ctypes.c_bool),
        ("defines", ctypes.c_void_p),
        ("define_count", ctypes.c_int),
        ("std_includes", ctypes.c_char_p),
        ("std_defines", ctypes.c_char_p),
        ("warnings", ctypes.c_void_p),
        ("warning_count", ctypes.c_int),
        ("files", ctypes.POINTER(_File)),
        ("file_count", ctypes.c_int),
        ("set_checksum", ctypes.c_bool),
        ("checksum", ctypes.c_bool),
    )


class _Library:
    """libasar, whose interface of version 303 reads files from memory."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.asar = asar = ctypes.CDLL(config["path"])
        asar.asar_apiversion()  # before asar_init, which refuses otherwise
        asar.asar_init.restype = ctypes.c_bool
        if not asar.asar_init():
            raise ValueError(f"{config['path']} does not start")
        number = asar.asar_version()
        self.version = f"{number // 10000}.{number // 100 % 100}{number % 100}"
        asar.asar_patch_ex.restype = ctypes.c_bool
        for read in (asar.asar_geterrors, asar.asar_getwarnings):
            read.restype = ctypes.POINTER(_Error)

    def run(self, files: dict[str, str]) -> Reply:
        data = [(f"/mem/{name}", text.encode("utf-8", "surrogateescape")) for name, text in files.items()]
        given = (_File * len(data))(*[_File(name.encode(), text, len(text)) for name, text in data])
        rom = ctypes.create_string_buffer(_ROM)
        length = ctypes.c_int(0)
        job = _Job(
            size=ctypes.sizeof(_Job),
            main=data[0][0].encode(),
            rom=ctypes.cast(rom, ctypes.c_void_p),
            room=_ROM,
            length=ctypes.pointer(length),
            reset=True,
            files=given,
            file_count=len(data),
            set_checksum=True,
        )
        ok = self.asar.asar_patch_ex(ctypes.byref(job))
        said = [*self._read(self.asar.asar_geterrors, True), *self._read(self.asar.asar_getwarnings, False)]
        return Reply(bool(ok), self.version, said)

    def _read(self, function: Any, error: bool) -> list[Message]:
        count = ctypes.c_int(0)
        found = function(ctypes.byref(count))
        return [self._message(found[index], error) for index in range(count.value)]

    def _message(self, said: _Error, error: bool) -> Message:
        full = (said.full or b"").decode("utf-8", "replace")
        parsed = messages(full)
        name = parsed[0].name if parsed else f"{'E' if error else 'W'}{said.id}"
        text = (said.raw or b"").decode("utf-8", "replace")
        return Message(error, name, text, said.line + 1, (said.block or b"").decode("utf-8", "replace"))
