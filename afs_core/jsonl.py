"""Lines of JSON: a streaming reader that loses nothing, an atomic writer, an append-only journal.

A line that is not a sample is a fault: by default reading stops with ``file:line: reason``;
with an ``on_fault`` callback it is handed over and reading goes on. Blank lines and a byte-order
mark are passed over. A sample that reaches :class:`Writer` unchanged is written as the line
that was read.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import stat
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from afs_core.errors import DataError, PluginError
from afs_core.sample import TrainingSample

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["Fault", "Journal", "Writer", "atomic_write", "read_rows", "read_samples", "write_samples"]

_BOM = b"\xef\xbb\xbf"
_BUFFER = 1 << 20
# Threads want large blocks, as each costs them a wait for the interpreter, and a few of them in hand.
_ASIDE, _AHEAD = 4, 3
_decode_sample = msgspec.json.Decoder(TrainingSample).decode
_decode_any = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

STANDARD_STREAM = Path("-")
_DEVICES = Path("/dev")


class Fault(msgspec.Struct, frozen=True):
    """A line that could not be read, as it stood."""

    path: str
    line: int
    reason: str
    raw: bytes

    def error(self) -> DataError:
        return DataError(
            self.reason,
            path=self.path,
            line=self.line,
            hint="mend or remove the line, or add --on-error skip where the command has it",
        )


OnFault = Callable[[Fault], None]


@contextlib.contextmanager
def open_binary(path: Path) -> Iterator[BinaryIO]:
    """``path`` for reading, ``-`` as standard input; raises DataError with the reason."""
    if path == STANDARD_STREAM:
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb", buffering=_BUFFER)
    except OSError as fault:
        raise _unreadable(path, fault) from None
    with stream:
        yield stream


def _unreadable(path: Path, fault: OSError) -> DataError:
    is_folder = os.path.isdir(path)  # noqa: PTH112  (Path.is_dir raises where a parent is closed)
    expected = "expected a file, got a folder" if is_folder else f"cannot be read: {fault.strerror}"
    return DataError(expected, path=path)


def read_samples(
    path: Path, *, on_fault: OnFault | None = None, on_repair: Callable[[int], None] | None = None
) -> Iterator[TrainingSample]:
    """The samples of a JSON-lines file, in order.

    Each remembers its line until it is changed. ``on_repair`` hears the number of a line whose
    lone surrogates were replaced by U+FFFD, or NaN and Infinity by null. Raises DataError at the
    first fault unless ``on_fault`` takes it.
    """
    with open_binary(path) as stream:
        yield from samples_of(stream, path, on_fault=on_fault, on_repair=on_repair)


def samples_of(
    lines: Iterable[bytes],
    path: Path,
    *,
    before: int = 0,
    on_fault: OnFault | None = None,
    on_repair: Callable[[int], None] | None = None,
) -> Iterator[TrainingSample]:
    """As :func:`read_samples`, of lines of ``path`` that ``before`` others precede."""
    for number, line in enumerate(lines, before + 1):
        try:
            sample = _decode_sample(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            slow = _read_slowly(line, number, path, on_fault, on_repair)
            if slow is None:
                continue
            sample, line = slow
        if line:
            sample.__dict__["line"] = line
        yield sample


def _read_slowly(
    line: bytes, number: int, path: Path, on_fault: OnFault | None, on_repair: Callable[[int], None] | None
) -> tuple[TrainingSample, bytes] | None:
    """A line that the fast path refused: unknown keys, nulls, a byte-order mark, repairs, faults."""
    if number == 1 and line.startswith(_BOM):
        line = line.removeprefix(_BOM)
    if not line.strip():
        return None
    try:
        sample = TrainingSample.from_json(line)
    except DataError as fault:
        hand_over(Fault(str(path), number, fault.reason, line), on_fault)
        return None
    if _was_repaired(line):
        if on_repair is not None:
            on_repair(number)
        return sample, b""
    return sample, line


def _was_repaired(line: bytes) -> bool:
    """Whether msgspec refuses a line for a lone surrogate, which only an escape can bring in, or
    for a NaN or Infinity, which Python writes and JSON does not know."""
    try:
        _decode_any(line)
    except msgspec.DecodeError:
        return b"\\ud" in line.lower() or _has_constants(line)
    return False


def _has_constants(line: bytes) -> bool:
    found: list[str] = []
    json.loads(line, parse_constant=found.append)
    return bool(found)


def hand_over(fault: Fault, on_fault: OnFault | None) -> None:
    if on_fault is None:
        raise fault.error()
    on_fault(fault)


def read_rows(path: Path, *, on_fault: OnFault | None = None) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file, in order, whatever their keys."""
    with open_binary(path) as stream:
        for number, line in enumerate(stream, 1):
            if number == 1:
                line = line.removeprefix(_BOM)
            if not line.strip():
                continue
            try:
                row = _decode_any(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
                hand_over(Fault(str(path), number, f"not JSON: {fault}", line), on_fault)
                continue
            if isinstance(row, dict):
                yield row
            else:
                reason = f"expected an object, got {type(row).__name__}"
                hand_over(Fault(str(path), number, reason, line), on_fault)


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """A binary stream that becomes ``path`` at the end, or leaves it as it was.

    The bytes go to a temporary file in the same folder, are synced, and renamed over ``path``;
    what a killed process left there is removed by the next writer of the same file. A device or a
    pipe is refused: a rename would put a file in its place.
    """
    with atomic_writes((path,)) as (stream,):
        yield stream


@contextlib.contextmanager
def atomic_writes(paths: Sequence[Path]) -> Iterator[list[BinaryIO]]:
    """As :func:`atomic_write`, for files that belong together: none is renamed before all are synced."""
    for path in paths:
        _expect_file(path)
    pairs = [(temporary_path(path), path) for path in paths]
    streams: list[BinaryIO] = []
    path = paths[0]
    try:
        for temporary, path in pairs:
            path.parent.mkdir(parents=True, exist_ok=True)
            remove_stale(path)
            streams.append(temporary.open("wb", buffering=_BUFFER))
    except OSError as fault:
        _discard(streams, pairs)
        raise DataError(f"cannot be written: {fault.strerror}", path=path) from None
    try:
        yield streams
        for stream in streams:
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
        for temporary, path in pairs:
            temporary.replace(path)
        for folder in {path.parent for path in paths}:
            _sync_folder(folder)
    except OSError as fault:
        _discard(streams, pairs)
        path = paths[0] if len(paths) == 1 else path.parent
        kept = "file is as it was" if len(paths) == 1 else "files are as they were"
        raise DataError(f"cannot be written: {fault.strerror}; the {kept} before", path=path) from None
    except BaseException:
        _discard(streams, pairs)
        raise


def _expect_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # it is not there, or the writer will say what is wrong
    if (not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)) or path.absolute().parent == _DEVICES:
        hint = "write to standard output and redirect that, or leave the option out"
        raise DataError("expected a file to write, got a device or a pipe", path=path, hint=hint)


def _discard(streams: Iterable[BinaryIO], pairs: Iterable[tuple[Path, Path]]) -> None:
    for stream in streams:
        with contextlib.suppress(OSError):  # what it still holds may find no space either
            stream.close()
    for temporary, _ in pairs:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def temporary_path(path: Path, mark: str = "", owner: int = 0) -> Path:
    """Where this process, or ``owner``, writes before ``path`` is there; :func:`remove_stale` knows
    its like."""
    return path.with_name(f".{path.name}.{mark}{owner or os.getpid()}.tmp")


def remove_stale(path: Path) -> None:
    """Remove what processes that are gone left of ``path``."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        owner = left.name.removesuffix(".tmp").rpartition(".")[2].rpartition("-")[2]
        if owner.isdigit() and not _alive(int(owner)):
            left.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Writer:
    """Writes samples or rows to a stream, counting and hashing on the way.

    A changed sample is encoded; an unchanged one is written as its line. Now and then the line
    is compared with the sample, so that a transform that changed one in place is found out.
    ``aside``: hashing and writing are done in threads, which is quicker where a processor is free.
    """

    def __init__(self, stream: BinaryIO, *, aside: bool = False) -> None:
        self._stream = stream
        self._parts: list[bytes] = []
        self._pending = 0
        self._hash = hashlib.sha256()
        self._takers: list[Callable[[bytes], object]] = [self._hash.update, stream.write]
        self._threads = [_one_thread() for _ in self._takers] if aside else []
        self._block = _BUFFER * (_ASIDE if aside else 1)
        self._handed: deque[Future[object]] = deque()
        self.count = 0
        self.size = 0

    def write(self, sample: TrainingSample) -> None:
        line = sample.__dict__.get("line")
        if line is None:
            self._append(sample.to_bytes() + b"\n")
            return
        if self.count < 16 or not self.count & 1023:
            check_unchanged(sample, line)
        self._append(line if line.endswith(b"\n") else line + b"\n")

    def write_row(self, row: Any) -> None:
        """One line for anything that JSON can hold."""
        self._append(_encode(row) + b"\n")

    def write_lines(self, parts: list[bytes], count: int) -> None:
        """``count`` lines with their ends, in parts cut anywhere."""
        self._parts += parts
        self._pending += sum(map(len, parts))
        self.count += count
        if self._pending >= self._block:
            self._hand_on()

    def write_text(self, row: Any) -> None:
        """The text of a row, and a newline, for tools that read plain text."""
        self._append(row["text"].encode() + b"\n")

    def _append(self, line: bytes) -> None:
        self._parts.append(line)
        self._pending += len(line)
        self.count += 1
        if self._pending >= self._block:
            self._hand_on()

    def flush(self) -> None:
        """Hand on all that was written so far, and wait until it was taken."""
        self._hand_on()
        self._wait(0)

    def _hand_on(self) -> None:
        if not self._parts:
            return
        block = b"".join(self._parts)
        self._parts.clear()
        self._pending = 0
        self.size += len(block)
        if not self._threads:
            for take in self._takers:
                take(block)
            return
        pairs = zip(self._threads, self._takers, strict=True)
        self._handed += [thread.submit(take, block) for thread, take in pairs]
        self._wait(_AHEAD * len(self._takers))

    def _wait(self, left: int) -> None:
        """Wait until no more than ``left`` of the last blocks are to be taken. Raises what a taker raised."""
        while len(self._handed) > left:
            self._handed.popleft().result()

    def sha256(self) -> str:
        """Digest of everything written so far."""
        self.flush()
        return self._hash.hexdigest()


def _one_thread() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1)


def check_unchanged(sample: TrainingSample, line: bytes) -> None:
    """Raises PluginError where ``sample`` is no longer what ``line`` says."""
    if TrainingSample.from_json(line) != sample:
        raise PluginError(
            "a transform changed a sample in place, so the change would be lost",
            hint="yield msgspec.structs.replace(sample, ...) with a new dictionary instead",
        )


def write_samples(path: Path, samples: Iterable[TrainingSample]) -> int:
    """Write ``samples`` to ``path`` atomically; returns how many."""
    with atomic_write(path) as stream:
        writer = Writer(stream)
        for sample in samples:
            writer.write(sample)
        writer.flush()
    return writer.count


class Journal:
    """An append-only file of JSON lines that survives ``kill -9``: every entry is synced, and a
    torn last line is cut off when the journal is opened again."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.entries: list[Any] = []
        whole = 0
        if path.exists():
            for line in path.read_bytes().splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    break
                try:
                    self.entries.append(_decode_any(line))
                except msgspec.DecodeError as fault:
                    raise DataError(
                        f"damaged journal: {fault}", path=self.path, hint="delete it to start again"
                    ) from None
                whole += len(line)
        self._stream = path.open("ab")
        self._stream.truncate(whole)

    def append(self, entry: Any) -> None:
        self.append_many([entry])

    def append_many(self, entries: Sequence[Any]) -> None:
        """Entries that are synced together."""
        self._stream.write(b"".join(_encode(entry) + b"\n" for entry in entries))
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self.entries += entries

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
