"""The functions that asar has built in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from afs.asm.language.arithmetic import FUNCTIONS
from afs.asm.language.faults import Broken
from afs.asm.language.formula import Formula

if TYPE_CHECKING:
    from .evaluation import Evaluation

__all__ = ["BUILTINS", "Builtin"]

Parts = tuple[Formula, ...]
Builtin = Callable[["Evaluation", Parts], Any]


def _numbers(evaluation: Evaluation, parts: Parts, least: int, most: int) -> list[Any]:
    _count(parts, least, most)
    return [evaluation._number(part) for part in parts]


def _count(parts: Parts, least: int, most: int) -> None:
    if not least <= len(parts) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise Broken("function", f"the function takes {wanted} arguments, not {len(parts)}", late=True)


def _string(evaluation: Evaluation, part: Formula) -> str:
    value = evaluation._value(part)
    if not isinstance(value, str):
        raise Broken("function", "a text in quotes was expected", late=True)
    return value


def _symbol(part: Formula) -> str:
    if part.kind not in ("name", "string"):
        raise Broken("function", "a name was expected", late=True)
    return str(part.value)


def _plain(function: Callable[..., Any], count: int) -> Builtin:
    return lambda evaluation, parts: function(*_numbers(evaluation, parts, count, count))


def _read(size: int) -> Builtin:
    def read(evaluation: Evaluation, parts: Parts) -> Any:
        values = _numbers(evaluation, parts, 1, 2)
        found = evaluation.run.read_rom(int(values[0]), size)
        if found is not None:
            return int.from_bytes(found, "little")
        if len(values) == 2:
            return values[1]
        reason = f"${int(values[0]) & 0xFFFFFF:06X} is not within the ROM that is read"
        raise Broken("outside-rom", reason, late=True)

    return read


def _can_read(size: int) -> Builtin:
    def can_read(evaluation: Evaluation, parts: Parts) -> int:
        values = _numbers(evaluation, parts, 1 if size else 2, 1 if size else 2)
        return int(evaluation.run.read_rom(int(values[0]), size or int(values[1])) is not None)

    return can_read


def _file(evaluation: Evaluation, part: Formula) -> bytes | None:
    run, name = evaluation.run, _string(evaluation, part)
    try:
        return run.files.read(name, run.file)
    except Broken:
        return None


def _read_file(size: int) -> Builtin:
    def read(evaluation: Evaluation, parts: Parts) -> Any:
        _count(parts, 2, 3)
        offset = int(evaluation._number(parts[1]))
        data = _file(evaluation, parts[0])
        if data is not None and 0 <= offset <= len(data) - size:
            return int.from_bytes(data[offset : offset + size], "little")
        if len(parts) == 3:
            return evaluation._number(parts[2])
        name = _string(evaluation, parts[0])
        raise Broken("file", f"`{name[:60]}` has no {size} bytes at {offset}, or cannot be read", late=True)

    return read


def _can_read_file(size: int) -> Builtin:
    def can_read(evaluation: Evaluation, parts: Parts) -> int:
        _count(parts, 2 if size else 3, 2 if size else 3)
        offset = int(evaluation._number(parts[1]))
        length = size or int(evaluation._number(parts[2]))
        data = _file(evaluation, parts[0])
        return int(data is not None and 0 <= offset <= len(data) - length)

    return can_read


def _file_size(evaluation: Evaluation, parts: Parts) -> int:
    _count(parts, 1, 1)
    return len(evaluation.run.files.read(_string(evaluation, parts[0]), evaluation.run.file))


def _file_status(evaluation: Evaluation, parts: Parts) -> int:
    _count(parts, 1, 1)
    return int(_file(evaluation, parts[0]) is None)


def _defined(evaluation: Evaluation, parts: Parts) -> int:
    _count(parts, 1, 1)
    return int(_string(evaluation, parts[0]) in evaluation.run.defines)


def _struct_size(whole: bool) -> Builtin:
    def size(evaluation: Evaluation, parts: Parts) -> int:
        _count(parts, 1, 1)
        name = _symbol(parts[0])
        if name == "...":
            return evaluation.run.variadic_count()
        return evaluation.run.structs.size(name, whole=whole, run=evaluation.run)

    return size


def _data_size(evaluation: Evaluation, parts: Parts) -> int:
    """The bytes up to the next label."""
    _count(parts, 1, 1)
    start = evaluation._label(evaluation.run.labels.full(_symbol(parts[0])))
    later = [label.value & 0xFFFFFF for label in evaluation.run.known_labels()]
    return min((value for value in later if value > start), default=0xFFFFFF) - start


def _snes_to_pc(evaluation: Evaluation, parts: Parts) -> int:
    address = int(_numbers(evaluation, parts, 1, 1)[0])
    offset = evaluation.run.mapper.offset(address & 0xFFFFFF)
    return -1 if offset is None else offset


def _pc_to_snes(evaluation: Evaluation, parts: Parts) -> int:
    address = evaluation.run.mapper.address(int(_numbers(evaluation, parts, 1, 1)[0]))
    return -1 if address is None else address


def _place(real: bool) -> Builtin:
    def place(evaluation: Evaluation, parts: Parts) -> int:
        _count(parts, 0, 0)
        run = evaluation.run
        return (run.place.real if real else run.place.seen) & 0xFFFFFF

    return place


def _strings(same: Callable[[str, str], bool]) -> Builtin:
    def compare(evaluation: Evaluation, parts: Parts) -> int:
        _count(parts, 2, 2)
        return int(same(_string(evaluation, parts[0]), _string(evaluation, parts[1])))

    return compare


BUILTINS: Final[dict[str, Builtin]] = {
    **{name: _plain(function, count) for name, (function, count) in FUNCTIONS.items()},
    **{f"read{size}": _read(size) for size in (1, 2, 3, 4)},
    **{f"canread{size or ''}": _can_read(size) for size in (0, 1, 2, 3, 4)},
    **{f"readfile{size}": _read_file(size) for size in (1, 2, 3, 4)},
    **{f"canreadfile{size or ''}": _can_read_file(size) for size in (0, 1, 2, 3, 4)},
    "filesize": _file_size,
    "getfilestatus": _file_status,
    "defined": _defined,
    "sizeof": _struct_size(whole=False),
    "objectsize": _struct_size(whole=True),
    "datasize": _data_size,
    "snestopc": _snes_to_pc,
    "pctosnes": _pc_to_snes,
    "realbase": _place(real=True),
    "pc": _place(real=False),
    "stringsequal": _strings(lambda a, b: a == b),
    "stringsequalnocase": _strings(lambda a, b: a.lower() == b.lower()),
}
